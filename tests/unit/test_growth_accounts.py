"""Plans of several accounts: each for itself, a pool as its calls are dealt."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.documents.plan import PlanDocument, PlansDocument
from reports.growth import command, folder, several
from reports.growth.drawing import quota_of
from reports.growth.months import Volume, least_rate
from reports.growth.pool import whole_percents
from reports.growth.request import cases_of
from reports.growth.sentences import answer
from reports.headroom.attempts import Search
from reports.robust.trials import Simulation
from scenarios.errors import BadInput
from scenarios.growth.demands import demands_of, refuse_sums
from scenarios.growth.growth import Growth, Request, refuse_needless_region
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import slices_of
from seslab.worlds import simulator
from tests.unit.scenario_files import loaded
from tests.unit.test_documents import assert_declared
from tests.unit.test_headroom import perform

US = 'max_send_rate_per_s = 30\nregion = "us-east-1"\n'
DE = 'max_send_rate_per_s = 15\nmax_24h_send = 300\nregion = "eu-central-1"\n'
BOTH = f"horizon_s = 900\n[accounts.us]\n{US}[accounts.de]\n{DE}"
TO_US = '[[workload]]\nprocess = "batch"\nmessages = 200\naccount = "us"\n'
TO_DE = '[[workload]]\nprocess = "batch"\nmessages = 100\naccount = "de"\n'
TOO_LATE = {"expression": "*.makespan_s < 20"}
FAST = '[thresholds]\nfast = "*.makespan_s < 20"\n'


def plans(scenario: Scenario, **growth: Any) -> dict[str, PlanDocument]:
    """By one leaky bucket: n recipients take (n - 1) / R seconds and a call."""
    asked = Growth.model_validate({"scenario": "s", "strategy": "leaky-bucket", "from": "2026-11", **growth})
    search = Search(scenario, asked.strategy, Volume(), command.own_limiter, 1, Simulation(simulator(), load_prices()))
    found = {name: command.plan_of(search, asked, perform, name) for name in slices_of(scenario)}
    assert_declared(PlansDocument, several.document([*found.values()], scenario))
    return found


def said(found: Mapping[str, PlanDocument], scenario: Scenario) -> list[str]:
    """In sentences."""
    return [*several.sentences(several.document([*found.values()], scenario))]


def test_each_account_is_planned_as_if_it_were_alone(tmp_path: Path) -> None:
    """Months, limit, failure and request are those of a scenario of that account; only the Region is known."""
    found = plans(loaded(tmp_path, BOTH + TO_US + TO_DE + FAST), months=5, per_month=1.5)
    for name, account, mail in (("us", US, TO_US), ("de", DE, TO_DE)):
        own = "\n".join(line for line in account.splitlines() if "region" not in line)
        alone_mail = mail.replace(f'account = "{name}"\n', "")
        alone = loaded(tmp_path, f"horizon_s = 900\n[account]\n{own}\n{alone_mail}{FAST}")
        [expected] = plans(alone, months=5, per_month=1.5).values()
        plan = found[name]
        assert plan.pop("thresholds") == ["fast"]
        assert (plan.pop("account"), plan.pop("region")) == (name, {"us": "us-east-1", "de": "eu-central-1"}[name])
        assert expected["ask"] is not None
        expected["ask"]["open"].remove("region")
        assert plan == expected


def test_a_pool_is_asked_for_in_proportion_and_by_the_share_that_each_is_dealt(tmp_path: Path) -> None:
    """300 mails fit into 20 s at 45 a second, 1,013 need 51: a third is de's, whose quota of 300 that is beyond."""
    scenario = loaded(tmp_path, f"{BOTH}{TO_US}{TO_DE}{FAST}[pool]\n")
    [plan] = plans(scenario, months=4, per_month=1.5).values()
    us, de = plan["accounts"]
    assert [us["share"], de["share"]] == pytest.approx([2 / 3, 1 / 3])
    assert [us["most_24h"], de["most_24h"]] == [[200, 300, 450, 676], [100, 150, 225, 338]]
    assert [month["fits_quota"] for month in plan["months"]] == [True, True, True, False]
    assert plan["ask"] is not None
    limits = [one["limit"]["max_send_rate_per_s"] for one in plan["ask"]["accounts"]]
    assert limits == [34, 17]
    assert plan["ask"]["limit"]["max_send_rate_per_s"] == 51
    assert [one["limit"]["max_24h_send"] for one in plan["ask"]["accounts"]] == [50_000, 340]
    assert [(case.account, case.region) for case in cases_of(plan)] == [("us", "us-east-1"), ("de", "eu-central-1")]
    assert answer(plan).startswith("limits that add up to 45 recipients a second and 50,300 in 24 hours are enough")
    assert quota_of(plan) == 900
    together = "of 50,300 that the quotas allow together: de is full first"
    assert f"pool: as calls are dealt, 900 recipients in 24 hours fit, {together}" in said({"pool": plan}, scenario)


