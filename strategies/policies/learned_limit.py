"""What a sender has learned of SES's limiter by sending: a bucket of its own, corrected by every refusal."""

from __future__ import annotations

from typing import NamedTuple

from strategies.policies.clockwork import Clockwork

BURST_PACE = 8.0  # times the limit, at which a dared burst goes out: slow enough to hear of the first refusal in it
PROBE = 0.5  # of the limit, beyond it, while it is not known how much SES holds
PROBE_AGAIN = 0.1  # once it is known
BACKOFF = 0.5  # of the time that the refusal took to be heard of, before the first attempt after it
LONGEST_S = 1.0  # between two attempts while SES refuses all: its windows, if it has any, last a second
GROWTH = 0.002  # of the limit, each second, doubled with every second without a refusal
DOUBLINGS = 10.0  # at most: it is then twice the limit each second, which reaches all of it from anywhere
QUIET_S = 1.0  # without a refusal; from then on one says that the rate has grown too far
DOUBLINGS_IN_ROW = 30  # more are not counted: every longest wait is reached, and powers of thousands overflow
PATIENCE = 4  # refusals in a row, before a mail may be more than SES ever holds
REST = 1.0  # recipients that the bucket has spilt, before it counts as rested


class Sent(NamedTuple):
    """A call that went: when, for how many recipients, and how much of what SES held was used up then."""

    at_s: float
    recipients: int
    drawn: float


class LearnedLimit:
    """Says when so many recipients may be asked for, and is told what SES answered.

    It believes in a bucket of `burst` recipients that refills at `rate_per_s`, never faster than the limit that SES
    documents. After a rest it dares the burst and goes on a little faster than the limit, until the first refusal tells
    what SES held, or `most_burst` is used up. A refused call has taken nothing, so its recipients are given back, but
    for what must have been missing: twice as much with every refusal in a row. A rate is lowered only where refusals
    come like clockwork, and grows again from then on. Of the calls that were on their way when one was refused, none
    teaches anything.
    """

    def __init__(self, limit_per_s: float, most_burst: float, now_s: float, rested: bool) -> None:
        self._limit_per_s = self._known_per_s = self.rate_per_s = limit_per_s
        self.burst, self._most_burst = max(1.0, limit_per_s), most_burst
        self._level, self._level_s, self._spilt = self.burst if rested else 0.0, now_s, 0.0
        self._probing, self._probe = rested, PROBE
        self._rested_s, self._since_rest = now_s, 0
        self._refused_s, self._accepted_s, self._grown_s, self._next_s = now_s, now_s, now_s, now_s
        self._in_row = self._failed_in_row = 0
        self._clockwork = Clockwork(now_s)

    def wait_s(self, now_s: float, recipients: int) -> float:
        """Seconds until so many may be asked for, at most zero: now. More than the burst wait for all of it."""
        self._refill(now_s)
        missing = min(float(recipients), self.burst) - self._level
        return max(self._next_s - now_s, missing / self._refill_per_s())

    def sent(self, now_s: float, recipients: int) -> Sent:
        """Count a call that goes now."""
        self._refill(now_s)
        self._level -= recipients
        self._since_rest += recipients
        self._spilt = 0.0
        self._stop_probing(now_s)
        self._next_s = now_s + recipients / (BURST_PACE * self._limit_per_s)
        return Sent(now_s, recipients, self._drawn(now_s))

    def accepted(self, call: Sent, now_s: float) -> None:
        self._in_row, self._failed_in_row, self._accepted_s = 0, 0, now_s
        self._clockwork.accepted(call.recipients)
        self._grow(now_s)

    def refused(self, call: Sent, now_s: float) -> None:
        """Hear that the rate was used up."""
        self._refill(now_s)
        self._give_back(call)
        if call.at_s >= self._refused_s:
            self._in_row += 1
            self._learn(call, now_s)
            self._refused_s = self._grown_s = now_s
        backoff_s = min(LONGEST_S, BACKOFF * (now_s - call.at_s) * _doubled(self._in_row))
        self._level = min(self._level, min(float(call.recipients), self.burst) - backoff_s * self.rate_per_s)
        self._next_s = now_s

    def failed(self, call: Sent, now_s: float, longest_s: float) -> None:
        """Hear of anything else that is over some time: nothing is learned, and the bucket goes on filling."""
        self._refill(now_s)
        self._give_back(call)
        if call.at_s >= self._refused_s:
            self._failed_in_row += 1
            self._refused_s = now_s
        self._next_s = now_s + min(longest_s, BACKOFF * _doubled(self._failed_in_row) / self._limit_per_s)

    def never_holds(self, recipients: int, now_s: float) -> bool:
        """Whether so many have been refused although SES had the time to take them all."""
        rested_s = now_s - self._accepted_s
        return recipients > 1 and self._in_row >= PATIENCE and rested_s > 2 * recipients / self._limit_per_s

    def hold_at_most(self, recipients: int) -> None:
        """Believe in a smaller burst."""
        self.burst = min(self.burst, max(1.0, recipients))

    def _give_back(self, call: Sent) -> None:
        self._level += call.recipients
        self._since_rest -= call.recipients

    def _learn(self, call: Sent, now_s: float) -> None:
        if self._probing:
            self._probing, self._probe = False, PROBE_AGAIN
            self.burst = max(1.0, call.drawn)
            self._clockwork.restart(now_s)
        elif self._in_row == 1:
            measured_per_s = self._clockwork.refused(now_s)
            if measured_per_s is not None:
                self.rate_per_s = self._known_per_s = min(self.rate_per_s, measured_per_s)
            elif now_s - self._refused_s > QUIET_S:  # it has grown beyond what there is
                self.rate_per_s = min(self.rate_per_s, self._known_per_s)

    def _stop_probing(self, now_s: float) -> None:
        """More than the most that it may dare is never asked for, whatever SES would hold."""
        if self._probing and self._drawn(now_s) >= self._most_burst:
            self._probing, self.burst = False, max(1.0, self._most_burst)

    def _drawn(self, now_s: float) -> float:
        """How much of what was sent since the last rest came out of what SES held then."""
        return self._since_rest - self.rate_per_s * (now_s - self._rested_s)

    def _grow(self, now_s: float) -> None:
        quiet_s = min(DOUBLINGS, now_s - self._refused_s)
        step_per_s = GROWTH * self._limit_per_s * 2.0**quiet_s * (now_s - self._grown_s)
        self.rate_per_s, self._grown_s = min(self._limit_per_s, self.rate_per_s + step_per_s), now_s
        if self.rate_per_s == self._limit_per_s:
            self._known_per_s = self._limit_per_s

    def _refill_per_s(self) -> float:
        """Faster than SES while what it holds is being found out, and the dared burst is used up."""
        return self.rate_per_s * (1 + self._probe) if self._probing and self._level <= 1.0 else self.rate_per_s

    def _refill(self, now_s: float) -> None:
        self._level += (now_s - self._level_s) * self._refill_per_s()
        self._level_s = now_s
        if self._drawn(now_s) < 0:  # SES holds no more than it did: what it was left in vain is no credit
            self._rested_s, self._since_rest = now_s, 0
        if self._level > self.burst:
            self._spilt += self._level - self.burst
            self._level = self.burst
            if self._spilt >= REST and not self._probing:
                self._probing, self._rested_s, self._since_rest = True, now_s, 0


def _doubled(in_row: int) -> float:
    """Twice as much with every one in a row, as far as that matters to any longest wait."""
    return 2.0 ** min(DOUBLINGS_IN_ROW, in_row - 1)
