"""Laws of the pacemaker: what it reaches, under every limiter, with lanes, and when its consumer dies."""

from __future__ import annotations

from statistics import fmean
from typing import Any

import numpy as np
import pytest

import sim.run
from scenarios.aws.limiter import largest_request
from scenarios.entry import StrategyEntry
from scenarios.ledger.ledger import Ledger
from scenarios.measures.bound import bound_of
from scenarios.measures.cost import cost, load_prices
from scenarios.measures.measured import measured
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import load
from scenarios.traffic.workload import arrivals
from tests.unit.simulated import outcomes, run, total
from tests.unit.virtual import batch, evenly, fault

SEEDS = range(1, 6)
PRICES = load_prices()
MONTH_S = 30 * 86_400

PLAUSIBLE: dict[str, dict[str, Any]] = {
    "burst 1": {"burst": 1},
    "burst 0.4 R": {"burst": 12},
    "burst R": {},
    "burst 2 R": {"burst": 60},
    "burst 3 R": {"burst": 90},
    "debt": {"admission": "debt"},
    "debt, burst 0.4 R": {"admission": "debt", "burst": 12},
    "sliding window": {"kind": "sliding-window"},
    "fixed window": {"kind": "fixed-window"},
    "effective rate 0.9": {"effective_rate": 0.9},
    "refusals cost": {"refusal_cost": 1.0},
    "shards": {"shards": 4},
}
BUCKETS = [name for name in PLAUSIBLE if name not in ("burst 1", "sliding window", "fixed window", "shards")]


def with_tables(name: str, **tables: Any) -> Scenario:
    """A scenario of the catalogue with some of its tables replaced."""
    return Scenario.model_validate({**load(name).model_dump(by_alias=True, exclude_unset=True), **tables})


def under(limiter: dict[str, Any]) -> Scenario:
    """broadcast-900 under another limiter."""
    return with_tables("broadcast-900", account={"max_send_rate_per_s": 30.0, "limiter": limiter})


def entries(scenario: Scenario, strategy: str = "pacemaker", seeds: range = SEEDS) -> list[StrategyEntry]:
    """What comes of some seeds."""
    found = []
    for seed in seeds:
        ledger = sim.run.run(scenario, strategy, seed)
        found.append(measured(scenario, ledger, bound_of(scenario, arrivals(scenario.workload, seed)), PRICES))
    return found


def efficiency(found: list[StrategyEntry]) -> float:
    """The mean share of the best possible; 0 where a recipient was not accepted."""
    return fmean(entry["efficiency"] or 0.0 for entry in found)


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("broadcast-900", 0.99),
        ("broadcast-900-14", 0.995),
        ("press-release", 0.95),
        ("oversized-mail", 0.97),
        ("noisy-neighbour", 0.75),
        ("sandbox", 0.90),
        ("outage", 0.99),
        ("autoscaling", 0.99),
        ("unbalanced-pods", 0.99),
    ],
)
def test_it_comes_close_to_the_best_possible(name: str, least: float) -> None:
    """Everything is accepted, once, and nearly as fast as an ideal sender would manage."""
    found = entries(load(name))
    assert efficiency(found) >= least
    assert all(entry["recipients"]["duplicated"] == 0 for entry in found)


def test_a_broadcast_costs_three_refusals_at_most() -> None:
    """It learns what SES holds from one or two."""
    assert all(entry["calls"]["throttled"] <= 3 for entry in entries(load("broadcast-900")))


@pytest.mark.parametrize("limiter", BUCKETS)
def test_it_uses_up_any_token_bucket(limiter: str) -> None:
    """Without being told which it is."""
    assert efficiency(entries(under(PLAUSIBLE[limiter]))) >= 0.95


@pytest.mark.parametrize("limiter", PLAUSIBLE)
def test_no_other_queue_is_faster_under_any_limiter(limiter: str) -> None:
    """By more than two per cent; and it loses nothing."""
    scenario, seeds = under(PLAUSIBLE[limiter]), range(1, 3)
    others = [entries(scenario, name, seeds) for name in ("sqs-dlq", "lambda-concurrency", "heartbeat")]
    assert efficiency(entries(scenario, seeds=seeds)) >= max(map(efficiency, others)) - 0.02


def test_a_run_in_relays_is_as_good_but_for_its_cold_start() -> None:
    """A function takes the pod's place, relieved every ten seconds."""
    found = entries(with_tables("broadcast-900", strategies={"pacemaker": {"runs_as": "function", "relief_s": 10.0}}))
    assert efficiency(found) >= 0.98
    assert all(entry["usage"]["lambda_requests"] >= 3 for entry in found)


