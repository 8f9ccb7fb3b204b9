"""SES's admission as hypotheses: how SES counts is documented nowhere, so the limiter is a part that can be swapped.

Every limiter counts in integers and is exact on a clock whose ticks are about a nanosecond (2⁻³⁰ s or less): an instant
is the tick it falls into, a rate is the fraction that its decimal notation says. Nothing drifts, and no residue of a
float can ever decide an admission.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor, inf
from typing import TYPE_CHECKING, NamedTuple, Protocol

from strategies.dice import uniform

if TYPE_CHECKING:
    from scenarios.schema.accounts.account import LimiterHypothesis

TICKS_PER_S = 1 << 30


class Limiter(Protocol):
    """Decides on whole requests: all recipients or none. Instants must not decrease; a shard is told the whole rate."""

    def admit(self, now_s: float, recipients: int) -> bool: ...
    def set_rate(self, now_s: float, rate_per_s: Fraction, burst: int | None = None) -> None:
        """Go on at another rate, and with another burst, where one is named and the limiter has any."""
        ...


def exact(number: float) -> Fraction:
    """The fraction that a float's shortest decimal notation says: 0.1 is one tenth."""
    return Fraction(repr(number))


class Part(NamedTuple):
    """One of several equal shards of a limiter, counted from 0."""

    number: int = 0
    of: int = 1

    def share(self, recipients: int) -> int:
        """Its part of so many recipients; the parts add up to all of them."""
        return (recipients + self.number) // self.of


WHOLE = Part()


def at_once(hypothesis: LimiterHypothesis, rate_per_s: float) -> int:
    """What a limiter admits at one instant after a pause, in recipients: its burst, or a whole window."""
    if hypothesis.kind == "token-bucket":
        return hypothesis.burst
    return whole(exact(rate_per_s) * exact(hypothesis.effective_rate))


def largest_request(hypothesis: LimiterHypothesis, rate_per_s: float) -> float:
    """Recipients above which a request is never admitted: what the largest shard holds; no number on debt."""
    if hypothesis.admission == "debt":
        return inf
    return ceil(at_once(hypothesis, rate_per_s) / hypothesis.shards)


def build_limiter(hypothesis: LimiterHypothesis, rate_per_s: float, seed: int) -> Limiter:
    """The limiter of an account that grants `rate_per_s` recipients a second; of several shards the seed picks."""
    rate = exact(rate_per_s) * exact(hypothesis.effective_rate)
    if hypothesis.shards == 1:
        return _one(hypothesis, rate, WHOLE)
    shards = [_one(hypothesis, rate, Part(number, hypothesis.shards)) for number in range(hypothesis.shards)]
    return ShardedBucket(shards, seed) if hypothesis.kind == "token-bucket" else ShardedWindow(shards, seed, rate)


def _one(hypothesis: LimiterHypothesis, rate: Fraction, part: Part) -> Limiter:
    refusal_cost = exact(hypothesis.refusal_cost)
    if hypothesis.kind == "fixed-window":
        return FixedWindow(rate, refusal_cost, part)
    if hypothesis.kind == "sliding-window":
        return SlidingWindow(rate, refusal_cost, part)
    bucket = TokenBucket if hypothesis.admission == "strict" else DebtBucket
    return bucket(rate, hypothesis.burst, refusal_cost, part)


