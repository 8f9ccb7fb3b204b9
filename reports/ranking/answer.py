"""The answer to what a comparison was made for, in one sentence, and what every contender came to in a demand."""

from __future__ import annotations

from collections.abc import Sequence

from reports.documents.comparison import ComparisonDocument, ExplainedEntry
from reports.inboxes.pauses import said_of_pause
from reports.ranking.called import called
from reports.ranking.ranking import MAKESPAN, Ranked, ranking, tier, worth
from reports.ranking.requirement import miss, missed_by
from reports.ranking.ties import difference_interval
from reports.ranking.typical import typical
from reports.threshold_lines import met_value
from reports.units import shown, unit_of
from reports.words import duration, names
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
    if thresholds and leader.requirement in (FAIL, None):
        failing = [one for one in ranks if one.requirement == FAIL]
        return _nobody(failing, ranks, thresholds)
    if leader.requirement == INCONCLUSIVE and leader.entry["interrupted"]:
        return f"undecided: {called(leader.entry)} was interrupted before its end"
    if leader.requirement == INCONCLUSIVE:
        return f"undecided: {called(leader.entry)} meets the requirement in some runs only; more replications may tell"
    if thresholds and tier(leader.entry):
        met = f"{called(leader.entry)} meets {_all_of(leader, thresholds)}{_but(leader.entry)}{_likewise(ranks)}"
        return f"{met}{_pause(leader.entry)}"
    reason = f"meets {_all_of(leader, thresholds)}" if thresholds else _fate(leader.entry)
    return f"{called(leader.entry)} {reason}{_figure(comparison, ranks)}{_pause(leader.entry)}"


def _nobody(failing: Ranks, ranks: Ranks, thresholds: Sequence[JudgedThreshold]) -> str:
    nearest = [one.entry for one in failing if one.place == failing[0].place]
    missed = sorted(missed_by(nearest[0]["strategy"], thresholds), key=lambda one: -miss(one, nearest[0]))
    more = f", and {counted(len(missed) - 1, 'more threshold')}" if len(missed) > 1 else ""
    least = f"{missed[0]['name']}: {missed[0]['expression']} ({met_value(missed[0])}{_times(missed[0])}){more}"
    who, quota = names([called(one) for one in nearest]), _for_quota(nearest[0])
    first = f"{called(nearest[0])} " if len(nearest) > 1 else ""
    loss = "" if any("recipients." in one["expression"] for one in missed) else _but(nearest[0], first)
    loss += _pause(nearest[0])
    if len(ranks) == 1:
        return f"{who} does not meet the requirement: {least}{quota}{loss}"
    nobody = "nobody meets the requirement" if ranks[0].requirement else "nobody of whom it is demanded meets it"
    return f"{nobody}; {who} miss{'es' if len(nearest) == 1 else ''} it least: {least}{quota}{loss}"


def _for_quota(entry: ExplainedEntry) -> str:
    """Whose mail is late or lost then, no threshold says."""
    refused = entry["calls"]["quota"]
    return f"; the 24-hour quota refused {counted(refused, 'call')}" if refused else ""


def _pause(entry: ExplainedEntry) -> str:
    """What no order among contenders shows: a paused account sends nobody's mail any more."""
    said = said_of_pause(entry)
    return f"; {said}" if said else ""


def _times(threshold: JudgedThreshold) -> str:
    """How often the limit, where that says more than the value does."""
    value, limit = threshold["value"], Threshold.parse(threshold["expression"]).limit
    if not value or limit <= 0 or value < 2 * limit:
        return ""
    times = value / limit
    return f", {times:,.0f} times the limit" if times >= 100 else f", {times:.3g} times the limit"


def _all_of(leader: Ranked[ExplainedEntry], thresholds: Sequence[JudgedThreshold]) -> str:
    its = [one for one in thresholds if one["strategy"] == leader.entry["strategy"]]
    return "the threshold" if len(its) == 1 else f"all {len(its)} thresholds"


def _but(entry: ExplainedEntry, who: str = "") -> str:
    """What no threshold forbids, and nobody wants; of which of several, where it is not said otherwise."""
    recipients = entry["recipients"]
    gone, submitted = recipients["lost"] + recipients["dead_lettered"], count(recipients["submitted"])
    if gone:
        return f", but {who}loses {count(gone)} of {submitted}"
    return f", but {who}leaves {count(recipients['pending'])} of {submitted}" if recipients["pending"] else ""


def _likewise(ranks: Ranks) -> str:
    """Those that share the first place, and so have as many accepted."""
    others = [called(one.entry) for one in ranks[1:] if one.place == ranks[0].place]
    return f"; so {'does' if len(others) == 1 else 'do'} {names(others)}" if others else ""


def _fate(entry: ExplainedEntry) -> str:
    recipients = entry["recipients"]
    gone = recipients["lost"] + recipients["dead_lettered"]
    accepted = share(recipients["accepted"], recipients["submitted"])
    if tier(entry) == 2:
        return f"gets most accepted, {accepted}, and loses {count(gone)}; none loses nothing"
    if tier(entry) == 1:
        return f"loses nothing and gets most accepted, {accepted}; none finishes"
    return "loses nothing"


def _figure(comparison: ComparisonDocument, ranks: Ranks) -> str:
    """What ranks, and its value: said where there is somebody else, and the figure is why the first is first."""
    leader, rank = ranks[0], comparison.get("rank")
    figure, name = (rank["figure"], rank["by"]) if rank else (MAKESPAN, "makespan")
    value = typical(leader.entry, figure)
    if len(ranks) == 1 or tier(leader.entry) or value is None:
        return ""
    alike = [one for one in ranks if one.kind == leader.kind]
    of_those = " of those that do" if len(alike) < len(ranks) else ""
    most = "shortest" if not rank else "highest" if better(figure) == "higher" else "lowest"
    is_first = worth(leader.entry, figure) == min(worth(one.entry, figure) for one in alike)
    has = f"has the {most} {name}{of_those}" if is_first else f"is within 1 % of the {most} {name}{of_those}"
    if len(alike) == 1:
        others = any(one.requirement == leader.requirement for one in ranks[1:]) and leader.requirement is not None
        only = "the only one that does and loses nothing" if others else "the only one that does"
        return f", {only}; its {name} is {_said(leader.entry, figure, value)}"
    return f" and {has}, {_said(leader.entry, figure, value)}{_tied(ranks, figure)}"


def _said(entry: ExplainedEntry, figure: str, value: float) -> str:
    """The table's other columns have means, so that a median is called one."""
    said = duration(value) if unit_of(figure) == " s" else shown(figure, value)
    return f"{said} (median)" if "medians" in entry else said


def _tied(ranks: Ranks, figure: str) -> str:
    others = [one.entry for one in ranks[1:] if one.place == 1]
    if not others:
        return ""
    who, are = names([called(one) for one in others]), "is" if len(others) == 1 else "are"
    if all(difference_interval(ranks[0].entry, one, figure) in (None, (0.0, 0.0)) for one in others):
        return f"; {who} {are} equal in that"
    return f"; tied with {who}: the difference may be luck"
