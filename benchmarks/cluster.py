"""The same runs by own processes and by as many workers of a Dask cluster on this machine, in turn."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from importlib.util import find_spec
from typing import NamedTuple

from reports.running.executors import QUICK_MAILS, Executor, own_processes
from reports.running.experiment import Job, jobs
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from sim.run import run

RUNS = 500  # in a round: ten thousand of them are twenty rounds
MAILS = 500  # a run of so many takes some twenty milliseconds
ROUNDS = 5


class Took(NamedTuple):
    """What the runs of a round took, by the clock and of all processors: of workers, scheduler and this process."""

    elapsed_s: float
    processor_s: float


class Clustered(NamedTuple):
    """The rounds, here and there in turn, each side warm."""

    runs: int
    workers: int
    own: Sequence[Took]
    cluster: Sequence[Took]

    @property
    def each_ms(self) -> float:
        """Of processor time, a run by own processes."""
        return 1000 * statistics.median(one.processor_s for one in self.own) / self.runs

    @property
    def elapsed(self) -> float:
        """The cluster's throughput as a share of that of own processes."""
        return statistics.median(own.elapsed_s / other.elapsed_s for own, other in self._rounds)

    @property
    def processor(self) -> float:
        """Likewise of processor time, which tells the same of a machine that others use as well."""
        return statistics.median(own.processor_s / other.processor_s for own, other in self._rounds)

    @property
    def _rounds(self) -> Iterator[tuple[Took, Took]]:
        return zip(self.own, self.cluster, strict=True)


def measure(runs: int = RUNS) -> Clustered | None:
    """None where `distributed` is not installed."""
    if find_spec("distributed") is None:
        return None
    from reports.running.cluster.executor import Cluster

    workers = os.cpu_count() or 1
    wanted = _jobs(runs)
    with own_processes() as own:
        _timed(own, wanted[: QUICK_MAILS // MAILS + 1])
        ours = _children()
        with _cluster(workers) as address, closing(Cluster(address, "")) as cluster:
            _timed(cluster, wanted[: 10 * workers])
            theirs = _children() - ours
            rounds = [(_took(own, ours, wanted), _took(cluster, theirs, wanted)) for _ in range(ROUNDS)]
    return Clustered(runs, workers, *zip(*rounds, strict=True))


def _children() -> frozenset[int]:
    import psutil  # of distributed's own

    return frozenset(one.pid for one in psutil.Process().children(recursive=True))


def _took(executor: Executor, processes: frozenset[int], wanted: Sequence[Job]) -> Took:
    before_s = _processor_s(processes)
    elapsed_s = _timed(executor, wanted)
    return Took(elapsed_s, _processor_s(processes) - before_s)


def _processor_s(processes: frozenset[int]) -> float:
    """Of these and of this one."""
    import psutil

    return time.process_time() + sum(sum(psutil.Process(one).cpu_times()[:2]) for one in processes)


def _jobs(runs: int) -> Sequence[Job]:
    workload = ({"process": "batch", "messages": MAILS},)
    account = {"max_send_rate_per_s": 30.0}
    scenario = Scenario.model_validate({"name": "some", "account": account, "workload": workload})
    return jobs(run, scenario, ["heartbeat"], runs, load_prices(), None)


def _timed(executor: Executor, wanted: Sequence[Job]) -> float:
    started_s = time.perf_counter()
    assert len(executor.perform(wanted, lambda _number, _share: None).results) == len(wanted)
    return time.perf_counter() - started_s


@contextmanager
def _cluster(workers: int) -> Iterator[str]:
    """Its address, once all workers are there."""
    with _dask("Scheduler at:", "scheduler", "--port", "0", "--no-dashboard") as said:
        address = said.split()[-1]
        with _each(workers, address):
            yield address


@contextmanager
def _each(left: int, address: str) -> Iterator[None]:
    if not left:
        yield
        return
    words = ("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
    with _dask("Registered to:", *words), _each(left - 1, address):
        yield


@contextmanager
def _dask(ready: str, *words: str) -> Iterator[str]:
    """A process that has said so, in its own line."""
    command = [sys.executable, "-W", "ignore", "-m", "dask", *words, "--host", "127.0.0.1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            yield next(line for line in process.stderr if ready in line)
        finally:
            process.kill()
