"""Jobs side by side in processes of their own, which Ctrl-C ends gently."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Any, NamedTuple

from reports.running.experiment import Job, Result, perform
from scenarios.errors import BadInput, CutOff, RunFailed
from scenarios.outside.bundle import Bundle
from scenarios.outside.plug import plug, plugged
from scenarios.system.children import end_with_parent
from scenarios.system.interrupts import first_interrupt_calls

LOOK_EVERY_S = 0.2
GIVEN_UP_S = 0.5  # within which a job that nobody wants has to end; a new process takes longer to be ready
SPAWN = multiprocessing.get_context("spawn")
GIVE_UP = signal.SIGUSR1
Answer = Result | BadInput | RunFailed
_at_work = threading.Event()
Progress = Callable[[int, float], None]
"""Told the number of a job and the share of it that is done."""
Enough = Callable[[Result], bool]
"""Whether after a result no other is needed."""


Keep = Callable[[int, Result], None]
"""Told the number of a job and its result, as soon as it is there."""


def never(_result: Result) -> bool:
    """All of them are."""
    return False


def nowhere(_number: int, _result: Result) -> None:
    """The outcome has it."""


class GivenUp(BaseException):
    """Nobody wants the job's result any more."""


class Outcome(NamedTuple):
    """The results in the order of their jobs; when interrupted, those of the jobs that had begun.

    `failure` is the first of what could not be run; `numbers` are those of the jobs that the results are of. `cut_off`
    says of a run that was interrupted and has no result what is left of it, where it sends for real.
    """

    results: list[Result]
    interrupted: bool
    failure: RunFailed | None = None
    numbers: tuple[int, ...] = ()
    cut_off: str = ""


def in_turn(jobs: Sequence[Job], progress: Progress, enough: Enough = never, keep: Keep = nowhere) -> Outcome:
    """One after the other, here: for jobs that take less time than a process does to start. Ends with a failure."""
    results: list[Result] = []
    try:
        for number, job in enumerate(jobs):
            results.append(perform(job))
            keep(number, results[-1])
            progress(number, 1.0)
            if results[-1].entry["interrupted"]:
                return _first(results, True)
            if enough(results[-1]):
                break
    except CutOff as end:
        return _first(results, True)._replace(cut_off=str(end))
    except KeyboardInterrupt:
        return _first(results, True)
    except RunFailed as error:
        return _first(results, False, error)
    return _first(results, False)


def _first(results: list[Result], interrupted: bool, failure: RunFailed | None = None) -> Outcome:
    return Outcome(results, interrupted, failure, tuple(range(len(results))))


def side_by_side(jobs: Sequence[Job], progress: Progress) -> Outcome:
    """As many at once as there are processors. Raises BadInput if a job did, once the others have ended."""
    crew = Crew(len(jobs))
    crew.work(jobs, progress)
    crew.dismiss()
    return crew.outcome()


class Crew:
    """Workers that share a list of jobs, and then another: once started, they are warm."""

    def __init__(self, most: int) -> None:
        self._workers: list[Worker] = []
        self._interrupted = False
        self.grow(most)

    def grow(self, most: int) -> None:
        """As many workers as there are processors, or as that number of jobs can use."""
        while len(self._workers) < min(os.cpu_count() or 1, most):
            self._workers.append(Worker())

    def work(self, jobs: Sequence[Job], progress: Progress, enough: Enough = never, keep: Keep = nowhere) -> None:
        """Until every worker is idle and no job is left, or a result is enough: then none is begun any more."""
        self._pending, self._progress, self._enough, self._keep = enumerate(jobs), progress, enough, keep
        self._answers: dict[int, Answer] = {}
        with first_interrupt_calls(self.interrupt):
            self._work()

    def _work(self) -> None:
        for worker in self._workers:
            self._occupy(worker)
        while busy := [worker for worker in self._workers if worker.number is not None]:
            ready = wait([worker.pipe for worker in busy], LOOK_EVERY_S)
            for worker in busy:
                self._look_at(worker, worker.pipe in ready)

    def dismiss(self) -> None:
        """Ends the workers."""
        for worker in self._workers:
            worker.dismiss()

    def break_off(self) -> None:
        """Ends the jobs that workers are at, which are lost; all stand ready for what comes next."""
        busy = [worker for worker in self._workers if worker.number is not None]
        for worker in busy:
            worker.give_up()
        until_s = monotonic() + GIVEN_UP_S
        for worker in busy:
            worker.stand_ready(until_s)

    def interrupt(self) -> None:
        """From now on end what runs, keeping what it has done, and begin nothing new."""
        self._interrupted = True

    def outcome(self) -> Outcome:
        """Of what was worked at last. Raises the first BadInput of a job, in the order of the jobs."""
        answers = dict(sorted(self._answers.items()))
        for answer in answers.values():
            if isinstance(answer, BadInput):
                raise answer
        results = {number: answer for number, answer in answers.items() if isinstance(answer, Result)}
        interrupted = self._interrupted or any(result.entry["interrupted"] for result in results.values())
        failure = next((one for one in answers.values() if isinstance(one, RunFailed)), None)
        return Outcome([*results.values()], interrupted, failure, tuple(results))

    def _occupy(self, worker: Worker) -> None:
        if not self._interrupted and (job := next(self._pending, None)):
            worker.assign(*job)

    def _look_at(self, worker: Worker, is_ready: bool) -> None:
        assert worker.number is not None
        self._progress(worker.number, 1.0 if is_ready else worker.share.value)
        if is_ready:
            self._collect(worker, worker.number)
            self._occupy(worker)
        elif self._interrupted:
            worker.interrupt()

    def _collect(self, worker: Worker, number: int) -> None:
        answer = worker.collect()
        if answer is None:
            self.interrupt()
        else:
            self._answers[number] = answer
            if isinstance(answer, Result):
                self._keep(number, answer)
                if self._enough(answer):
                    self._pending = enumerate(())


