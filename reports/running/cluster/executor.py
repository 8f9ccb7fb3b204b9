"""Jobs on a Dask cluster (https://distributed.dask.org/): some at a time, to workers that have the same code."""

from __future__ import annotations

import asyncio
import logging
import pickle
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from itertools import islice
from math import ceil
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from reports.running.cluster.crew import Crew
from reports.running.cluster.worker import Answer, perform_there
from reports.running.executors import OwnProcesses
from reports.running.experiment import Job, Result
from reports.running.parallel import Enough, Keep, Outcome, Progress, never, nowhere
from reports.running.store.identity import content_of, traces_of
from scenarios.errors import BadInput, RunFailed
from scenarios.outside.plug import plugged
from scenarios.system.interrupts import first_interrupt_calls

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE_S = 5.0  # for a scheduler that may not be there
ALONE_S = 30.0  # without any worker, before it is given up: a nanny starts a new one within seconds
WAIT_S = 0.2  # for an answer, before Ctrl-C and the scheduler are looked at
BATCH_S = 0.5  # of work travel together: what a task costs beside it is some ten milliseconds
MOST_IN_BATCH = 100
TLS = "DASK_DISTRIBUTED__COMM__TLS__CA_FILE"
WENT_AWAY = "its scheduler went away"
CONNECTED = ("running", "connecting")  # as a client calls it, which may become so again
AHEAD = 3  # batches for each worker: one at work, the others on their way


class Batch(NamedTuple):
    """Jobs that travel together, by their numbers."""

    numbers: Sequence[int]
    jobs: Sequence[Job]


class Cluster:
    """Of an address such as tcp://10.0.0.5:8786. Ledgers are kept here: what has one to keep runs in own processes."""

    def __init__(self, address: str, again: str) -> None:
        """`again` says what to do where it is lost. Raises BadInput, and RunFailed where it cannot be reached."""
        self._address, self._again = address, again
        self._here = OwnProcesses()
        self._client = _connected(address)
        try:
            self._crew = Crew(self._client)
            self._need_workers()
        except BaseException:
            self._client.close()
            raise

    def _need_workers(self) -> None:
        if not self._crew.count():
            start = f"dask worker {self._address} --nthreads 1"
            others = self._crew.has_strangers
            reason = "no worker has the same code as here" if others else f"has no workers; start some: {start}"
            raise RunFailed(f"--cluster {self._address}: {reason}")

    def perform(self, jobs: Sequence[Job], progress: Progress, enough: Enough = never, keep: Keep = nowhere) -> Outcome:
        """Ctrl-C calls off what has not begun; what a worker is at, it ends by itself, and nobody hears of it."""
        own = [number for number, job in enumerate(jobs) if job.out is not None]
        made = self._here.perform(
            [jobs[number] for number in own],
            lambda at, share: progress(own[at], share),
            enough,
            lambda at, result: keep(own[at], result),
        )
        answers: dict[int, Answer] = {own[at]: one for at, one in zip(made.numbers, made.results, strict=True)}
        if made.interrupted or made.failure is not None:
            return _outcome(answers, made.interrupted, made.failure)
        others = sorted({*range(len(jobs))} - {*own})
        campaign = _Campaign(self._client, self._crew.resource, others, jobs)
        with first_interrupt_calls(campaign.interrupt):
            try:
                failure = self._follow(campaign, answers, progress, enough, keep)
            except _Gone:
                failure = self._lost(WENT_AWAY)
        campaign.call_off()
        return _outcome(answers, campaign.is_interrupted, failure)

    def _follow(
        self, campaign: _Campaign, answers: dict[int, Answer], progress: Progress, enough: Enough, keep: Keep
    ) -> RunFailed | None:
        """Until all answers are there, a result is enough, or Ctrl-C; why it could not go on, if it could not."""
        alone_since_s = monotonic()
        while campaign.goes_on(workers := self._crew.count()):
            alone_since_s = monotonic() if workers else alone_since_s
            if (ended := campaign.next_ended()) is None:
                if self._client.status not in CONNECTED:
                    return self._lost(WENT_AWAY)
                if monotonic() - alone_since_s > ALONE_S:
                    return self._lost("none of its workers is left")
                continue
            batch, found = ended
            if found is None:
                return self._lost(WENT_AWAY)
            for number, answer in zip(batch.numbers, found, strict=True):
                answers[number] = answer
                progress(number, 1.0)
                if isinstance(answer, Result):
                    keep(number, answer)
                    if enough(answer):
                        campaign.begin_nothing_more()
        return None

    def _lost(self, why: str) -> RunFailed:
        return RunFailed(f"--cluster {self._address}: {why}; {self._again}")

    def close(self) -> None:
        """The workers go on to serve others."""
        self._here.close()
        self._client.close()


class _Gone(Exception):
    """There is no scheduler any more that a batch could be sent to."""


