"""A table of a contender's accounts, where there are several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reports.columns import Block, Column, Row, Sheet
from reports.documents.accounts import ApartTable
from reports.documents.comparison import ComparisonDocument
from reports.inboxes.columns import inbox_cells_apart, of_inboxes_apart
from reports.inboxes.pauses import called
from reports.words import seconds
from scenarios.entries.accounts import AccountEntry
from scenarios.entry import StrategyEntry
from strategies.presentation.words import count, share

_LATENCY = "latency of its own mail from the intended instant"
_OWN = "of its own mail, whoever sent it"
_DECIDED = "of calls that it decided, whoever's mail it was"
_IDEAL = "of an ideal sender, first come first served"


def accounts_apart(comparison: ComparisonDocument, entry: StrategyEntry, title: str) -> Iterator[Sheet]:
    """A row for each account of a contender; nothing where there is one."""
    if not entry.get("accounts"):
        return
    rates = {one["account"]: one["max_send_rate_per_s"] for one in comparison.get("accounts", ())}
    apart = {one["account"]: one for one in comparison.get("arrangement", {"accounts": []})["accounts"]}
    columns = [
        Column("account"),
        Column("limit\n/s"),
        Column("recip-\nients", note=_OWN),
        Column("accept-\ned", note=_OWN),
        Column("makespan", "s", note=_OWN, falls=2),
        Column("at\nbest", "s", note="in its slice", falls=1),
        Column("p50", "s", note=_LATENCY, falls=5),
        Column("p99", "s", note=_LATENCY),
        *([Column("p99 in\nslice", "s", note=_IDEAL), Column("p99 in\npool", "s", note=_IDEAL)] if apart else []),
        Column("peak\n1 s", note=_DECIDED, falls=4),
        Column("throttled\ncalls", note=_DECIDED, falls=3),
        Column("used", note="by calls that it decided, of what it allows until its last acceptance", falls=6),
        *of_inboxes_apart(comparison, falls=7),
    ]
    cells = [
        [*_row(one, rates, apart), *inbox_cells_apart(comparison, entry, one, called(entry, one["account"]))]
        for one in entry["accounts"]
    ]
    yield Sheet(title, columns, [Block(cells)])


def _row(one: AccountEntry, rates: Mapping[str, float], apart: Mapping[str, ApartTable]) -> Row:
    recipients, latency_s, ideal = one["recipients"], one["latency_s"], apart.get(one["account"])
    ideals = [seconds(ideal["slice_p99_s"]), seconds(ideal["pool_p99_s"])] if ideal else ["-", "-"]
    return [
        one["account"],
        f"{rates.get(one['account'], 0):g}",
        count(recipients["submitted"]),
        share(recipients["accepted"], recipients["submitted"]) if recipients["submitted"] else "-",
        seconds(one["makespan_s"]),
        seconds(one["bound_s"]),
        seconds(latency_s["p50"]),
        seconds(latency_s["p99"]),
        *(ideals if apart else []),
        count(one["peak_1s"]),
        count(one["calls"]["throttled"]),
        "-" if one["utilisation"] is None else share(one["utilisation"], 1),
    ]
