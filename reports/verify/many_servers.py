"""A client with c connections and answers that take exponential time is a queue with c servers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from reports.running.experiment import Result
from reports.verify.bench import Bench, Experiment, Finding, Law, exactly
from reports.verify.closed_forms import erlang_c, m_m_c_mean_wait_s
from reports.verify.scenes import CONSTANT, scene
from scenarios.ledger.ledger import Ledger
from scenarios.schema.model import Scenario

SERVICE_S = 1000.0  # far above the millisecond of a processor that a call takes besides
LOADS = ((1, 0.5), (3, 0.75), (10, 0.7))
"""Servers, and the utilisation of each."""
MAILS = 10_000


class Waited(NamedTuple):
    """Of the mails that came after a fifth of all, which have filled the system."""

    share: float
    mean_s: float


def waited(ledger: Ledger) -> Waited:
    """How many mails found all servers busy, and how long mails waited."""
    waits_s = ledger.mails["first_attempt_s"] - ledger.mails["intended_s"]
    steady_s = waits_s[len(waits_s) // 5 :]
    return Waited(float((steady_s > 0).mean()), float(steady_s.mean()))


def connections(servers: int, utilisation: float) -> Scenario:
    """Mails by chance for a client that keeps so many calls open; nobody loses patience."""
    per_s = servers * utilisation / SERVICE_S
    return scene(
        {"process": "poisson", "messages_per_s": per_s, "duration_s": MAILS / per_s},
        latency=CONSTANT | {"ses_send": {"mean_ms": 1000 * SERVICE_S}},
        client={"read_timeout_s": 1e6},
        strategies={"direct": {"workers": servers}},
    )


def _experiments(bench: Bench) -> Iterator[Experiment]:
    for servers, utilisation in LOADS:
        runs = bench.replicated(connections(servers, utilisation), "direct", waited)
        yield Experiment(runs, partial(_findings, servers, utilisation))


def _findings(servers: int, utilisation: float, results: Sequence[Result]) -> Iterator[Finding]:
    load, case = servers * utilisation, f"c {servers}, ρ {utilisation:g}"
    shares, waits_s = zip(*(result.gathered for result in results), strict=True)
    yield Finding(f"share that waits, {case}", "", exactly(erlang_c(servers, load)), shares)
    yield Finding(f"mean wait, {case}", "s", exactly(m_m_c_mean_wait_s(servers, load, SERVICE_S)), waits_s)


LAW = Law("M/M/c", "a client with c connections", "Erlang's C formula, 1917", _experiments)
