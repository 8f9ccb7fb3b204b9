"""Jobs side by side, each in a process of its own: its memory ends with it, and Ctrl-C ends it gently."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from types import FrameType
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
    for number, job in enumerate(jobs):
        try:
            results.append(perform(job))
        except KeyboardInterrupt:
            return Outcome(results, True)
        progress(number, 1.0)
        if results[-1].entry["interrupted"]:
            return Outcome(results, True)
    return Outcome(results, False)


def side_by_side(jobs: Sequence[Job], progress: Progress) -> Outcome:
    """As many at once as there are processors. Raises what a job raised, once the others have ended."""
    pending = iter(enumerate(jobs))
    working: dict[int, Worker] = {}
    answers: dict[int, Any] = {}
    interrupted = False
    try:
        _fill(working, pending)
        while working:
            _collect(working, answers, progress)
            _fill(working, pending)
    except KeyboardInterrupt:
        interrupted = True
        for worker in working.values():
            worker.interrupt()
        while working:
            _collect(working, answers, progress)
    for answer in answers.values():
        if isinstance(answer, Exception):
            raise answer
    results = [answers[number] for number in sorted(answers) if answers[number] is not None]
    return Outcome(results, interrupted or any(result.entry["interrupted"] for result in results))


class Worker:
    """A process at work on a job."""

    def __init__(self, job: Job) -> None:
        context = multiprocessing.get_context("spawn")
        self.answer, theirs = context.Pipe(duplex=False)
        self.share = context.Value("d", 0.0)
        self._process = context.Process(target=_work, args=(job, theirs, self.share), daemon=True)
        with _deaf_to_interrupts():
            self._process.start()
        theirs.close()

    def interrupt(self) -> None:
        if self._process.pid is not None and self._process.is_alive():
            os.kill(self._process.pid, signal.SIGINT)

    def collect(self) -> Any:
        """What the job came to: a result, an error, or None when it was interrupted before it could begin."""
        try:
            answer = self.answer.recv()
        except EOFError:
            self._process.join()
            answer = None if self._process.exitcode == 0 else RunFailed(f"a run ended with {self._process.exitcode}")
        self._process.join()
        return answer


def _fill(working: dict[int, Worker], pending: Iterator[tuple[int, Job]]) -> None:
    while len(working) < (os.cpu_count() or 1) and (next_one := next(pending, None)):
        working[next_one[0]] = Worker(next_one[1])


def _collect(working: dict[int, Worker], answers: dict[int, Any], progress: Progress) -> None:
    ready = wait([worker.answer for worker in working.values()], LOOK_EVERY_S)
    for number, worker in list(working.items()):
        progress(number, worker.share.value)
        if worker.answer in ready:
            answers[number] = worker.collect()
            progress(number, 1.0)
            del working[number]


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """A child inherits that it ignores Ctrl-C until it is ready to end well."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _work(job: Job, answer: Connection, share: Any) -> None:
    signal.signal(signal.SIGINT, _interrupt_once)
    try:
        answer.send(perform(job, lambda done: _tell(done, share)))
    except (BadInput, RunFailed) as error:
        answer.send(error)
    except KeyboardInterrupt:
        answer.close()


def _interrupt_once(_signal: int, _frame: FrameType | None) -> None:
    """The terminal and the parent may both send it; the first is enough, and what follows it must not be broken off."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _tell(done: Callable[[], float], share: Any) -> None:
    """Look at the run's progress from beside it: the run itself pays nothing."""

    def look() -> None:
        while not over.wait(LOOK_EVERY_S):
            share.value = done()

    over = threading.Event()
    threading.Thread(target=look, daemon=True).start()
