"""Sets the simulator against a real run of the same scenario: figure by figure, with a verdict on each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from reports.calibrate.curves import curves_of
from reports.calibrate.fit import METHOD, Fit, NoFit, fitted, with_latency
from reports.compare.document import account_of, faults_of
from reports.documents.calibration import (
    SCHEMA,
    CalibratedFigure,
    CalibratedStrategy,
    CalibrationDocument,
    FittedLatency,
    ReplacedSetting,
    UnfittedLatency,
)
from reports.running.experiment import Job, Result, Runner, jobs
from scenarios.figures import figures_of
from scenarios.ledger.ledger import FATES, Ledger
from scenarios.measures.cost import Prices
from scenarios.runs import SATURATED_S
from scenarios.schema.latency import Lognormal
from scenarios.schema.model import Scenario
from scenarios.traffic.recorded import recorded
from strategies.settings import scaling

MEASURES = ("makespan_s", "goodput_per_s", "latency_s.p50", "latency_s.p95", "latency_s.p99")
COUNTS = ("peak_1s", "calls.throttled", "recipients.duplicated", *(f"recipients.{fate}" for fate in FATES))
DELIVERIES = tuple(f"delivery.{figure}" for figure in ("delivered", "bounced", "deferred", "complained"))
INBOX_TIMES = ("inbox_s.p50", "inbox_s.p95", "inbox_s.p99")
"""Where the scenario has [delivery]: counts and measures of what became of accepted mail."""

OF_FIGURE = 0.05
OF_RECIPIENTS = 0.02
"""By how much the range of the simulated seeds is widened: for measures and for counts."""

MOST_CALLS = 8
"""More would ask a single machine for more calls at once than it can really make."""


class Pair(NamedTuple):
    """One strategy in both worlds: a real run, whose ledger was gathered, and simulated ones, with their `Curves`."""

    strategy: str
    real: Result
    simulated: Sequence[Result]

    @property
    def ledger(self) -> Ledger:
        """Of the real run."""
        ledger: Ledger = self.real.gathered
        return ledger

    @property
    def harness_lag_s(self) -> float:
        """How late the real run's event loop woke, in seconds, at its 99th percentile."""
        return self.ledger.usage.get("harness_lag_s", 0.0)


def judged(scenario: Scenario) -> Scenario:
    """The scenario as both worlds run it: with no more calls at once than one machine can make real."""
    for contender in scenario.contenders:
        if fewer := _too_many_calls(scenario.settings_of(contender)):
            scenario = scenario.with_settings(contender, dict.fromkeys(fewer, MOST_CALLS))
    return scenario


def _too_many_calls(settings: Any) -> dict[str, int]:
    """The settings that count more of them than one machine makes."""
    return {name: calls for name, calls in _calls(settings).items() if calls > MOST_CALLS}


def _calls(settings: Any) -> dict[str, int]:
    """The settings that count calls at once, as far as they are set."""
    return {one.name: calls for one in scaling(settings, "calls") if (calls := getattr(settings, one.name))}


def real_jobs(
    runner: Runner, scenario: Scenario, strategies: Sequence[str], prices: Prices, out: Path | None
) -> Sequence[Job]:
    """One real run a strategy."""
    return jobs(runner, judged(scenario), strategies, 1, prices, out, _itself)


def simulated_jobs(
    runner: Runner, scenario: Scenario, strategies: Sequence[str], seeds: int, prices: Prices
) -> Sequence[Job]:
    """So many simulations a strategy of the real run's mails, seeds counting up from its own."""
    return jobs(runner, recorded(judged(scenario)), strategies, seeds, prices, None, curves_of)


def _itself(ledger: Ledger) -> Ledger:
    return ledger


def pairs(real: Sequence[Result], simulated: Sequence[Result]) -> list[Pair]:
    """Strategy by strategy, in the order of the real runs."""
    return [
        Pair(name, one, [other for other in simulated if other.entry["strategy"] == name])
        for one in real
        for name in (one.entry["strategy"],)
    ]


