"""The store of runs: what it has is not run again, it gives what a run would, and damage costs a run at most."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.running.executors import OwnProcesses
from reports.running.experiment import Job, Result, jobs, perform
from reports.running.opening import opened
from reports.running.parallel import Enough, Keep, Outcome, Progress, in_turn, never, nowhere
from reports.running.store import run_store, source_code
from reports.running.store.identity import Identities
from reports.running.store.run_store import RunStore
from reports.running.store.stored import Stored
from scenarios.errors import BadInput, RunFailed
from scenarios.ledger.ledger import Ledger
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import changed
from sim.run import run

PRICES = load_prices()
TABLE: dict[str, Any] = {
    "name": "some",
    "account": {"max_send_rate_per_s": 30.0},
    "workload": ({"process": "batch", "messages": 40},),
    "bill": {"runs_per_month": 4},
}
SCENARIO = Scenario.model_validate(TABLE)


def wanted(scenario: Scenario = SCENARIO, runs: int = 3) -> Sequence[Job]:
    """Of two strategies."""
    return jobs(run, scenario, ["direct", "heartbeat"], runs, PRICES, None)


def unwatched(_number: int, _share: float) -> None:
    """Progress that nobody looks at."""


class Counting:
    """Runs in turn, and says which jobs it has been given."""

    def __init__(self, most: int = 100) -> None:
        self.given: list[Job] = []
        self._most = most

    def perform(self, jobs: Sequence[Job], progress: Progress, enough: Enough = never, keep: Keep = nowhere) -> Outcome:
        self.given += jobs
        outcome = in_turn(jobs[: self._most], progress, enough, keep)
        return outcome._replace(interrupted=len(jobs) > self._most)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    """In a folder of the test's own."""
    kept = RunStore(tmp_path)
    yield kept
    kept.close()


def test_a_run_is_made_once(store: RunStore) -> None:
    """The second time nothing is run, and the outcome is the same to the last digit."""
    first = Stored(Counting(), store).perform(wanted(), unwatched)
    idle, kept = Counting(), dict[int, Result]()
    again = Stored(idle, store).perform(wanted(), unwatched, keep=kept.__setitem__)
    assert first == again
    assert idle.given == []
    assert list(kept.values()) == again.results
    assert {one.entry["strategy"] for one in again.results} == {"direct", "heartbeat"}


def test_an_interrupted_campaign_goes_on_where_it_was(store: RunStore) -> None:
    """What was done before is kept, and the rest alone is run; together they are the whole."""
    before = Stored(Counting(most=2), store).perform(wanted(), unwatched)
    assert (before.interrupted, len(before.results)) == (True, 2)
    rest = Counting()
    whole = Stored(rest, store).perform(wanted(), unwatched)
    assert [job.seed for job in rest.given] == [3, 1, 2, 3]
    assert [one.entry["digest"] for one in whole.results] == [perform(job).entry["digest"] for job in wanted()]


def test_what_is_missing_before_a_result_that_is_enough_is_run(store: RunStore) -> None:
    """The answer is that of a first time, whatever the store has; nothing behind it is run."""
    Stored(Counting(), store).perform([wanted()[1]], unwatched)
    needed = Counting()
    outcome = Stored(needed, store).perform(wanted(), unwatched, lambda _result: True)
    assert [job.seed for job in needed.given] == [1]
    assert outcome.numbers[0] == 0


def other(**tables: Any) -> Scenario:
    """The same scenario with other tables."""
    return Scenario.model_validate({**TABLE, **tables})


@pytest.mark.parametrize(
    ("job", "is_same"),
    [
        (
            replace(wanted()[3], scenario=other(name="other", seed=7, thresholds={"a": "heartbeat.latency_s.p99 < 1"})),
            True,
        ),
        (replace(wanted()[3], scenario=other(strategies={"leaky-bucket": {"pods": 3}})), True),
        (replace(wanted()[3], scenario=other(strategies={"heartbeat": {"fill": 0.5}})), False),
        (replace(wanted()[3], scenario=other(horizon_s=601.0)), False),
        (replace(wanted()[3], seed=2), False),
        (replace(wanted()[3], standing={"pod_vcpu_hours": 1.0}), False),
        (replace(wanted()[3], prices=replace(PRICES, region="elsewhere")), False),
        (replace(wanted()[3], strategy="direct"), False),
    ],
)
def test_a_digest_is_of_what_a_run_depends_on(job: Job, is_same: bool) -> None:
    """Names, demands and settings of others change nothing; all else makes it another run."""
    assert (Identities().digest(job) == Identities().digest(wanted()[3])) is is_same


