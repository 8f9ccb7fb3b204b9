"""Jobs in processes of their own: what dies is named, what is interrupted ends well, and nothing is left undone."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from multiprocessing import active_children
from pathlib import Path
from select import select
from typing import Any

import pytest

from reports.running.experiment import Job, Result, Runner, jobs, summarise
from reports.running.parallel import SPAWN, Outcome, Worker, in_turn, side_by_side
from reports.running.run_jobs import complete, interrupted
from scenarios.errors import BadInput, CutOff, RunFailed
from scenarios.ledger import store
from scenarios.ledger.ledger import Ledger, assert_conserved
from scenarios.measures.cost import load_prices
from scenarios.runs import Watch
from scenarios.schema.model import Scenario
from sim.run import run

SEED = 7
PATIENCE_S = 20.0


def scenario(messages: int) -> Scenario:
    """So many mails at once on a fast account."""
    workload = ({"process": "batch", "messages": messages},)
    return Scenario.model_validate({"name": "some", "account": {"max_send_rate_per_s": 500.0}, "workload": workload})


def job(runner: Runner, strategy: str = "direct", messages: int = 10, out: Path | None = None) -> Job:
    """One run of one strategy."""
    return Job(runner, scenario(messages), strategy, SEED, load_prices(), out)


def unwatched(_number: int, _share: float) -> None:
    """Progress that nobody looks at."""


def killed(_scenario: Scenario, _strategy: str, _seed: int, _watch: Watch | None) -> Ledger:
    """A run whose process the system kills."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def aborted(_scenario: Scenario, _strategy: str, _seed: int, _watch: Watch | None) -> Ledger:
    """A run in which a library gives up."""
    os.abort()


def exits(_scenario: Scenario, _strategy: str, _seed: int, _watch: Watch | None) -> Ledger:
    """A run that leaves without a word."""
    os._exit(7)


def refused(_scenario: Scenario, _strategy: str, _seed: int, _watch: Watch | None) -> Ledger:
    """A run that cannot be made of this input."""
    raise BadInput("no such thing")


def forgetful(_scenario: Scenario, _strategy: str, _seed: int, _watch: Watch | None) -> Ledger:
    """A run that needs more memory than there is."""
    raise MemoryError


def cut_off_in(*_: Any) -> Ledger:
    """A run that Ctrl-C has ended so that there is nothing to tell of it but a line."""
    raise CutOff("there is no ledger, though 3 calls were accepted")


def broken_in(_scenario: Scenario, _strategy: str, _seed: int, _watch: Watch | None) -> Ledger:
    """A run during which the user presses Ctrl-C before anything has been done."""
    raise KeyboardInterrupt


def endless(_scenario: Scenario, _strategy: str, _seed: int, watch: Watch | None) -> Ledger:
    """A run that tells of itself and has no end."""
    assert watch is not None
    watch(lambda: 0.5)
    while True:
        pass


def stubborn(scenario: Scenario, strategy: str, seed: int, watch: Watch | None) -> Ledger:
    """One that will not be ended, as a strategy of a user's own may be made."""
    while True:
        with suppress(BaseException):
            endless(scenario, strategy, seed, watch)


class Unready:
    """A run of which no worker has ever heard the end: until Ctrl-C comes it is still being told."""

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return signal.pause, ()

    def __call__(self, _scenario: Scenario, _strategy: str, _seed: int, _watch: Watch | None) -> Ledger:
        raise AssertionError


class Pressing(dict[str, Any]):
    """Columns during whose writing the user presses Ctrl-C."""

    def values(self) -> Any:
        signal.raise_signal(signal.SIGINT)
        return super().values()


def interrupted_later(scenario: Scenario, strategy: str, seed: int, watch: Watch | None) -> Ledger:
    """A run that has ended when Ctrl-C comes."""
    ledger = run(scenario, strategy, seed, watch)
    return replace(ledger, mails=Pressing(ledger.mails))


def lasting(alive: Path, scenario: Scenario, strategy: str, seed: int, watch: Watch | None) -> Ledger:
    """A run that takes a while, and holds a pipe meanwhile."""
    with alive.open("w") as pipe:
        print("begun", file=pipe, flush=True)
        until_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < until_s:
            pass
        return run(scenario, strategy, seed, watch)


def command(alive: Path, out: Path) -> None:
    """What the process of a command does."""
    side_by_side([job(partial(lasting, alive), out=out)], unwatched)


