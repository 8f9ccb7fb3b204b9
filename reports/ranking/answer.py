"""The answer to what a comparison was made for, in one sentence, and what every contender came to in a demand."""

from __future__ import annotations

from collections.abc import Sequence

from reports.documents.comparison import ComparisonDocument, ExplainedEntry
from reports.ranking.called import called
from reports.ranking.ranking import MAKESPAN, Ranked, ranking, tier
from reports.ranking.requirement import miss, missed_by
from reports.ranking.typical import typical
from reports.threshold_lines import met_value
from reports.units import shown, unit_of
from reports.words import duration
from scenarios.schema.rank import better
from scenarios.schema.thresholds import JudgedThreshold, Threshold
from scenarios.verdicts import FAIL, INCONCLUSIVE
from strategies.presentation.words import count, counted, share

Ranks = Sequence[Ranked[ExplainedEntry]]


def ranking_of(comparison: ComparisonDocument) -> list[Ranked[ExplainedEntry]]:
    """The contenders of a comparison, best first."""
    by = comparison.get("rank", {}).get("figure")
    return ranking(comparison["strategies"], comparison.get("thresholds", ()), by)


def answer(comparison: ComparisonDocument) -> str:
    """Who should send, with which settings and why, or that nobody meets what is demanded.

    Empty for a single contender of which nothing is demanded.
    """
    ranks, thresholds = ranking_of(comparison), comparison.get("thresholds", ())
    if not ranks or (len(ranks) == 1 and not thresholds):
        return ""
    leader = ranks[0]
    if thresholds and leader.requirement == FAIL:
        return _nobody(leader.entry, ranks, thresholds)
    if thresholds and leader.requirement == INCONCLUSIVE:
        return f"undecided: {called(leader.entry)} meets the requirement in some runs only; more replications may tell"
    reason = f"meets {_all_of(thresholds)}" if thresholds else _fate(leader.entry)
    return f"{called(leader.entry)} {reason}{_figure(comparison, ranks)}{_tied(ranks)}"


def _nobody(nearest: ExplainedEntry, ranks: Ranks, thresholds: Sequence[JudgedThreshold]) -> str:
    missed = sorted(missed_by(nearest["strategy"], thresholds), key=lambda one: -miss(one, nearest))
    more = f", and {counted(len(missed) - 1, 'more threshold')}" if len(missed) > 1 else ""
    least = f"{missed[0]['name']}: {missed[0]['expression']} ({met_value(missed[0])}{_times(missed[0])}){more}"
    if len(ranks) == 1:
        return f"{called(nearest)} does not meet the requirement: {least}"
    return f"nobody meets the requirement; {called(nearest)} misses it least: {least}"


def _times(threshold: JudgedThreshold) -> str:
    """How often the limit, where that says more than the value does."""
    value, limit = threshold["value"], Threshold.parse(threshold["expression"]).limit
    return f", {value / limit:.3g} times the limit" if value and limit > 0 and value >= 2 * limit else ""


def _all_of(thresholds: Sequence[JudgedThreshold]) -> str:
    many = len({(one["name"], one["expression"]) for one in thresholds})
    return "the threshold" if many == 1 else f"all {many} thresholds"


def _fate(entry: ExplainedEntry) -> str:
    recipients = entry["recipients"]
    gone = recipients["lost"] + recipients["dead_lettered"]
    if tier(entry) == 2:
        return f"loses least, {count(gone)} of {count(recipients['submitted'])}; none loses nothing"
    if tier(entry) == 1:
        return f"loses nothing, but none finishes: it accepts {share(recipients['accepted'], recipients['submitted'])}"
    return "loses nothing"


def _figure(comparison: ComparisonDocument, ranks: Ranks) -> str:
    """What ranks, and its value: said where there is somebody else, and the figure is why the first is first."""
    rank, entry = comparison.get("rank"), ranks[0].entry
    if len(ranks) == 1 or (rank is None and tier(entry)):
        return ""
    figure, name = (rank["figure"], rank["by"]) if rank else (MAKESPAN, MAKESPAN)
    value = typical(entry, figure)
    most = "highest" if better(figure) == "higher" else "lowest"
    superlative = "the shortest makespan" if figure == MAKESPAN else f"the {most} {name}"
    return f" and has {superlative}, {_said(figure, value)}"


def _said(figure: str, value: float | None) -> str:
    return duration(value) if unit_of(figure) == " s" else shown(figure, value)


def _tied(ranks: Ranks) -> str:
    others = " and ".join(called(one.entry) for one in ranks[1:] if one.place == 1)
    if not others:
        return ""
    is_by_luck = "medians" in ranks[0].entry
    return f"; tied with {others}: the difference may be luck" if is_by_luck else f"; so has {others}"
