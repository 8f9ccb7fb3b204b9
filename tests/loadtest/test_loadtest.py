"""A scenario's load through Locust: an open model, judged by what SES accepted."""

from __future__ import annotations

import csv
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple
from urllib.request import Request, urlopen

import numpy as np
import psutil
import pytest
from hdrh.log import HistogramLogReader

from loadtests.deploy.tidy import tidy
from loadtests.load import loadtest
from loadtests.load.histogram import empty
from loadtests.load.left_over import recovered
from loadtests.load.options import Crew
from loadtests.load.targets import endpoint_client
from loadtests.record import run_registry
from reports.compare import folder as run_folder
from reports.compare.folder import keep_document
from scenarios.errors import RunFailed
from scenarios.ledger import store
from scenarios.ledger.ledger import FATES, THROTTLED, Ledger, assert_conserved
from scenarios.schema.model import as_toml
from sim.run import run as simulate
from tests.deploy.patience import until
from tests.loadtest.locusts import RESPONSE, SERVICE, Served, excess_of, plainly, scenario, sent, serving

pytestmark = [pytest.mark.real_time, pytest.mark.xdist_group("locust")]

FAST = scenario(200, 3.0)
TOLERANCE = 1e-3  # recipients: two clocks' worth of rounding


class Sent(NamedTuple):
    """A load test and the folder with what Locust left."""

    ledger: Ledger
    out: Path


