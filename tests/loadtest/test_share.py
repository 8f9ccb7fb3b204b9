"""Laws of a strategy that runs on several workers, each a process of its own, against a server that is up."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import numpy as np
import pytest

from loadtests.application.worker_share import WorkerShare
from loadtests.endpoint.routes import START
from loadtests.load.assignment import is_of
from loadtests.load.results.merged import merged
from loadtests.load.shares.share_order import ShareOrder
from loadtests.load.targets.endpoint_client import client_of
from loadtests.ports.local import REGION
from scenarios.ledger import store
from scenarios.ledger.ledger import ACCEPTED, Ledger, assert_conserved
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import arrivals
from tests.loadtest.at_work import at_work

pytestmark = [pytest.mark.real_time, pytest.mark.xdist_group("local_aws")]

ROOT = Path(__file__).parents[2]
RATE_PER_S, BURST = 60, 150  # takes all mails of a paced run at once: a busy machine delays some, which then bunch
SERVER = f"""
from functools import partial
from loadtests.endpoint.serve import Addresses, scenario_of, serve
scenario = scenario_of(None, 5.0, {{"max_send_rate_per_s": {RATE_PER_S}.0, "limiter.burst": {BURST}}})
serve(scenario, Addresses("127.0.0.1", 0, 0), (), partial(print, flush=True))
"""
CLOCK_TICK_S = 1e-6
HEAD_S = 2.0  # for two processes to import what they need
ENDS_S = 60


@contextmanager
def _serving() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A `seslab serve` in a process of its own, and its URL."""
    with subprocess.Popen([sys.executable, "-c", SERVER], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[6].rstrip(","), process
        finally:
            process.kill()


@pytest.fixture(scope="module", name="url")
def _url() -> Iterator[str]:
    with _serving() as (url, _):
        yield url


def _scenario(messages: int, rate_per_s: float = RATE_PER_S, recipients: int = 1) -> Scenario:
    return Scenario.model_validate(
        {
            "name": "shared",
            "horizon_s": 60.0,
            "account": {"max_send_rate_per_s": rate_per_s},
            "workload": ({"process": "batch", "messages": messages, "recipients": recipients},),
        }
    )


def _orders(scenario: Scenario, strategy: str, url: str, folder: Path, of: int, run: int) -> list[ShareOrder]:
    zero_unix_s, mails = ceil(time.time() + HEAD_S), arrivals(scenario.workload, 1)
    return [
        ShareOrder(scenario, strategy, 1, run, WorkerShare(place, of), zero_unix_s, folder, mails, endpoint=url)
        for place in range(of)
    ]


def _calls(told: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.splitlines()]


def _played(orders: Sequence[ShareOrder]) -> list[list[dict[str, Any]]]:
    """What each of a run's shares has told, all of them at work at once."""
    if not orders:
        return []
    with at_work(orders[0]) as process:
        others = _played(orders[1:])
        told, complaint = process.communicate(timeout=ENDS_S)
        assert (process.returncode, complaint) == (0, b"")
    return [_calls(told), *others]


def _ledgers(orders: Sequence[ShareOrder]) -> list[Ledger]:
    return [store.read(order.folder / f"share-{order.share.place}", order.strategy) for order in orders]


def test_two_shares_together_keep_to_the_limit(url: str, tmp_path: Path) -> None:
    """Each paces at half of R, so nothing is refused: all mails are accepted, once, and none begins before its turn."""
    orders = _orders(_scenario(150), "leaky-bucket", url, tmp_path, 2, run=1)
    told = _played(orders)
    whole = merged(_ledgers(orders), "leaky-bucket")
    assert whole.mails["mail"].tolist() == list(range(150))
    assert (whole.mails["accepted"] == 1).all()
    assert (whole.calls["outcome"] == ACCEPTED).all()
    assert whole.world == "locust"
    assert {name: whole.settings[name] for name in ("pods", "rate_per_pod", "shares")} == {
        "pods": 4, "rate_per_pod": RATE_PER_S / 4, "shares": 2,
    }  # fmt: skip
    decided = client_of(url, REGION).decisions_since(orders[0].zero_unix_s)
    assert is_of(decided["call"], 1).sum() == 150
    begun_s, pods = np.sort(whole.calls["start_s"]), 4
    assert (begun_s >= (np.arange(1, 151) - pods) / RATE_PER_S - CLOCK_TICK_S).all()
    for place, lines in enumerate(told):
        assert sorted(line["mail"] for line in lines) == list(range(place, 150, 2))


def test_a_share_tells_of_each_call_as_it_ends(url: str, tmp_path: Path) -> None:
    """Throttles too are told, with the instant at which the mail was due; a ledger holds the same calls."""
    orders = _orders(_scenario(80, recipients=5), "direct", url, tmp_path, 1, run=2)
    (lines,) = _played(orders)
    (ledger,) = _ledgers(orders)
    assert {line["error"] for line in lines} == {None, "Throttled"}
    assert 5 * sum(line["error"] is None for line in lines) == int(ledger.mails["accepted"].sum())
    assert all(line["intended_s"] == 0.0 <= line["start_s"] <= line["end_s"] for line in lines)
    seen = sorted((line["mail"], line["start_s"], line["end_s"]) for line in lines)
    calls = (ledger.calls[name].tolist() for name in ("mail", "start_s", "end_s"))
    assert seen == sorted(zip(*calls, strict=True))


def test_functions_run_beside_a_share(url: str, tmp_path: Path) -> None:
    """What functions send is told and accounted for; the share's queues are gone with it, and nobody else's.

    A late tick may meet the next one's second, and SES refuses a call that is then made again.
    """
    orders = _orders(_scenario(40), "heartbeat", url, tmp_path, 2, run=3)
    told = _played(orders)
    whole = merged(_ledgers(orders), "heartbeat")
    assert whole.mails["accepted"].tolist() == [1] * 40
    taken = whole.calls["mail"][whole.calls["outcome"] == ACCEPTED].tolist()
    assert sorted(line["mail"] for lines in told for line in lines if line["error"] is None) == sorted(taken)
    assert client_of(url, REGION).queues() == {}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_share_that_is_stopped_keeps_its_ledger(url: str, tmp_path: Path, number: signal.Signals) -> None:
    """What it has told by then is in it, what it has not sent is pending, and it says that it was interrupted."""
    (order,) = orders = _orders(_scenario(100, rate_per_s=5.0), "leaky-bucket", url, tmp_path, 1, run=100 + number)
    with at_work(order) as process:
        assert process.stdout is not None
        heard = [json.loads(process.stdout.readline()) for _ in range(4)]
        process.send_signal(number)
        rest, complaint = process.communicate(timeout=ENDS_S)
        assert (process.returncode, complaint) == (0, b"")
    (ledger,) = _ledgers(orders)
    assert_conserved(ledger)
    assert ledger.interrupted
    assert len(heard) + len(_calls(rest)) <= int(ledger.mails["accepted"].sum()) < 100
    assert int(ledger.mails["accepted"].sum() + ledger.mails["pending"].sum()) == 100


def test_a_share_whose_listener_is_gone_ends(url: str, tmp_path: Path) -> None:
    """A Locust worker that is killed leaves no strategy behind that goes on sending."""
    (order,) = orders = _orders(_scenario(100, rate_per_s=5.0), "leaky-bucket", url, tmp_path, 1, run=4)
    with at_work(order) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(ENDS_S) == 0
    (ledger,) = _ledgers(orders)
    assert ledger.interrupted
    assert int(ledger.mails["pending"].sum()) > 50


def test_an_endpoint_that_is_gone_is_one_line(tmp_path: Path) -> None:
    """Whether nobody answers at first or not any more: exit 3, and one line that names the endpoint."""
    with _serving() as (url, server):
        (order,) = _orders(_scenario(100, rate_per_s=5.0), "leaky-bucket", url, tmp_path, 1, run=5)
        with at_work(order) as process:
            assert process.stdout is not None
            process.stdout.readline()
            server.kill()
            server.wait()
            _, complaint = process.communicate(timeout=ENDS_S)
            assert process.returncode == 3
    _is_one_line(complaint, url)
    with at_work(order) as process:
        _, complaint = process.communicate(timeout=ENDS_S)
        assert process.returncode == 3
    _is_one_line(complaint, url)


def test_an_endpoint_that_begins_anew_is_one_line(tmp_path: Path) -> None:
    """Its witness has forgotten what it did before: there is nothing left to account by, however the run ends."""
    with _serving() as (url, _):
        (order,) = _orders(_scenario(100, rate_per_s=5.0), "leaky-bucket", url, tmp_path, 1, run=7)
        with at_work(order) as process:
            assert process.stdout is not None
            process.stdout.readline()
            begin = Request(f"{url}{START[1]}", json.dumps({"zero_unix_s": time.time()}).encode(), method=START[0])
            build_opener(ProxyHandler({})).open(begin, timeout=10).close()
            process.send_signal(signal.SIGTERM)  # long before its own end, at which it would see that too
            _, complaint = process.communicate(timeout=ENDS_S)
            assert process.returncode == 3
    _is_one_line(complaint.removeprefix(b"interrupted; "), url)
    assert b"was started anew" in complaint


def _is_one_line(complaint: bytes, url: str) -> None:
    (line,) = complaint.decode().splitlines()
    assert line.startswith(f"--endpoint {url}: ")


def test_a_setting_that_no_strategy_has_is_one_line(url: str, tmp_path: Path) -> None:
    """What cannot be right is said in one line, exit 2."""
    (order,) = _orders(_scenario(1), "leaky-bucket", url, tmp_path, 1, run=6)
    with at_work(order._replace(strategy="leaky-pail")) as process:
        _, complaint = process.communicate(timeout=ENDS_S)
        assert process.returncode == 2
    (line,) = complaint.decode().splitlines()
    assert "leaky-pail" in line
