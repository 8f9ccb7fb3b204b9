"""A probe finds the limiter, and never uses more recipients than it may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest

from scenarios.inference.fit import Interval
from scenarios.inference.probing import design
from scenarios.inference.probing import probe as probing
from scenarios.inference.probing.experiments import Ask, Pace, Steps, drain, poll, tempt
from scenarios.inference.probing.probe import Answer, Notes, probe
from scenarios.schema.accounts.account import LimiterHypothesis
from tests.unit.inference.virtual_account import VirtualAccount, at_random, probed


def test_a_probe_finds_a_limiter_of_the_sequence() -> None:
    """Kind, rate within 2 %, burst within one recipient or its interval; the whole sequence is a benchmark."""
    truth = at_random(7)
    found, used = probed(truth)
    best = found.fit.explanations[0]
    assert best.supposition.kind == truth.kind
    assert best.supposition.shards == truth.limiter.shards
    assert best.rate_per_s.median == pytest.approx(truth.in_the_long_run_per_s, rel=0.02)
    assert best.capacity.low - 1 <= truth.limiter.burst <= best.capacity.high + 1
    assert used <= 20 * truth.rate_per_s


@pytest.mark.parametrize("recipients", [7, 60])
def test_no_more_recipients_than_allowed(recipients: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where all that is asked would be accepted."""
    monkeypatch.setattr(probing, "fitted", lambda *_: None)
    monkeypatch.setattr(probing, "is_known", lambda _: True)
    account = VirtualAccount(LimiterHypothesis(burst=10_000), 50.0, 0.01, 1)
    notes = Notes(recipients)
    probe(account, Pace(50.0, 0.01), notes)
    assert account.accepted == notes.accepted_recipients <= recipients
    assert notes.experiments == ["opening"]


@pytest.mark.parametrize("call_s", [0.03, 0.06, 0.12])
def test_an_opening_of_slow_calls_leaves_recipients_for_more(call_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes back between calls is not asked for again and again; a burst smaller than that is asked for less."""
    monkeypatch.setattr(probing, "fitted", lambda *_: None)
    monkeypatch.setattr(probing, "is_known", lambda _: True)
    for number in range(3, 11):
        truth = at_random(number)
        account = VirtualAccount(truth.limiter, truth.rate_per_s, call_s, number)
        notes = Notes(int(20 * truth.rate_per_s))
        probe(account, Pace(truth.rate_per_s, call_s), notes)
        assert 0 < account.accepted <= 17 * truth.rate_per_s
        assert notes.calls().refused > 0


def test_calls_that_cannot_empty_a_limiter_are_too_slow() -> None:
    """Fifty recipients each 200 ms are 250 a second."""
    assert Pace(200.0, 0.2).is_too_slow
    assert not Pace(150.0, 0.2).is_too_slow


def test_no_experiment_is_made_twice_running(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one tells most for its recipients, whatever has been made, another comes in between."""
    interval = Interval(9.0, 10.0, 11.0, 10.0)
    fit: Any = SimpleNamespace(alive=[SimpleNamespace(capacity=interval, rate_per_s=interval)])
    cheap = "emptied in small steps"
    monkeypatch.setattr(design, "_told", lambda _fit, one, *_: 2.0 if one.name == cheap else 1.0)
    first = design.next_experiment(fit, Pace(50.0, 0.01), 1000, "opening")
    second = design.next_experiment(fit, Pace(50.0, 0.01), 1000, cheap)
    assert first is not None
    assert second is not None
    assert first.name == cheap != second.name


def test_calls_outlive_the_probe_that_made_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in between leaves the notes as they were."""
    account, notes = VirtualAccount(LimiterHypothesis(burst=10), 50.0, 0.01, 1), Notes(1000)
    ask, turns = account.ask, iter(range(7))

    def interrupted(recipients: int) -> Answer:
        if next(turns, None) is None:
            raise KeyboardInterrupt
        return ask(recipients)

    monkeypatch.setattr(account, "ask", interrupted)
    with pytest.raises(KeyboardInterrupt):
        probe(account, Pace(50.0, 0.01), notes)
    assert len(notes) == len(notes.calls().at_s) == 7


def test_experiments_end_whatever_the_outcomes() -> None:
    """Also against a limiter that lets all through, or nothing, and with calls slower than the rate."""
    for pace in (Pace(1.0, 0.01), Pace(14.0, 0.2), Pace(500.0, 0.1)):
        for always in (True, False):
            for steps in (drain(pace, pace.stride), poll(pace, pace.step, 3.0), tempt(pace, 8, 3)):
                asked = [ask for ask, _ in zip(answered(steps, always), range(2_000), strict=False)]
                assert len(asked) < 2_000
                assert all(1 <= ask.recipients <= 50 for ask in asked)


def answered(steps: Steps, always: bool) -> Iterator[Ask]:
    """What is asked where each outcome is the same."""
    yield next(steps)
    with suppress(StopIteration):
        while True:
            yield steps.send(always)