class _Campaign:
    """The batches of one list of jobs: which are still to be sent, and which are on their way."""

    def __init__(self, client: Client, resource: str, numbers: Sequence[int], jobs: Sequence[Job]) -> None:
        self._client, self._resource, self._jobs = client, resource, jobs
        self._pending = iter(numbers)
        self._again: list[Batch] = []
        self._away: dict[Future[Any], Batch] = {}
        self._ended: SimpleQueue[Future[Any]] = SimpleQueue()
        self._runs, self._took_s = 0, 0.0
        self._strategies = plugged()
        self.is_interrupted = False

    def interrupt(self) -> None:
        self.is_interrupted = True

    def begin_nothing_more(self) -> None:
        """What is on its way is waited for."""
        self._pending = iter(())

    def goes_on(self, workers: int) -> bool:
        """Sends as many as so many workers need ahead; whether anything is on its way."""
        if self.is_interrupted:
            return False
        while len(self._away) < AHEAD * max(workers, 1) and (batch := self._next()):
            self._send(batch)
        return bool(self._away)

    def _next(self) -> Batch | None:
        if self._again:
            return self._again.pop()
        numbers = list(islice(self._pending, self._size()))
        return Batch(numbers, [self._jobs[number] for number in numbers]) if numbers else None

    def _size(self) -> int:
        """One until it is known how long they take."""
        if not self._runs:
            return 1
        return min(MOST_IN_BATCH, ceil(BATCH_S / max(self._took_s / self._runs, 1e-6)))

    def _send(self, batch: Batch) -> None:
        paths = {path for scenario in _scenarios(batch.jobs) for path in traces_of(scenario)}
        traces = {path: content_of(path) for path in sorted(paths)}
        packed = pickle.dumps(batch.jobs)
        try:
            future = self._client.submit(
                perform_there, packed, self._strategies, traces, pure=False, resources={self._resource: 1}
            )
        except Exception as error:  # Dask's own are of no class that all its versions have
            if self._client.status in CONNECTED:
                raise
            raise _Gone from error
        self._away[future] = batch
        future.add_done_callback(self._ended.put)

    def next_ended(self) -> tuple[Batch, Sequence[Answer] | None] | None:
        """The answers of a batch; None for answers that are lost, and None where nothing has ended for a moment.

        Of a batch of which workers die each job is sent by itself, so that the others are spared. Answers are with the
        worker until they are fetched: those of one that died in between are asked for again.
        """
        try:
            future = self._ended.get(timeout=WAIT_S)
        except Empty:
            return None
        batch = self._away.pop(future)
        if future.status == "finished":
            try:
                answers: Sequence[Answer] = future.result()
            except (OSError, CancelledError):  # the worker or the scheduler, through which it comes, went away just now
                return self._without(batch)
            self._runs += len(answers)
            self._took_s += sum(one.entry["wall_s"] for one in answers if isinstance(one, Result))
            return batch, answers
        if future.status != "error":
            return self._without(batch)
        if len(batch.jobs) > 1:
            self._again += [Batch([number], [job]) for number, job in zip(batch.numbers, batch.jobs, strict=True)]
            return Batch((), ()), ()
        [job] = batch.jobs
        return batch, [RunFailed(f"{job.strategy}, seed {job.seed}: {_words(future.exception())}")]

    def _without(self, batch: Batch) -> tuple[Batch, Sequence[Answer] | None]:
        """It is sent again as long as there is a scheduler to send it to."""
        if self._client.status != "running":
            return batch, None
        self._again.append(batch)
        return Batch((), ()), ()

    def call_off(self) -> None:
        """What is still on its way."""
        if self._away and self._client.status == "running":
            self._client.cancel([*self._away])
        self._away.clear()


def _connected(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError as error:
        raise BadInput("--cluster: distributed is not installed; install seslab with its extra cluster") from error
    for name in ("distributed", "distributed.client"):  # Dask gives each a level of its own
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what users should know, they are told in a line
    try:
        _knock(address)
        asyncio.run(_greet(address))
        return Client(address, timeout=PATIENCE_S, set_as_default=False)
    except OSError as error:  # of which TimeoutError is one
        reason = f"cannot be reached within {PATIENCE_S:g} s; start one with: dask scheduler"
        raise RunFailed(f"--cluster {address}: {reason}") from error


def _knock(address: str) -> None:
    """Raises BadInput for what is no address, and OSError where nobody is: Dask would wait for it, and longer."""
    from distributed.comm import get_address_host_port, parse_address
    from distributed.security import Security

    try:
        scheme, _ = parse_address(address)
        host, port = get_address_host_port(address, strict=True)
    except ValueError as error:
        raise BadInput(f"--cluster {address}: must be an address such as tcp://10.0.0.5:8786") from error
    if scheme == "tls" and Security().get_connection_args("client").get("ssl_context") is None:
        raise BadInput(f"--cluster {address}: needs a certificate; set {TLS} and what belongs to it")
    if scheme in ("tcp", "tls"):
        socket.create_connection((host, port), PATIENCE_S).close()


async def _greet(address: str) -> None:
    """Raises RunFailed where another server is, whose words Dask would take for lengths, and OSError.

    A server that waits for words of its own says none, and Dask's time-out ends with the connection.
    """
    from distributed.comm import connect
    from distributed.security import Security

    try:
        async with asyncio.timeout(PATIENCE_S):
            there = await connect(address, timeout=PATIENCE_S, **Security().get_connection_args("client"))
    except TimeoutError as error:
        silent = f"what listens there does not answer as a Dask scheduler within {PATIENCE_S:g} s"
        raise RunFailed(f"--cluster {address}: {silent}") from error
    except (OSError, ImportError):
        raise
    except Exception as error:
        raise RunFailed(f"--cluster {address}: what answers there is no Dask scheduler") from error
    await there.close()


def _scenarios(jobs: Sequence[Job]) -> Iterator[Any]:
    """Each once."""
    return iter({id(job.scenario): job.scenario for job in jobs}.values())


def _words(error: BaseException | None) -> str:
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return "worker after worker dies of it, as they do when memory runs out"
    return f"{type(error).__name__}: {error}"


def _outcome(answers: dict[int, Answer], interrupted: bool, failure: RunFailed | None) -> Outcome:
    """Raises the first BadInput of a job, in the order of the jobs."""
    ordered = dict(sorted(answers.items()))
    for answer in ordered.values():
        if isinstance(answer, BadInput):
            raise answer
    results = {number: answer for number, answer in ordered.items() if isinstance(answer, Result)}
    failure = failure or next((one for one in ordered.values() if isinstance(one, RunFailed)), None)
    return Outcome([*results.values()], interrupted, failure, tuple(results))
