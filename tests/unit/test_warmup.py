"""The plan of a warm-up: it adds up day by day, is as long as it must be, and providers follow the ramp they trust."""

from __future__ import annotations

import csv
import json
import re
import warnings
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from matplotlib.figure import Figure

from reports.documents.warmup import WarmupDocument
from reports.warmup import command
from reports.warmup.drawing import MOST_TICKS, _dates
from reports.warmup.folder import CALENDAR, DOCUMENT, PICTURE, SPREADSHEET
from reports.warmup.sentences import sentences
from reports.warmup.shares import turned_away
from reports.warmup.table import table
from scenarios.errors import BadInput
from scenarios.measures.cost import load_prices
from scenarios.schema.delivery.dedicated_ips import DedicatedIps
from scenarios.schema.delivery.ramp import known_ramps
from scenarios.schema.files import CATALOGUE
from scenarios.schema.model import Scenario
from scenarios.warmup.demand import demand_of
from scenarios.warmup.plan import Allowance, plan
from seslab.app import run
from tests.unit.scenario_files import written
from tests.unit.test_documents import assert_declared

FIRST = date(2026, 12, 1)  # a Tuesday
HOURLY: dict[str, Any] = {"process": "constant", "duration_s": 86_400.0, "messages_per_s": 2400 / 86_400}


def scenario(ips: dict[str, Any], *traffic: dict[str, Any], **tables: Any) -> Scenario:
    """Of so much mail, with addresses to be warmed up."""
    workload = traffic or (HOURLY,)
    plain = {"name": "by-hand", "horizon_s": 30 * 86_400.0, "workload": workload, "dedicated_ips": ips}
    return Scenario.model_validate({**plain, **tables})


def planned(asked: Scenario, repeats_days: int | None = None) -> WarmupDocument:
    """Its document, which is as declared."""
    document = command.planned(asked, "s.toml", FIRST, repeats_days, load_prices())
    assert_declared(WarmupDocument, document)
    return document


