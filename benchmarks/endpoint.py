"""The local AWS against plain moto on the same WSGI server: SES v2 sends a second from boto3 clients in threads."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median
from typing import Any

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


def measure() -> dict[str, float]:
    """Sends a second by kind of server: the median of interleaved rounds."""
    rates: dict[str, list[float]] = {kind: [] for kind in KINDS}
    with serving(KINDS[0]) as one, serving(KINDS[1]) as other:
        for _ in range(ROUNDS):
            for kind, url in zip(KINDS, (one, other), strict=True):
                rates[kind].append(_sends_per_s(url))
    return {kind: median(each) for kind, each in rates.items()}


@contextmanager
def serving(kind: str) -> Iterator[str]:
    """A server of that kind in a process of its own; its URL."""
    command = [sys.executable, "-m", "benchmarks.serving", kind]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        connect(url).create_email_identity(EmailIdentity=SENDER)
        yield url
        process.stdin.close()


def connect(url: str) -> Any:
    """A client whose keys open nothing."""
    session = boto3.Session(aws_access_key_id="seslab", aws_secret_access_key="seslab", region_name="us-east-1")
    return session.client("sesv2", endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))


def _sends_per_s(url: str) -> float:
    """Of several client processes together."""
    command = [sys.executable, "-m", "benchmarks.endpoint", url]
    clients = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)]
    return sum(float(client.communicate()[0]) for client in clients)


def _send(url: str) -> float:
    """The sends a second of one process's clients, once all of them are warm."""
    clients = [connect(url) for _ in range(CLIENTS // PROCESSES)]
    for client in clients:
        client.send_email(**MAIL)
    with ThreadPoolExecutor(len(clients)) as threads:
        started_s = time.perf_counter()
        sent = sum(threads.map(_keep_sending, clients))
        return sent / (time.perf_counter() - started_s)


def _keep_sending(client: Any) -> int:
    until_s, sent = time.perf_counter() + DURATION_S, 0
    while time.perf_counter() < until_s:
        client.send_email(**MAIL)
        sent += 1
    return sent


if __name__ == "__main__":
    print(_send(sys.argv[1]))