class Worker:
    """A process that performs one job after the other, and a new one where it dies of a job."""

    def __init__(self) -> None:
        self.share = SPAWN.Value("d", 0.0, lock=False)  # a process that is killed holding a lock never gives it back
        self.number: int | None = None
        self._start()

    def _start(self) -> None:
        self.pipe, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=_perform_all, args=(theirs, self.share, plugged()), daemon=True)
        with _interrupts_pending():
            self._process.start()
        theirs.close()

    def assign(self, number: int, job: Job) -> None:
        if self._process.exitcode is not None:
            self.dismiss()
            self._start()
        self.number, self._job, self.share.value = number, job, 0.0
        with suppress(ConnectionError):  # it has just died, as `collect` will find
            self.pipe.send(job)

    def interrupt(self) -> None:
        """Pass Ctrl-C on; more than once does no harm."""
        self._signal(signal.SIGINT)

    def give_up(self) -> None:
        """End the job, whose result is lost."""
        self._signal(GIVE_UP)

    def _signal(self, number: signal.Signals) -> None:
        if self._process.pid is not None and self._process.is_alive():
            os.kill(self._process.pid, number)

    def stand_ready(self, until_s: float) -> None:
        """After it has been told to give up. A process that has done so by then is warm; another begins anew."""
        if self.pipe.poll(max(0.0, until_s - monotonic())):
            self.collect()
        else:
            self.number = None
            self._process.kill()
            self._process.join()
        if self._process.exitcode is not None:
            self.dismiss()
            self._start()

    def collect(self) -> Answer | None:
        """What the job came to: a result, an error, or None when it was interrupted before it could begin."""
        self.number = None
        try:
            answer: Answer = self.pipe.recv()
        except (EOFError, OSError):  # the latter when it died in the middle of a message
            self._process.join()
            return _failure(self._job, self._process.exitcode)
        return answer

    def dismiss(self) -> None:
        self.pipe.close()
        self._process.join()


def _failure(job: Job, exitcode: int | None) -> RunFailed | None:
    if not exitcode:
        return None
    end = f"exit code {exitcode}" if exitcode > 0 else signal.Signals(-exitcode).name
    hint = ", as it does when memory runs out" if exitcode == -signal.SIGKILL else ""
    return RunFailed(f"{job.strategy}, seed {job.seed}: its process ended with {end}{hint}")


@contextmanager
def _interrupts_pending() -> Iterator[None]:
    """A child inherits that Ctrl-C stays pending until it is ready to end well."""
    resource_tracker.ensure_running()  # or else `start` does this, which lets Ctrl-C through
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _perform_all(pipe: Connection, share: Any, strategies: Sequence[Bundle]) -> None:
    end_with_parent()
    plug(strategies)  # before any job comes, whose settings are theirs
    signal.signal(GIVE_UP, _give_up)
    os.setpgrp()  # the terminal's Ctrl-C reaches the parent alone, which passes it on
    try:
        while True:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            job = pipe.recv()
            try:
                answer = _answer(job, share)
            except GivenUp:
                answer = RunFailed(f"{job.strategy}, seed {job.seed}: given up")
            pipe.send(answer)
    except (EOFError, KeyboardInterrupt, ConnectionError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        pipe.close()


def _give_up(*_: Any) -> None:
    """Where a job is being done; an answer that is on its way is not torn."""
    if _at_work.is_set():
        raise GivenUp


def _answer(job: Job, share: Any) -> Answer:
    over = threading.Event()
    try:
        _at_work.set()
        return perform(job, lambda done: _tell(done, share, over))
    except (BadInput, RunFailed) as error:
        return error
    finally:
        _at_work.clear()
        over.set()


def _tell(done: Callable[[], float], share: Any, over: threading.Event) -> None:
    """Look at the run's progress from beside it: the run itself pays nothing.

    It begins now, and minds Ctrl-C itself; once it is over, Ctrl-C must not cost its result.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def look() -> None:
        while not over.wait(LOOK_EVERY_S):
            share.value = done()

    with suppress(RuntimeError):  # where no thread can be started any more the run goes on unwatched
        threading.Thread(target=look, daemon=True).start()
