"""What the figures need of one ledger: a few thousand numbers, however many mails there were.

Binned series have bins of 1, 2, 4, 8 … seconds, so that those of several strategies can be brought to one width
without their ledgers. Calls are read a stretch at a time: they may be many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reports.figures.inboxes import Inboxes, inboxes_of
from reports.figures.instants import Times
from reports.figures.stretch import Stretch
from scenarios.ledger.ledger import ACCEPTED, FAILED, QUOTA, THROTTLED, Ledger
from scenarios.ledger.recipients import Acceptances, acceptances
from scenarios.measures.metrics import latencies, window_sums
from scenarios.schema.clock import Clock

Floats = NDArray[np.float64]
MOST_BINS = 1024
MOST_COLUMNS = 512
POINTS = 1000
OFFSETS = 50  # of 20 ms in a second
TAIL = 1e-3

_REFUSED = [THROTTLED, QUOTA]
_STRETCH = 1 << 18  # calls


@dataclass(frozen=True, slots=True)
class Series:
    """One strategy's curves over a stretch of its run; `end_s` is that of the stretch, or its last event.

    Bins and columns begin at `start_s`. `parts` has the same of each kind of mail, where kinds are told apart.
    `inboxes` is of the whole run; None where it is not known what became of accepted mail.
    """

    strategy: str
    start_s: float
    end_s: float
    bin_s: int
    accepted: Floats
    refused: Floats
    failed: Floats
    peak_1s: Floats
    column_s: int
    offsets: Floats
    waiting_at_s: Floats
    waiting: Floats
    latency_s: Floats
    still_waiting: Floats
    parts: Sequence[Part]
    inboxes: Inboxes | None = None


class Part(NamedTuple):
    """What is told of a kind of mail: recipients waiting at the series' `waiting_at_s`, and their latencies."""

    name: str
    waiting: Floats
    latency_s: Floats
    still_waiting: Floats


class Kind(NamedTuple):
    """A kind of mail, and the ledger of it alone."""

    name: str
    ledger: Ledger


def series(ledger: Ledger, kinds: Sequence[Kind] = (), stretch: Stretch | None = None) -> Series:
    """Gathers the curves of one ledger, of a stretch or of the whole run; latencies are those of the whole run."""
    accepted = acceptances(ledger)
    last_s = end_of(ledger)
    shown = stretch or Stretch(0.0, last_s)
    start_s, end_s = shown
    span_s = end_s - start_s
    bin_s, column_s = width_s(span_s, MOST_BINS), width_s(span_s, MOST_COLUMNS)
    edges_s = np.linspace(start_s, max(end_s, start_s + 1e-3), POINTS + 1)
    latency_s, still_waiting = _survival(ledger, accepted)
    return Series(
        strategy=ledger.strategy,
        start_s=start_s,
        end_s=end_s,
        bin_s=bin_s,
        accepted=per_bin(ledger, shown, bin_s, [ACCEPTED]),
        refused=per_bin(ledger, shown, bin_s, _REFUSED),
        failed=per_bin(ledger, shown, bin_s, [FAILED]),
        peak_1s=_peaks(accepted, shown, bin_s),
        column_s=column_s,
        offsets=_offsets(ledger, shown, column_s),
        waiting_at_s=edges_s,
        waiting=_waiting(ledger, accepted, edges_s, last_s),
        latency_s=latency_s,
        still_waiting=still_waiting,
        parts=[_part(kind, edges_s, last_s) for kind in kinds],
        inboxes=inboxes_of(ledger.delivered) if ledger.delivered and stretch is None else None,
    )


def _part(kind: Kind, edges_s: Floats, last_s: float) -> Part:
    accepted = acceptances(kind.ledger)
    return Part(kind.name, _waiting(kind.ledger, accepted, edges_s, last_s), *_survival(kind.ledger, accepted))


def times_of(all_series: Sequence[Series], clock: Clock | None) -> Times:
    """The stretch that holds all of these."""
    return Times(min(one.start_s for one in all_series), max(one.end_s for one in all_series), clock)


def width_s(span_s: float, most: int) -> int:
    """The narrowest bin of 1, 2, 4 … seconds of which `most` hold the span."""
    width = 1
    while span_s >= width * most:
        width *= 2
    return width


def coarsen(values: Floats, factor: int) -> NDArray[Any]:
    """Consecutive bins in groups of `factor`, shape (..., groups, factor); the last group is filled up with zeros."""
    padding = [(0, 0)] * (values.ndim - 1) + [(0, -values.shape[-1] % factor)]
    return np.pad(values, padding).reshape(*values.shape[:-1], -1, factor)


def end_of(ledger: Ledger) -> float:
    """The last event of a run, in seconds."""
    return max(float(np.nanmax(at_s, initial=0.0)) for at_s in (ledger.calls["decided_s"], ledger.mails["intended_s"]))


