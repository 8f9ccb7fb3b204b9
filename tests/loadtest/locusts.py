"""A `seslab serve` of its own, and load tests against it: Locust is always a process of its own."""

from __future__ import annotations

import csv
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import urlopen

import numpy as np

from loadtests.load import loadtest
from loadtests.load.assignment import Place
from loadtests.load.options import Crew
from loadtests.load.targets.choose_target import LoadRequest
from scenarios.ledger.ledger import Ledger
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from tests.deploy.patience import PATIENCE_S
from tests.unit.envelope import excess

RATE_PER_S, BURST = 50, 50
RESPONSE, SERVICE = "send, response time from the intended instant", "send, service time from the call's start"
"""What Locust's statistics call a mail, and beside it its call."""

_ADDRESS = re.compile(r"AWS at (?P<url>http://\S+), and SMTP at (?P<smtp>\S+)")


class Served(NamedTuple):
    """Where the server is."""

    url: str
    smtp: str
    pid: int

    def stats(self) -> dict[str, Any]:
        """The counts of its only account."""
        with urlopen(f"{self.url}/_seslab/stats", timeout=PATIENCE_S) as answer:
            counts: dict[str, Any] = json.load(answer)["accounts"][0]
        return counts


@contextmanager
def serving() -> Iterator[Served]:
    """A server that allows 50 recipients a second."""
    options = ["--rate", str(RATE_PER_S), "--daily", "-1", "--port", "0", "--smtp-port", "0"]
    command = [sys.executable, "-m", "seslab", "serve", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = _ADDRESS.search(process.stdout.readline())
        try:
            assert found is not None
            yield Served(found["url"], found["smtp"], process.pid)
        finally:
            process.send_signal(signal.SIGCONT)  # a test may have stopped it
            process.terminate()
            process.communicate()


def scenario(messages_per_s: float, duration_s: float, **tables: Any) -> Scenario:
    """Single recipients at a constant rate, on an account like the server's, which answers at once."""
    load = {"process": "constant", "messages_per_s": messages_per_s, "duration_s": duration_s}
    latency = {kind: {"constant_ms": 0} for kind in ("ses_send", "ses_throttle", "sqs")}
    account = {"max_send_rate_per_s": float(RATE_PER_S), "max_24h_send": -1}
    usual = {"name": "load", "horizon_s": 60.0, "workload": (load,), "latency": latency, "account": account}
    return Scenario.model_validate({**usual, **tables})


def sent(
    served: Served,
    load: Scenario,
    user: str = "ses-v2",
    crew: Crew | None = None,
    out: Path | None = None,
    **place: Any,
) -> Ledger:
    """The ledger of a load test."""
    asked = LoadRequest(Place(endpoint=served.url, **place), crew=crew or Crew())
    run = loadtest.prepare(load, [user], asked, load_prices(), print)
    return run(load, user, load.seed, out=out)


def table(out: Path, name: str = "stats") -> dict[str, dict[str, str]]:
    """Locust's CSV, by the name of the entry."""
    with (out / f"locust-ses-v2_{name}.csv").open(newline="") as file:
        return {row["Name"]: row for row in csv.DictReader(file)}


def plainly(*arguments: str, file: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What plain Locust says, without a window."""
    locustfile = file or Path(loadtest.__file__).parents[1] / "locustfile.py"
    command = [sys.executable, "-m", "locust", "-f", str(locustfile), "--headless", "--only-summary", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def excess_of(ledger: Ledger) -> float:
    """By how many recipients the fullest stretch of time, of whatever length t, exceeds B + R·t."""
    calls = ledger.calls
    rows = np.zeros(len(calls["outcome"]), [("outcome", "u1"), ("decided_s", "f8"), ("recipients", "i4")])
    for name in ("outcome", "decided_s", "recipients"):
        rows[name] = calls[name]
    return float(excess(rows, RATE_PER_S)) - BURST
