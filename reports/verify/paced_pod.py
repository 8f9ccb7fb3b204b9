"""One paced pod is a queue with one server and constant service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from reports.running.experiment import Result
from reports.verify.bench import TICK_S, Bench, Experiment, Finding, Law, at_most, exactly, gathered
from reports.verify.closed_forms import d_d_1_last_start_s, d_d_1_mean_wait_s, lindley, m_d_1_mean_wait_s
from reports.verify.scenes import one_pod
from scenarios.ledger.ledger import Ledger

STRATEGY = "leaky-bucket"
SERVICES_PER_S = 4.0
EVEN_PER_S = (2.5, 4.0, 8.0)
EVEN_S = 100.0
AT_ONCE = 200
PACED_PER_S = (14.0, 33.3)
MAILS_AT = {0.5: 5_000, 0.8: 10_000, 0.9: 16_000}
"""Of a replication, by utilisation ρ: a fifth of them, 30 and more times 1 ÷ (1 - ρ)², fills the queue."""


def mean_wait_s(ledger: Ledger) -> float:
    """From the instants at which mails fall due until the pod takes them."""
    return float((ledger.mails["first_attempt_s"] - ledger.mails["intended_s"]).mean())


def steady_mean_wait_s(ledger: Ledger) -> float:
    """The same without the first fifth of the mails, which met a queue that was yet to fill."""
    waits_s = ledger.mails["first_attempt_s"] - ledger.mails["intended_s"]
    return float(waits_s[len(waits_s) // 5 :].mean())


def last_start_s(ledger: Ledger) -> float:
    """From the first instant until the last mail is taken."""
    return float(ledger.mails["first_attempt_s"].max() - ledger.mails["intended_s"][0])


def off_lindley_ns(services_per_s: float, ledger: Ledger) -> float:
    """The most by which any mail is taken earlier or later than by Lindley's recursion, in nanoseconds."""
    expected_s = lindley(ledger.mails["intended_s"], 1 / services_per_s)
    return float(1e9 * np.abs(ledger.mails["first_attempt_s"] - expected_s).max())


def _even(bench: Bench) -> Iterator[Experiment]:
    for per_s in EVEN_PER_S:
        constant = {"process": "constant", "messages_per_s": per_s, "duration_s": EVEN_S}
        runs = bench.once(one_pod(SERVICES_PER_S, constant), STRATEGY, mean_wait_s)
        yield Experiment(runs, partial(_even_wait, per_s))
    batch = {"process": "batch", "messages": AT_ONCE}
    yield Experiment(bench.once(one_pod(SERVICES_PER_S, batch), STRATEGY, last_start_s), _last_start)


def _even_wait(per_s: float, results: Sequence[Result]) -> Iterator[Finding]:
    theory = exactly(d_d_1_mean_wait_s(round(per_s * EVEN_S), per_s, SERVICES_PER_S))
    yield Finding(f"mean wait, λ {per_s:g}/s, μ {SERVICES_PER_S:g}/s", "s", theory, gathered(results), TICK_S)


def _last_start(results: Sequence[Result]) -> Iterator[Finding]:
    theory = exactly(d_d_1_last_start_s(AT_ONCE, SERVICES_PER_S))
    yield Finding(f"last of {AT_ONCE} at once, μ {SERVICES_PER_S:g}/s", "s", theory, gathered(results), TICK_S)


def _whatever_arrives(bench: Bench) -> Iterator[Experiment]:
    for per_s in PACED_PER_S:
        load = {"process": "poisson", "messages_per_s": 0.95 * per_s, "duration_s": 5000 / per_s}
        bunch = {"process": "batch", "at_s": 1000 / per_s, "messages": 300}
        runs = bench.once(one_pod(per_s, load, bunch), STRATEGY, partial(off_lindley_ns, per_s))
        yield Experiment(runs, partial(_off_lindley, per_s))


def _off_lindley(per_s: float, results: Sequence[Result]) -> Iterator[Finding]:
    """An instant and the end of a wait are each cut to a tick."""
    yield Finding(f"start furthest off, μ {per_s:g}/s", "ns", at_most(2e9 * TICK_S), gathered(results))


def _by_chance(bench: Bench) -> Iterator[Experiment]:
    for utilisation, mails in MAILS_AT.items():
        per_s = utilisation * SERVICES_PER_S
        load = {"process": "poisson", "messages_per_s": per_s, "duration_s": mails / per_s}
        runs = bench.replicated(one_pod(SERVICES_PER_S, load), STRATEGY, steady_mean_wait_s)
        yield Experiment(runs, partial(_chance_wait, utilisation))


def _chance_wait(utilisation: float, results: Sequence[Result]) -> Iterator[Finding]:
    theory = exactly(m_d_1_mean_wait_s(utilisation, SERVICES_PER_S))
    yield Finding(f"mean wait, ρ {utilisation:g}, μ {SERVICES_PER_S:g}/s", "s", theory, gathered(results))


LAWS = (
    Law("D/D/1", "a paced pod, mails at even distances", "Kleinrock, Queueing Systems I, 1975", _even),
    Law("G/D/1", "a paced pod, whatever arrives", "Lindley, 1952", _whatever_arrives),
    Law("M/D/1", "a paced pod, mails by chance", "Pollaczek, 1930; Khinchine, 1932", _by_chance),
)
