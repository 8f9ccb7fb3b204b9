"""How load tests end that do not go well: in one line, with what is known of their mails, and no process left."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from urllib.request import Request, urlopen

import psutil
import pytest

from loadtests.deploy.tidy import tidy
from loadtests.load import locust_process
from loadtests.load.assignment import NOTED, Assignment, Place
from loadtests.load.left_over import recovered
from loadtests.load.loadtest import folder_with
from loadtests.load.options import Crew
from loadtests.load.targets import endpoint_client
from loadtests.load.targets.accounts import mails_of
from loadtests.record import run_registry
from reports.compare import folder as run_folder
from reports.compare.folder import keep_document
from scenarios.errors import RunFailed
from scenarios.ledger import store
from scenarios.ledger.ledger import FATES, assert_conserved
from scenarios.schema.scenario_file import as_toml
from tests import warm_locust
from tests.deploy.patience import until
from tests.loadtest.locusts import Served, scenario, sent, serving

pytestmark = [pytest.mark.real_time, pytest.mark.xdist_group("locust")]


def test_a_worker_that_is_killed_leaves_no_locust_behind() -> None:
    """However the command ends, be it by kill -9 while it waits for its master, Locust ends with it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with subprocess.Popen([sys.executable, "-m", "seslab", "loadtest", "worker", "--master-port", port]) as worker:
        me = psutil.Process(worker.pid)
        until(lambda: len(me.children(recursive=True)) >= 2)  # the leash, and Locust
        family = me.children(recursive=True)
        worker.kill()
    until(lambda: not any(one.is_running() for one in family))


def test_workers_that_never_connect_are_told_in_one_line(served: Served) -> None:
    """A master that waits in vain is a run that failed, and the line says for how many and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        crew = Crew(master=True, workers=2, wait_s=1, port=free.getsockname()[1])
    with pytest.raises(RunFailed, match=r"^--workers 2: not all have connected .* start each with .* worker$"):
        sent(served, scenario(200, 3.0), crew=crew)


def test_interrupted_load_keeps_what_was_sent(served: Served) -> None:
    """Ctrl-C ends all processes gently: what was sent has its fate, and what was not is pending."""
    with once_it_sends(served, lambda: os.kill(os.getpid(), signal.SIGINT)):
        ledger = sent(served, scenario(20, 20.0), crew=Crew(processes=2))
    fates = {fate: int(ledger.mails[fate].sum()) for fate in FATES}
    assert ledger.interrupted
    assert fates["accepted"] >= 20
    assert fates["pending"] >= 200
    assert fates["accepted"] + fates["pending"] == 400


def test_an_interrupt_at_the_very_end_is_one(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C that comes when Locust has sent everything still ends what would follow: another round, or a gate's."""
    run = locust_process.run
    monkeypatch.setattr(locust_process, "run", lambda *given: run(*given) or True)
    ledger = sent(served, scenario(20, 0.5))
    assert ledger.interrupted
    assert int(ledger.mails["accepted"].sum()) == 10


@pytest.mark.parametrize("sender", ["ses-v2", "heartbeat"])
def test_of_a_load_test_that_was_killed_the_next_command_keeps_what_ses_noted(
    served: Served, tmp_path: Path, sender: str
) -> None:
    """And leaves neither Locust nor its folder; the document is read as that of any other run."""
    (tmp_path / "load.toml").write_text(as_toml(scenario(20, 30.0)))
    kind = "--user" if sender == "ses-v2" else "--strategy"
    words = [
        "loadtest",
        str(tmp_path / "load.toml"),
        "--endpoint",
        served.url,
        kind,
        sender,
        "--out",
        str(tmp_path / "out"),
    ]
    before = attempts(served)
    with subprocess.Popen([sys.executable, "-m", "seslab", *words]) as killed:
        until(lambda: attempts(served) - before >= 20)
        family = psutil.Process(killed.pid).children(recursive=True)
        killed.kill()
    [record] = [one for one in run_registry.leftovers() if one.process.pid == killed.pid]
    said: list[str] = []
    tidy(said.append, keep_document, recovered)
    assert said[-1].startswith(f"run {record.run} ({sender} on locust) was cut short; cleaned up")
    until(lambda: not any(one.is_running() for one in family))
    assert not Path(str(record.folder)).exists()
    [entry] = run_folder.document(tmp_path / "out")["strategies"]
    assert entry["recipients"]["accepted"] >= 20
    assert entry["recipients"]["pending"] >= 200
    assert_conserved(store.read(tmp_path / "out", sender))


