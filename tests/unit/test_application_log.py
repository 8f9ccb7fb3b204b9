"""What the application's side notes of queues."""

from __future__ import annotations

import numpy as np

from loadtests.application.application_log import ApplicationLog
from loadtests.ports.kernel import Clock
from strategies.ports import Mail


class Stopped(Clock):
    """A clock that shows whatever it is set to."""

    shows_s = 0.0

    def now(self) -> float:
        return self.shows_s


def test_a_put_that_is_confirmed_after_the_end_has_not_been_made_by_then() -> None:
    """Its mail is with the pod at the end: the look into the queue may have come before the put took effect."""
    clock = Stopped(0.0)
    notes = ApplicationLog(clock, 3)
    for clock.shows_s, mail in ((1.0, Mail(0, 1, 0.0)), (2.5, Mail(1, 1, 0.0)), (2.6, Mail(0, 1, 0.0, 1))):
        notes.put([mail])
    np.testing.assert_array_equal(notes.enqueued_s(2.0), [1.0, np.nan, np.nan])
    np.testing.assert_array_equal(notes.enqueued_s(3.0), [1.0, 2.5, np.nan])
