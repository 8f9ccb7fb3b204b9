"""Sets any two stored runs side by side: figure by figure, with the interval of the difference where there is one."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reports.diff.changed_keys import Keys, keys
from reports.diff.changed_keys import changed as changed_keys
from reports.documents.comparison import ComparisonDocument, ExplainedEntry
from reports.documents.diff import (
    SCHEMA,
    ChangedKey,
    DiffDocument,
    DiffFigure,
    DiffRun,
    DiffStrategy,
    MailDelays,
    NotTheSameMails,
    SameMails,
    Seeds,
)
from reports.gate.verdict import alike
from reports.statistics.intervals import interval
from reports.statistics.medians import apart, differences, median_interval
from scenarios.directions import DIRECTIONS, direction_of
from scenarios.errors import BadInput
from scenarios.figures import figures_of, has_word, in_two
from scenarios.formats.quoted import printable, unknown
from scenarios.ledger.ledger import Ledger
from strategies.presentation.words import counted

FIGURES = (*DIRECTIONS, "peak_1s")
BATCHES, LEAST = 20, 10  # of mails that follow each other, whose means are nearly independent; mails in each
SAME_SEEDS: Final = "the same seeds"
APART: Final = "independent replications"
"""What is set against what."""
NO_LEDGERS, OTHER_MAILS = "a ledger was not kept", "A and {} had other mails"
"""Why two runs cannot be compared mail by mail."""

Samples = list[float | None]
Ledgers = Callable[[str, str], Ledger | None]
"""The ledger of side `a` or `b` and a strategy; None if it was not kept. Raises BadInput."""


class Pair(NamedTuple):
    """A strategy of one run, and what stands for it in the other."""

    a: str
    b: str


def pairs_of(a: ComparisonDocument, b: ComparisonDocument, wished: Sequence[str]) -> list[Pair]:
    """The wished pairs, `NAME` or `A=B`; else the strategies that both have; else, where each has one, these two.

    Raises BadInput where that leaves nothing.
    """
    names_a, names_b = ([entry["strategy"] for entry in run["strategies"]] for run in (a, b))
    if wished:
        return [_pair(wish, names_a, names_b) for wish in wished]
    both = [Pair(name, name) for name in names_a if name in names_b]
    if both:
        return both
    if len(names_a) == len(names_b) == 1:
        return [Pair(names_a[0], names_b[0])]
    theirs = f"{', '.join(names_a)} and {', '.join(names_b)}"
    raise BadInput(f"the runs have no strategy in common: {theirs}; pair them with -s A=B")


def _pair(wish: str, names_a: list[str], names_b: list[str]) -> Pair:
    a, parted, b = wish.partition("=")
    pair = Pair(a, b if parted else a)
    for name, names, run in ((pair.a, names_a, "first"), (pair.b, names_b, "second")):
        if name not in names:
            raise BadInput(printable(f"-s {wish}: {unknown(f'strategy of the {run} run', name, names)}"))
    return pair


def document(
    a: ComparisonDocument,
    b: ComparisonDocument,
    wished: Sequence[str],
    ledgers: Ledgers,
    scenarios: tuple[Keys, Keys] = ({}, {}),
    folders: tuple[str, str] = ("a", "b"),
    letter: str = "B",
) -> DiffDocument:
    """Plain data from two comparison documents, their ledgers, their scenarios' keys and their folders' names.

    Messages call the second run by its letter. Raises BadInput.
    """
    entries = [{entry["strategy"]: entry for entry in run["strategies"]} for run in (a, b)]
    pairs = pairs_of(a, b, wished)
    return {
        "schema": SCHEMA,
        "a": _about(a, folders[0]),
        "b": _about(b, folders[1]),
        "changed": _changed(scenarios, [(entries[0][pair.a], entries[1][pair.b]) for pair in pairs]),
        "strategies": [
            _strategy(pair, entries[0][pair.a], entries[1][pair.b], a, b, ledgers, letter) for pair in pairs
        ],
        "notes": [
            *_notes("A", a, [entries[0][pair.a] for pair in pairs]),
            *_notes(letter, b, [entries[1][pair.b] for pair in pairs]),
            *_uneven(a, b, letter),
        ],
    }


def _changed(scenarios: tuple[Keys, Keys], both: Sequence[tuple[ExplainedEntry, ExplainedEntry]]) -> list[ChangedKey]:
    """A scenario that is gone is like the other's; strategies by other names have other settings by their nature."""
    found = changed_keys(*scenarios) if all(scenarios) else []
    for a, b in both:
        if (name := a["strategy"]) == b["strategy"]:
            table = "variants" if "variant_of" in a else "strategies"
            found += changed_keys(*(keys({table: {name: one["settings"]}}) for one in (a, b)))
    return found


def _notes(side: str, run: ComparisonDocument, entries: Sequence[ExplainedEntry]) -> Iterator[str]:
    """What a reader must know of a run before its figures are believed."""
    for entry in entries:
        done, planned = _replications(entry), run["replications"]
        if entry["interrupted"]:
            yield f"{side}: {entry['strategy']}: interrupted before its end"
        if done < planned:
            yield f"{side}: {entry['strategy']}: {done} of {how_often(run)} were made"
    yield from dict.fromkeys(f"{side}: {warning}" for entry in entries for warning in entry["warnings"])


def _uneven(a: ComparisonDocument, b: ComparisonDocument, letter: str) -> Iterator[str]:
    """A mean over a seed that the other run does not have is no change of the code."""
    if a["seed"] == b["seed"] and _seeds(a) != _seeds(b):
        yield f"A has {how_often(a)}, {letter} {how_often(b)}: their means are not of the same seeds"


