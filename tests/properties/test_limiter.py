"""The limiters keep their promises, against brute force over every window and a model in fractions.

Windows are exact in ticks of 2⁻³⁰ s. A bucket may choose a finer clock; at rates that are powers of two it is the same,
so there every verdict must be the model's. At other rates an instant is blurred by a tick, once: nothing adds up.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from scenarios.aws.limiter import TICKS_PER_S, build_limiter, exact
from scenarios.schema.accounts.account import LimiterHypothesis
from tests.properties.recount import excess
from tests.properties.requests import (
    PROMISES,
    TICK_S,
    Request,
    admitted,
    decide,
    hypothesis_of,
    in_windows,
    powers,
    rates,
    requests,
    shares,
)


@PROMISES
@given(asked=requests, rate=rates, burst=st.integers(1, 90), refusal_cost=shares, share=st.sampled_from([1.0, 0.85]))
def test_strict_bucket_keeps_its_envelope(
    asked: list[Request], rate: float, burst: int, refusal_cost: float, share: float
) -> None:
    """At most B + R·t recipients pass in any window of t seconds, to a tick, whatever is refused between."""
    hypothesis = hypothesis_of(rate, burst=burst, refusal_cost=refusal_cost, effective_rate=share)
    refill = exact(rate) * exact(share)
    for ticks, recipients in in_windows(admitted(decide(build_limiter(hypothesis, rate, 1), asked))):
        assert recipients <= burst + refill * (ticks + 1) * TICK_S


@PROMISES
@given(asked=requests, rate=powers, burst=st.integers(1, 90), refusal_cost=shares)
def test_strict_bucket_keeps_its_envelope_exactly(
    asked: list[Request], rate: float, burst: int, refusal_cost: float
) -> None:
    """Where its clock ticks 2³⁰ times a second: at most B + R·t, without a tick's grace."""
    hypothesis = hypothesis_of(rate, burst=burst, refusal_cost=refusal_cost)
    made = admitted(decide(build_limiter(hypothesis, rate, 1), asked))
    assert excess(((tick * TICK_S, recipients) for tick, recipients in made), exact(rate)) <= burst


@PROMISES
@given(asked=requests, rate=rates, burst=st.integers(1, 60), refusal_cost=shares)
def test_debt_bucket_keeps_its_envelope(asked: list[Request], rate: float, burst: int, refusal_cost: float) -> None:
    """In any window all but the last request pass within B - 1 + R·t: the last one rides on the one token left."""
    hypothesis = hypothesis_of(rate, burst=burst, refusal_cost=refusal_cost, admission="debt")
    made = admitted(decide(build_limiter(hypothesis, rate, 1), asked))
    for i in range(len(made)):
        before_last = 0
        for tick, recipients in made[i:]:
            assert before_last <= burst - 1 + exact(rate) * (tick - made[i][0] + 1) * TICK_S
            before_last += recipients


class Model:
    """The four limiters by their definitions, in fractions of a recipient and with the whole history at hand."""

    def __init__(self, hypothesis: LimiterHypothesis, rate: float) -> None:
        self._hypothesis, self._rate, self._burst = hypothesis, exact(rate), hypothesis.burst
        self._level, self._tick = Fraction(hypothesis.burst), 0
        self._used: list[tuple[int, Fraction]] = []

    def set_rate(self, tick: int, rate: float, burst: int | None) -> None:
        """Refill at the old rate until the tick, at the new one from there; what has no room any more is gone."""
        self._refill(tick)
        self._rate, self._burst = exact(rate), self._burst if burst is None else burst
        self._refill(tick)

    def spare(self, tick: int, recipients: int) -> Fraction:
        """How many recipients there is room for beyond those who ask; negative if there is none for them."""
        self._refill(tick)
        if self._hypothesis.kind == "token-bucket":
            return self._level - (recipients if self._hypothesis.admission == "strict" else 1)
        begin = tick - tick % TICKS_PER_S if self._hypothesis.kind == "fixed-window" else tick - TICKS_PER_S + 1
        used = sum((used for at, used in self._used if at >= begin), Fraction(0))
        return max(1, int(self._rate)) - used - recipients

    def decided(self, tick: int, recipients: int, passes: bool) -> None:
        """Count what has been decided."""
        used = Fraction(recipients) if passes else recipients * exact(self._hypothesis.refusal_cost)
        self._used.append((tick, used))
        self._level = self._level - used if passes else max(min(self._level, Fraction(0)), self._level - used)

    def blur(self) -> Fraction:
        """Recipients in two ticks: as far as a bucket of another clock may see another level."""
        return 2 * self._rate * TICK_S if self._hypothesis.kind == "token-bucket" else Fraction(0)

    def _refill(self, tick: int) -> None:
        gained = self._rate * (tick - self._tick) * TICK_S
        self._level, self._tick = min(Fraction(self._burst), self._level + gained), tick


def kinds(*which: dict[str, Any]) -> pytest.MarkDecorator:
    """The same law for each of these limiters."""
    names = [f"{kind.get('admission', kind['kind'])}-{kind.get('burst', '')}".rstrip("-") for kind in which]
    return pytest.mark.parametrize("kind", which, ids=names)


