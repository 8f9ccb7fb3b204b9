"""Calls that a limiter has decided on: when, how many recipients each had, and whether it was accepted."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Calls(NamedTuple):
    """A row each, in the order of the decisions. A decision lies within `half_s` of `at_s`, 0 where it is known."""

    at_s: Floats
    half_s: Floats
    recipients: Floats
    accepted: NDArray[np.bool_]

    @property
    def refused(self) -> int:
        return int(np.count_nonzero(~self.accepted))

    @property
    def accepted_recipients(self) -> int:
        return int(self.recipients[self.accepted].sum())

    def first(self, number: int) -> Calls:
        return Calls(self.at_s[:number], self.half_s[:number], self.recipients[:number], self.accepted[:number])

    def after(self, number: int) -> Calls:
        return Calls(self.at_s[number:], self.half_s[number:], self.recipients[number:], self.accepted[number:])

    def busiest_second(self) -> int:
        """The most recipients that were accepted within one second."""
        return _busiest_second(self.at_s[self.accepted], self.recipients[self.accepted])

    def busiest_second_asked(self) -> int:
        """The most that were asked for within one second, accepted or not."""
        return _busiest_second(self.at_s, self.recipients)


def _busiest_second(at_s: Floats, recipients: Floats) -> int:
    if not len(at_s):
        return 0
    sums = np.cumsum(recipients)
    before = np.searchsorted(at_s, at_s - 1.0, side="right")
    return int((sums - np.concatenate(([0.0], sums))[before]).max())


def calls_of(at_s: Any, recipients: Any, accepted: Any, half_s: Any = 0.0) -> Calls:
    """Of columns in any order; one `half_s` does for all."""
    instants = np.asarray(at_s, float)
    order = np.argsort(instants, kind="stable")
    halves = np.broadcast_to(np.asarray(half_s, float), instants.shape)
    return Calls(
        instants[order], halves[order], np.asarray(recipients, float)[order], np.asarray(accepted, bool)[order]
    )
