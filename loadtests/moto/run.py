"""A scenario, a strategy and a seed in; a ledger out, after as many real seconds as the scenario takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from loadtests.application.run_request import RunRequest
from loadtests.moto import several
from loadtests.moto.local_aws import Moto
from loadtests.moto.machine_limits import refuse_too_much, threads
from loadtests.moto.play import played
from loadtests.ports.ses import Envelope
from loadtests.record import run_registry
from loadtests.record.run_name import new_run
from loadtests.record.run_registry import RunRecord
from scenarios import runs
from scenarios.delivery.deliveries import with_delivered
from scenarios.errors import RunFailed
from scenarios.ledger.ledger import Ledger
from scenarios.runs import Watch
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import slices_of


def run(scenario: Scenario, strategy: str, seed: int, watch: Watch | None = None, *, out: Path | None = None) -> Ledger:
    """Run one strategy for real against moto behind the scenario's limiter; Ctrl-C keeps what was done.

    `out` is where the ledger will be kept, even if this process is killed. Raises BadInput for what is too much for
    one machine, RunFailed when the local endpoint does not start or answer.
    """
    started_s = time.perf_counter()
    run_of = _of_several if scenario.accounts else _of_one
    with ExitStack() as until_over:
        with _noted(scenario, strategy, seed, out) as record:
            ledger, was_interrupted = run_of(scenario, strategy, seed, record, until_over, watch)
        return replace(ledger, wall_s=time.perf_counter() - started_s, interrupted=was_interrupted())


Run = tuple[Ledger, Callable[[], bool]]
"""The ledger of a run, and whether Ctrl-C has come by now."""


def _of_one(
    scenario: Scenario, strategy: str, seed: int, record: RunRecord, until_over: ExitStack, watch: Watch | None
) -> Run:
    request = RunRequest.of(scenario, strategy, seed)
    with _moto(scenario, seed, threads(request.plan), record) as moto:
        left = played(request, moto, run_registry.log_of(record.run), until_over, watch)
        ledger = request.ledger(with_delivered(left.evidence, scenario, seed), "moto")
    return ledger, lambda: left.lifecycle.interrupted


def _of_several(
    scenario: Scenario, strategy: str, seed: int, record: RunRecord, until_over: ExitStack, watch: Watch | None
) -> Run:
    requests = several.requests_of(scenario, strategy, seed)
    with _moto(scenario, seed, sum(threads(request.plan) for request in requests.values()), record) as moto:
        place = several.Together(moto, len(requests))
        usual = Envelope(archive=scenario.archive)
        across = several.Across(scenario, requests, place, run_registry.log_of(record.run), usual)
        left = across.play(until_over, watch)
        ledgers = {name: several.ledger_of(request, left[name].evidence) for name, request in requests.items()}
    return several.joined_of(scenario, seed, ledgers), lambda: across.interrupted


def _moto(scenario: Scenario, seed: int, connections: int, record: RunRecord) -> Moto:
    """The local AWS of a run, whose record knows its process."""
    witness, begun = run_registry.witness_of(record.run), partial(run_registry.with_child, record)
    return Moto(scenario, seed, connections, witness, begun)


def check(scenario: Scenario, strategy: str) -> None:
    """Raises BadInput for what cannot run here, or is too much for one machine."""
    refuse_too_much(scenario, strategy, [runs.plan_of(part, strategy) for part in slices_of(scenario).values()])


@contextmanager
def _noted(scenario: Scenario, strategy: str, seed: int, out: Path | None) -> Iterator[RunRecord]:
    """The run stays noted until nothing of it is left: the next command cleans up after one that was cut short."""
    name = new_run()
    witness = str(run_registry.witness_of(name))
    record = run_registry.begun_here(name, "moto", strategy, seed, scenario, out, witness=witness)
    run_registry.write(record)
    try:
        yield record
    except RunFailed:
        if not any(map(_has_decided, run_registry.witnesses_of(name))):
            run_registry.finish(name)
        raise
    except BaseException:
        run_registry.finish(name)
        raise
    run_registry.finish(name)


def _has_decided(witness: Path) -> bool:
    """Whether there is something of a run that failed for the next command to keep."""
    return witness.exists() and witness.stat().st_size > 0
