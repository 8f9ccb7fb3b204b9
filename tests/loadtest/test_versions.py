"""Versions of an application under load: what starts one, which SES it sends to, and what is left of it."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from loadtests.load.applications.own_ses import allowing
from loadtests.load.applications.started import Command, answers, started
from loadtests.load.applications.versions import Version
from loadtests.load.assignment import Place
from scenarios.errors import RunFailed
from scenarios.ledger.ledger import Ledger
from tests.deploy.patience import until
from tests.loadtest.locusts import RATE_PER_S, Served, scenario

pytestmark = [pytest.mark.real_time, pytest.mark.xdist_group("locust")]

SHOP = """
import os, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import boto3
from botocore.config import Config
ses = boto3.client("sesv2", config=Config(retries={"total_max_attempts": 1}))
class Shop(BaseHTTPRequestHandler):
    def do_POST(self):
        to = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if to == "die":
            os.write(2, b"out of stamps")
            os._exit(3)
        content = {"Subject": {"Data": "order"}, "Body": {"Text": {"Data": "Thank you."}}}
        self.send_response(202)
        self.end_headers()
        whom = {"ToAddresses": [to]}
        ses.send_email(FromEmailAddress="shop@example.com", Destination=whom, Content={"Simple": content})
    def log_message(self, *_):
        pass
server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Shop)
server.serve_forever()
"""
ENVIRON = {**os.environ, "AWS_DEFAULT_REGION": "us-east-1"}
BURST = scenario(60, 1.0, horizon_s=3.0, account={"max_send_rate_per_s": 10.0, "max_24h_send": -1})


def version(folder: Path) -> Version:
    """The shop, on a port that was free a moment ago."""
    (folder / "shop.py").write_text(SHOP)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    place = Place(url=f"http://127.0.0.1:{port}/send", body="{to}")
    return Version("now", "--target", place, Command([sys.executable, "shop.py", str(port)], folder))


def test_a_version_is_started_and_gone_and_its_ses_is_its_own(tmp_path: Path) -> None:
    """A new SES with the scenario's limit, in which the shop may send as whom it likes, judges all of its mail."""
    shop = version(tmp_path)
    ledger: Ledger = shop.run(BURST, "http", BURST.seed)
    accepted, lost = int(ledger.mails["accepted"].sum()), int(ledger.mails["lost"].sum())
    assert 10 < accepted <= 10 + 10 * BURST.horizon_s  # at once, and a second
    assert accepted + lost == 60
    assert not answers(str(shop.place.url))
    assert not processes_in(tmp_path)


def processes_in(folder: Path) -> list[psutil.Process]:
    """Those that run there."""
    return [one for one in psutil.process_iter(["cwd"]) if one.info["cwd"] == str(folder)]


def test_a_version_that_cannot_be_run_is_told_in_its_own_words(tmp_path: Path, served: Served) -> None:
    """It does not start, its place is taken, or nothing is at its route: one line with the last one that it said."""
    shop = version(tmp_path)
    dead = Version("now", "--target", shop.place, Command([sys.executable, "nix.py"], tmp_path))
    with pytest.raises(RunFailed, match=r"^now: ended with 2 before it answered: .*nix\.py"):
        dead.run(BURST, "http", 1)
    place = Place(url=f"{served.url}/send", body="{to}")
    taken = Version("now", "--target", place, Command([sys.executable, "shop.py"], tmp_path))
    with pytest.raises(RunFailed, match=r"^--target \S+: something answers there already"):
        taken.run(BURST, "http", 1)


def test_a_version_is_gone_after_ctrl_c(tmp_path: Path) -> None:
    """Although it takes its time to end: the next command may need its port."""
    shop = version(tmp_path)
    slow = "import signal\nsignal.signal(signal.SIGINT, lambda *_: (signal.sigtimedwait([10], 1), os._exit(0)))\n"
    (tmp_path / "shop.py").write_text(slow + SHOP)
    assert shop.command is not None
    with suppress(KeyboardInterrupt), started("now", shop.command, str(shop.place.url), ENVIRON):
        raise KeyboardInterrupt
    assert not processes_in(tmp_path)


def test_a_version_that_dies_of_the_load_is_told(tmp_path: Path) -> None:
    """A run in which it was not there from some instant on says nothing of it; its own words are kept."""
    shop = version(tmp_path)
    command, url = shop.command, str(shop.place.url)
    assert command is not None
    log = tmp_path / "application-now.log"
    log.write_text("of an earlier run\n")
    with pytest.raises(RunFailed, match=rf"^now: ended with 3 under the load: out of stamps; the rest is in {log}$"):
        killed(command, url, log)
    assert log.read_text() == "of an earlier run\nout of stamps"


def killed(command: Command, url: str, log: Path) -> None:
    """Start it, and ask it to die."""
    with started("now", command, url, ENVIRON, log):
        with suppress(OSError, HTTPException):
            urlopen(url, b"die", timeout=10)
        until(lambda: not answers(url))


def test_a_server_gets_its_account_back(served: Served) -> None:
    """For one run it has the scenario's, be it of another kind of limiter; then its own, whatever happens."""
    account = {"max_send_rate_per_s": 10.0, "limiter": {"kind": "fixed-window"}}
    with suppress(RuntimeError), allowing(scenario(1, 1.0, account=account), served.url):
        assert b'"fixed-window"' in told(served)
        raise RuntimeError
    assert f'"max_send_rate_per_s": {RATE_PER_S:.1f}'.encode() in told(served)
    assert b'"token-bucket"' in told(served)


def told(served: Served) -> bytes:
    """Its account, as it tells it."""
    with urlopen(f"{served.url}/_seslab/account", timeout=10) as answer:
        content: bytes = answer.read()
    return content