def document(scenario: Scenario, world: str, both: Sequence[Pair]) -> CalibrationDocument:
    """The calibration document: plain data. `scenario` is the user's; what was replaced in it is said."""
    trusted = [pair.ledger for pair in both if pair.harness_lag_s <= SATURATED_S]
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "world": world,
        "seed": scenario.seed,
        "seeds": max((len(pair.simulated) for pair in both), default=0),
        "widened_by": {"of_recipients": OF_RECIPIENTS, "of_figure": OF_FIGURE},
        "account": account_of(scenario),
        "faults": faults_of(scenario),
        "replaced": _replaced(scenario, both),
        "latency": {name: _fit(scenario, name, fit) for name, fit in fitted(scenario, trusted).items()},
        "strategies": [_entry(pair) for pair in both],
    }


def refitted(scenario: Scenario, calibration: CalibrationDocument) -> Scenario:
    """The scenario with the latencies that could be fitted."""
    fits = {name: fit["fitted"] for name, fit in calibration["latency"].items()}
    return with_latency(scenario, {name: Lognormal(**law) for name, law in fits.items() if law is not None})


def _replaced(scenario: Scenario, both: Sequence[Pair]) -> list[ReplacedSetting]:
    run = {pair.strategy for pair in both}
    return [
        {"strategy": strategy, "setting": name, "scenario": calls, "used": MOST_CALLS}
        for strategy in scenario.contenders
        if strategy in run
        for name, calls in _too_many_calls(scenario.settings_of(strategy)).items()
    ]


def _fit(scenario: Scenario, name: str, fit: Fit | NoFit) -> FittedLatency | UnfittedLatency:
    own = getattr(scenario.latency, name).model_dump()
    if isinstance(fit, NoFit):
        return {"scenario": own, "calls": fit.calls, "fitted": None, "reason": fit.reason}
    fitted: FittedLatency = {
        "scenario": own,
        "calls": fit.calls,
        "fitted": {"median_ms": fit.law.median_ms, "p99_ms": fit.law.p99_ms},
        "method": METHOD,
        "ks_distance": fit.ks_distance,
    }
    if fit.least and fit.most:
        fitted["intervals"] = {
            "median_ms": (fit.least.median_ms, fit.most.median_ms),
            "p99_ms": (fit.least.p99_ms, fit.most.p99_ms),
        }
    return fitted


def _entry(pair: Pair) -> CalibratedStrategy:
    why_not = _why_no_verdict(pair)
    return {
        "strategy": pair.strategy,
        "settings": pair.real.entry["settings"],
        "submitted": pair.real.entry["recipients"]["submitted"],
        "harness_lag_s": pair.harness_lag_s,
        "no_verdict": why_not,
        "figures": {name: _figure(pair, name, why_not is None) for name in _figures_of(pair)},
        "digest": pair.real.entry["digest"],
    }


def _figures_of(pair: Pair) -> Sequence[str]:
    has_deliveries = all("delivery" in one.entry for one in (pair.real, *pair.simulated))
    return (*MEASURES, *COUNTS, *((*INBOX_TIMES, *DELIVERIES) if has_deliveries else ()))


def _why_no_verdict(pair: Pair) -> str | None:
    if pair.ledger.interrupted:
        return "the real run was interrupted"
    if pair.harness_lag_s > SATURATED_S:
        return f"the harness was saturated: its event loop woke up to {1000 * pair.harness_lag_s:.0f} ms late"
    return None


def _figure(pair: Pair, name: str, is_judged: bool) -> CalibratedFigure:
    real, *simulated = (figures_of(result.entry)[name] for result in (pair.real, *pair.simulated))
    known = [value for value in simulated if value is not None]
    fits_in = _is_inside(name, real, known, pair) if known and real is not None else real in simulated
    return {
        "real": real,
        "simulated": [min(known), max(known)] if known else None,
        "verdict": ("inside" if fits_in else "outside") if is_judged else None,
    }


def _is_inside(name: str, real: float, simulated: Sequence[float], pair: Pair) -> bool:
    """Within the range of the simulated values, widened."""
    low, high = min(simulated), max(simulated)
    if name in COUNTS or name in DELIVERIES:
        room = OF_RECIPIENTS * pair.real.entry["recipients"]["submitted"]
        return low - room <= real <= high + room
    return low * (1 - OF_FIGURE) <= real <= high * (1 + OF_FIGURE)
