"""The rate that botocore's adaptive mode allows a client: TCP's CUBIC over a token bucket, one token a request.

Requests, not recipients, are counted, and every client counts alone (`botocore/retries/adaptive.py`, `bucket.py`,
`throttling.py` of 1.44.5). Until the first throttle nothing waits.

For one caller at a time every wait is botocore's, save that a token due within a nanosecond counts as due. With
several callers botocore's threads all sleep until the next token, and whichever wakes first takes it. Virtual time
needs an order: here a caller draws a numbered ticket and tokens go by ticket. A waiting caller looks again before the
rate can have grown so far that it would be late, so that a changed rate reaches it about as soon as botocore's
condition variable would tell one, yet a long line of callers does not spend its time looking.
"""

from __future__ import annotations

import math

BIN_S = 0.5
SMOOTHING = 0.8
MIN_RATE_PER_S = 0.5
MAX_GROWTH = 2.0  # the allowed rate over the measured one
BETA = 0.7  # what a throttle leaves of the rate
SCALE = 0.4  # CUBIC's C
DUE_S = 1e-9  # wide enough that a wake-up always finds its token or moves the clock
RECHECK_S = 0.5  # a ticket may be called this late


class AdaptiveRate:
    """When the next request may go out. One object a client; `now_s` must not decrease."""

    __slots__ = ("_bucket", "_cubic", "_enabled", "_measured")

    def __init__(self, now_s: float) -> None:
        self._measured = MeasuredRate(now_s)
        self._cubic = Cubic(now_s)
        self._bucket = TicketBucket(now_s)
        self._enabled = False

    @property
    def allowed_per_s(self) -> float:
        """The rate at which tokens drip, requests a second."""
        return self._bucket.rate_per_s

    def reserve(self, now_s: float) -> int:
        """A ticket for one request; before the first throttle one that is always due."""
        return self._bucket.reserve(now_s) if self._enabled else 0

    def wait_s(self, ticket: int, now_s: float) -> float:
        """Seconds to wait before asking again; 0.0 when the ticket's request may go out."""
        return self._bucket.wait_s(ticket, now_s)

    def answered(self, now_s: float, throttled: bool) -> None:
        """Learn from the end of a request: anything but a throttle counts as success."""
        measured = self._measured.record(now_s)
        if throttled:
            allowed = self._cubic.throttled(self._rate_at_fault(measured), now_s)
            self._enabled = True
        else:
            allowed = self._cubic.rate_per_s(now_s)
        self._bucket.set_rate(now_s, min(allowed, MAX_GROWTH * measured))

    def _rate_at_fault(self, measured_per_s: float) -> float:
        return min(measured_per_s, self._bucket.rate_per_s) if self._enabled else measured_per_s


class MeasuredRate:
    """Answers a second, counted in half seconds of the clock and smoothed when a new one begins."""

    __slots__ = ("_answers", "_bin_s", "_rate_per_s")

    def __init__(self, now_s: float) -> None:
        self._bin_s = float(math.floor(now_s))
        self._answers = 0
        self._rate_per_s = 0.0

    def record(self, now_s: float) -> float:
        """Count one answer; the measured rate."""
        self._answers += 1
        bin_s = math.floor(now_s / BIN_S) * BIN_S
        if bin_s > self._bin_s:
            fresh_per_s = self._answers / (bin_s - self._bin_s)
            self._rate_per_s = fresh_per_s * SMOOTHING + self._rate_per_s * (1 - SMOOTHING)
            self._answers, self._bin_s = 0, bin_s
        return self._rate_per_s


class Cubic:
    """TCP CUBIC's window as a rate: down to 0.7 at a throttle, then back to that rate, a plateau, and beyond."""

    __slots__ = ("_plateau_after_s", "_plateau_per_s", "_throttled_s")

    def __init__(self, now_s: float) -> None:
        self._settle(0.0, now_s)

    def rate_per_s(self, now_s: float) -> float:
        since_plateau_s = now_s - self._throttled_s - self._plateau_after_s
        return float(SCALE * since_plateau_s**3 + self._plateau_per_s)

    def throttled(self, at_per_s: float, now_s: float) -> float:
        """A throttle while sending `at_per_s`; the rate to go on with."""
        self._settle(at_per_s, now_s)
        return at_per_s * BETA

    def _settle(self, plateau_per_s: float, now_s: float) -> None:
        self._plateau_per_s, self._throttled_s = plateau_per_s, now_s
        self._plateau_after_s = (plateau_per_s * (1 - BETA) / SCALE) ** (1 / 3)


class TicketBucket:
    """A token bucket whose tokens are promised in the order of whole-numbered tickets.

    Invariant: `_spare` is what has dripped minus what is promised, so ticket k is due once the other
    `_promised - k` promises could be taken back and `_spare` not be negative.
    """

    __slots__ = ("_at_s", "_capacity", "_promised", "_spare", "rate_per_s")

    def __init__(self, now_s: float) -> None:
        self.rate_per_s, self._capacity = 1.0, 1.0
        self._spare, self._promised, self._at_s = 0.0, 0, now_s

    def reserve(self, now_s: float) -> int:
        self._drip(now_s)
        self._spare -= 1.0
        self._promised += 1
        return self._promised

    def wait_s(self, ticket: int, now_s: float) -> float:
        self._drip(now_s)
        missing = ticket - self._promised - self._spare
        due_in_s = missing / self.rate_per_s
        return 0.0 if due_in_s <= DUE_S else min(due_in_s, max(RECHECK_S, _not_due_for_s(missing, due_in_s)))

    def set_rate(self, now_s: float, rate_per_s: float) -> None:
        """Drip at another rate from `now_s`; a second's worth, and at least one token, is kept."""
        self._drip(now_s)
        self.rate_per_s = max(MIN_RATE_PER_S, rate_per_s)
        self._capacity = max(1.0, rate_per_s)

    def _drip(self, now_s: float) -> None:
        self._spare = min(self._capacity, self._spare + (now_s - self._at_s) * self.rate_per_s)
        self._at_s = now_s


def _not_due_for_s(missing: float, due_in_s: float) -> float:
    """A time too short for the missing tokens: half of them take longer at this rate, half by its growth alone.

    By CUBIC a rate at its plateau gains SCALE times the third power of the time; what drips by that is the integral.
    """
    return min(due_in_s / 2, float((2 / SCALE * missing) ** 0.25))
