"""Jobs side by side in processes of their own, which Ctrl-C ends gently."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple

from reports.experiment import Job, Result, perform
from scenarios.errors import BadInput, RunFailed

LOOK_EVERY_S = 0.2
Progress = Callable[[int, float], None]
"""Told the number of a job and the share of it that is done."""


class Outcome(NamedTuple):
    """The results in the order of their jobs; when interrupted, those of the jobs that had begun."""

    results: list[Result]
    interrupted: bool


def in_turn(jobs: Sequence[Job], progress: Progress) -> Outcome:
    """One after the other, here: for jobs that take less time than a process does to start."""
    results: list[Result] = []
    try:
        for number, job in enumerate(jobs):
            results.append(perform(job))
            progress(number, 1.0)
            if results[-1].entry["interrupted"]:
                return Outcome(results, True)
    except KeyboardInterrupt:
        return Outcome(results, True)
    return Outcome(results, False)


def side_by_side(jobs: Sequence[Job], progress: Progress) -> Outcome:
    """As many at once as there are processors. Raises what a job raised, once the others have ended."""
    crew = Crew(jobs, progress)
    try:
        crew.work()
    except KeyboardInterrupt:
        crew.interrupt()
        crew.work()
    return crew.outcome()


class Crew:
    """Workers that share a list of jobs."""

    def __init__(self, jobs: Sequence[Job], progress: Progress) -> None:
        self._pending, self._progress = iter(enumerate(jobs)), progress
        self._workers = [Worker() for _ in range(min(os.cpu_count() or 1, len(jobs)))]
        self._answers: dict[int, Result | Exception] = {}
        self._interrupted = False

    def work(self) -> None:
        """Until nobody has anything to do."""
        for worker in self._workers:
            self._occupy(worker)
        while busy := [worker for worker in self._workers if worker.number is not None]:
            ready = wait([worker.pipe for worker in busy], LOOK_EVERY_S)
            for worker in busy:
                self._look_at(worker, worker.pipe in ready)

    def _occupy(self, worker: Worker) -> None:
        if worker.number is None and not self._interrupted and (job := next(self._pending, None)):
            worker.assign(*job)

    def _look_at(self, worker: Worker, is_ready: bool) -> None:
        assert worker.number is not None
        self._progress(worker.number, 1.0 if is_ready else worker.share.value)
        if is_ready:
            answer = worker.collect()
            if answer is not None:
                self._answers[worker.number] = answer
            worker.number = None
            self._occupy(worker)

    def interrupt(self) -> None:
        """End what runs, keeping what it has done, and begin nothing new."""
        self._interrupted = True
        for worker in self._workers:
            worker.interrupt()

    def outcome(self) -> Outcome:
        """Send everybody home."""
        for worker in self._workers:
            worker.dismiss()
        answers = [self._answers[number] for number in sorted(self._answers)]
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        results = [answer for answer in answers if isinstance(answer, Result)]
        return Outcome(results, self._interrupted or any(result.entry["interrupted"] for result in results))


class Worker:
    """A process that performs one job after the other."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.share = context.Value("d", 0.0)
        self.number: int | None = None
        self._process = context.Process(target=_perform_all, args=(theirs, self.share), daemon=True)
        with _deaf_to_interrupts():
            self._process.start()
        theirs.close()

    def assign(self, number: int, job: Job) -> None:
        self.number, self.share.value = number, 0.0
        self.pipe.send(job)

    def interrupt(self) -> None:
        if self._process.pid is not None and self._process.is_alive():
            os.kill(self._process.pid, signal.SIGINT)

    def collect(self) -> Result | Exception | None:
        """What the job came to: a result, an error, or None when it was interrupted before it could begin."""
        try:
            answer: Result | Exception | None = self.pipe.recv()
        except EOFError:
            self._process.join()
            return None if self._process.exitcode == 0 else RunFailed(f"a run ended with {self._process.exitcode}")
        return answer

    def dismiss(self) -> None:
        self.pipe.close()
        self._process.join()


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """A child inherits that it ignores Ctrl-C until it is ready to end well."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _perform_all(pipe: Connection, share: Any) -> None:
    os.setpgrp()  # the terminal's Ctrl-C reaches the parent alone, which passes it on once
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        while True:
            pipe.send(_answer(pipe.recv(), share))
    except (EOFError, KeyboardInterrupt, BrokenPipeError):
        pipe.close()


def _answer(job: Job, share: Any) -> Result | Exception:
    over = threading.Event()
    try:
        return perform(job, lambda done: _tell(done, share, over))
    except (BadInput, RunFailed) as error:
        return error
    finally:
        over.set()


def _tell(done: Callable[[], float], share: Any, over: threading.Event) -> None:
    """Look at the run's progress from beside it: the run itself pays nothing."""

    def look() -> None:
        while not over.wait(LOOK_EVERY_S):
            share.value = done()

    threading.Thread(target=look, daemon=True).start()
