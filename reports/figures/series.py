"""What the figures need of one ledger: a few thousand numbers, however many mails there were.

Binned series have bins of 1, 2, 4, 8 … seconds, so that those of several strategies can be brought to one width
without their ledgers. Calls are read a stretch at a time: they may be many.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.ledger.ledger import ACCEPTED, FAILED, QUOTA, THROTTLED, Ledger
from scenarios.ledger.recipients import Acceptances, acceptances
from scenarios.measures.metrics import latencies, window_sums

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
    """One strategy's curves; `end_s` is its last event."""

    strategy: str
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


def series(ledger: Ledger) -> Series:
    """Gathers the curves of one ledger."""
    accepted = acceptances(ledger)
    end_s = end_of(ledger)
    bin_s, column_s = width_s(end_s, MOST_BINS), width_s(end_s, MOST_COLUMNS)
    waiting_at_s, waiting = _waiting(ledger, accepted, end_s)
    latency_s, still_waiting = _survival(ledger, accepted)
    return Series(
        strategy=ledger.strategy,
        end_s=end_s,
        bin_s=bin_s,
        accepted=per_bin(ledger, end_s, bin_s, [ACCEPTED]),
        refused=per_bin(ledger, end_s, bin_s, _REFUSED),
        failed=per_bin(ledger, end_s, bin_s, [FAILED]),
        peak_1s=_peaks(accepted, end_s, bin_s),
        column_s=column_s,
        offsets=_offsets(ledger, end_s, column_s),
        waiting_at_s=waiting_at_s,
        waiting=waiting,
        latency_s=latency_s,
        still_waiting=still_waiting,
    )


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


def _bins(end_s: float, width: int) -> int:
    return int(end_s // width) + 1


def _stretches(ledger: Ledger) -> Iterator[dict[str, NDArray[Any]]]:
    for start in range(0, len(ledger.calls["mail"]), _STRETCH):
        part = {name: ledger.calls[name][start : start + _STRETCH] for name in ("decided_s", "recipients", "outcome")}
        known = ~np.isnan(part["decided_s"])
        yield {name: column[known] for name, column in part.items()}


def per_bin(ledger: Ledger, end_s: float, width: int, outcomes: list[int]) -> Floats:
    """Recipients a second in each bin."""
    count = np.zeros(_bins(end_s, width))
    for part in _stretches(ledger):
        chosen = np.isin(part["outcome"], outcomes)
        place = (part["decided_s"][chosen] // width).astype(np.int64)
        count += np.bincount(place, weights=part["recipients"][chosen], minlength=len(count))
    return count / width


def _peaks(accepted: Acceptances, end_s: float, width: int) -> Floats:
    """The fullest second that begins in each bin."""
    peaks = np.zeros(_bins(end_s, width))
    place = (accepted.decided_s // width).astype(np.int64)
    np.maximum.at(peaks, place, window_sums(accepted.decided_s, accepted.recipients))
    return peaks


def _offsets(ledger: Ledger, end_s: float, width: int) -> Floats:
    """Recipients attempted a second, by offset within the second (rows) and time (columns)."""
    columns = _bins(end_s, width)
    count = np.zeros(OFFSETS * columns)
    for part in _stretches(ledger):
        row = np.minimum((part["decided_s"] % 1.0 * OFFSETS).astype(np.int64), OFFSETS - 1)
        place = row * columns + (part["decided_s"] // width).astype(np.int64)
        count += np.bincount(place, weights=part["recipients"], minlength=len(count))
    return count.reshape(OFFSETS, columns) / width


def _waiting(ledger: Ledger, accepted: Acceptances, end_s: float) -> tuple[Floats, Floats]:
    """Recipients submitted but neither accepted, lost nor dead-lettered yet.

    A ledger does not say when a mail was given up: its last call stands for it, the run's end where there was none.
    """
    until_s = max(end_s, 1e-3)
    mails = ledger.mails
    edges_s = np.linspace(0.0, until_s, POINTS + 1)
    gone = mails["lost"] + mails["dead_lettered"]
    level = _until(edges_s, mails["intended_s"], mails["recipients"])
    level -= _until(edges_s, accepted.decided_s, accepted.fresh)
    if gone.any():
        level -= _until(edges_s, np.minimum(_last_call_s(ledger), until_s), gone)
    return edges_s, level


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