def test_each_region_of_a_global_endpoint_is_to_bear_all_of_it(tmp_path: Path) -> None:
    """It is dealt half, so that twice the smaller rate fits, and stands in for the other."""
    scenario = loaded(tmp_path, f'{BOTH}{TO_US}{TO_DE}{FAST}[pool]\nrouting = "global-endpoint"\n')
    [plan] = plans(scenario, months=4, per_month=1.5).values()
    assert [(one["share"], one["bears"]) for one in plan["accounts"]] == [(0.5, 1.0), (0.5, 1.0)]
    assert plan["ask"] is not None
    us, de = (one["limit"] for one in plan["ask"]["accounts"])
    assert us["max_send_rate_per_s"] == de["max_send_rate_per_s"] == 51
    assert de["max_24h_send"] == 1100
    assert [case.most_24h[-1] for case in cases_of(plan)] == [("2027-02", 1013)] * 2
    together = "of 45 that the accounts allow together: de has no room for more"
    assert f"pool: as calls are dealt, 30 recipients a second fit, {together}" in said({"pool": plan}, scenario)


def test_what_is_asked_of_one_account_is_said_as_the_file_says_it(tmp_path: Path) -> None:
    """The other has no threshold, which is said, and nothing is said of thresholds on all mail."""
    own = '[thresholds]\nslow = "*.accounts.us.latency_s.p99 < 5"\n'
    scenario = loaded(tmp_path, BOTH + TO_US + TO_DE + own)
    found = plans(scenario, months=2, per_month=1.5)
    assert (found["us"].get("thresholds"), found["de"].get("thresholds")) == (["slow"], [])
    assert found["us"]["failure"] is not None
    assert found["us"]["failure"]["threshold"]["expression"] == "*.accounts.us.latency_s.p99 < 5"
    lines = said(found, scenario)
    assert "de: no threshold concerns its mail, so that only its quota limits it" in lines
    assert not [line for line in lines if "a threshold on all mail" in line]


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=50))
def test_percentages_add_up(weights: list[float]) -> None:
    """Each is off by less than one."""
    parts = [weight / math.fsum(weights) for weight in weights]
    percents = whole_percents(parts)
    assert sum(percents) == 100
    assert all(abs(percent - 100 * part) < 1 + 1e-6 for percent, part in zip(percents, parts, strict=True))


def test_a_region_that_no_text_would_say_is_refused(tmp_path: Path) -> None:
    """Accounts without one of their own have the file's."""
    table = {
        "scenario": "s",
        "strategy": "direct",
        "from": "2026-11",
        "per_month": 1,
        "request": {"region": "eu-west-1"},
    }
    growth, own = Growth.model_validate(table), 'region = "us-east-1"\n'
    some = BOTH.replace(own, "") + TO_US + TO_DE
    refuse_needless_region(tmp_path, growth, loaded(tmp_path, some))
    with pytest.raises(BadInput, match=r"request\.region = 'eu-west-1': each account has its own"):
        refuse_needless_region(tmp_path, growth, loaded(tmp_path, BOTH + TO_US + TO_DE))


def test_a_rate_is_not_passed_over_where_a_higher_one_fails() -> None:
    """What holds from 80 to 130 and from 900 on: halving alone would come to 900."""
    attempts: list[Any] = []

    def failure(rate: float) -> Any:
        held = 80 <= rate <= 130 or rate >= 900
        attempts.append(SimpleNamespace(value=rate, failure=None if held else SimpleNamespace(threshold=TOO_LATE)))
        return attempts[-1].failure

    assert least_rate(cast(Any, SimpleNamespace(attempts=attempts, failure=failure)), 30, 3000) == 80


