"""What a month costs at another volume: piecewise linear, so that where two are as cheap follows in closed form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from scenarios.measures.tiers import Tiers, usd_for

ALIKE_USD = 1e-6  # a month: less is arithmetic, and nobody's reason

Stretch = tuple[float, float]
"""Volumes between two, in recipients a month."""


class MonthCurve(NamedTuple):
    """One strategy's month as a function of the recipients submitted in it; what is per recipient is per such one."""

    fixed_usd: float
    admitted_per_recipient: float
    services_usd_per_recipient: float
    busy_hours_per_recipient: float
    quiet_usd_per_hour: float
    hours: float
    tiers: Tiers

    def total_usd(self, recipients: float) -> float:
        """Dollars for a month of so many."""
        quiet_hours = max(0.0, self.hours - recipients * self.busy_hours_per_recipient)
        mails_usd = usd_for(recipients * self.admitted_per_recipient, self.tiers)
        services_usd = recipients * self.services_usd_per_recipient
        return self.fixed_usd + mails_usd + services_usd + quiet_hours * self.quiet_usd_per_hour

    def kinks(self) -> Iterator[float]:
        """The volumes at which it bends: the edges of tiers, and where no hour is quiet any more."""
        if self.admitted_per_recipient > 0:
            yield from (above / self.admitted_per_recipient for above, _ in self.tiers[1:])
        if self.busy_hours_per_recipient > 0:
            yield self.hours / self.busy_hours_per_recipient


def cheaper(one: MonthCurve, other: MonthCurve, within: Stretch) -> list[Stretch]:
    """Where one is cheaper than the other, from the least volume on; an end inside is a break-even."""
    found: list[Stretch] = []
    for start, end in pairwise(_bends_and_crossings(one, other, within)):
        if _difference(one, other, (start + end) / 2) < 0:
            found[-1:] = [(found[-1][0], end)] if found and found[-1][1] == start else [*found[-1:], (start, end)]
    return found


def _difference(one: MonthCurve, other: MonthCurve, recipients: float) -> float:
    """How much dearer one is than the other; 0 where they are alike."""
    mine, theirs = one.total_usd(recipients), other.total_usd(recipients)
    return 0.0 if abs(mine - theirs) <= ALIKE_USD else mine - theirs


def _bends_and_crossings(one: MonthCurve, other: MonthCurve, within: Stretch) -> Sequence[float]:
    """The ends, the bends between them, and where a straight piece of the difference passes zero."""
    least, most = within
    bends = sorted({least, most, *(at for at in (*one.kinks(), *other.kinks()) if least < at < most)})
    differences = [_difference(one, other, at) for at in bends]
    crossings = [
        start + (end - start) * before / (before - after)
        for (start, end), (before, after) in zip(pairwise(bends), pairwise(differences), strict=True)
        if before * after < 0
    ]
    return sorted({*bends, *crossings})
