"""Runs on a cluster: what they come to is what they come to here, whoever dies meanwhile."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest

pytest.importorskip("distributed")

from reports.running.cluster.executor import Cluster
from reports.running.cluster.worker import perform_there
from reports.running.experiment import Job, Result, jobs
from reports.running.parallel import in_turn
from reports.running.store.run_store import RunStore
from reports.running.store.stored import Stored
from scenarios.errors import BadInput, RunFailed
from scenarios.ledger.ledger import Ledger
from scenarios.measures.cost import load_prices
from scenarios.outside import plug
from scenarios.runs import Watch
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import changed
from sim.run import run
from tests.cluster.dask_processes import PATIENCE_S, other_code, scheduler, workers
from tests.unit.test_run_store import Counting

pytestmark = pytest.mark.cluster
AGAIN = "this goes on: seslab sweep and so on"
BOTH = 2


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Of a scheduler with two workers."""
    with scheduler() as (where, _), workers(where, many=2):
        yield where


def scenario(messages: int = 30) -> Scenario:
    """So many mails at once."""
    workload = ({"process": "batch", "messages": messages},)
    return Scenario.model_validate({"name": "some", "account": {"max_send_rate_per_s": 30.0}, "workload": workload})


def wanted(runs: int = 10, messages: int = 30, strategies: Sequence[str] = ("heartbeat", "pacemaker")) -> Sequence[Job]:
    """That many of each."""
    return jobs(run, scenario(messages), strategies, runs, load_prices(), None)


def unwatched(_number: int, _share: float) -> None:
    """Progress that nobody looks at."""


def told(results: Sequence[Result]) -> list[Result]:
    """Without the seconds that they took."""
    return [one._replace(entry={**one.entry, "wall_s": 0.0}) for one in results]


def at_first(action: Callable[[], None]) -> Callable[[int, Result], None]:
    """Does it when the first result is there."""
    left = [action]

    def keep(_number: int, _result: Result) -> None:
        while left:
            left.pop()()

    return keep


def test_results_are_those_of_this_machine(address: str, tmp_path: Path) -> None:
    """To the last digit, in the order of the jobs; also of a strategy from outside, and of one that was changed."""
    outside = tmp_path / "mine.py"
    source = (Path(__file__).parents[2] / "strategies" / "direct.py").read_text()
    for fill in ("# one day\n", "# another day\n"):
        outside.write_text(source + fill)
        name = plug.named(str(outside))
        try:
            mine = wanted(strategies=("heartbeat", name))
            with closing(Cluster(address, AGAIN)) as cluster:
                assert told(cluster.perform(mine, unwatched).results) == told(in_turn(mine, unwatched).results)
        finally:
            plug.unplug(name)


def test_traces_are_the_same_file(address: str, tmp_path: Path) -> None:
    """What a worker reads is what was read here, or it is said."""
    trace = tmp_path / "trace.csv"
    trace.write_text("at_s,recipients\n0,1\n1,2\n")
    traced = changed(
        {"name": "traced", "account": {}, "workload": ({"process": "trace", "path": str(trace)},)}, "traced"
    )
    job = replace(wanted()[0], scenario=traced)
    with closing(Cluster(address, AGAIN)) as cluster:
        assert told(cluster.perform([job], unwatched).results) == told(in_turn([job], unwatched).results)
    answers = perform_there(pickle.dumps([job]), (), {trace: "of another content"})
    assert str(answers[0]) == f"{trace}: is another file on a worker of the cluster than here"
    trace.unlink()
    assert str(perform_there(pickle.dumps([job]), (), {trace: ""})[0]).endswith(
        "each worker of the cluster needs the trace at this path"
    )


def test_bad_input_of_a_job_is_raised_here(address: str) -> None:
    """As own processes do."""
    with closing(Cluster(address, AGAIN)) as cluster, pytest.raises(BadInput, match=r"^no such thing$"):
        cluster.perform([replace(wanted()[0], runner=refused)], unwatched)


def refused(_scenario: Scenario, _strategy: str, _seed: int, _watch: Watch | None) -> Ledger:
    """A run that cannot be made of this input."""
    raise BadInput("no such thing")