def test_an_account_that_mail_has_not_overflowed_to_yet_is_enough(tmp_path: Path) -> None:
    """Where no mail is, nothing is late; and that a raised limit divides it otherwise is said."""
    overflow = '[split]\nby = "overflow"\norder = ["us", "de"]\n'
    mail = '[[workload]]\nprocess = "constant"\nduration_s = 20\nmessages_per_s = 25\n'
    scenario = loaded(tmp_path, f'{BOTH}{mail}[thresholds]\nfast = "*.latency_s.p99 < 20"\n{overflow}')
    found = plans(scenario, months=3, per_month=1.5)
    first, _, last = found["de"]["months"]
    assert (first["most_24h"], first["meets"]) == (0, True)
    assert last["most_24h"] > 0
    assert any("overflows as it does under" in one for one in said(found, scenario))


@pytest.mark.parametrize(
    ("figure", "us", "de"),
    [
        ("latency_s.p99", "latency_s.p99", "latency_s.p99"),
        ("providers.gmail.inbox_s.p99", "providers.gmail.inbox_s.p99", "providers.gmail.inbox_s.p99"),
        ("accounts.us.latency_s.p99", "latency_s.p99", None),
        ("accounts.de.own_reputation.bounce_rate", None, "reputation.bounce_rate"),
        ("tenants.shop.latency_s.p99", "tenants.shop.latency_s.p99", None),
        ("workloads.2.latency_s.p99", None, "latency_s.p99"),
        ("workloads.1.latency_s.p99", "workloads.1.latency_s.p99", None),
        ("workloads.news.latency_s.p99", "workloads.news.latency_s.p99", None),
        ("lanes.urgent.latency_s.p99", "lanes.urgent.latency_s.p99", "latency_s.p99"),
    ],
)
def test_what_must_hold_is_asked_where_it_is_sent(tmp_path: Path, figure: str, us: str | None, de: str | None) -> None:
    """Under the name that it has in a run of the account alone."""
    urgent = 'lane = "urgent"\n'
    shop = '[tenants.shop]\naccount = "us"\n[delivery]\n'
    named = f'{TO_US}name = "news"\n'
    text = f'{BOTH}{TO_US}{urgent}tenant = "shop"\n{named}{TO_DE}{urgent}{shop}[thresholds]\nx = "*.{figure} < 9"\n'
    scenario = loaded(tmp_path, text)
    for name, expected in (("us", us), ("de", de)):
        own = demands_of(scenario, name, slices_of(scenario)[name])
        assert own == ({} if expected is None else {"x": (f"*.{expected} < 9",)})


def test_what_adds_up_over_accounts_is_no_demand_on_one(tmp_path: Path) -> None:
    """In one line; what must not happen at all, what one account alone has, and a pool of all are as ever."""
    two = BOTH + TO_US + TO_DE + "[thresholds]\n"
    with pytest.raises(
        BadInput, match=r"^s: thresholds.few: \*.calls.throttled < 9: adds up over us, de, which[^\n]*$"
    ):
        refuse_sums("s", loaded(tmp_path, f'{two}few = "*.calls.throttled < 9"\n'))
    for demand in ("recipients.lost == 0", "accounts.us.calls.throttled < 9", "workloads.0.recipients.accepted > 9"):
        refuse_sums("s", loaded(tmp_path, f'{two}few = "*.{demand}"\n'))
    refuse_sums("s", loaded(tmp_path, f'{two}few = "*.calls.throttled < 9"\n[pool]\n'))


def test_a_folder_has_one_for_each_account(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the text where something is to be asked for; a second time it is taken for an earlier one."""
    scenario, out = loaded(tmp_path, BOTH + TO_US + TO_DE + FAST), tmp_path / "out"
    folder.prepare(out, scenario)
    command.show([*plans(scenario, months=2, per_month=4).values()], scenario, Request(), True, out)
    assert {str(path.relative_to(out)) for path in out.rglob("*.[jt]*")} == {
        "plans.json",
        "us/plan.json",
        "us/request.txt",
        "de/plan.json",
        "de/request.txt",
    }
    document = json.loads((out / "plans.json").read_text())
    assert [plan["account"] for plan in document["plans"]] == ["us", "de"]
    assert capsys.readouterr().out == (out / "plans.json").read_text()
    assert "Region: eu-central-1" in (out / "de" / "request.txt").read_text()
    folder.prepare(out, scenario)
