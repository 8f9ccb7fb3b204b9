"""What people are told of accepted mail: columns, sentences, the answer, and a table of providers."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from reports.compare.markdown import markdown
from reports.compare.sections import is_good
from reports.compare.table import explanations, providers_of, table
from reports.documents.comparison import ComparisonDocument
from reports.inboxes.pauses import PAUSED, paused_s_of, said_of_pause
from reports.inboxes.said import said_of_inboxes
from reports.ranking.answer import answer
from scenarios.schema.model import Scenario
from tests.unit.comparisons import simulated
from tests.unit.virtual import batch, scenario

QUICK = {"constant_ms": 2000}
LIST = {
    "providers": {
        "quick": {"share": 0.75, "inbox": QUICK},
        "strict": {"share": 0.25, "inbox": QUICK, "per_hour": 20, "defer_s": 60},
    },
    "deadline_s": 90,
    "reputation": {"representative_volume": 100},
}


def sending(**delivery: Any) -> Scenario:
    """200 mails at 10 a second."""
    account = {"max_send_rate_per_s": 10.0, "max_24h_send": -1}
    return scenario(batch(200), account=account, horizon_s=900.0, delivery={**LIST, **delivery})


@cache
def dirty(*, pauses: bool = True) -> ComparisonDocument:
    """A list on which every fifth address is dead."""
    given = sending(hard_bounce=0.2, reputation={"representative_volume": 100, "pauses": pauses})
    return simulated(given, "heartbeat", "leaky-bucket")


def names(comparison: ComparisonDocument) -> list[str]:
    """Of its table's columns."""
    return [column.name for column in table(comparison).columns]


def test_columns_of_inboxes_stand_where_a_scenario_speaks_of_them() -> None:
    """No other table has them, and the one of a pause stands only where there was one."""
    ours = ["in inbox in 90 s", "bounced", "inbox p99"]
    clean = names(simulated(sending(), "heartbeat"))
    assert [name for name in clean if name in ours] == ours
    assert "paused after" not in clean
    assert "paused after" in names(dirty())
    assert not {*ours, "paused after"} & {*names(simulated(scenario(batch(2)), "heartbeat"))}


def test_the_figures_of_a_row_are_the_entry_s() -> None:
    """The share in time is of all recipients, be they accepted or not."""
    comparison = dirty()
    entry = next(one for one in comparison["strategies"] if one["strategy"] == "heartbeat")
    cells = dict(zip(names(comparison), next(row for row in table(comparison).rows if "heartbeat" in row), strict=True))
    within = entry["delivery"]["within_deadline"]
    assert within is not None
    assert within < 0.6
    assert cells["in inbox in 90 s"] == f"{int(100 * within)} %"
    assert cells["bounced"] == f"{entry['delivery']['bounced']:g}"
    assert cells["paused after"] == f"{entry['reputation']['paused_s']:.3g}"


def test_whatever_became_of_accepted_mail_is_said() -> None:
    """Each fate that there was, with its number, and no other."""
    (entry,) = simulated(sending(hard_bounce=0.02, soft_bounce=0.05, suppressed=0.05), "heartbeat")["strategies"]
    said, delivery = said_of_inboxes(entry), entry["delivery"]
    fates = {"bounced": "bounced", "suppressed": "suppressed", "pending": "still on their way"}
    for fate, word in fates.items():
        assert f"{delivery[fate]:g} {word}" in said  # type: ignore[literal-required]
    assert f"of 200 accepted {delivery['delivered']:g} are in the inbox, 99 % of them within " in said
    assert "given up" not in said
    assert "AWS" not in said


@pytest.mark.parametrize(("pauses", "verb"), [(True, "pauses"), (False, "may pause")])
def test_no_answer_is_silent_about_a_pause(*, pauses: bool, verb: str) -> None:
    """Whether SES refuses what comes after it or not; and nobody whose account is paused is shown as one to take."""
    comparison = dirty(pauses=pauses)
    assert f"; AWS {verb} the account after " in answer(comparison)
    assert not is_good(comparison)
    assert all(f"AWS {verb} the account" in said for said in explanations(comparison))
    demanding: ComparisonDocument = {**comparison, "thresholds": _unmet(comparison)}
    assert f"; AWS {verb} the account after " in answer(demanding)


def test_of_several_runs_those_with_a_pause_are_counted() -> None:
    """A pause in some of them is in no mean, and yet it is said, and has its cell."""
    whole = dirty()["strategies"][0]
    some: Any = {
        **whole,
        "samples": {PAUSED: [12.0, None, 14.0]},
        "reputation": {**whole["reputation"], "paused_s": None},
    }
    assert said_of_pause(some) == "AWS pauses the account after 13.0 s in 2 of 3 runs"
    assert paused_s_of(some) == 13.0
    never: Any = {**some, "samples": {PAUSED: [None, None, None]}}
    assert (said_of_pause(never), paused_s_of(never)) == ("", None)


def _unmet(comparison: ComparisonDocument) -> Any:
    more = {"name": "quick", "figure": "makespan_s", "verdict": "fail", "ci95": None}
    return [
        {**more, "strategy": one["strategy"], "expression": f"{one['strategy']}.makespan_s < 1", "value": 9.0}
        for one in comparison["strategies"]
    ]


def test_a_pause_tells_apart_what_is_kept_and_what_is_gone() -> None:
    """Of two senders the one that waits says that it keeps the rest, the other for what its mail is lost."""
    kept, gone = sorted(explanations(dirty()))
    assert "still pending at the end, kept while the account is paused" in kept
    assert "refused because AWS had paused the account" in gone


def test_providers_add_up_to_their_contender() -> None:
    """A row for each provider of the first contender, in Markdown too; without [delivery] there is no table."""
    comparison = dirty()
    (sheet,) = providers_of(comparison)
    first = comparison["ranking"][0]["strategy"]
    whole = next(one for one in comparison["strategies"] if one["strategy"] == first)["delivery"]
    assert [row[0] for row in sheet.rows] == ["quick", "strict"]
    for column, figure in enumerate((whole["copies"], whole["delivered"], whole["bounced"]), start=1):
        assert sum(int(row[column].replace(",", "")) for row in sheet.rows) == figure
    assert "| " + " | ".join(sheet.rows[0]) + " |" in markdown(comparison)
    assert not [*providers_of(simulated(scenario(batch(2)), "heartbeat"))]