class TokenBucket:
    """Holds `burst` recipients, refills at the rate; a request passes while the bucket holds all it asks for.

    Invariant: at most burst + rate·t recipients pass in any window of t seconds. A refused request uses up
    `refusal_cost` of its recipients, as far as there are any.

    What it remembers is a single instant, that at which it would have been empty: it holds what has dripped in since,
    and never more than `full`. It counts in ticks of its own, of which a recipient and a refused one are whole numbers.
    """

    __slots__ = (
        "_burst",
        "_crumb",
        "_empty",
        "_full",
        "_part",
        "_per_recipient",
        "_per_refusal",
        "_refusal_cost",
        "_ticks_per_s",
    )

    def __init__(self, rate_per_s: Fraction, burst: int, refusal_cost: Fraction, part: Part = WHOLE) -> None:
        self._burst, self._refusal_cost, self._part = part.share(burst), refusal_cost, part
        self._use(rate_per_s / part.of)
        self._empty, self._crumb = -self._full, Fraction(0)

    def _use(self, rate_per_s: Fraction) -> None:
        whole = rate_per_s.numerator * self._refusal_cost.denominator
        ticks_per_s = whole * -(-TICKS_PER_S // whole)
        self._ticks_per_s = float(ticks_per_s)
        self._per_recipient = int(ticks_per_s / rate_per_s)
        self._per_refusal = int(self._per_recipient * self._refusal_cost)
        self._full = self._burst * self._per_recipient

    def admit(self, now_s: float, recipients: int) -> bool:
        now, empty = int(now_s * self._ticks_per_s), self._empty
        full_since = now - self._full
        if empty < full_since:
            empty = full_since
        after = empty + recipients * self._per_recipient
        if after <= now:
            self._empty = after
            return True
        self._empty = empty + self._lost_in_refusal(now - empty, recipients)
        return False

    def set_rate(self, now_s: float, rate_per_s: Fraction, burst: int | None = None) -> None:
        """Go on at another rate from `now_s`; the bucket keeps what it holds, to the last crumb, as far as it can."""
        held = Fraction(self._held(now_s), self._per_recipient) + self._crumb
        if burst is not None:
            self._burst = self._part.share(burst)
            held = min(held, Fraction(self._burst))
        self._use(rate_per_s / self._part.of)
        ticks = floor(held * self._per_recipient)
        self._empty = int(now_s * self._ticks_per_s) - ticks
        self._crumb = held - Fraction(ticks, self._per_recipient)

    def _held(self, now_s: float) -> int:
        return min(self._full, int(now_s * self._ticks_per_s) - self._empty)

    def _lost_in_refusal(self, held: int, recipients: int) -> int:
        return min(max(held, 0), recipients * self._per_refusal)


class DebtBucket(TokenBucket):
    """Passes a whole request on one token and lets the bucket owe the rest, as an old AWS text describes."""

    __slots__ = ()

    def admit(self, now_s: float, recipients: int) -> bool:
        held = self._held(now_s)
        admitted = held >= self._per_recipient
        cost = recipients * self._per_recipient if admitted else self._lost_in_refusal(held, recipients)
        self._empty = int(now_s * self._ticks_per_s) - held + cost
        return admitted


def whole(rate_per_s: Fraction) -> int:
    """What a one-second window holds: the rate without its fraction, and at least one recipient."""
    return max(1, int(rate_per_s))


class FixedWindow:
    """Counts anew in every whole second of the scenario: two seconds' worth can pass around a boundary."""

    __slots__ = ("_capacity", "_part", "_refusal", "_scale", "_used", "_window")

    def __init__(self, rate_per_s: Fraction, refusal_cost: Fraction, part: Part = WHOLE) -> None:
        self._refusal, self._scale, self._part = refusal_cost.numerator, refusal_cost.denominator, part
        self._used, self._window = 0, -1
        self._capacity = self._part.share(whole(rate_per_s)) * self._scale

    def admit(self, now_s: float, recipients: int) -> bool:
        window = int(now_s)
        if window != self._window:
            self._used, self._window = 0, window
        admitted = self._used + recipients * self._scale <= self._capacity
        self._used += recipients * (self._scale if admitted else self._refusal)
        return admitted

    def set_rate(self, now_s: float, rate_per_s: Fraction, burst: int | None = None) -> None:
        self._capacity = self._part.share(whole(rate_per_s)) * self._scale


class SlidingWindow:
    """Remembers the last second: at most one second's worth passes in any window (t - 1, t]."""

    __slots__ = ("_capacity", "_log", "_part", "_refusal", "_scale", "_used")

    def __init__(self, rate_per_s: Fraction, refusal_cost: Fraction, part: Part = WHOLE) -> None:
        self._refusal, self._scale, self._part = refusal_cost.numerator, refusal_cost.denominator, part
        self._log: deque[tuple[int, int]] = deque()
        self._used = 0
        self._capacity = self._part.share(whole(rate_per_s)) * self._scale

    def admit(self, now_s: float, recipients: int) -> bool:
        tick = int(now_s * TICKS_PER_S)
        self._forget(tick - TICKS_PER_S)
        admitted = self._used + recipients * self._scale <= self._capacity
        self._remember(tick, recipients * (self._scale if admitted else self._refusal))
        return admitted

    def set_rate(self, now_s: float, rate_per_s: Fraction, burst: int | None = None) -> None:
        self._capacity = self._part.share(whole(rate_per_s)) * self._scale

    def _remember(self, tick: int, used: int) -> None:
        if used:
            self._log.append((tick, used))
            self._used += used

    def _forget(self, until_tick: int) -> None:
        while self._log and self._log[0][0] <= until_tick:
            self._used -= self._log.popleft()[1]


class ShardedBucket:
    """Independent limiters that share the rate and the burst; each request meets one of them by chance."""

    def __init__(self, shards: Sequence[Limiter], seed: int) -> None:
        self._shards, self._seed, self._requests = shards, seed, 0
        self._met = len(shards)

    def admit(self, now_s: float, recipients: int) -> bool:
        self._requests += 1
        chosen = int(uniform(self._seed, "shard", self._requests, 0) * self._met)
        return self._shards[-1 - chosen].admit(now_s, recipients)

    def set_rate(self, now_s: float, rate_per_s: Fraction, burst: int | None = None) -> None:
        for shard in self._shards:
            shard.set_rate(now_s, rate_per_s, burst)


class ShardedWindow(ShardedBucket):
    """Windows that share a second's worth: where that is too little for all, as many as have a recipient are met."""

    def __init__(self, shards: Sequence[Limiter], seed: int, rate_per_s: Fraction) -> None:
        super().__init__(shards, seed)
        self._meet(rate_per_s)

    def set_rate(self, now_s: float, rate_per_s: Fraction, burst: int | None = None) -> None:
        super().set_rate(now_s, rate_per_s, burst)
        self._meet(rate_per_s)

    def _meet(self, rate_per_s: Fraction) -> None:
        """The last shards: those get what does not divide."""
        self._met = min(len(self._shards), whole(rate_per_s))
