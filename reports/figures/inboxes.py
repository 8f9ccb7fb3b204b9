"""What a picture needs of what became of accepted mail: a few thousand numbers, however many mails there were."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reports.figures.stretch import Stretch
from scenarios.ledger.delivered import DELIVERED, PENDING, Delivered

Floats = NDArray[np.float64]
POINTS = 150
MUCH = 0.05
NEARLY_ALL = 0.995  # of what was delivered: a mail that arrives half a day later would leave the others no room


class Inboxes(NamedTuple):
    """How many copies SES had accepted, how many were in the inbox, and how many never will be, at each instant.

    All of it happens within the instants, and nearly all of it until `end_s`; None of an account that was never
    reviewed, or paused.
    """

    at_s: Floats
    accepted: Floats
    delivered: Floats
    gone: Floats
    end_s: float
    reviewed_s: float | None
    paused_s: float | None

    @property
    def waiting(self) -> Floats:
        """What SES has accepted, and tries to hand over."""
        return self.accepted - self.delivered - self.gone

    @property
    def busy(self) -> Stretch:
        """From when to when much waits: a twentieth of the most. What waits to the very end does not count."""
        waits = self.waiting - self.waiting[-1]
        at_s = self.at_s[waits > MUCH * waits.max()]
        marks_s = [mark_s for mark_s in (self.reviewed_s, self.paused_s) if mark_s is not None]
        ends_s = [*at_s[[0, -1]], *marks_s] if len(at_s) else [*self.at_s[[0, -1]]]
        return Stretch(float(min(ends_s)), float(max(ends_s)))


def inboxes_of(delivered: Delivered) -> Inboxes | None:
    """None where nothing was accepted."""
    copies, judged = delivered.copies, delivered.judged
    if not len(copies["accepted_s"]):
        return None
    ended_s, outcome = copies["ended_s"], copies["outcome"]
    accepted_s, there_s = np.sort(copies["accepted_s"]), np.sort(ended_s[outcome == DELIVERED])
    gone_s = np.sort(ended_s[(outcome != DELIVERED) & (outcome != PENDING)])
    at_s = np.unique(np.concatenate([_places(one) for one in (accepted_s, there_s, gone_s)]))
    late_s = there_s[int(NEARLY_ALL * (len(there_s) - 1))] if len(there_s) else 0.0
    ends_s = (float(accepted_s[-1]), float(late_s), judged.paused_s or 0.0)
    return Inboxes(
        at_s=at_s,
        accepted=_until(at_s, accepted_s),
        delivered=_until(at_s, there_s),
        gone=_until(at_s, gone_s),
        end_s=max(ends_s),
        reviewed_s=judged.reviewed_s,
        paused_s=judged.paused_s,
    )


def _until(at_s: Floats, sorted_s: Floats) -> Floats:
    """How many had happened by then."""
    return np.searchsorted(sorted_s, at_s, side="right").astype(np.float64)


def _places(sorted_s: Floats) -> Floats:
    """As many of the instants as a picture shows, closest where most happens."""
    numbers = np.unique(np.linspace(0, max(len(sorted_s) - 1, 0), min(POINTS, len(sorted_s))).astype(np.intp))
    return sorted_s[numbers]