def test_other_code_makes_another_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A change to any module or table of the rooms changes every digest; where they are installed does not."""
    before = Identities().digest(wanted()[0])
    sources = dict(source_code._sources())
    assert {name.partition("/")[0] for name in sources} == {*source_code.ROOMS, "experiment.py"}
    changed_one = tmp_path / "kernel.py"
    changed_one.write_text("# changed\n")
    monkeypatch.setattr(source_code, "_sources", lambda: [*{**sources, "sim/kernel.py": changed_one}.items()])
    source_code.code_digest.cache_clear()
    try:
        assert Identities().digest(wanted()[0]) != before
    finally:
        source_code.code_digest.cache_clear()


def test_a_trace_counts_by_its_content(tmp_path: Path) -> None:
    """The same mails in another file are the same run; other mails in the same file are another."""
    digests = []
    for name, text in (("a", "0,1\n"), ("b", "0,1\n"), ("a", "0,1\n1,1\n")):
        path = tmp_path / f"{name}.csv"
        path.write_text(f"at_s,recipients\n{text}")
        traced = changed({**TABLE, "workload": ({"process": "trace", "path": str(path)},)}, "traced")
        digests.append(Identities().digest(wanted(traced)[0]))
    assert digests[0] == digests[1] != digests[2]


def test_ledgers_and_what_else_is_gathered_are_not_stored(store: RunStore, tmp_path: Path) -> None:
    """A run whose ledger is to be kept is made each time; so is one of which more than figures is wanted."""
    (tmp_path / "out").mkdir()
    for more in ({"out": tmp_path / "out"}, {"gather": len_of_calls}, {"round": 1}):
        for _ in range(2):
            counting = Counting()
            Stored(counting, store).perform([replace(wanted()[0], **more)], unwatched)
            assert len(counting.given) == 1


def len_of_calls(ledger: Ledger) -> int:
    """How many there were."""
    return len(ledger.calls["call"])


def test_a_damaged_result_is_run_again(store: RunStore) -> None:
    """A bit that flipped on the disk costs one run, and nobody is told a wrong figure."""
    first = Stored(Counting(), store).perform(wanted(), unwatched)
    with sqlite3.connect(store.path) as file:
        digest, result = file.execute("SELECT digest, result FROM runs LIMIT 1").fetchone()
        spoilt = bytes([*result[:40], result[40] ^ 1, *result[41:]])
        file.execute("UPDATE runs SET result = ? WHERE digest = ?", (spoilt, digest))
    again = Counting()
    figures = [one.bound for one in Stored(again, store).perform(wanted(), unwatched).results]
    assert (len(again.given), figures) == (1, [one.bound for one in first.results])
    idle = Counting()
    Stored(idle, store).perform(wanted(), unwatched)
    assert idle.given == []


def test_a_full_disk_is_no_bad_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where anything else is kept; to SQLite, a file that may not grow is one."""

    def open_full(self: RunStore) -> None:
        with closing(sqlite3.connect(self.path)) as file:
            file.execute("PRAGMA max_page_count = 1")
            file.execute(run_store._TABLE)

    monkeypatch.setattr(RunStore, "_open", open_full)
    with pytest.raises(RunFailed, match=r"runs\.sqlite3: database or disk is full$"):
        RunStore(tmp_path)


def test_a_damaged_file_is_laid_aside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told in a line, the store begins anew, and what was there is not overwritten."""
    (tmp_path / run_store.FILE).write_bytes(b"no database" * 1000)
    with opened(tmp_path) as executor:
        assert len(executor.perform(wanted(), unwatched).results) == 6
    assert capsys.readouterr().err.count("is damaged") == 1
    assert (tmp_path / run_store.FILE).with_suffix(".damaged").read_bytes().startswith(b"no database")
    with opened(tmp_path) as executor:
        executor.perform(wanted(), unwatched)


def test_a_file_of_another_version_is_laid_aside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Likewise: its table has other columns, and what is in it stays."""
    path = tmp_path / run_store.FILE
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE runs (key TEXT)")
    store = RunStore(tmp_path)
    assert store.get("any") is None
    store.close()
    assert capsys.readouterr().err.count("\n") == 1
    with closing(sqlite3.connect(path.with_suffix(".damaged"))) as file:
        assert file.execute("SELECT key FROM runs").fetchall() == []


def test_what_was_of_no_use_for_longest_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file stays within its bound, and what the last command has used is still there."""
    result = perform(wanted()[0])
    for now_s, digests in ((1, [f"old {number}" for number in range(200)]), (2, [f"new {n}" for n in range(20)])):
        monkeypatch.setattr("time.time", lambda now_s=now_s: now_s)
        store = RunStore(tmp_path)
        for digest in digests:
            store.put(digest, result)
        store.close(most_bytes=60_000)
    store = RunStore(tmp_path)
    assert all(store.get(f"new {number}") == result for number in range(20))
    assert 0 < sum(store.get(f"old {number}") is not None for number in range(200)) < 150
    store.close()


def test_a_folder_that_cannot_be_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the user has named it nothing is run; the usual one is done without."""
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match=r"file: .*; name another folder with --store$"), opened(tmp_path / "file"):
        pass
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with opened() as executor:
        assert isinstance(executor, OwnProcesses)
