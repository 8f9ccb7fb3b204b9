"""Which figures of a run say nothing, and why: a lone dot, or curves on one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from reports.documents.comparison import ComparisonDocument
from reports.figures.cost import place_of
from reports.figures.inboxes import Inboxes
from reports.figures.series import Floats, Series

DELIVERED = "delivered"
AT_ONCE = 0.03  # of what was accepted: no larger gap is worth a picture
ALIKE = 0.01  # of the largest: a difference that no eye sees
_QUANTILES = (0.5, 0.05, 0.01, 0.001)


def not_drawn(comparison: ComparisonDocument, all_series: Sequence[Series]) -> Mapping[str, str]:
    """The reason by the figure's name."""
    return dict(_reasons(comparison, all_series))


def _reasons(comparison: ComparisonDocument, all_series: Sequence[Series]) -> Iterator[tuple[str, str]]:
    many = len(all_series)
    if not any(one.offsets.any() for one in all_series):
        yield "offset", "SES was never asked"
    if max(float(one.waiting.max(initial=0)) for one in all_series) <= 1:
        yield "backlog", "at no instant that would be drawn did more than one recipient wait"
    elif many > 1 and all(map(_are_alike, _by_kind([[one.waiting, *_waiting(one)] for one in all_series]))):
        yield "backlog", f"the curves of all {many} lie on one another"
    if not any(len(one.latency_s) for one in all_series):
        yield "latency", "nothing was accepted"
    elif many > 1 and all(map(_are_alike, _by_kind([_quantiles_s(one) for one in all_series]))):
        yield "latency", f"the curves of all {many} lie on one another"
    if "delivery" in comparison:
        yield from _of_inboxes([one.inboxes for one in all_series if one.inboxes])
    places = [place for entry in comparison["strategies"] if (place := place_of(entry))]
    if len(places) < 2:
        yield "cost", "one contender alone has no place among others; its dollars and its p99 are in the table"
    elif all(_are_alike([np.array([at]) for at in axis]) for axis in zip(*places, strict=True)):
        yield "cost", f"the marks of all {len(places)} lie on one another"


def _of_inboxes(known: Sequence[Inboxes]) -> Iterator[tuple[str, str]]:
    if not known:
        yield DELIVERED, "nothing was accepted"
    elif all(float((one.accepted - one.delivered).max()) <= AT_ONCE * one.accepted[-1] for one in known):
        yield DELIVERED, "what SES accepted was in the inbox at once, but for three in a hundred at most"


def _waiting(one: Series) -> list[Floats]:
    return [part.waiting for part in one.parts]


def _quantiles_s(one: Series) -> list[Floats]:
    """Of all mail and of each kind; of nothing accepted there are none, which is like nothing else."""
    waits = [(one.latency_s, one.still_waiting), *((part.latency_s, part.still_waiting) for part in one.parts)]
    return [np.array([_at(latency_s, longer, share) for share in _QUANTILES]) for latency_s, longer in waits]


def _at(latency_s: Floats, longer: Floats, share: float) -> float:
    return float(latency_s[longer <= share + 1e-12][0]) if len(latency_s) else np.inf


def _by_kind(of_series: Sequence[Sequence[Floats]]) -> list[tuple[Floats, ...]]:
    return list(zip(*of_series, strict=True))


def _are_alike(curves: Sequence[Floats]) -> bool:
    """Whether they are within a hundredth of the largest value of one another, everywhere."""
    highest, lowest = np.max(curves, axis=0), np.min(curves, axis=0)
    finite = np.isfinite(highest)
    if np.isfinite(lowest)[~finite].any():
        return False
    most = float(highest[finite].max(initial=0.0))
    return bool((highest[finite] - lowest[finite] <= ALIKE * most).all())