def test_a_relay_costs_less_than_15_dollars_a_month_when_nothing_is_sent() -> None:
    """Two lanes that are polled all day, the function that waits, and its machine's transitions."""
    one_mail = {**batch(1, at_s=7200.0), "lane": "letters"}
    idle = run(
        "pacemaker", one_mail, {**one_mail, "lane": "resets"},
        settings={"runs_as": "function"}, rate_per_s=50.0, horizon_s=9000.0,
    )  # fmt: skip
    assert 5.0 < cost(idle.usage, PRICES) * MONTH_S / idle.ended_s < 15.0


def lanes_of(ledger: Ledger, scenario: Scenario) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each lane its mails' latencies, and when they were accepted, in seconds."""
    lanes = arrivals(scenario.workload, ledger.seed).lanes
    accepted_s, intended_s = ledger.mails["last_accepted_s"], ledger.mails["intended_s"]
    return [
        (accepted_s[lanes == lane] - intended_s[lanes == lane], accepted_s[lanes == lane])
        for lane in range(len(scenario.lanes))
    ]


RESETS = {"process": "poisson", "duration_s": 120.0, "messages_per_s": 10.0, "lane": "resets", "priority": 1}
LETTERS = {**batch(1500, at_s=20.0), "lane": "letters"}


def two_lanes(settings: dict[str, Any], **tables: Any) -> Scenario:
    """Password resets beside a newsletter, on 30 recipients a second."""
    account = {"max_send_rate_per_s": 30.0}
    own = {"strategies": {"pacemaker": settings}}
    return Scenario.model_validate(
        {"name": "two lanes", "account": account, "workload": (RESETS, LETTERS), **own, **tables}
    )


@pytest.mark.parametrize("runs_as", ["pod", "function"])
def test_a_password_reset_does_not_wait_for_the_newsletter(runs_as: str) -> None:
    """p99 within two seconds; the newsletter is at most two per cent later than what resets leave of the limit."""
    scenario = two_lanes({"runs_as": runs_as})
    for seed in SEEDS:
        ledger = sim.run.run(scenario, "pacemaker", seed)
        (resets_s, _), (_, letters_s) = lanes_of(ledger, scenario)
        assert np.quantile(resets_s, 0.99) <= 2.0
        assert letters_s.max() - 20.0 <= 1.02 * earliest_end_s(scenario, seed)


def earliest_end_s(scenario: Scenario, seed: int) -> float:
    """How long after its beginning the less urgent lane's last mail can be accepted at best, without a burst."""
    mails, rate_per_s = arrivals(scenario.workload, seed), scenario.account.max_send_rate_per_s
    urgent_s = mails.intended_s[mails.lanes == 0]
    rest, at_s = float((mails.lanes == 1).sum()), 20.0
    while rest > 0:
        rest -= rate_per_s - ((urgent_s >= at_s) & (urgent_s < at_s + 1.0)).sum()
        at_s += 1.0
    return at_s - 20.0


def test_the_least_share_keeps_a_lane_from_starving() -> None:
    """Where more urgent mail than the limit holds arrives for a minute, the other lane still gets its share."""
    flood = {**evenly(60.0, 60.0), "lane": "resets", "priority": 1}
    scenario = Scenario.model_validate(
        {
            "name": "flood",
            "account": {"max_send_rate_per_s": 30.0},
            "workload": (flood, {**batch(900), "lane": "letters"}),
            "strategies": {"pacemaker": {"least_share": 0.2}},
        }
    )
    (_, _), (_, letters_s) = lanes_of(sim.run.run(scenario, "pacemaker", 1), scenario)
    assert (letters_s <= 60.0).sum() >= 0.19 * 30 * 60


def crash(start_s: float, duration_s: float = 5.0) -> dict[str, Any]:
    """The consumer dies, and is back after a while."""
    return fault("pod_crash", start_s, duration_s, of="workers", pod=0)


@pytest.mark.parametrize("consumers", [1, 2])
@pytest.mark.parametrize("at_s", [0.05, 3.3, 10.0])
def test_it_survives_its_consumer(consumers: int, at_s: float) -> None:
    """Nothing is lost; only what SES was deciding upon, or the queue had not been told of yet, is sent twice."""
    settings = {"strategies": {"pacemaker": {"consumers": consumers}}, "fault": (crash(at_s),)}
    ledger = sim.run.run(with_tables("broadcast-900", **settings), "pacemaker", 1)
    assert total(ledger, "accepted") == 900
    assert total(ledger, "duplicated") <= 30 * 0.3  # the accepted calls that were under way
    assert ledger.ended_s < 29 + 25  # the lease runs out, messages come back, and their limit was not idle for longer


