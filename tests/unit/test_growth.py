"""A plan for growing mail: the month that is not met, the rate that would be, and the text that asks for it."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.documents.plan import PlanDocument
from reports.growth import command
from reports.growth.folder import DOCUMENT, PICTURE, REQUEST, SPREADSHEET
from reports.growth.months import Volume, first_unmet, quota_for
from reports.growth.sentences import answer, sentences
from reports.growth.table import table
from reports.headroom.attempts import Search
from reports.robust.trials import Simulation
from scenarios.errors import BadInput
from scenarios.growth.growth import Growth, read_growth
from scenarios.growth.volume import at_volume, most_in_a_day
from scenarios.measures.cost import load_prices
from scenarios.schema.accounts.account import Account
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import arrivals
from seslab.app import run
from sim.run import run as simulated
from tests.unit.scenario_files import written
from tests.unit.test_documents import assert_declared
from tests.unit.test_headroom import perform, scenario

FAST: dict[str, Any] = {"fast": ("*.makespan_s < 20",)}


def planned(of: Scenario, **growth: Any) -> PlanDocument:
    """By one leaky bucket, at the full rate: n recipients take (n - 1) / R seconds and a call."""
    asked = Growth.model_validate({"scenario": "s", "strategy": "leaky-bucket", "from": "2026-11", **growth})
    search = Search(of, asked.strategy, Volume(), command.own_limiter, 1, Simulation(simulated, load_prices()))
    document = command.plan_of(search, asked, perform)
    assert_declared(PlanDocument, document)
    return document


def test_the_first_month_beyond_the_limit_and_the_rate_that_it_needs() -> None:
    """200 recipients at 30 a second, 1.5 times as many each month: 600 are met within 20 s, 675 are not."""
    plan = planned(scenario(thresholds=FAST), months=5, per_month=1.5)
    assert [month["month"] for month in plan["months"]] == ["2026-11", "2026-12", "2027-01", "2027-02", "2027-03"]
    assert [month["most_24h"] for month in plan["months"]] == [200, 300, 450, 675, 1012]
    assert [month["meets"] for month in plan["months"]] == [True, True, True, False, False]
    assert (plan["enough_until"], plan["failure"] and plan["failure"]["threshold"]["name"]) == ("2027-01", "fast")
    assert plan["ask"] == {
        "limit": {"max_send_rate_per_s": 51, "max_24h_send": 50_000},  # 1,011 / 51 are 19.8 s, 1,011 / 50 are 20.2
        "before": "2027-02",
        "month": "2027-03",
        "open": ["region", "website", "use_case", "recipients", "bounces"],
    }
    assert answer(plan).endswith("ask AWS for 51 recipients a second and 50,000 in 24 hours before 2027-02")
    assert len(table(plan).rows) == 5


def test_a_quota_that_is_too_small_is_asked_for_alone() -> None:
    """Where the rate is enough, the same rate is asked for; the quota is rounded up to two digits."""
    account = {"max_send_rate_per_s": 30.0, "max_24h_send": 250}
    plan = planned(scenario(thresholds=FAST, account=account), recipients=(1000.0, 2000.0, 1200.0))
    assert [(month["fits_quota"], month["meets"]) for month in plan["months"]] == [
        (True, True), (False, False), (True, True),
    ]  # fmt: skip
    assert (plan["enough_until"], plan["failure"]) == ("2026-11", None)
    assert plan["ask"] is not None
    assert plan["ask"]["limit"] == {"max_send_rate_per_s": 30, "max_24h_send": 400}
    assert any(one.startswith("the 24-hour quota is too small from 2026-12 on") for one in sentences(plan))


def test_a_limit_that_is_enough_asks_for_nothing() -> None:
    """And says until when it is known to be."""
    plan = planned(scenario(thresholds=FAST), months=3, per_month=1.1)
    assert (plan["ask"], plan["failure"], plan["enough_until"]) == (None, None, "2027-01")
    assert answer(plan) == (
        "a limit of 30 recipients a second and 50,000 in 24 hours is enough until 2027-01, the last month of the plan"
    )


def test_what_no_rate_mends_is_said() -> None:
    """A pod whose rate is written down stays as slow as it is under any limit."""
    fixed = {"leaky-bucket": {"pods": 1, "rate_per_pod": 30.0}}
    plan = planned(scenario(thresholds=FAST, strategies=fixed), months=5, per_month=1.5)
    assert plan["ask"] is None
    assert plan["unmet_at"] is not None
    assert plan["unmet_at"]["max_send_rate_per_s"] == 1012  # all at once
    assert "no higher rate is enough" in answer(plan)


def test_a_sandbox_is_left() -> None:
    """Its rate and quota are the present limit; what is asked for is what a production account needs."""
    plan = planned(
        scenario(thresholds={"fast": ("*.makespan_s < 20",)}, account={"sandbox": True}), months=1, per_month=1.0
    )
    assert plan["limit"] == {"max_send_rate_per_s": 1.0, "max_24h_send": 200}
    assert plan["ask"] is not None
    assert plan["ask"]["limit"]["max_send_rate_per_s"] == 10  # 199 / 10 are 19.9 s, and 4 a second far from enough


def test_a_month_costs_by_its_volume() -> None:
    """Of the simulated run's prices, with what SES takes for each recipient."""
    plan = planned(scenario(thresholds=FAST, bill={"runs_per_month": 10}), months=2, per_month=2.0)
    assert all(month["usd"] is None for month in plan["months"])  # nothing is known of what is used between runs here
    standing = Simulation(simulated, load_prices(), lambda _scenario, _strategy: {"pods": 0.0})
    asked = Growth.model_validate(
        {"scenario": "s", "strategy": "direct", "from": "2026-11", "months": 2, "per_month": 2.0}
    )
    billed = scenario(thresholds=FAST, bill={"runs_per_month": 10})
    search = Search(billed, "leaky-bucket", Volume(), command.own_limiter, 1, standing)
    first, second = (month["usd"] for month in command.plan_of(search, asked, perform)["months"])
    assert first is not None
    assert second == pytest.approx(2 * first)
    assert first == pytest.approx(0.16 * 2, rel=0.01)  # 2,000 recipients on the plan essentials


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=20), st.floats(0.05, 11))
def test_halving_finds_the_least_volume_that_is_not_met(volumes: list[float], edge: float) -> None:
    """As asking for each does."""
    found = first_unmet(volumes, lambda volume: volume > edge)
    assert found == min((volume for volume in volumes if volume > edge), default=math.inf)


