"""The same runs by own processes and by as many workers of a Dask cluster on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from importlib.util import find_spec
from typing import NamedTuple

from reports.running.executors import Executor, own_processes
from reports.running.experiment import Job, jobs
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from sim.run import run

RUNS = 2_000
MAILS = 500  # a run of so many takes some twenty milliseconds
ROUNDS = 2


class Clustered(NamedTuple):
    """Seconds that all runs took here and there, each side warm: the better of its rounds."""

    runs: int
    workers: int
    own_s: float
    cluster_s: float

    @property
    def ratio(self) -> float:
        """The cluster's throughput as a share of that of own processes."""
        return self.own_s / self.cluster_s


def measure(runs: int = RUNS) -> Clustered | None:
    """None where `distributed` is not installed."""
    if find_spec("distributed") is None:
        return None
    from reports.running.cluster.executor import Cluster

    workers = os.cpu_count() or 1
    wanted = _jobs(runs)
    with own_processes() as own:
        _timed(own, wanted[: 10 * workers])
        own_s = min(_timed(own, wanted) for _ in range(ROUNDS))
    with _cluster(workers) as address, closing(Cluster(address, again="")) as cluster:
        _timed(cluster, wanted[: 10 * workers])
        return Clustered(runs, workers, own_s, min(_timed(cluster, wanted) for _ in range(ROUNDS)))


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