class _Bins(NamedTuple):
    """Of one width, from the start of a stretch until after its end."""

    start_s: float
    width_s: int
    many: int

    @classmethod
    def of(cls, stretch: Stretch, width_s: int) -> _Bins:
        return cls(stretch.start_s, width_s, int((stretch.end_s - stretch.start_s) // width_s) + 1)

    def places(self, at_s: Floats) -> NDArray[np.int64]:
        """The bin of each instant; what is outside is in none of them."""
        return np.floor((at_s - self.start_s) / self.width_s).astype(np.int64)

    def holds(self, at_s: Floats) -> NDArray[np.bool_]:
        """Which instants are in one."""
        inside: NDArray[np.bool_] = (at_s >= self.start_s) & (at_s < self.start_s + self.many * self.width_s)
        return inside


def _stretches(ledger: Ledger, bins: _Bins) -> Iterator[dict[str, NDArray[Any]]]:
    for start in range(0, len(ledger.calls["mail"]), _STRETCH):
        part = {name: ledger.calls[name][start : start + _STRETCH] for name in ("decided_s", "recipients", "outcome")}
        known = bins.holds(part["decided_s"])  # which NaN is not
        yield {name: column[known] for name, column in part.items()}


def per_bin(ledger: Ledger, stretch: Stretch, width: int, outcomes: list[int]) -> Floats:
    """Recipients a second in each bin."""
    bins = _Bins.of(stretch, width)
    count = np.zeros(bins.many)
    for part in _stretches(ledger, bins):
        chosen = np.isin(part["outcome"], outcomes)
        place = bins.places(part["decided_s"][chosen])
        count += np.bincount(place, weights=part["recipients"][chosen], minlength=len(count))
    return count / width


def _peaks(accepted: Acceptances, stretch: Stretch, width: int) -> Floats:
    """The fullest second that begins in each bin."""
    bins = _Bins.of(stretch, width)
    peaks, inside = np.zeros(bins.many), bins.holds(accepted.decided_s)
    sums, places = window_sums(accepted.decided_s, accepted.recipients)[inside], bins.places(accepted.decided_s[inside])
    first = np.flatnonzero(np.diff(places, prepend=-1))  # in ascending order, so a bin's decisions stand together
    if len(first):
        peaks[places[first]] = np.maximum.reduceat(sums, first)
    return peaks


def _offsets(ledger: Ledger, stretch: Stretch, width: int) -> Floats:
    """Recipients attempted a second, by offset within the second (rows) and time (columns)."""
    bins = _Bins.of(stretch, width)
    count = np.zeros(OFFSETS * bins.many)
    for part in _stretches(ledger, bins):
        row = np.minimum((part["decided_s"] % 1.0 * OFFSETS).astype(np.int64), OFFSETS - 1)
        place = row * bins.many + bins.places(part["decided_s"])
        count += np.bincount(place, weights=part["recipients"], minlength=len(count))
    return count.reshape(OFFSETS, bins.many) / width


def _waiting(ledger: Ledger, accepted: Acceptances, edges_s: Floats, last_s: float) -> Floats:
    """Recipients submitted but neither accepted, lost nor dead-lettered yet, at each of these instants.

    A ledger does not say when a mail was given up: its last call stands for it, the run's end where there was none.
    """
    mails = ledger.mails
    gone = mails["lost"] + mails["dead_lettered"]
    level = _until(edges_s, mails["intended_s"], mails["recipients"])
    level -= _until(edges_s, accepted.decided_s, accepted.fresh)
    if gone.any():
        level -= _until(edges_s, np.minimum(_last_call_s(ledger), max(last_s, 1e-3)), gone)
    return level


def _last_call_s(ledger: Ledger) -> Floats:
    last_s = np.full(len(ledger.mails["mail"]), np.inf)
    known = ~np.isnan(ledger.calls["decided_s"])
    last_s[ledger.calls["mail"][known]] = ledger.calls["decided_s"][known]
    return last_s


def _until(edges_s: Floats, at_s: Floats, weights: NDArray[Any]) -> Floats:
    """The sum of the weights at or before each edge."""
    count = np.bincount(np.searchsorted(edges_s, at_s), weights=weights, minlength=len(edges_s))
    return np.cumsum(count[: len(edges_s)])


def _survival(ledger: Ledger, accepted: Acceptances) -> tuple[Floats, Floats]:
    """Latencies and the share of the accepted recipients that waited longer, dense where the share is small."""
    sorted_s = latencies(ledger, accepted)
    total = int(accepted.fresh.sum(dtype=np.int64))
    if not total:
        return np.empty(0), np.empty(0)
    longer = np.concatenate((np.linspace(1, 0, POINTS // 2), np.geomspace(0.1, TAIL / 4, POINTS // 2)))
    rank = np.unique(np.clip(np.ceil((1 - longer) * total), 1, total).astype(np.int64))
    place = np.unique(np.searchsorted(sorted_s.at_or_below, rank))
    return sorted_s.values[place], 1 - sorted_s.at_or_below[place] / total
