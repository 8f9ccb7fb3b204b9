"""The local AWS against plain moto on the same WSGI server: SES v2 sends a second from boto3 clients in threads."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import boto3
from botocore.config import Config

from benchmarks.serving import KINDS

CLIENTS, PROCESSES = 8, 2
DURATION_S, ROUNDS = 2.0, 3
SENDER = "seslab@example.com"
MAIL = {
    "FromEmailAddress": SENDER,
    "Destination": {"ToAddresses": ["success@simulator.amazonses.com"]},
    "Content": {"Simple": {"Subject": {"Data": "seslab"}, "Body": {"Text": {"Data": "One mail of a benchmark."}}}},
}


class Rate(NamedTuple):
    """Of one server process: sends a second by the clock, and by its own processor time.

    The first is the lower where the clients need the processors too.
    """

    per_s: float
    per_own_s: float


def measure() -> dict[str, Rate]:
    """By kind of server: the median of interleaved rounds."""
    rates: dict[str, list[Rate]] = {kind: [] for kind in KINDS}
    with serving(KINDS[0]) as one, serving(KINDS[1]) as other:
        for _ in range(ROUNDS):
            for kind, server in zip(KINDS, (one, other), strict=True):
                rates[kind].append(rate_of(server))
    return {kind: Rate(*map(median, zip(*each, strict=True))) for kind, each in rates.items()}


class Served(NamedTuple):
    """A server that is being measured."""

    url: str
    pid: int


@contextmanager
def serving(kind: str) -> Iterator[Served]:
    """A server of that kind in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.serving", kind]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        connect(url).create_email_identity(EmailIdentity=SENDER)
        yield Served(url, process.pid)
        process.stdin.close()


def connect(url: str) -> Any:
    """A client whose keys open nothing."""
    session = boto3.Session(aws_access_key_id="seslab", aws_secret_access_key="seslab", region_name="us-east-1")
    return session.client("sesv2", endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))


def rate_of(server: Served) -> Rate:
    """What several client processes together can send."""
    before_s = _own_s(server.pid)
    command = [sys.executable, "-m", "benchmarks.endpoint", server.url]
    clients = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)]
    sent = [int(client.communicate()[0]) for client in clients]
    return Rate(sum(sent) / DURATION_S, sum(sent) / (_own_s(server.pid) - before_s))


def _own_s(pid: int) -> float:
    """A process's seconds of processor time until now."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _send(url: str) -> int:
    """How much one process's clients send in the time given, once all of them are warm."""
    clients = [connect(url) for _ in range(CLIENTS // PROCESSES)]
    for client in clients:
        client.send_email(**MAIL)
    with ThreadPoolExecutor(len(clients)) as threads:
        return sum(threads.map(_keep_sending, clients))


def _keep_sending(client: Any) -> int:
    until_s, sent = time.perf_counter() + DURATION_S, 0
    while time.perf_counter() < until_s:
        client.send_email(**MAIL)
        sent += 1
    return sent


if __name__ == "__main__":
    print(_send(sys.argv[1]))
