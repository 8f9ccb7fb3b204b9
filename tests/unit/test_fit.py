"""Latencies fitted from calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from reports.calibrate.fit import FEWEST_CALLS, Fit, NoFit, call_s, fit_lognormal, fitted, with_latency
from scenarios.ledger.ledger import ACCEPTED, THROTTLED, Ledger
from scenarios.schema.latency import Lognormal
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import as_toml, load
from sim.run import run
from tests.unit.synthetic import Call, Mail, ledger_of

LAW = Lognormal(median_ms=48, p99_ms=310)


def scenario(**tables: Any) -> Scenario:
    """900 mails at once."""
    batch = {"process": "batch", "messages": 900}
    return Scenario.model_validate({"name": "fit", "horizon_s": 60.0, "workload": (batch,), **tables})


def ledger(durations_s: Sequence[float], outcome: int = ACCEPTED) -> Ledger:
    """Calls that took so long."""
    calls = [Call(i, 10.0 + i, outcome, call_s=took_s) for i, took_s in enumerate(durations_s)]
    return ledger_of("own", [Mail(0.0)] * len(calls), calls)


def test_a_large_sample_gives_its_parameters_back() -> None:
    """20,000 draws from a lognormal lead back to it, within what so many can tell."""
    fit = fit_lognormal(LAW.sample(np.random.default_rng(1), 20_000))
    assert fit.law.median_ms == pytest.approx(LAW.median_ms, rel=0.02)
    assert fit.law.p99_ms == pytest.approx(LAW.p99_ms, rel=0.04)
    assert fit.calls == 20_000
    assert fit.ks_distance < 0.01


def test_the_distance_tells_what_is_no_lognormal() -> None:
    """Calls that are either quick or slow are far from any lognormal; the fit says so."""
    two_kinds = np.concatenate((np.full(500, 0.02), np.full(500, 0.2)))
    fit = fit_lognormal(two_kinds)
    assert fit.ks_distance > 0.2
    assert (fit.least, fit.most) == (None, None)


@pytest.mark.parametrize("calls", [FEWEST_CALLS, 81, 900])
def test_intervals_of_a_fit_hold_the_law(calls: int) -> None:
    """In 95 of 100 repetitions, median and p99 alike; those that look like no such law show none."""
    dice = np.random.default_rng(2)
    fits = [fit for _ in range(200) if (fit := fit_lognormal(LAW.sample(dice, calls))).least]
    assert 0.92 <= len(fits) / 200 <= 0.98
    for name in ("median_ms", "p99_ms"):
        held = [getattr(fit.least, name) <= getattr(LAW, name) <= getattr(fit.most, name) for fit in fits]
        assert 0.92 <= np.mean(held) <= 0.98


def test_calls_that_all_took_the_same_fit_exactly() -> None:
    """A constant is a lognormal without spread."""
    fit = fit_lognormal(np.full(50, 0.05))
    assert fit.law == Lognormal(median_ms=50, p99_ms=50)
    assert fit.ks_distance == 0.0


def test_simulated_calls_lead_back_to_the_scenario() -> None:
    """What a simulation drew from the scenario's laws is fitted by about these, and the client's millisecond."""
    chosen = scenario(strategies={"direct": {"workers": 1}})
    fits = fitted(chosen, [run(chosen, strategy, 1) for strategy in ("leaky-bucket", "direct")])
    for name, own in (("ses_send", chosen.latency.ses_send), ("ses_throttle", chosen.latency.ses_throttle)):
        fit = fits[name]
        assert isinstance(fit, Fit)
        assert isinstance(own, Lognormal)
        assert fit.law.median_ms == pytest.approx(own.median_ms, rel=0.15)
        assert fit.law.p99_ms == pytest.approx(own.p99_ms, rel=0.2)


def test_each_outcome_has_its_own_law() -> None:
    """Accepted calls say nothing of refused ones, and the ledgers' calls are put together."""
    fits = fitted(scenario(), [ledger([0.05] * 40), ledger([0.02] * 60, THROTTLED), ledger([0.05] * 20)])
    assert fits["ses_send"][:2] == (Lognormal(median_ms=50, p99_ms=50), 60)
    assert fits["ses_throttle"][:2] == (Lognormal(median_ms=20, p99_ms=20), 60)


def test_only_calls_that_were_seen_whole_count() -> None:
    """Where the client did not see a call's start or end, its duration is not known."""
    whole = ledger([0.05, 0.06, 0.07])
    start_s, end_s = whole.calls["start_s"].copy(), whole.calls["end_s"].copy()
    start_s[0], end_s[1] = np.nan, np.nan
    seen = replace(whole, calls={**whole.calls, "start_s": start_s, "end_s": end_s})
    assert call_s(seen, ACCEPTED) == pytest.approx([0.07])


@pytest.mark.parametrize(
    ("tables", "durations_s", "reason"),
    [
        ({}, [], "no such call was seen from its start to its end"),
        ({}, [0.05] * (FEWEST_CALLS - 1), f"a fit needs at least {FEWEST_CALLS} calls"),
        (
            {"fault": ({"kind": "slow", "start_s": 1.0, "duration_s": 2.0, "factor": 3.0},)},
            [0.05] * 100,
            "the scenario's fault slow makes calls longer",
        ),
    ],
)
def test_what_cannot_be_fitted_has_its_reason(tables: dict[str, Any], durations_s: list[float], reason: str) -> None:
    """No call, too few calls or calls that a fault made longer give no law."""
    fit = fitted(scenario(**tables), [ledger(durations_s)])["ses_send"]
    assert isinstance(fit, NoFit)
    assert fit.reason == reason


def test_fitted_laws_can_be_written_and_read(tmp_path: Any) -> None:
    """A scenario with a fitted law goes through its file, and nothing else in it changes."""
    before = scenario()
    after = with_latency(before, {"ses_send": LAW})
    path = tmp_path / "fit.toml"
    path.write_text(as_toml(after))
    assert load(str(path)) == after
    assert after.latency.ses_send == LAW
    assert after.model_copy(update={"latency": before.latency}) == before
    assert after.latency.ses_throttle == before.latency.ses_throttle
