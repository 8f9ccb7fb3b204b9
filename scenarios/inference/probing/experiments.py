"""Short sequences of calls, each of which asks a limiter one thing.

They are generators: told of each outcome, they name the next call. So they run alike against SES, a server on this
machine, and a simulated limiter.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from math import ceil
from typing import NamedTuple

MOST_RECIPIENTS = 50  # of one message: SES developer guide, Service quotas
REFUSED_IN_A_ROW = 3  # of calls alike: with several shards one refusal says little
OFFERED = 2.5  # of the rate, so that a limiter is always asked for more than it has
EMPTYING = 1.5  # of the rate: less takes too long, and too many recipients, to empty a limiter
CALLS_PER_S = 20
MOST_ALIKE = 60  # in a row: with fewer refusals than that among them, the calls are too slow to empty a limiter
EMPTYING_S = 0.5  # from a first refusal on: slow calls get what comes back in between, and are not refused in a row


class Ask(NamedTuple):
    """The next call: so long after the one before began, with so many recipients."""

    after_s: float
    recipients: int


Steps = Generator[Ask, bool, None]


class Experiment(NamedTuple):
    """It begins with a full limiter: after a rest of `rest_s`. The name is for those who watch."""

    name: str
    rest_s: float
    steps: Callable[[], Steps]


class Pace(NamedTuple):
    """The rate that SES names, and how long a call takes."""

    rate_per_s: float
    call_s: float

    @property
    def is_too_slow(self) -> bool:
        """Whether not even the largest calls, one after another, ask for so much more than comes back."""
        return EMPTYING * self.rate_per_s * self.call_s > MOST_RECIPIENTS

    @property
    def step(self) -> int:
        """Recipients of a call, of which enough are asked for to keep a limiter empty."""
        return _within(max(self.rate_per_s / CALLS_PER_S * OFFERED, OFFERED * self.rate_per_s * self.call_s))

    @property
    def stride(self) -> int:
        """Recipients of a call that empties a full limiter before much of it comes back."""
        return _within(max(self.rate_per_s / 8, 6 * self.rate_per_s * self.call_s))

    @property
    def temptation(self) -> int:
        """Recipients of a call that asks for twice of what comes back before it."""
        return _within(max(4.0, self.rate_per_s / 5, 2 * self.rate_per_s * self.call_s))

    @property
    def least(self) -> int:
        """Recipients of the smallest calls that, one after another, still ask for more than comes back."""
        return _within(2 * self.rate_per_s * self.call_s - 1)


def _within(recipients: float) -> int:
    return min(MOST_RECIPIENTS, max(1, ceil(recipients)))


def drain(pace: Pace, largest: int) -> Steps:
    """Ask for as much as there is, down to the last recipients. That tells how much there is at once.

    Slow calls ask for no less than comes back between them, unless that is more than there ever is.
    """
    size, accepted = largest, False
    while True:
        accepted |= yield from _exhaust(pace, size)
        if size <= (pace.least if accepted else 1):
            return
        size = max(pace.least, size // 2) if size > pace.least else size // 2


def _exhaust(pace: Pace, size: int) -> Generator[Ask, bool, bool]:
    """Ask for so much until it is refused in a row, or until slow calls only get what comes back between them.

    Returns whether any was accepted.
    """
    in_a_row, since_first, some = 0, 0, False
    after_first = max(2 * REFUSED_IN_A_ROW, ceil(EMPTYING_S / pace.call_s))
    for _ in range(MOST_ALIKE):
        accepted = yield Ask(0.0, size)
        some |= accepted
        in_a_row = 0 if accepted else in_a_row + 1
        since_first += bool(since_first or in_a_row)
        if in_a_row >= REFUSED_IN_A_ROW or since_first >= after_first:
            break
    return some


def poll(pace: Pace, size: int, for_s: float) -> Steps:
    """Ask for more than comes back, all the time. That tells how much comes back, and when.

    Every other call is as small as can be: what holds an odd number would look like an even one.
    """
    sizes = (size, pace.least)
    for number in range(ceil(2 * for_s * OFFERED * pace.rate_per_s / sum(sizes))):
        yield Ask(sizes[number % 2 - 1] / (OFFERED * pace.rate_per_s), sizes[number % 2])


def tempt(pace: Pace, large: int, times: int) -> Steps:
    """Ask for twice of what has come back, then for the rest of it. That tells whether it is owed, or lost."""
    for _ in range(times):
        yield Ask(large / 2 / pace.rate_per_s, large)
        yield from drain(pace, max(pace.least, large // 4))


def opening(pace: Pace, for_s: float) -> Steps:
    """What tells most limiters apart: emptied, kept empty, and tempted."""
    yield from drain(pace, pace.stride)
    yield from poll(pace, pace.step, for_s)
    yield from drain(pace, pace.step)
    yield from tempt(pace, pace.temptation, 3)