def test_workers_end_with_a_command_that_is_killed(tmp_path: Path) -> None:
    """At once, in the middle of a run, and nothing is written any more."""
    alive, out = tmp_path / "alive", tmp_path / "out"
    os.mkfifo(alive)
    killed_one = SPAWN.Process(target=command, args=(alive, out))
    killed_one.start()
    with alive.open() as pipe:
        assert pipe.readline() == "begun\n"
        killed_one.kill()
        assert select([pipe], [], [], PATIENCE_S / 2)[0], "the worker goes on"
        assert pipe.read() == ""
    killed_one.join()
    assert not out.exists()


def test_ctrl_c_waits_until_the_ledger_is_on_disk(tmp_path: Path) -> None:
    """Then it does what it would have done before."""
    outcome = in_turn([job(interrupted_later, out=tmp_path)], unwatched)
    assert outcome.interrupted
    assert_conserved(store.read(tmp_path, "direct"))
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_answers_come_in_the_order_of_the_jobs(tmp_path: Path) -> None:
    """A run in a process of its own gives what it gives here, and its ledger is kept."""
    strategies = ("lambda-concurrency", "heartbeat", "direct", "leaky-bucket")
    outcome = side_by_side([job(run, strategy, out=tmp_path) for strategy in strategies], unwatched)
    here = in_turn([job(run, strategy) for strategy in strategies], unwatched)
    assert [result.entry["digest"] for result in outcome.results] == [result.entry["digest"] for result in here.results]
    assert not outcome.interrupted
    assert {store.read(tmp_path, strategy).strategy for strategy in strategies} == set(strategies)


@pytest.mark.parametrize(
    ("runner", "end"),
    [(killed, "SIGKILL, as it does when memory runs out"), (aborted, "SIGABRT"), (exits, "exit code 7")],
)
def test_a_worker_that_dies_is_named_and_replaced(runner: Runner, end: str) -> None:
    """Whose process ended, and how, is what its job came to; the worker's next job is performed nevertheless."""
    worker = Worker()
    worker.assign(0, job(runner, "heartbeat"))
    answer = worker.collect()
    assert isinstance(answer, RunFailed)
    assert str(answer) == f"heartbeat, seed {SEED}: its process ended with {end}"
    worker.assign(1, job(run))
    assert isinstance(worker.collect(), Result)
    worker.dismiss()


def test_the_others_jobs_are_done_although_workers_die(tmp_path: Path) -> None:
    """More deaths than workers: the first is reported, and every run that could be made has left result and ledger."""
    deaths = [job(killed, "sqs-dlq")] * (min(os.cpu_count() or 1, 3) + 1)
    others = [job(run, "direct", out=tmp_path), job(run, "heartbeat", out=tmp_path)]
    outcome = side_by_side([*deaths, *others], unwatched)
    assert str(outcome.failure).startswith("sqs-dlq, seed 7: its process ended with SIGKILL")
    assert [result.entry["strategy"] for result in outcome.results] == ["direct", "heartbeat"]
    assert [store.read(tmp_path, strategy).strategy for strategy in ("direct", "heartbeat")] == ["direct", "heartbeat"]


@pytest.mark.parametrize("perform_all", [in_turn, side_by_side])
def test_where_memory_runs_out_is_named(perform_all: Callable[..., Outcome]) -> None:
    """Here and in another process: one line, and what was made before is kept."""
    outcome = perform_all([job(run), job(forgetful, "heartbeat")], unwatched)
    assert str(outcome.failure) == "heartbeat, seed 7: memory ran out; send fewer mails, or run one strategy at a time"
    assert [result.entry["strategy"] for result in outcome.results] == ["direct"]


def test_of_what_failed_only_whole_strategies_are_shown() -> None:
    """A mean over the replications that happened to be made would pass for one over all."""
    made = in_turn([*jobs(run, scenario(10), ["direct"], 2, load_prices(), None), job(run, "heartbeat")], unwatched)
    failed = made._replace(failure=RunFailed("heartbeat"))
    assert [result.entry["strategy"] for result in complete(failed, 2)] == ["direct", "direct"]
    assert complete(made, 2) == made.results


