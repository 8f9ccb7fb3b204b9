"""What a search came to, in sentences: the choice, how sure it is, and why each of the others is not it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import NamedTuple

from reports.advise.assurance import GRAIN, reach
from reports.advise.fared import Beside
from reports.documents.advice import AdviceCandidate, AdviceDocument, AdviceFailure, AdviceFigures, Ended
from reports.ranking.called import in_full
from reports.robust.wording import percent
from reports.threshold_lines import threshold_line
from reports.units import shown, side_by_side
from reports.words import names
from strategies.presentation.words import counted, share

_LEAST_MISS = 1e-6
_ENDS: Mapping[Ended, str] = {
    "budget": "the budget was spent",
    "interrupted": "it was interrupted",
    "failed": "it could not go on",
}


class Figures(NamedTuple):
    """The one that is to be small, and the one that it is weighed against."""

    first: str
    beside: str


def called(one: AdviceCandidate) -> str:
    """Its name, and in brackets what it is: `advised (heartbeat, fill = 0.9)`."""
    is_as_it_is = one["name"] == one["contender"]
    of = {} if is_as_it_is else {"variant_of": one["contender"]}
    return in_full(one["name"], {**of, "chosen_settings": one["changes"]})  # type: ignore[typeddict-item]


def how_it_fared(one: AdviceCandidate, figures: Figures, both: Beside | None, zone: float | None, shared: int) -> str:
    """Why it is the choice, or is not; `both` is None where there is no choice.

    The figures of the finals are means of the shared campaigns.
    """
    who, figure = called(one), figures.first
    met = one["finals"] or one["before"]
    value = met["value"]
    if one["standing"] == "failed" and one["failure"] is not None:
        return f"{who} fails: {failed(one['failure'])}"
    if value is None:
        return f"{who}: {figure} is infinite"
    of = shared if one["finals"] else 1
    mean = f", mean of {of} campaigns" if of > 1 else ", in one campaign"
    worst = f", at worst under {met['under']}" if met["under"] else ""
    told = f"{who}: {figure} {at_least(met)}{shown(figure, _rounded(value))}{mean}{worst}"
    if one["standing"] == "chosen":
        return told
    if both is None or not isfinite(both.by):
        why = "not known to meet everything" if both is None else "the choice has none"
        return f"{told}, and {why}"
    return f"{who} {_beside(one, both, zone or 0.0, figures)}"


def at_least(met: AdviceFigures) -> str:
    """Before a figure that may still become worse."""
    return "≥ " if "limiters" in met else ""


def _beside(one: AdviceCandidate, both: Beside, zone: float, figures: Figures) -> str:
    """By how much it is behind the choice, if it is, and in how many campaigns."""
    by, figure = both.by, figures.first
    least = "" if both.campaigns else at_least(one["before"])
    difference = f"{least}{_instead(figure, both.mine.value, both.chosen.value)}"
    met = counted(both.campaigns, "campaign") if both.campaigns else "one campaign"
    if one["standing"] == "tied":
        within = f", within {shown(figure, _rounded(zone))}" if zone else ""
        return f"{_is_as_good(both)}{within}: {difference}, in {met}; {_why_not(both, figures.beside)}"
    if one["standing"] == "unfinished":
        return f"{'is behind' if by > zone else 'may be as good'} so far: {difference}, in {met}"
    if not one["samples"]:
        how = "was not among the best" if by > zone else "was left before the finals"
        return f"{how}: {difference}, in {met}"
    return f"is behind: {difference}, in {met}"


def _is_as_good(both: Beside) -> str:
    """Whoever would be chosen, were it sure, may be so."""
    return "may be as good" if _speaks_for(both) else "is as good"


def _speaks_for(both: Beside) -> bool:
    """Whether it would be the choice if it were known to be as good."""
    mine, chosen = both.mine.beside, both.chosen.beside
    return mine <= reach(chosen, GRAIN) and (chosen > reach(mine, GRAIN) or both.changes < 0)


def _why_not(both: Beside, figure: str) -> str:
    """What decided between equals: the other figure, how much they change, or that it is not sure that they are."""
    mine, chosen = both.mine.beside, both.chosen.beside
    other = f"{figure} is {_instead(figure, mine, chosen)}"
    if mine > reach(chosen, GRAIN):
        return other
    if chosen > reach(mine, GRAIN):
        return f"{other}, but that is not sure enough"
    if both.changes < 0:
        return "it changes less, but that is not sure enough"
    return "it changes more" if both.changes > 0 else f"it changes as much, and {figure} is as good"


def _instead(figure: str, mine: float, chosen: float) -> str:
    """So much instead of what the choice has."""
    if mine == chosen or not isfinite(mine - chosen):
        return f"{shown(figure, _rounded(mine))} as well"
    told = side_by_side(figure, chosen, mine, mine - chosen, None)
    return f"{told.now} instead of {told.base}, {told.by}"


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def failed(failure: AdviceFailure) -> str:
    """Which threshold, by how much, under which limiter."""
    miss = failure["miss"]
    far = "" if miss is None or miss < _LEAST_MISS else f", off by {_share_or_times(miss)}"
    return f"{threshold_line(failure['threshold'])} under {failure['hypothesis']}, seed {failure['seed']}{far}"


def _share_or_times(miss: float) -> str:
    """Of the limit, or where that is zero of all recipients, which no share of them exceeds."""
    return percent(miss) if miss < 1 else f"{miss:,.3g} times the limit"


def sentences(advice: AdviceDocument) -> list[str]:
    """The answer first."""
    return [*_answer(advice), *_others(advice), *(f"note: {note}" for note in _notes(advice))]


def choice_of(advice: AdviceDocument) -> AdviceCandidate | None:
    """The candidate that was chosen; None if none is admissible."""
    return next((one for one in advice["candidates"] if one["name"] == advice["choice"]), None)


def _answer(advice: AdviceDocument) -> Iterator[str]:
    choice = choice_of(advice)
    if choice is None:
        yield _nobody(advice)
        return
    yield f"{'' if advice['ended'] == 'decided' else 'so far '}{choice['sentence']}"
    yield how_sure(advice)
    for edge in choice["edges"]:
        yield f"{edge['setting']} is {edge['end']}; what lies beyond was not tried"


def _nobody(advice: AdviceDocument) -> str:
    """Who comes closest, and what it fails."""
    of = tried(advice)
    so_far = "" if advice["ended"] == "decided" else " so far"
    judged = [one for one in advice["candidates"] if one["failure"] is not None]
    if len(judged) < len(advice["candidates"]):
        return f"none of {of} is known to meet everything{so_far}"
    closest = _closest(judged)
    assert closest["failure"] is not None
    met = f" after {counted(len(closest['samples']), 'campaign')} of the finals" if closest["samples"] else ""
    return (
        f"none of {of} meets everything{so_far}; the closest, {called(closest)}, fails{met} "
        f"{failed(closest['failure'])}"
    )


def _closest(judged: Sequence[AdviceCandidate]) -> AdviceCandidate:
    """Of those that met as many campaigns of the finals the first."""
    return max(judged, key=lambda one: len(one["samples"]))


def tried(advice: AdviceDocument) -> str:
    """How many candidates were run, and of how many if the end came before."""
    of = counted(advice["tried"], "candidate")
    return f"{of} tried ({advice['drawn']:,} drawn)" if "drawn" in advice else of


def how_sure(advice: AdviceDocument) -> str:
    """Of what, with which probability, and on how many campaigns that rests."""
    assurance, figure = advice["assurance"], advice["figure"]
    campaigns, zone, part = assurance["campaigns"], assurance["zone"], assurance["campaigns_share"]
    if not campaigns or zone is None or part is None:
        return f"how sure that is nobody can say: {_end(advice)} before the finals"
    finalists = assurance["finalists"]
    against = (
        f"none of {counted(finalists, 'finalist')} that meets everything is better by more than "
        f"{shown(figure, _rounded(zone))}"
        if finalists > 1
        else "it"
    )
    meets = f"meets everything in at least {share(part, 1)} of campaigns under each limiter"
    is_decided = advice["ended"] == "decided"
    sure = f"with {'' if is_decided else 'an estimated '}{share(assurance['reached'], 1)} probability"
    about = "" if is_decided else f"; {_end(advice)} before that was certain enough to end"
    both = f"{against}, and it {meets}" if finalists > 1 else f"{against} {meets}"
    return f"{sure} {both}; it did in {campaigns} of {counted(campaigns, 'campaign')}{about}"


def _end(advice: AdviceDocument) -> str:
    return _ENDS[advice["ended"]]


def _others(advice: AdviceDocument) -> Iterator[str]:
    """All but whom the answer is about."""
    told = advice["choice"]
    if told is None and all(one["failure"] is not None for one in advice["candidates"]):
        told = _closest(advice["candidates"])["name"]
    return (one["sentence"] for one in advice["candidates"] if one["name"] != told)


def _notes(advice: AdviceDocument) -> Iterator[str]:
    yield from (f"{one['name']} is left out: {one['why']}" for one in advice["left_out"])
    yield from advice["notes"]
    tied = [one["name"] for one in advice["candidates"] if one["standing"] == "tied"]
    if tied:
        yield f"{names(tied)} came out within the indifference zone: what else speaks for one of them may decide"
