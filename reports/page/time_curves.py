"""The contenders' curves on a page: coarse over the whole run, and fine over the stretch in which something happens."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

import numpy as np

from reports.figures.instants import Times
from reports.figures.rate import edges_s, means
from reports.figures.series import Floats, Series, times_of
from reports.page.charts import most_points, thinned
from scenarios.schema.clock import Clock

Pair = tuple[Series, Series | None]
"""Of a contender: far, and near if there is a stretch."""


class Seen(NamedTuple):
    """The contenders' curves over the whole run, and over the stretch that is shown first, if there is one."""

    far: Sequence[Series]
    near: Sequence[Series]
    times: Times

    @property
    def pairs(self) -> list[Pair]:
        """Contender by contender."""
        return list(zip_longest(self.far, self.near)) if self.near else [(one, None) for one in self.far]


def points_each(far: Sequence[Series], near: Sequence[Series] = ()) -> int:
    """How many points each curve may have, of all that a page shows.

    Of each contender these are the places and heights of what was accepted, refused (which stands on another curve) and
    failed; of each kind of mail what waits; all of them near and far; latencies of each kind; and what is in inboxes.
    """
    kinds = max(len(far[0].parts), 1) if far else 1
    inboxes = 7 * any(one.inboxes is not None for one in far)
    return most_points(len(far) * ((2 if near else 1) * (8 + 2 * kinds) + 2 * kinds + inboxes))


def seen(far: Sequence[Series], near: Sequence[Series], clock: Clock | None) -> Seen:
    """On a common time axis."""
    return Seen(far, near, times_of(far, clock))


def bin_s_of(every: Sequence[Series]) -> int:
    """As wide as those of the picture, or wider where there are many contenders."""
    width, times = max(one.bin_s for one in every), times_of(every, None)
    while (times.end_s - times.start_s) / width > points_each(every) + 24:  # they come by powers of two
        width *= 2
    return width


class Curve(NamedTuple):
    """Values and the instants from which they hold."""

    at_s: Floats
    values: Floats


def joined(pair: Pair, run: Seen, name: str) -> Curve:
    """In wide bins, but in narrow ones where the queue is."""
    far, near = pair
    whole = _binned(far, name, bin_s_of(run.far))
    return whole if near is None else _within(whole, _binned(near, name, bin_s_of(run.near)), near, bin_s_of(run.far))


def _binned(one: Series, name: str, bin_s: int) -> Curve:
    values: Floats = means(one, getattr(one, name), bin_s)
    return Curve(edges_s(one, len(values), bin_s)[:-1], values)


def _within(whole: Curve, close: Curve, near: Series, lasts_s: float) -> Curve:
    """The close curve in place of the whole one, where it is; each value of the whole one lasts so long."""
    before, after = whole.at_s + lasts_s <= near.start_s, whole.at_s >= near.end_s
    return Curve(
        np.concatenate((whole.at_s[before], close.at_s, whole.at_s[after])),
        np.concatenate((whole.values[before], close.values, whole.values[after])),
    )


def _thinned_of(one: Series, kind: int | None, most: int) -> Curve:
    waiting = one.waiting if kind is None else one.parts[kind].waiting
    return Curve(thinned(one.waiting_at_s, most), thinned(waiting, most))


def waiting(pair: Pair, kind: int | None, most: int) -> Curve:
    """Recipients of a kind, or of all mail, in so many points at most, near and far each."""
    far, near = pair
    whole = _thinned_of(far, kind, most)
    return whole if near is None else _within(whole, _thinned_of(near, kind, most), near, 0.0)