def test_jobs_are_made_when_they_are_asked_for(tmp_path: Path) -> None:
    """Ten million of them take no time; they go strategy by strategy, and of each the first ledger is kept."""
    many = jobs(
        run, scenario(10).model_copy(update={"seed": 5}), ["direct", "heartbeat"], 10_000_000, load_prices(), tmp_path
    )
    assert len(many) == 20_000_000
    found = [many[at] for at in (0, 1, 10_000_000, -1)]
    assert [(one.strategy, one.seed, one.out) for one in found] == [
        ("direct", 5, tmp_path), ("direct", 6, None), ("heartbeat", 5, tmp_path), ("heartbeat", 10_000_004, None),
    ]  # fmt: skip
    assert many[9_999_999:10_000_001] == [many[9_999_999], many[10_000_000]]
    with pytest.raises(IndexError):
        many[20_000_000]


def test_bad_input_crosses_the_process_boundary() -> None:
    """What a run refuses is refused here, in the same words."""
    with pytest.raises(BadInput, match=r"^no such thing$"):
        side_by_side([job(refused)], unwatched)


def test_ctrl_c_reaches_a_worker_that_is_not_ready_yet() -> None:
    """A signal in the second in which the process still imports is kept, not lost: its job never begins."""
    worker = Worker()
    worker.interrupt()
    worker.assign(0, job(run))
    assert worker.collect() is None
    worker.dismiss()


@pytest.mark.parametrize(("runner", "is_warm"), [(endless, True), (stubborn, False)])
def test_a_job_that_is_given_up_makes_room(runner: Runner, is_warm: bool) -> None:
    """Its process goes on with the next job, unless it does not let go: then another one does."""
    worker = Worker()
    worker.assign(0, job(runner))
    while not worker.share.value:
        assert not worker.pipe.poll(0.01)
    before = {child.pid for child in active_children()}
    worker.give_up()
    worker.stand_ready(time.monotonic() + (PATIENCE_S if is_warm else 0.1))
    assert ({child.pid for child in active_children()} == before) == is_warm
    worker.assign(1, job(run))
    assert isinstance(worker.collect(), Result)
    worker.dismiss()


def interrupts_once(due: Callable[[int, float], bool]) -> Callable[[int, float], None]:
    """Progress that presses Ctrl-C when the share done of a job is such."""
    waiting = [True]

    def look(number: int, share: float) -> None:
        if waiting and due(number, share):
            waiting.clear()
            os.kill(os.getpid(), signal.SIGINT)

    return look


def test_ctrl_c_before_anything_has_begun_gives_no_result() -> None:
    """At the first look the processes are still getting ready: everything ends, with nothing to show."""
    before = signal.getsignal(signal.SIGINT)
    outcome = side_by_side([job(Unready())] * 20, interrupts_once(lambda _number, _share: True))
    assert outcome == Outcome([], True)
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_keeps_what_was_done(tmp_path: Path) -> None:
    """Runs that have begun end early with every recipient accounted for; no other begins."""
    first, others = (job(run, "lambda-concurrency", 100_000, out) for out in (tmp_path, None))
    outcome = side_by_side([first, *[others] * 20], interrupts_once(lambda number, share: number == 0 < share < 1))
    assert outcome.interrupted
    assert 1 <= len(outcome.results) <= (os.cpu_count() or 1)
    assert any(result.entry["interrupted"] for result in outcome.results)
    assert_conserved(store.read(tmp_path, "lambda-concurrency"))


def test_ctrl_c_in_turn_keeps_the_results_so_far() -> None:
    """One after the other: what ran before the interruption is returned, and nothing may have run."""
    assert in_turn([job(broken_in), job(run)], unwatched) == Outcome([], True)
    outcome = in_turn([job(run), job(broken_in), job(run, "heartbeat")], unwatched)
    assert ([result.entry["strategy"] for result in outcome.results], outcome.interrupted) == (["direct"], True)


def test_a_run_that_was_cut_off_was_begun() -> None:
    """What it has sent is out, though there is no result of it: the line that ends the command says so."""
    jobs = [job(run), job(cut_off_in)]
    outcome = in_turn(jobs, unwatched)
    line = str(interrupted(outcome, jobs, None))
    assert line == "interrupted: 2 of 2 runs begun or done; there is no ledger, though 3 calls were accepted"


def test_a_summary_has_one_entry_per_strategy() -> None:
    """Replications of a strategy become one entry, and the bound is that of the runs."""
    results = in_turn([job(run), job(run), job(run, "heartbeat")], unwatched).results
    entries, bound = summarise(results)
    assert [entry["strategy"] for entry in entries] == ["direct", "heartbeat"]
    assert bound == results[0].bound
