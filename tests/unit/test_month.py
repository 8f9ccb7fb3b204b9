"""What a month costs: the sum of its parts, of which the standing ones are measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.compare import recovered
from reports.gate.baseline import Baseline
from reports.gate.simulated import jobs, updated, wanted_anew
from reports.running.experiment import Job, perform
from scenarios.aws.ticker import TRANSITIONS
from scenarios.entry import MonthFigures, StrategyEntry
from scenarios.measures.bound import Bound
from scenarios.measures.cost import load_prices
from scenarios.measures.measured import measured
from scenarios.measures.month import HOURS, standing
from scenarios.schema.model import Scenario
from scenarios.schema.thresholds import judged
from sim.quiet import standing_usage
from sim.run import run
from strategies.registry import STRATEGIES
from tests.unit.synthetic import Call, Mail, ledger_of
from tests.unit.virtual import SEED, SQS_S, batch, scenario

PRICES = load_prices()
USAGE = {"ses_recipients": 5.0, "sqs_requests": 1e6, **standing({"sqs_requests": 1e5}, pods=2)}
PARTS = ("mails_usd", "fees_usd", "services_usd", "standing_usd", "pods_usd")


def billed(**bill: Any) -> Scenario:
    """A scenario with a bill."""
    return scenario(batch(4), bill={"runs_per_month": 10, **bill})


def entry(of: Scenario, ended_s: float = 3600.0, **usage: float) -> StrategyEntry:
    """Four mails, one of them accepted twice, in an hour."""
    sent = ledger_of("own", [Mail(0.0)] * 4, [Call(mail, 1.0) for mail in (0, 1, 2, 3, 3)], usage={**USAGE, **usage})
    return measured(of, replace(sent, ended_s=ended_s), Bound(1.0, 1.0, 1.0), PRICES)


def month(of: Scenario, ended_s: float = 3600.0) -> MonthFigures:
    """Its month."""
    return entry(of, ended_s)["month"]


def test_a_month_by_hand() -> None:
    """Ten hours with a run, 720 without; duplicates cost like other mail; two pods run through."""
    made = month(billed(plan="pro", dedicated_ips=2))
    assert made["recipients"] == 50
    assert made["mails_usd"] == pytest.approx(50 * 0.22e-3)
    assert made["fees_usd"] == pytest.approx(105 + 2 * 24.95)
    assert made["services_usd"] == pytest.approx(10 * 0.40)
    assert made["standing_usd"] == pytest.approx(720 * 0.04)
    assert made["pods_usd"] == pytest.approx(2 * 730 * (0.25 * 0.04048 + 0.5 * 0.004445))


@pytest.mark.parametrize("plan", ["a-la-carte", "essentials", "pro", "enterprise"])
def test_a_month_is_the_sum_of_its_parts(plan: str) -> None:
    """Nothing else is in the total; and what the table says of a million is the same mails and services."""
    of = billed(plan=plan, dedicated_ips=1)
    made, own = month(of), entry(of)
    assert made["total_usd"] == pytest.approx(sum(made[part] for part in PARTS))  # type: ignore[literal-required]
    assert 10 * own["cost_usd"] == pytest.approx(made["mails_usd"] + made["services_usd"])


def test_no_quiet_hour_is_left_where_runs_overlap() -> None:
    """More runs than fit into a month one after another leave no hour without one, which is said."""
    made = entry(billed(runs_per_month=760))
    assert made["month"]["standing_usd"] == 0.0
    assert made["warnings"] == ["760 runs take 760 of a month's 730 hours: they overlap, and no hour is quiet"]
    assert not entry(billed(runs_per_month=731))["warnings"]


def test_without_a_bill_or_without_what_stands_there_is_no_month() -> None:
    """A load test knows nothing of what runs between its mails."""
    assert "month" not in entry(scenario(batch(4)))
    nothing = ledger_of("own", [Mail(0.0)], [Call(0, 1.0)], usage={"ses_recipients": 1.0})
    assert "month" not in measured(billed(), nothing, Bound(1.0, 1.0, 1.0), PRICES)


def test_a_kept_ledger_tells_its_month_again(tmp_path: Path) -> None:
    """What is measured between runs is kept with what a run has used."""
    of = billed()
    job = Job(run, of, "sqs-dlq", SEED, PRICES, tmp_path, standing=standing_usage(of, "sqs-dlq"))
    made = perform(job).entry
    kept = recovered.of_ledgers(tmp_path)
    assert kept["strategies"][0]["month"] == made["month"]
    assert kept["bill"]["runs_per_month"] == 10


def test_a_threshold_may_be_on_a_month() -> None:
    """It is a figure like others."""
    made = entry(billed())
    [one] = judged({"cheap": ("*.month.total_usd < 1",)}, [made])
    assert (one["value"], one["verdict"]) == (made["month"]["total_usd"], "fail")


def test_a_new_baseline_watches_the_month() -> None:
    """Of a scenario with a bill each part that can become dearer is among the figures of its gate."""
    wanted = [wanted_anew(Baseline(), billed(), ["sqs-dlq"], 2)]
    runs = list(map(perform, jobs(run, wanted, PRICES, standing_usage)))
    metrics = updated(Baseline(), wanted, runs, "new", []).scenarios["virtual"].strategies["sqs-dlq"].metrics
    assert {f"month.{part}" for part in (*PARTS, "total_usd")} <= metrics.keys()
    assert metrics["month.pods_usd"].direction == "lower"


def quiet(strategy: str, **settings: Any) -> dict[str, float]:
    """What a strategy uses between runs, on constant latencies."""
    return standing_usage(scenario(batch(9), strategies={strategy: settings}), strategy)


def test_a_heart_that_beats_each_second_costs_what_its_transitions_cost() -> None:
    """3,600 ticks an hour; a month of two transitions each is about 131 dollars, and of three about 197."""
    assert quiet("heartbeat")["quiet_stepfunctions_transitions"] == pytest.approx(3600 * TRANSITIONS, rel=1e-3)
    assert quiet("heartbeat")["quiet_lambda_requests"] == pytest.approx(3600, rel=1e-3)
    each_usd = PRICES.by_kind["stepfunctions_transitions"].usd_per_unit
    assert [HOURS * 3600 * many * each_usd for many in (2, TRANSITIONS)] == pytest.approx([131.4, 197.1])


def test_an_express_heart_begins_every_minute() -> None:
    """Sixty loops an hour, which know no transitions."""
    used = quiet("heartbeat", ticker="express_loop")
    assert used["quiet_express_requests"] == used["quiet_scheduler_invocations"] == 60
    assert used["quiet_stepfunctions_transitions"] == 0


@pytest.mark.parametrize(("concurrency", "pollers"), [(2, 2), (9, 5)])
def test_an_idle_mapping_polls(concurrency: int, pollers: int) -> None:
    """Each poller that is kept asks again as soon as it has waited for twenty seconds in vain."""
    used = quiet("sqs-dlq", maximum_concurrency=concurrency)
    assert used["quiet_sqs_requests"] == pytest.approx(pollers * 3600 / (20 + SQS_S), abs=pollers)


def test_a_lease_is_renewed_by_one_and_watched_by_the_others() -> None:
    """A consumer alone only writes; a second one reads."""
    alone, watched = quiet("pacemaker"), quiet("pacemaker", consumers=2)
    assert alone["quiet_dynamodb_writes"] == pytest.approx(watched["quiet_dynamodb_writes"], rel=0.01)
    assert alone["quiet_dynamodb_reads"] == 0 < watched["quiet_dynamodb_reads"]
    assert (alone["pods"], watched["pods"]) == (2, 3)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_stands_depends_on_no_mail_and_no_fault(strategy: str) -> None:
    """However the day goes, an hour without mail is the same."""
    calm, rough = (
        scenario(batch(messages), fault=faults)
        for messages, faults in ((1, ()), (99, ({"kind": "outage", "start_s": 400.0, "duration_s": 900.0},)))
    )
    assert standing_usage(calm, strategy) == standing_usage(rough, strategy)


def test_a_way_beside_the_contender_stands_too() -> None:
    """What some mails go by runs all month, whoever contends."""
    both = scenario(batch(1), {**batch(1), "strategy": "leaky-bucket"})
    assert standing_usage(both, "direct")["pods"] == 1 + 2