def deadly(_scenario: Scenario, _strategy: str, _seed: int, _watch: Watch | None) -> Ledger:
    """A run of which its process dies."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def test_ledgers_are_kept_here(address: str, tmp_path: Path) -> None:
    """A run that leaves files leaves them on this machine, and the others' results are no different."""
    mine = [replace(wanted(2)[0], out=tmp_path), *wanted(2)[1:]]
    with closing(Cluster(address, AGAIN)) as cluster:
        results = cluster.perform(mine, unwatched).results
    assert told(results) == told(in_turn(wanted(2), unwatched).results)
    assert any(path.suffix == ".parquet" for path in tmp_path.iterdir())


def test_a_killed_worker_costs_no_result(address: str) -> None:
    """What it was at is done by another one; all results are those of this machine."""
    mine = wanted(100)
    with workers(address) as [victim], closing(Cluster(address, AGAIN)) as cluster:
        outcome = cluster.perform(mine, unwatched, keep=at_first(victim.kill))
    assert outcome.failure is None
    assert [one.entry["digest"] for one in outcome.results] == [
        one.entry["digest"] for one in in_turn(mine, unwatched).results
    ]


def test_ctrl_c_keeps_what_is_done(address: str, tmp_path: Path) -> None:
    """The rest is called off; with a store, the same jobs go on with what was left."""
    mine, store = wanted(500), RunStore(tmp_path)
    ctrl_c = at_first(lambda: signal.raise_signal(signal.SIGINT))
    with closing(Cluster(address, AGAIN)) as cluster:
        broken = Stored(cluster, store).perform(mine, unwatched, keep=ctrl_c)
    assert broken.interrupted
    assert 1 <= len(broken.results) < len(mine)
    rest = Counting(most=0)
    Stored(rest, store).perform(mine, unwatched)
    store.close()
    assert len(rest.given) == len(mine) - len(broken.results)


def test_a_scheduler_that_goes_away_costs_what_was_not_done() -> None:
    """What was done is there, and the command that goes on is told."""
    with scheduler() as (where, process), workers(where), closing(Cluster(where, AGAIN)) as cluster:
        outcome = cluster.perform(wanted(500), unwatched, keep=at_first(process.kill))
        cluster.close()  # as Dask does by itself after a while
        again = cluster.perform(wanted(1), unwatched)
    assert 1 <= len(outcome.results) < 1000
    lost = f"--cluster {where}: its scheduler went away; {AGAIN}"
    assert (str(outcome.failure), str(again.failure)) == (lost, lost)


def test_a_job_that_kills_workers_costs_itself() -> None:
    """It is named, and the others' results are there."""
    mine = [*wanted(3)[:3], Job(deadly, scenario(), "heartbeat", 9, load_prices())]
    with scheduler() as (where, _), workers(where, many=5), closing(Cluster(where, AGAIN)) as cluster:
        outcome = cluster.perform(mine, unwatched)
    assert [one.entry["digest"] for one in outcome.results] == [
        one.entry["digest"] for one in in_turn(mine[:3], unwatched).results
    ]
    assert str(outcome.failure).startswith("heartbeat, seed 9: worker after worker dies of it")


def test_a_worker_with_other_code_is_given_no_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named in a line; where there is no other, nothing is run. So is one that comes later."""
    code = other_code(tmp_path)
    with scheduler() as (where, _):
        with pytest.raises(RunFailed, match=r"has no workers; start some: dask worker .* --nthreads 1$"):
            Cluster(where, AGAIN)
        with workers(where, code=code):
            with pytest.raises(RunFailed, match=r"no worker has the same code as here$"):
                Cluster(where, AGAIN)
            capsys.readouterr()
            with workers(where), closing(Cluster(where, AGAIN)) as cluster, workers(where, code=code):
                assert told(cluster.perform(wanted(), unwatched).results) == told(in_turn(wanted(), unwatched).results)
                told_of, until_s = capsys.readouterr().err, monotonic() + PATIENCE_S
                while told_of.count("\n") < BOTH and monotonic() < until_s:
                    cluster.perform(wanted(1), unwatched)
                    told_of += capsys.readouterr().err
                assert told_of.count("is given no runs: it has code ") == told_of.count("\n") == BOTH