def _seeds(run: ComparisonDocument) -> int:
    """How many count up from its own."""
    return 1 if "rounds" in run else run["replications"]


def how_often(run: ComparisonDocument | DiffRun) -> str:
    """So many replications, each with a seed of its own, or rounds of the same mails."""
    return counted(run["replications"], "round" if "rounds" in run else "replication")


def _replications(entry: ExplainedEntry) -> int:
    """How many there are of them; a single run keeps no samples."""
    return max((len(values) for values in entry.get("samples", {}).values()), default=1)


def _about(run: ComparisonDocument, folder: str) -> DiffRun:
    about: DiffRun = {
        "folder": folder,
        "scenario": run["scenario"],
        "world": run["world"],
        "seed": run["seed"],
        "replications": run["replications"],
    }
    if "rounds" in run:
        about["rounds"] = run["rounds"]
    return about


def _strategy(
    pair: Pair,
    a: ExplainedEntry,
    b: ExplainedEntry,
    run_a: ComparisonDocument,
    run_b: ComparisonDocument,
    ledgers: Ledgers,
    letter: str,
) -> DiffStrategy:
    whole = _replications(a) == run_a["replications"] and _replications(b) == run_b["replications"]
    by_seed = whole and _same_seeds(run_a, run_b)
    figures_a, figures_b = figures_of(a), figures_of(b)
    samples = (a.get("samples", {}), b.get("samples", {}))
    figures = [
        _figure(name, figures_a.get(name), figures_b.get(name), samples[0].get(name), samples[1].get(name), by_seed)
        for name in (*FIGURES, *_of_shared_parts(figures_a, figures_b))
        if name in figures_a or name in figures_b
    ]
    return {"a": pair.a, "b": pair.b, "figures": figures, "same_mails": _mail_by_mail(pair, ledgers, letter)}


def _of_shared_parts(a: Iterable[str], b: Container[str]) -> Iterator[str]:
    """Figures of the lanes and the named workloads that both runs have; a word is the same one in both."""
    return (name for name in a if has_word(in_two(name).whose) and direction_of(name) and name in b)


def _same_seeds(a: ComparisonDocument, b: ComparisonDocument) -> bool:
    """Whether replication k met the same chance on both sides; rounds share their mails, and no chance."""
    if "rounds" in a or "rounds" in b:
        return False
    return (a["seed"], a["replications"]) == (b["seed"], b["replications"])


def _figure(
    name: str, a: float | None, b: float | None, of_a: Samples | None, of_b: Samples | None, by_seed: bool
) -> DiffFigure:
    difference = None if a is None or b is None else 0.0 if alike(a, b) else b - a
    band, kind = _band(of_a, of_b, by_seed)
    return {"figure": name, "a": a, "b": b, "difference": difference, "interval": band, "by": kind}


def _band(a: Samples | None, b: Samples | None, by_seed: bool) -> tuple[tuple[float, float] | None, Seeds | None]:
    """95 %, from the replications of both; None where either has too few of them or lacks the figure."""
    before, after = _complete(a), _complete(b)
    by_seed = by_seed and len(before) == len(after)
    band = median_interval(differences(before, after)) if by_seed else apart(before, after)
    return band, None if band is None else SAME_SEEDS if by_seed else APART


def _complete(samples: Samples | None) -> list[float]:
    """The samples if every replication has one; else none of them."""
    known = [value for value in samples or () if value is not None]
    return known if samples and len(known) == len(samples) else []


def _mail_by_mail(pair: Pair, ledgers: Ledgers, letter: str) -> SameMails | NotTheSameMails:
    """How much later each mail that both sides wholly accepted was accepted; else `why` that cannot be said."""
    a, b = ledgers("a", pair.a), ledgers("b", pair.b)
    if a is None or b is None:
        return {"why": NO_LEDGERS}
    if not _same_mails(a.mails, b.mails):
        return {"why": OTHER_MAILS.format(letter)}
    later_s = _delays(b.mails) - _delays(a.mails)
    later_s = later_s[~np.isnan(later_s)]
    both: SameMails = {"asked": len(a.mails["mail"]), "mails": len(later_s)}
    return {**both, **_later(later_s)} if len(later_s) > 1 else both


def _delays(mails: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
    """From its intended instant until the last recipient was accepted; NaN if one never was."""
    whole = mails["accepted"] >= mails["recipients"]
    delays: NDArray[np.float64] = np.where(whole, mails["last_accepted_s"] - mails["intended_s"], np.nan)
    return delays


def _same_mails(a: Mapping[str, NDArray[Any]], b: Mapping[str, NDArray[Any]]) -> bool:
    return all(np.array_equal(a[name], b[name]) for name in ("intended_s", "recipients"))


def _later(later_s: NDArray[np.float64]) -> MailDelays:
    """Mails that follow each other share their queue's fate, so that the interval is of the means of batches."""
    batches = max(2, min(BATCHES, len(later_s) // LEAST))
    means = [float(batch.mean()) for batch in np.array_split(later_s, batches)]
    return {
        "mean_s": float(later_s.mean()),
        "interval": interval(means),
        "median_s": float(np.median(later_s)),
        "later": int((later_s > 0).sum()),
        "sooner": int((later_s < 0).sum()),
    }


def changed(strategy: DiffStrategy) -> Iterator[DiffFigure]:
    """The figures in which the two differ."""
    return (one for one in strategy["figures"] if one["difference"] or (one["a"] is None) != (one["b"] is None))
