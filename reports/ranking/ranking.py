"""Which contender did best: the order of a comparison's table and sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Generic, NamedTuple, TypeVar

from reports.ranking.requirement import miss_of, requirement_of
from reports.ranking.ties import are_tied
from reports.ranking.typical import typical
from scenarios.entry import StrategyEntry
from scenarios.schema.rank import better
from scenarios.schema.thresholds import JudgedThreshold
from scenarios.verdicts import FAIL, INCONCLUSIVE, PASS, Met

ALIKE = 1.01  # times the shortest makespan of a class
MAKESPAN = "makespan_s"
Entry = TypeVar("Entry", bound=StrategyEntry)


class Ranked(NamedTuple, Generic[Entry]):
    """A contender and its place; those that are tied share one."""

    place: int
    entry: Entry
    requirement: Met | None

    @property
    def kind(self) -> Kind:
        """Of others of the same kind alone it is said to be better or worse in the figure that ranks."""
        return _kind(self.requirement, self.entry)


class Kind(NamedTuple):
    """Contenders of one kind come before all of the next: what nothing is demanded of comes before what fails."""

    requirement: Met | None
    tier: int

    @property
    def order(self) -> tuple[int, int]:
        return (PASS, INCONCLUSIVE, None, FAIL).index(self.requirement), self.tier


def ranking(
    entries: Sequence[Entry], thresholds: Sequence[JudgedThreshold] = (), by: str | None = None
) -> list[Ranked[Entry]]:
    """Best first: what meets all thresholds, then by what became of the mail, then by the figure that ranks.

    What lost nothing and finished comes before what did not finish, and that before what lost mail. `by` ranks those
    that finished; without it the makespan does, and of the others the recipients accepted. Equals are ranked by
    duplicates, then by the p99 latency of the most urgent mail, then by cost. What fails a threshold is ranked by how
    many it fails and how far, whatever became of its mail.
    """
    kinds = {entry["strategy"]: kind_of(entry, thresholds) for entry in entries}
    by_kind = sorted(entries, key=lambda entry: kinds[entry["strategy"]].order)
    ranks: list[Ranked[Entry]] = []
    for kind, alike in groupby(by_kind, key=lambda entry: kinds[entry["strategy"]]):
        ranks += _placed(_within(kind, list(alike), thresholds, by), kind, len(ranks))
    return ranks


def kind_of(entry: StrategyEntry, thresholds: Sequence[JudgedThreshold]) -> Kind:
    """What it comes to in what is demanded, and what became of its mail."""
    return _kind(requirement_of(entry["strategy"], thresholds), entry)


def _kind(requirement: Met | None, entry: StrategyEntry) -> Kind:
    """What fails is ranked by how far it does, whatever became of its mail."""
    return Kind(requirement, 0 if requirement == FAIL else tier(entry))


def tier(entry: StrategyEntry) -> int:
    """0: nothing lost and nothing left; 1: nothing lost, some left; 2: lost or dead-lettered."""
    recipients = entry["recipients"]
    if recipients["lost"] or recipients["dead_lettered"]:
        return 2
    return 1 if recipients["pending"] else 0


def ranks_by(tier: int, by: str | None) -> str:
    """The figure that ranks those of one kind: of what was not all accepted, how much was."""
    return (by or MAKESPAN) if tier == 0 else "recipients.accepted"


def _within(
    kind: Kind, entries: list[Entry], thresholds: Sequence[JudgedThreshold], by: str | None
) -> list[list[Entry]]:
    """Those of one kind, best first; what shares a place stands together."""
    if kind.requirement == FAIL:
        by_miss = sorted(entries, key=lambda entry: (miss_of(entry, thresholds), _merits(entry)))
        return [list(alike) for _, alike in groupby(by_miss, key=lambda entry: miss_of(entry, thresholds))]
    figure = ranks_by(kind.tier, by)
    ordered = sorted(entries, key=lambda entry: (worth(entry, figure), _merits(entry)))
    return list(_shared(_classes(ordered) if figure == MAKESPAN and by is None else [[one] for one in ordered], figure))


def _shared(classes: Sequence[list[Entry]], figure: str) -> Iterator[list[Entry]]:
    """Places: of a class the best first, and all that are tied with the first of a place share it."""
    shared: list[Entry] = []
    for entry in (entry for peers in classes for entry in sorted(peers, key=_merits)):
        if shared and not (are_tied(shared[0], entry, figure) and _wait_alike(shared[0], entry, figure)):
            yield sorted(shared, key=_merits)
            shared = []
        shared.append(entry)
    if shared:
        yield sorted(shared, key=_merits)


def _wait_alike(first: StrategyEntry, other: StrategyEntry, figure: str) -> bool:
    """Where arrivals decide the makespan, those that end alike may wait for very different times."""
    if figure != MAKESPAN:
        return True
    shorter_s, longer_s = sorted((_urgent_p99_s(first), _urgent_p99_s(other)))
    return longer_s <= ALIKE * shorter_s or longer_s - shorter_s < 1.0


def _placed(places: Sequence[Sequence[Entry]], kind: Kind, before: int) -> Iterator[Ranked[Entry]]:
    """Those that share a place take as many, so that the next one's says how many are better."""
    for shared in places:
        yield from (Ranked(before + 1, entry, kind.requirement) for entry in shared)
        before += len(shared)


def worth(entry: StrategyEntry, figure: str) -> float:
    """The less the better; what there is none of, such as the latency of nothing, is worst."""
    value = typical(entry, figure)
    if value is None:
        return math.inf
    return -value if better(figure) == "higher" else value


def _merits(entry: StrategyEntry) -> tuple[float | str, ...]:
    """What decides between equals: what fails alike may still have lost mail or kept it.

    What was never accepted has neither a latency nor a price.
    """
    figures = (_urgent_p99_s(entry), _or_never(entry["cost_per_million_usd"]))
    return tier(entry), entry["recipients"]["duplicated"], *figures, entry["strategy"]


def _urgent_p99_s(entry: StrategyEntry) -> float:
    """Of the most urgent lane, of equally urgent ones the slowest; of all mail where no lanes are told apart."""
    lanes = entry.get("lanes", [])
    urgent = [lane["latency_s"] for lane in lanes if lane["priority"] == lanes[0]["priority"]]
    return max(_or_never(latency_s["p99"]) for latency_s in urgent or [entry["latency_s"]])


def _or_never(figure: float | None) -> float:
    return math.inf if figure is None else figure


def _classes(by_makespan: Sequence[Entry]) -> list[list[Entry]]:
    """Those alike to the first of them: an order by pairs alone would run in circles."""
    classes: list[list[Entry]] = []
    for entry in by_makespan:
        if classes and worth(entry, MAKESPAN) <= ALIKE * worth(classes[-1][0], MAKESPAN):
            classes[-1].append(entry)
        else:
            classes.append([entry])
    return classes