STRICT: tuple[dict[str, Any], ...] = (
    {"kind": "token-bucket", "burst": 7},
    {"kind": "token-bucket", "burst": 60},
    {"kind": "fixed-window"},
    {"kind": "sliding-window"},
)
DEBT: tuple[dict[str, Any], ...] = (
    {"kind": "token-bucket", "burst": 7, "admission": "debt"},
    {"kind": "token-bucket", "burst": 1, "admission": "debt"},
)
KINDS = kinds(*STRICT, *DEBT)


def beside_the_model(
    hypothesis: LimiterHypothesis, rate: float, asked: list[Request], changes: dict[int, tuple[float, int | None]]
) -> list[tuple[bool, Fraction, Fraction]]:
    """(verdict, room to spare, blur) of each request; before request k rate and burst become `changes[k]`."""
    limiter, model, tick, verdicts = build_limiter(hypothesis, rate, 1), Model(hypothesis, rate), 0, []
    for number, (after, recipients) in enumerate(asked):
        tick += after
        if number in changes:
            then, burst = changes[number]
            limiter.set_rate(tick / TICKS_PER_S, exact(then), burst)
            model.set_rate(tick, then, burst)
        spare, passes = model.spare(tick, recipients), limiter.admit(tick / TICKS_PER_S, recipients)
        model.decided(tick, recipients, passes)
        verdicts.append((passes, spare, model.blur()))
    return verdicts


@KINDS
@PROMISES
@given(
    asked=requests,
    rate=powers,
    refusal_cost=shares,
    changes=st.dictionaries(st.integers(0, 20), st.tuples(powers, st.none() | st.integers(1, 60)), max_size=2),
)
def test_limiter_admits_exactly_what_its_definition_admits(
    kind: dict[str, Any], asked: list[Request], rate: float, refusal_cost: float, changes: Any
) -> None:
    """Work conservation: a request passes if and only if the model has room, at that very tick, at new limits too."""
    hypothesis = hypothesis_of(rate, refusal_cost=refusal_cost, **kind)
    for passes, spare, _ in beside_the_model(hypothesis, rate, asked, changes):
        assert passes == (spare >= 0)


@KINDS
@PROMISES
@given(asked=requests, rate=rates, refusal_cost=shares)
def test_limiter_admits_what_its_definition_admits_at_any_rate(
    kind: dict[str, Any], asked: list[Request], rate: float, refusal_cost: float
) -> None:
    """The same at any rate: a window's verdicts are the model's, a bucket's too unless it is a matter of ticks."""
    for passes, spare, blur in beside_the_model(
        hypothesis_of(rate, refusal_cost=refusal_cost, **kind), rate, asked, {}
    ):
        assert passes == (spare >= 0) or abs(spare) <= blur


@kinds(*STRICT)
@PROMISES
@given(asked=requests, rate=powers, refusal_cost=shares)
def test_what_refused_calls_have_used_up_is_soon_back(
    kind: dict[str, Any], asked: list[Request], rate: float, refusal_cost: float
) -> None:
    """However many came: a bucket is full B ÷ R after the last, for they empty it at most; a window forgets in 1 s."""
    hypothesis = hypothesis_of(rate, refusal_cost=refusal_cost, **kind)
    limiter, tick = build_limiter(hypothesis, rate, 1), 0
    limiter.admit(0.0, 1)
    for after, _ in asked:
        tick += after
        limiter.admit(tick / TICKS_PER_S, 10_000)  # more than any holds
    is_bucket = hypothesis.kind == "token-bucket"
    full, rest_s = (hypothesis.burst, hypothesis.burst / rate) if is_bucket else (max(1, int(rate)), 1.0)
    assert limiter.admit(tick / TICKS_PER_S + rest_s, full)


def test_a_change_of_rate_and_back_costs_no_more_than_a_tick() -> None:
    """One recipient in 100 s is due 100 s after the last, although the rate was 1000/s for an instant in between."""
    limiter = build_limiter(hypothesis_of(0.01, burst=1), 0.01, 1)
    assert limiter.admit(0.0, 1)
    for rate in (1000.0, 0.01):
        limiter.set_rate(1.0, exact(rate))
    assert not limiter.admit(100.0 - 1e-6, 1)
    assert limiter.admit(100.0 + 1e-6, 1)


@PROMISES
@given(asked=requests, rate=rates, burst=st.integers(1, 60), changes=st.dictionaries(st.integers(0, 39), rates))
def test_strict_bucket_keeps_its_envelope_while_rates_change(
    asked: list[Request], rate: float, burst: int, changes: dict[int, float]
) -> None:
    """In any window at most B plus what the rates of its time have poured in, to a tick for each change."""
    limiter = build_limiter(hypothesis_of(rate, burst=burst), rate, 1)
    tick, poured, now_rate = 0, Fraction(0), exact(rate)
    blur = (len(changes) + 1) * max(map(exact, (rate, *changes.values()))) * TICK_S
    passed: list[tuple[Fraction, int]] = []
    for number, (after, recipients) in enumerate(asked):
        tick, poured = tick + after, poured + now_rate * after * TICK_S
        if number in changes:
            now_rate = exact(changes[number])
            limiter.set_rate(tick / TICKS_PER_S, now_rate)
        if limiter.admit(tick / TICKS_PER_S, recipients):
            passed.append((poured, recipients))
    assert excess(passed, Fraction(1)) <= burst + blur