@pytest.fixture(scope="module")
def fast(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """Four times what the account allows, from one process."""
    out = tmp_path_factory.mktemp("fast")
    return Sent(sent(served, FAST, out=out), out)


def throttled_share(ledger: Ledger) -> float:
    """Of all calls."""
    return float((ledger.calls["outcome"] == THROTTLED).mean())


def table(out: Path, name: str = "stats") -> dict[str, dict[str, str]]:
    """Locust's CSV, by the name of the entry."""
    with (out / f"locust-ses-v2_{name}.csv").open(newline="") as file:
        return {row["Name"]: row for row in csv.DictReader(file)}


def test_accepted_stays_within_burst_and_rate(fast: Sent) -> None:
    """However fast the load, in no stretch of t seconds are more than B + R·t recipients accepted."""
    assert excess_of(fast.ledger) <= TOLERANCE


def test_as_many_calls_are_throttled_as_in_the_simulator(fast: Sent) -> None:
    """The share of throttled calls is that of `direct` on the same scenario, within two points."""
    assert throttled_share(fast.ledger) == pytest.approx(throttled_share(simulate(FAST, "direct", FAST.seed)), abs=0.02)


def test_every_mail_is_sent_once_at_its_instant(fast: Sent) -> None:
    """The schedule is the scenario's: as many calls as mails, none before its intended instant."""
    calls, mails = fast.ledger.calls, fast.ledger.mails
    assert np.array_equal(np.sort(calls["mail"]), mails["mail"])
    assert (calls["start_s"] >= mails["intended_s"][calls["mail"]]).all()
    assert not mails["pending"].any()
    assert np.array_equal(mails["lost"], mails["throttles"])  # nobody tries again


def test_locust_counts_each_mail_once(served: Served, fast: Sent) -> None:
    """Response times are the requests; service times stand beside them and enter no sum; failures are SES's words."""
    rows, throttled = table(fast.out), int((fast.ledger.calls["outcome"] == THROTTLED).sum())
    counts = {name: (int(row["Request Count"]), int(row["Failure Count"])) for name, row in rows.items()}
    mails = len(fast.ledger.mails["mail"])
    assert counts == {
        RESPONSE: (mails, throttled), SERVICE: (mails, 0), "Aggregated": (mails, throttled),
    }  # fmt: skip
    assert table(fast.out, "failures")[RESPONSE]["Error"] == "Maximum sending rate exceeded."
    page = (fast.out / "locust-ses-v2.html").read_text()
    assert SERVICE.replace("'", "\\u0027") in page
    assert f'"host": "{served.url}"' in page


def test_locusts_rates_count_from_time_zero(fast: Sent) -> None:
    """What is sent at 200 a second is 200 a second to Locust: the time in which it got ready does not count."""
    assert float(table(fast.out)[RESPONSE]["Requests/s"]) == pytest.approx(200, rel=0.1)


@pytest.mark.parametrize("kind", ["response", "service"])
def test_the_histograms_hold_every_call_to_three_digits(fast: Sent, kind: str) -> None:
    """Any tool reads the log; its quantiles are those of the ledger's calls within a thousandth."""
    with closing(HistogramLogReader(str(fast.out / f"hdr-ses-v2-{kind}.hlog"), empty())) as reader:
        histogram, calls = reader.get_next_interval_histogram(), fast.ledger.calls
    since_s = fast.ledger.mails["intended_s"][calls["mail"]] if kind == "response" else calls["start_s"]
    longest_us = (calls["end_s"] - since_s).max() * 1e6
    assert histogram.get_total_count() == len(calls["mail"])
    assert histogram.get_max_value() == pytest.approx(longest_us, rel=2e-3, abs=1)


def test_workers_send_what_one_process_sends(served: Served, fast: Sent) -> None:
    """Two workers and a master submit the same mails as one process, accepted within the same envelope."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        crew, worker = Crew(master=True, workers=2, port=port), Crew(port=port)
    with ThreadPoolExecutor(2) as threads:
        working = [threads.submit(loadtest.work, worker) for _ in range(2)]
        ledger = sent(served, FAST, crew=crew)
        assert [work.result() for work in working] == [None, None]
    for column in ("mail", "recipients", "intended_s"):
        assert np.array_equal(ledger.mails[column], fast.ledger.mails[column])
    assert np.array_equal(np.sort(ledger.calls["mail"]), ledger.mails["mail"])
    assert (ledger.calls["start_s"] >= ledger.mails["intended_s"][ledger.calls["mail"]]).all()
    assert excess_of(ledger) <= TOLERANCE
    assert throttled_share(ledger) == pytest.approx(throttled_share(fast.ledger), abs=0.02)


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
        sent(served, FAST, crew=crew)


def test_interrupted_load_keeps_what_was_sent(served: Served) -> None:
    """Ctrl-C ends all processes gently: what was sent has its fate, and what was not is pending."""
    with once_it_sends(served, lambda: os.kill(os.getpid(), signal.SIGINT)):
        ledger = sent(served, scenario(20, 20.0), crew=Crew(processes=2))
    fates = {fate: int(ledger.mails[fate].sum()) for fate in FATES}
    assert ledger.interrupted
    assert fates["accepted"] >= 20
    assert fates["pending"] >= 200
    assert fates["accepted"] + fates["pending"] == 400


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
    """Of the processes that Locust has forked, which have its own command line, and of no other."""
    (locust,) = (child for child in psutil.Process().children() if "locust" in child.cmdline())
    locust.children()[-1].kill()


STALLED = """
import gevent
import gevent.monkey
from locust import events
from loadtests.locustfile import *

def stall():
    gevent.sleep(3.0)  # time zero is less than 2.5 s away
    gevent.monkey.get_original("time", "sleep")(1.0)

events.spawning_complete.add_listener(lambda **_: gevent.spawn(stall))
"""
THRESHOLDS = {"all": ("*.recipients.lost == 0",), "soon": ("ses-v2.latency_s.max < 0.5",)}


class Plain(NamedTuple):
    """What plain Locust said, and its statistics."""

    said: subprocess.CompletedProcess[str]
    rows: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def stalled(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Plain:
    """Plain Locust with a locustfile that has all of ours, and blocks its event loop for a second."""
    folder = tmp_path_factory.mktemp("stalled")
    (folder / "stalled.py").write_text(STALLED)
    (folder / "load.toml").write_text(as_toml(scenario(20, 4.0, thresholds=THRESHOLDS)))
    options = ("--endpoint", served.url, "--csv", str(folder / "locust-ses-v2"))
    said = plainly("--scenario", str(folder / "load.toml"), *options, file=folder / "stalled.py")
    return Plain(said, table(folder))


def test_a_stalled_client_lengthens_response_times(stalled: Plain) -> None:
    """Response times count from the intended instant: a client that stalls for a second delays a second's mails."""
    assert float(stalled.rows[RESPONSE]["Max Response Time"]) >= 900
    assert float(stalled.rows[RESPONSE]["90%"]) >= 500  # of 80 mails 20 fall into that second


def test_plain_locust_ends_as_the_thresholds_say(stalled: Plain) -> None:
    """Plain Locust tells the fates and the thresholds, and exits with 1 for one that is not met and nothing else."""
    lines = stalled.said.stdout.splitlines()
    assert "ses-v2: recipients: 80 submitted, 80 accepted, 0 dead-lettered, 0 lost, 0 pending, 0 duplicated" in lines
    assert [line.partition(":")[0] for line in lines if line[:1] in "✓✗"] == [
        "✓ anything-accepted",
        "✓ all",
        "✗ soon",
    ]
    assert stalled.said.returncode == 1


def test_a_load_of_which_nothing_is_accepted_fails(tmp_path: Path) -> None:
    """Exit 1 and a line that says so, whatever the scenario demands; its own word on that stands instead."""
    for name, thresholds in (("silent", {}), ("wanted", {"anything-accepted": ("*.recipients.accepted == 0",)})):
        (tmp_path / f"{name}.toml").write_text(as_toml(scenario(5, 1.0, thresholds=thresholds)))
    with serving() as served:
        fault = Request(f"{served.url}/_seslab/faults", b'{"refuse": 1}', method="PUT")
        urlopen(fault, timeout=10).close()
        silent, wanted = (
            subprocess.run(
                [sys.executable, "-m", "seslab", "loadtest", str(tmp_path / f"{name}.toml"), "--endpoint", served.url],
                capture_output=True,
                text=True,
                check=False,
            )
            for name in ("silent", "wanted")
        )
    assert (silent.returncode, wanted.returncode) == (1, 0)
    assert "✗ anything-accepted: *.recipients.accepted > 0 (ses-v2: 0)" in silent.stdout


BROKEN = """
from loadtests.load.workers import player
from loadtests.locustfile import *

def no_sender(assignment):
    raise ValueError("out of stamps")

player.sender_of = no_sender
"""


def test_a_worker_that_cannot_send_is_a_run_that_failed(served: Served, tmp_path: Path) -> None:
    """What keeps a worker from sending at all is told in one line, with exit 3 and long before the horizon."""
    (tmp_path / "broken.py").write_text(BROKEN)
    (tmp_path / "load.toml").write_text(as_toml(scenario(1, 1.0, horizon_s=3600.0)))
    options = ("--scenario", str(tmp_path / "load.toml"), "--endpoint", served.url)
    said = plainly(*options, file=tmp_path / "broken.py")
    assert said.returncode == 3
    assert "seslab: ses-v2: ValueError: out of stamps" in said.stderr.splitlines()


def test_plain_locust_says_in_one_line_what_is_wrong(served: Served) -> None:
    """Bad input ends plain Locust with exit 2 and one line."""
    said = plainly("--scenario", "broadcast-900", "--endpoint", served.url, "--seslab-user", "fax")
    assert (said.returncode, said.stdout) == (2, "")
    assert [line for line in said.stderr.splitlines() if "INFO" not in line] == [
        "seslab: unknown user 'fax', known are ses-v2, ses-v1, smtp, sqs, http"
    ]
