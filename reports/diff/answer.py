"""What runs side by side come to in a sentence: how much each accepted, and when, of the same mails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reports.diff.document import changed
from reports.diff.several_table import Beside, in_turn, name_in, sides_of
from reports.documents.diff import DiffDocument, DiffStrategy
from reports.units import shown

MOST = 3  # strategies that a heading has room for


def answer(diff: DiffDocument) -> str:
    """Each run by its letter, for each strategy in which they differ."""
    said = [*_differing(in_turn(sides_of(diff)))]
    more = [f"and {len(said) - MOST} more, below"] if len(said) > MOST else []
    return "; ".join((*said[:MOST], *more)) or "No figure differs"


def _differing(strategies: Iterable[Sequence[Beside]]) -> Iterator[str]:
    for every in strategies:
        if any(any(changed(one.strategy)) for one in every):
            yield f"{name_in(every)}: {'; '.join(filter(None, (_accepted(every), _when(every))))}"


def _accepted(every: Sequence[Beside]) -> str:
    """Of how many recipients, which may be others in each run."""
    told = _values("recipients.accepted", every)
    asked = _values("recipients.submitted", every)
    if len({*asked.values()}) == 1 and len({*told.values()}) == 1:
        return f"all accepted {told['A']} of {asked['A']} recipients"
    return f"accepted {', '.join(f'{letter} {told[letter]} of {asked[letter]}' for letter in told)} recipients"


def _when(every: Sequence[Beside]) -> str:
    """By how much later the same mails were accepted, else the latencies, where these are not of the same mails."""
    delays = [f"by {letter} {said}" for letter, strategy in every if (said := _delay(strategy))]
    if delays:
        return f"what A accepted too was accepted {', '.join(delays)}"
    p99 = _values("latency_s.p99", every)
    return f"p99 of the latency {', '.join(f'{letter} {value}' for letter, value in p99.items())}"


def _delay(strategy: DiffStrategy) -> str:
    """Empty where it is not known."""
    mails = strategy["same_mails"]
    if "why" in mails or "mean_s" not in mails:
        return ""
    if not mails["later"] and not mails["sooner"]:
        return "at the same instants"
    low, high = mails["interval"]
    if low <= 0 <= high:
        return "neither surely later nor sooner"
    return f"{abs(mails['mean_s']):.4g} s {'later' if mails['mean_s'] > 0 else 'sooner'} on average"


def _values(figure: str, every: Sequence[Beside]) -> dict[str, str]:
    """Those of all runs, by their letters."""
    found = {one.letter: row for one in every for row in one.strategy["figures"] if row["figure"] == figure}
    first = next(iter(found.values()))
    return {
        "A": shown(figure, first["a"]),
        **{letter: shown(figure, row["b"]) for letter, row in found.items()},
    }