def test_several_consumers_ask_for_no_more_than_one() -> None:
    """A deployment runs three for a while: one works, the others watch."""
    alone, together = (
        entries(with_tables("autoscaling", fault=()))[0],
        entries(with_tables("autoscaling", fault=(fault("scale_pods", 5.0, 40.0, of="workers", pods=3),)))[0],
    )
    assert together["calls"]["throttled"] <= alone["calls"]["throttled"] + 1
    assert together["attempted_peak_1s"] <= alone["attempted_peak_1s"] + 2


def test_lost_answers_are_all_that_is_sent_twice() -> None:
    """Whether SES accepted what it did not answer cannot be known."""
    ledger = sim.run.run(load("lost-responses"), "pacemaker", 1)
    accepted = ledger.calls["outcome"] == 0
    unheard = np.isnan(ledger.calls["end_s"]) | (ledger.calls["end_s"] - ledger.calls["start_s"] >= 2.0)
    assert total(ledger, "lost") == total(ledger, "pending") == 0
    assert total(ledger, "duplicated") <= (accepted & unheard).sum()


def test_an_outage_splits_no_mail() -> None:
    """What SES could not take at all, it may take whole afterwards."""
    tens = {**evenly(2.0, 120.0), "recipients": 10}
    ledger = run("pacemaker", tens, rate_per_s=30.0, fault=(fault("outage", 30.0, 5.0),))
    assert set(ledger.calls["recipients"].tolist()) == {10}
    assert total(ledger, "accepted") == 2400


@pytest.mark.parametrize("runs_as", ["pod", "function"])
@pytest.mark.parametrize(
    "bad_day",
    [
        {"fault": (fault("outage", 5.0, 1500.0),), "horizon_s": 3600.0},
        {"fault": (fault("extra_throttling", 5.0, 1500.0, probability=1.0),), "horizon_s": 3600.0},
        {"fault": (fault("slow", 5.0, 60.0, factor=200.0),), "horizon_s": 3600.0},
        {"fault": (fault("duplicate_delivery", 0.0, 60.0, probability=0.5),)},
        {"latency": {"sqs": {"constant_ms": 2000.0}}},
        {"latency": {"table": {"constant_ms": 3000.0}}, "horizon_s": 3600.0},
        {"latency": {"ses_send": {"constant_ms": 25_000.0}}, "horizon_s": 3600.0},
        {"account": {"max_send_rate_per_s": 1000.0, "max_24h_send": -1}},
    ],
    ids=["outage", "refusals", "slow", "twice", "slow queue", "slow table", "slow SES", "thousand a second"],
)
def test_a_bad_day_costs_time_alone(bad_day: dict[str, Any], runs_as: str) -> None:
    """What is long in a call, in the queue's hands or in the table's is neither sent twice nor dead-lettered."""
    workload = (
        {"process": "batch", "messages": 300},
        {"process": "constant", "messages_per_s": 1.0, "duration_s": 60.0},
    )
    own = {"strategies": {"pacemaker": {"runs_as": runs_as, "relief_s": 10.0}}}
    scenario = with_tables("broadcast-900", workload=workload, client={"read_timeout_s": 600.0}, **own, **bad_day)
    ledger = sim.run.run(scenario, "pacemaker", 1)
    assert total(ledger, "accepted") == 360
    assert total(ledger, "duplicated") == total(ledger, "dead_lettered") == 0


def test_share_leaves_room() -> None:
    """Half of the limit is half, burst and all."""
    ledger = run("pacemaker", batch(300), settings={"share": 0.5}, rate_per_s=20.0)
    decided_s = ledger.calls["decided_s"]
    assert (decided_s < decided_s[0] + 10.0).sum() <= 10 * 10 + 2 * 10
    assert set(outcomes(ledger)) == {"accepted"}


@pytest.mark.parametrize("burst", [1, 3, 7, 20])
def test_what_never_fits_is_sent_in_parts(burst: int) -> None:
    """However little SES turns out to hold, every recipient is reached once."""
    account = {"max_send_rate_per_s": 30.0, "limiter": {"burst": burst}}
    ledger = run("pacemaker", batch(6, recipients=30), account=account, horizon_s=3600.0)
    assert total(ledger, "accepted") == 180
    assert total(ledger, "duplicated") == 0
    accepted = ledger.calls["recipients"][ledger.calls["outcome"] == 0]
    limiter = Scenario.model_validate({"name": "x", "account": account, "workload": (batch(1),)}).account.limiter
    assert accepted.max() <= largest_request(limiter, 30.0)