def test_of_a_load_test_that_was_killed_another_one_removes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder is the next command's, which makes a ledger of it, as long as a record says so; and nobody's then."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "record.json").touch()
    for name, record in (("noted", "record.json"), ("over", "gone.json"), ("early", None)):
        left = tmp_path / f"seslab-loadtest-{name}"
        left.mkdir()
        if record is not None:
            (left / NOTED).write_text(str(tmp_path / record))
        os.utime(left, (0, 0))
    load = scenario(1, 1.0)
    with folder_with(Assignment("ses-v2", Place("http://127.0.0.1:1"), 1, 60.0), mails_of(load, 1)) as folder:
        assert {*tmp_path.iterdir()} == {folder, tmp_path / "record.json", tmp_path / "seslab-loadtest-noted"}


@contextmanager
def once_it_sends(served: Served, do: Callable[[], None]) -> Iterator[None]:
    """Do it as soon as the block has sent a few mails."""
    before, over = attempts(served), Event()

    def wait() -> None:
        while attempts(served) - before < 20 and not over.wait(0.05):
            pass
        do()

    watcher = Thread(target=wait)
    watcher.start()
    yield
    over.set()
    watcher.join()


def attempts(served: Served) -> int:
    """Calls that SES has decided on."""
    counts = served.stats()
    return int(counts["accepted"] + counts["throttled"])


def test_an_endpoint_that_stops_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is up and answers no more is a run that failed, told in one line long before its calls give up."""
    monkeypatch.setattr(endpoint_client, "LOOK_PATIENCE_S", 1.0)
    load = scenario(20, 300.0, horizon_s=3600.0, client={"read_timeout_s": 600.0})
    with (
        serving() as server,
        once_it_sends(server, lambda: os.kill(server.pid, signal.SIGSTOP)),
        pytest.raises(RunFailed, match=rf"^--endpoint {server.url}: no answer to GET "),
    ):
        sent(server, load)


def test_a_lost_worker_fails_the_run_and_its_mails_are_known(served: Served, tmp_path: Path) -> None:
    """Its part of the load was not sent: one line says whose, and the ledger holds what SES has accepted of it."""
    load = scenario(40, 5.0)
    with once_it_sends(served, kill_a_worker), pytest.raises(RunFailed, match=r"of 2 was lost in mid-run; .* is in "):
        sent(served, load, "leaky-bucket", Crew(processes=2), tmp_path)
    ledger = store.read(tmp_path, "leaky-bucket")
    assert_conserved(ledger)
    assert 0 < ledger.mails["pending"].sum() < 200
    assert ledger.mails["accepted"].sum() > 0


def kill_a_worker() -> None:
    """Of the processes that Locust has forked, and of no other."""
    (warm,) = (child for child in psutil.Process().children() if warm_locust.__name__ in child.cmdline())
    (locust,) = warm.children()
    locust.children()[-1].kill()


def test_a_load_of_which_nothing_is_accepted_fails(tmp_path: Path) -> None:
    """Exit 1 and a line that says so, whatever the scenario demands; its own word on that stands instead."""
    for name, thresholds in (("silent", {}), ("wanted", {"anything-accepted": ("*.recipients.accepted == 0",)})):
        (tmp_path / f"{name}.toml").write_text(as_toml(scenario(5, 1.0, thresholds=thresholds)))
    with serving() as served:
        fault = Request(f"{served.url}/_seslab/faults", b'{"refuse": 1}', method="PUT")
        urlopen(fault, timeout=10).close()
        silent, wanted = (
            subprocess.Popen(
                [sys.executable, "-m", "seslab", "loadtest", str(tmp_path / f"{name}.toml"), "--endpoint", served.url],
                stdout=subprocess.PIPE,
                text=True,
            )
            for name in ("silent", "wanted")
        )
        told, _ = silent.communicate()
        wanted.communicate()
    assert (silent.returncode, wanted.returncode) == (1, 0)
    assert "✗ anything-accepted: *.recipients.accepted > 0 (ses-v2: 0)" in told