@given(st.integers(1, 10**7))
def test_a_quota_is_enough_and_hardly_more(recipients: int) -> None:
    """At most a tenth more than is needed, where the present one is too small."""
    quota = quota_for(Account(max_24h_send=10_000), recipients)
    assert quota == 10_000 if recipients <= 10_000 else recipients <= quota <= 1.1 * recipients


@pytest.mark.parametrize(
    "workload",
    [
        {"process": "batch", "messages": 40},
        {"process": "constant", "duration_s": 100.0, "messages_per_s": 0.4},
        {"process": "ramp", "duration_s": 100.0, "from_per_s": 0.2, "to_per_s": 0.6},
        {"process": "profile", "messages": 40, "weights": (1.0,) * 24},
    ],
)
def test_a_volume_is_so_many_times_the_mail(workload: dict[str, Any]) -> None:
    """Of every process whose number is known; the scenario's own is its own."""
    of = scenario(workload=(workload,))
    assert len(arrivals(at_volume(of, 2.5).workload, 1).intended_s) == 100
    assert at_volume(of, 1.0).workload == of.workload


def test_a_trace_at_another_volume_repeats_its_mails(tmp_path: Path) -> None:
    """Each as often, and a rest of them once more; none falls due at another time."""
    (tmp_path / "t.csv").write_text("at_s,recipients\n" + "".join(f"{at},2\n" for at in range(1000)))
    source = written(tmp_path, '[[workload]]\nprocess = "trace"\npath = "t.csv"\nvolume = 2.5\n')
    assert run(["compare", source, "-s", "direct", "--json"], "seslab") == 0
    from scenarios.schema.scenario_file import load

    mails = arrivals(load(source).workload, 1)
    times = [mails.intended_s.tolist().count(float(at)) for at in range(1000)]
    assert set(times) == {2, 3}
    assert 2400 < sum(times) < 2600
    assert set(mails.recipients.tolist()) == {2}


