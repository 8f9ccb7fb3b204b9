"""A paced sender never starts more than its rate allows, and never less than it could."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from strategies.pacing import Pacer

TICK_S = Fraction(1, 2**30)  # of the limiter's clock: finer than this SES does not see


class Start(NamedTuple):
    """A call that was booked, and when it starts."""

    at_s: Fraction
    recipients: int


rates = st.one_of(st.integers(1, 100).map(float), st.floats(0.01, 100.0).map(lambda rate: round(rate, 3)))
pauses_s = st.one_of(st.just(0.0), st.floats(0.0, 5.0), st.sampled_from([1 / 3, 1.0, 1000.0]))
calls = st.lists(st.tuples(pauses_s, st.one_of(st.just(1), st.integers(1, 50))), max_size=25)
bursts = st.integers(1, 60)
LAWS = settings(max_examples=100)


def starts(pacer: Pacer, asked: list[tuple[float, int]]) -> list[Start]:
    """One call after the other: wait as told, start, pause."""
    made, now_s = [], 0.0
    for pause_s, recipients in asked:
        now_s += pause_s
        now_s += pacer.reserve(now_s, recipients)
        made.append(Start(Fraction(now_s), recipients))
    return made


def slack(at_s: Fraction) -> Fraction:
    """A tick, and a rounding of the instant as a float."""
    return TICK_S + abs(at_s) / 2**48


@LAWS
@given(asked=calls, rate=rates, burst=bursts)
def test_spacing(asked: list[tuple[float, int]], rate: float, burst: int) -> None:
    """In any window all calls but the last carry at most burst - 1 + rate·t: so single ones at most burst + rate·t."""
    made, exact = starts(Pacer(rate, burst), asked), Fraction(repr(rate))
    for i, first in enumerate(made):
        booked = 0
        for last in made[i:]:
            assert booked <= burst - 1 + exact * (last.at_s - first.at_s + slack(last.at_s))
            booked += last.recipients


@LAWS
@given(asked=calls, rate=rates, burst=bursts)
def test_no_call_waits_longer_than_it_must(asked: list[tuple[float, int]], rate: float, burst: int) -> None:
    """A pacer is the virtual scheduler of its definition in fractions, to a tick: no residue is ever added."""
    exact, free_s, now_s, pacer = Fraction(repr(rate)), Fraction(0), 0.0, Pacer(rate, burst)
    for pause_s, recipients in asked:
        now_s += pause_s
        ideal_s = max(Fraction(now_s), free_s - Fraction(burst - 1) / exact)
        free_s = max(Fraction(now_s), free_s) + recipients / exact
        started_s = now_s + pacer.reserve(now_s, recipients)
        assert abs(Fraction(started_s) - ideal_s) <= slack(ideal_s)
        now_s = started_s


@LAWS
@given(asked=calls, rate=rates, burst=bursts, then=rates)
def test_a_new_rate_holds_from_then_on(asked: list[tuple[float, int]], rate: float, burst: int, then: float) -> None:
    """After a change of rate the spacing is the new one's; what was booked before stays booked."""
    pacer = Pacer(rate, burst)
    before = starts(pacer, asked)
    pacer.set_rate(then)
    now_s, exact = float(before[-1].at_s) if before else 0.0, Fraction(repr(then))
    after = [Start(Fraction(now_s + pacer.reserve(now_s, 1)), 1) for _ in range(burst + 5)]
    for i, first in enumerate(after):
        for j, last in enumerate(after[i:]):
            assert j <= burst - 1 + exact * (last.at_s - first.at_s + 2 * slack(last.at_s))


@LAWS
@given(asked=st.lists(st.integers(1, 50), min_size=1, max_size=20), rate=rates, then=rates, share=st.floats(0.0, 1.0))
def test_what_is_booked_drips_on_at_a_changed_rate(asked: list[int], rate: float, then: float, share: float) -> None:
    """What waits when the rate changes has as many recipients before it as before; they drip at the other rate."""
    pacer, old, new = Pacer(rate), Fraction(repr(rate)), Fraction(repr(then))
    places = [pacer.book(0.0, recipients) for recipients in asked]
    changes_s = share * places[-1] / rate
    pacer.change_rate(changes_s, then)
    for place in (*places, pacer.book(changes_s, 1)):
        ahead = Fraction(place) - old * Fraction(changes_s)
        due_s = float(max(ahead, Fraction(0)) / new)
        assert pacer.due_in_s(place, changes_s) == pytest.approx(due_s, rel=1e-9, abs=1e-9 + 1e-9 / then)


@LAWS
@given(asked=calls, rate=rates, burst=bursts)
def test_the_same_rate_again_changes_nothing(asked: list[tuple[float, int]], rate: float, burst: int) -> None:
    """Setting the rate that already holds is no change, however often."""
    steady, told = Pacer(rate, burst), Pacer(rate, burst)
    now_s = 0.0
    for pause_s, recipients in asked:
        told.set_rate(rate)
        now_s += pause_s
        assert told.reserve(now_s, recipients) == pytest.approx(steady.reserve(now_s, recipients), abs=float(TICK_S))