ramps = st.builds(
    lambda per, step_days, most: {"per": per, "step_days": step_days, "most": tuple(sorted(most))},
    st.sampled_from(("hour", "day")),
    st.integers(1, 3),
    st.lists(st.integers(1, 200), min_size=1, max_size=5),
)
traffic = st.lists(
    st.builds(
        lambda at_s, messages, recipients: {
            "process": "batch", "at_s": float(at_s), "messages": messages, "recipients": recipients,
        },
        st.integers(0, 3 * 86_400 - 1),
        st.integers(1, 300),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


@given(ramps, traffic, st.integers(1, 3), st.sampled_from(("shared", "held")))
@settings(deadline=None)
def test_a_plan_adds_up_and_keeps_the_ramp(
    ramp: dict[str, Any], mails: list[dict[str, Any]], number: int, overflow: str
) -> None:
    """Each day what was held and what is due goes somewhere, never more through an address than its ramp allows."""
    asked = scenario({"number": number, "ramp": ramp, "overflow": overflow}, *mails)
    assert asked.dedicated_ips is not None
    demand = demand_of(asked, FIRST, None)
    days = plan(asked.dedicated_ips, demand, FIRST, Allowance(1e6, -1))
    held = 0
    for place, day in enumerate(days):
        assert day.on == FIRST + timedelta(days=place)
        assert held + day.due == day.dedicated + day.shared + day.held
        assert (day.shared if overflow == "held" else day.held) == 0
        assert sum(day.through(number)) == day.dedicated
        if day.most is not None:
            assert max(day.through(number)) <= day.most * (24 if ramp["per"] == "hour" else 1)
        held = day.held
    assert days[-1].is_done
    assert not any(day.is_done for day in days[-2:-1])


def test_the_ramp_of_one_team_by_the_week() -> None:
    """Five weeks of 2,000 to 20,000 a day through each address, then all of it; two addresses take twice as much."""
    asked = scenario({"number": 2, "ramp": "weekly"}, {"process": "batch", "messages": 60_000})
    days = planned(asked)["days"]
    assert [day["addresses"] for day in days[::7]] == [
        [most, most] for most in (2000, 5000, 10_000, 15_000, 20_000, 30_000)
    ]
    assert (len(days), days[-1]["date"], days[-1]["most"]) == (36, "2027-01-05", None)


def test_the_ramp_of_ses_ends_as_aws_says() -> None:
    """50,000 a day within 45 days."""
    most = known_ramps()["ses"]["most"]
    assert (len(most), most[-1]) == (45, 50_000)


def test_a_plan_ends_when_the_ramp_is_in_nothings_way() -> None:
    """Long before its last step, where there is no more to send; that is known once all of a week has gone through."""
    weekly = {"process": "batch", "messages": 2000, "at": "08:00", "every": "monday"}
    document = planned(scenario({"ramp": [500, 1000, *[1500] * 9, 2000]}, weekly, horizon_s=10 * 86_400.0))
    due = {day["date"]: day["due"] for day in document["days"] if day["due"]}
    assert document["repeats_days"] == 14
    assert due == {"2026-12-07": 2000}  # the second Monday's are beyond the plan: a ramp that has ended takes them
    assert document["done_on"] == "2026-12-08"


def test_days_of_the_week_are_the_calendars() -> None:
    """What a scenario sends on Mondays falls due on Mondays, whatever day the plan begins on."""
    weekly = {"process": "batch", "messages": 30, "at": "23:59:59", "every": "monday"}
    daily = {"process": "batch", "messages": 7, "at": "00:00", "every": "day"}
    tables: dict[str, Any] = {"horizon_s": 7 * 86_400.0, "clock": {"starts": "12:00", "day": "thursday"}}
    days = planned(scenario({"ramp": [1] * 15, "overflow": "shared"}, weekly, daily, **tables))["days"]
    mondays = [day["due"] for day in days if date.fromisoformat(day["date"]).weekday() == 0]
    assert set(mondays) == {37}
    assert {day["due"] for day in days} == {37, 7}


def test_what_is_held_back_goes_first() -> None:
    """And the plan goes on until nothing of it is left."""
    mail = {"process": "batch", "messages": 100}
    days = planned(scenario({"ramp": [40, 60, 110, 130], "overflow": "held"}, mail))["days"]
    assert [sum(day["addresses"]) for day in days] == [40, 60, 110, 130, 160]
    assert [day["held"] for day in days] == [60, 100, 90, 60, 0]


def test_what_is_held_back_goes_no_faster_than_the_account_may_send() -> None:
    """Nor does more go within a day; where more falls due than that, no day ends it, which is said at once."""
    ips, mail = {"ramp": [1000, 1000], "overflow": "held"}, {"process": "batch", "messages": 40_000}
    slow = {"max_send_rate_per_s": 0.5, "max_24h_send": -1}
    days = planned(scenario(ips, mail, account=slow))["days"]
    assert [day["addresses"][0] for day in days[2:-1]] == [43_200] * (len(days) - 3)
    assert days[-1]["held"] == 0
    by_quota = planned(scenario(ips, mail, account={"max_24h_send": 41_000}))["days"]
    assert max(day["addresses"][0] for day in by_quota) == 41_000
    with pytest.raises(BadInput, match="never goes"):
        planned(scenario(ips, mail, account={"max_24h_send": 40_000}))


def test_managed_addresses_follow_what_providers_trust() -> None:
    """Their ramp is the trusted one; what they cost is unknown until it is said."""
    trusted = {"per": "hour", "most": (10, 20, 40)}
    document = planned(scenario({"kind": "managed", "trusted": trusted}))
    assert [day["addresses"][0] for day in document["days"]] == [240, 480, 960, 2400]
    assert document["cost"]["usd_per_month"] is None
    assert any("is not in the price file" in one for one in sentences(document))
    said = planned(scenario({"kind": "managed", "usd_per_month": 73.0}))["cost"]
    assert said["usd_per_thousand"] == pytest.approx(1.0)  # 2,400 a day are 73,000 a month


def test_providers_follow_the_ramp_that_they_trust_and_no_faster_one() -> None:
    """Mail as evenly as the ramp has it meets no deferral; ten times as much in an hour meets many."""
    delivery = {"providers": {"gmail": {"share": 0.5}, "outlook": {"share": 0.5}}}
    trusted: dict[str, Any] = {"per": "hour", "most": (30, 60, 120, 240)}
    calm = planned(scenario({"ramp": trusted, "trusted": trusted}, delivery=delivery))
    assert max(turned_away(day) or 0.0 for day in calm["days"]) < 0.01
    assert any("providers follow" in one for one in sentences(calm))
    hasty = planned(scenario({"ramp": [2400], "trusted": trusted}, delivery=delivery))
    assert (turned_away(hasty["days"][0]) or 0.0) > 0.2
    assert any(one.startswith("too fast") for one in sentences(hasty))


def test_addresses_are_worth_it_where_each_brings_enough() -> None:
    """1,000 a day through each at a provider; below, it is said from how many on."""
    delivery = {"providers": {"gmail": {"share": 0.9}, "outlook": {"share": 0.1}}}
    both = planned(scenario({"number": 2}, delivery=delivery))
    assert [(one["provider"], one["is_enough"]) for one in both["providers"]] == [("gmail", True), ("outlook", False)]
    assert both["providers"][1]["enough_from_per_day"] == pytest.approx(20_000)
    assert any("outlook from 20,000 a day in all on" in one for one in sentences(both))
    assert any("not worth it: no address" in one for one in sentences(planned(scenario({"number": 100}))))


def test_a_quota_that_is_too_small_is_said() -> None:
    """With the first date that needs more."""
    document = planned(scenario({}, account={"max_24h_send": 2000}))
    assert document["over_quota"][0] == "2026-12-01"
    assert any("than the account's 24-hour quota on" in one for one in sentences(document))


def a_tenth(text: str) -> str:
    """Of the mail that the catalogue's warm-up has, and of what its ramp allows."""
    ramp = "{ most = [200, 500, 1000, 1500, 2000], step_days = 7, per = 'day' }"
    for whole, part in (("= 10000", "= 1000"), ("= 15000", "= 1500"), ('"weekly"', ramp)):
        assert whole in text
        text = text.replace(whole, part)
    return text


def test_a_folder_has_the_plan_in_all_its_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The CSV adds up to the document, the calendar has an entry for each step, and all is the same a second time."""
    out = tmp_path / "out"
    file = written(tmp_path, a_tenth((CATALOGUE / "warm-up.toml").read_text()))
    source = ["warmup", file, "--from", "2026-12-01", "--out", str(out), "--json"]
    assert run(source, "seslab") == 0
    files = {path.name: path.read_bytes() for path in out.iterdir()}
    assert capsys.readouterr().out.encode() == files[DOCUMENT]
    document: WarmupDocument = json.loads(files[DOCUMENT])
    rows = list(csv.DictReader(files[SPREADSHEET].decode().splitlines()))
    assert sum(int(row["address 1"]) for row in rows) == document["total"]["dedicated"]
    assert sum(int(row["shared"]) for row in rows) == document["total"]["shared"]
    assert [row["date"] for row in rows] == [day["date"] for day in document["days"]]
    entries = list(Calendar.from_ical(files[CALENDAR]).walk("VEVENT"))
    assert [entry.decoded("DTSTART") for entry in entries] == [FIRST + timedelta(weeks=week) for week in range(6)]
    assert len({entry["UID"] for entry in entries}) == len(entries)
    assert {f"{PICTURE}.png", f"{PICTURE}.svg"} <= files.keys()
    assert len(table(document).rows) == len(rows)
    assert run(source, "seslab") == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == files


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('ramp = "weekley"', "dedicated_ips.ramp = \"weekley\": unknown ramp 'weekley', did you mean 'weekly'?"),
        ("ramp = [20, 10]", "must not fall from one step to the next"),
        ("ramp = []", "must have at least 1 item"),
        ('kind = "managed"\noverflow = "held"', "must be left out: SES decides it for managed addresses"),
        ("ramp = { most = [1, 2], step_days = 365, per = 'week' }", 'per = "week": must be one of hour, day'),
        ("number = 0", "dedicated_ips.number = 0: must be at least 1"),
    ],
)
def test_addresses_that_cannot_be_are_refused(keys: str, said: str, tmp_path: Path) -> None:
    """With one line that names the key."""
    source = written(tmp_path, f'[[workload]]\nprocess = "batch"\nmessages = 9\n[dedicated_ips]\n{keys}\n')
    with pytest.raises(BadInput, match=re.escape(said)):
        run(["warmup", source, "--from", "2026-12-01"], "seslab")


@pytest.mark.parametrize("on", ["2026-13-01", "tomorrow", "9999-12-31", ""])
def test_a_plan_begins_on_a_date(on: str) -> None:
    """And not so late that it ends after all dates."""
    with pytest.raises(BadInput, match="must be a date such as 2026-12-01"):
        run(["warmup", "warm-up", "--from", on], "seslab")


def test_a_scenario_without_addresses_has_no_plan() -> None:
    """And it is said what is missing."""
    with pytest.raises(BadInput, match="add a table"):
        run(["warmup", "broadcast-900", "--from", "2026-12-01"], "seslab")


def test_dates_have_ticks_however_long_a_plan_is() -> None:
    """Matplotlib counts hours where days are few, and warns that it has too many of them."""
    axes = Figure().subplots()
    with warnings.catch_warnings(action="error"):
        for days in (*range(1, 12), 14, 27, 46, 60, 366):
            axes.clear()
            on = range(20_000, 20_000 + days)
            axes.set_xlim(on[0] - 0.5, on[-1] + 0.5)
            _dates(axes, on)
            assert 1 <= len(axes.get_xticks()) <= MOST_TICKS


def test_ramps_have_sources() -> None:
    """Each of the catalogue says where its numbers are from, and is one that a scenario may have."""
    for name, ramp in known_ramps().items():
        assert len(ramp["source"]) > 20
        assert DedicatedIps.model_validate({"ramp": name}).ramp.most == tuple(ramp["most"])