def most_of(one: Scenario) -> int:
    """Of the only account."""
    return most_in_a_day(arrivals(one.workload, one.seed), one.account)


def test_most_in_a_day_is_of_any_24_hours() -> None:
    """Whenever they begin."""
    batches = tuple({"process": "batch", "messages": 10, "at_s": hours * 3600.0} for hours in (20, 30, 43, 45))
    assert most_of(scenario(workload=batches, horizon_s=200_000.0)) == 30
    late = ({"process": "batch", "messages": 900, "at_s": 23 * 3600.0},)
    account = {"sent_last_24h": 480, "max_send_rate_per_s": 30.0}  # 20 an hour: those of one hour still count then
    assert most_of(scenario(workload=late, account=account, horizon_s=200_000.0)) == 920


GROWTH = 'scenario = "s.toml"\nstrategy = "leaky-bucket"\nfrom = "2026-11"\nmonths = 3\nper_month = 3\n'
MAIL = (
    '[account]\nmax_send_rate_per_s = 30\n[[workload]]\nprocess = "batch"\nmessages = 100\n'
    '[thresholds]\nfast = "*.makespan_s < 20"\n'
)


def test_a_folder_has_the_plan_and_the_text_to_aws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the file says stands in it, what it does not say in brackets; a second time it is all the same."""
    written(tmp_path, MAIL)
    asked = written(tmp_path, f'{GROWTH}[request]\nuse_case = "Letters to members."\n', "growth.toml")
    out = tmp_path / "out"
    command_line = ["plan", asked, "--replications", "1", "--out", str(out), "--json"]
    assert run(command_line, "seslab") == 0
    files = {path.name: path.read_bytes() for path in out.iterdir()}
    assert files.keys() == {DOCUMENT, REQUEST, SPREADSHEET, f"{PICTURE}.png", f"{PICTURE}.svg"}
    assert capsys.readouterr().out.encode() == files[DOCUMENT]
    plan: PlanDocument = json.loads(files[DOCUMENT])
    rows = list(csv.DictReader(files[SPREADSHEET].decode().splitlines()))
    assert [row["month"] for row in rows] == [month["month"] for month in plan["months"]]
    text = files[REQUEST].decode()
    assert plan["ask"] is not None
    assert f"from 30 to {plan['ask']['limit']['max_send_rate_per_s']} recipients per second" in text
    assert "Use case: Letters to members." in text
    assert "Website: [your website]" in text
    assert run(command_line, "seslab") == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == files


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GROWTH.replace("per_month = 3", ""), "per_month: is needed, or recipients of each month"),
        (f"{GROWTH}recipients = [1, 2]\n", "per_month = 3: must be left out: recipients has each month"),
        (GROWTH.replace("2026-11", "2026-13"), 'from = "2026-13": must be a month such as 2026-12'),
        (GROWTH.replace("months = 3", "months = 500"), "months = 500: must be at most 120"),
        (GROWTH.replace("per_month", "pro_month"), "unknown key 'pro_month', did you mean 'per_month'?"),
        (GROWTH.replace("s.toml", "gone.toml"), "gone.toml"),
        (GROWTH.replace("leaky-bucket", "leaky-buckets"), "leaky-buckets"),
        (f'{GROWTH}[request]\nwebsite = "a\\nb"\n', "must be one line of text"),
    ],
)
def test_a_growth_that_cannot_be_is_refused(text: str, said: str, tmp_path: Path) -> None:
    """With one line that says what is wrong."""
    written(tmp_path, MAIL)
    asked = written(tmp_path, text, "growth.toml")
    with pytest.raises(BadInput) as told:
        run(["plan", asked], "seslab")
    assert said in str(told.value)
    assert "\n" not in str(told.value)


def test_a_plan_needs_thresholds(tmp_path: Path) -> None:
    """Else any limit is enough."""
    written(tmp_path, '[[workload]]\nprocess = "batch"\nmessages = 100\n')
    with pytest.raises(BadInput, match="has no thresholds"):
        run(["plan", written(tmp_path, GROWTH, "growth.toml")], "seslab")
    with pytest.raises(BadInput, match="no such file"):
        read_growth(tmp_path / "none.toml")
