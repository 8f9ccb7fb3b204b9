"""Clients that other people wrote, each in a process of its own: none gets more than the limit, each says so.

nodemailer is found where `make clients` puts it, or where SESLAB_CLIENTS says; without it its test is skipped.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenarios.ledger.ledger import ACCEPTED, THROTTLED
from tests.docs.examples import blocks
from tests.unit.envelope import excess
from tests.unit.served import Endpoint, served

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
NODE_MODULES = Path(os.environ.get("SESLAB_CLIENTS", ROOT / ".clients" / "node_modules"))
RATE_PER_S, BURST, MAILS, MOST_ENTRIES = 20, 20, 100, 50
PATIENCE_S = 60
EXCEEDED = "Maximum sending rate exceeded."
BOTO3 = rf"An error occurred \((Throttling|TooManyRequestsException)\) when calling the \w+ operation.*: {EXCEEDED}"

PYTHON = [sys.executable]
CLIENTS = [
    pytest.param([*PYTHON, "with_boto3.py"], "TooManyRequestsException: " + BOTO3, id="boto3"),
    pytest.param([*PYTHON, "with_django.py"], "ClientError: " + BOTO3, id="django-ses"),
    pytest.param(["node", "with_nodemailer.js"], f"TooManyRequestsException: {EXCEEDED}", id="nodemailer"),
]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """An account that has never sent."""
    account = {"max_send_rate_per_s": float(RATE_PER_S), "limiter": {"burst": BURST}}
    with served(("example.com",), account=account) as running:
        yield running


def run(endpoint: Endpoint, *command: str) -> subprocess.CompletedProcess[str]:
    """What a client's process says; of this machine's own AWS settings it sees none."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(HERE),
        "NODE_PATH": str(NODE_MODULES),
        **dict.fromkeys(("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SESV2"), endpoint.url),
        "AWS_ACCESS_KEY_ID": "seslab",
        "AWS_SECRET_ACCESS_KEY": "seslab",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
        "NO_PROXY": "*",
    }
    return subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, timeout=PATIENCE_S)


def within_the_limit(endpoint: Endpoint) -> Any:
    """The witness's log, once it is certain that no instant has seen more than B + R·t."""
    decisions = endpoint.decisions()
    assert excess(decisions, RATE_PER_S) <= BURST
    return decisions


def need_node() -> None:
    """Skips the test without it."""
    if not (shutil.which("node") and (NODE_MODULES / "nodemailer").is_dir()):
        pytest.skip("no nodemailer; make clients installs it")


@pytest.mark.parametrize(("command", "error"), CLIENTS)
def test_a_burst_is_cut_to_the_limit(endpoint: Endpoint, command: list[str], error: str) -> None:
    """Of 100 mails at once what passes is at every instant at most B + R·t; the client says of the rest what it was."""
    if command[0] == "node":
        need_node()
    done = run(endpoint, *command, str(MAILS))
    lines, decisions = done.stdout.splitlines(), within_the_limit(endpoint)
    assert len(lines) == len(decisions) == MAILS, done.stderr
    refused = [line for line in lines if line != "ok"]
    assert len(refused) == np.count_nonzero(decisions["outcome"] == THROTTLED) > 0
    assert [line for line in refused if not re.fullmatch(error, line)] == []


def test_the_aws_cli(endpoint: Endpoint) -> None:
    """The CLI is slow to start, so its burst is two bulk calls; a mail larger than the bucket shows its own error."""
    aws = str(Path(sys.executable).parent / "aws")
    template = {"TemplateContent": {"Subject": "A burst", "Text": "One of many."}, "TemplateData": "{}"}
    entries = [{"Destination": {"ToAddresses": ["success@simulator.amazonses.com"]}}] * MOST_ENTRIES
    bulk = ("--default-content", json.dumps({"Template": template}), "--bulk-email-entries", json.dumps(entries))
    statuses: list[str] = []
    for _ in range(MAILS // MOST_ENTRIES):
        done = run(endpoint, aws, "sesv2", "send-bulk-email", "--from-email-address", "me@example.com", *bulk)
        statuses += [entry["Status"] for entry in json.loads(done.stdout)["BulkEmailEntryResults"]]
    decisions = within_the_limit(endpoint)
    assert set(statuses) == {"SUCCESS", "ACCOUNT_THROTTLED"}
    assert [status == "SUCCESS" for status in statuses] == (decisions["outcome"] == ACCEPTED).tolist()
    content = {"Simple": {"Subject": {"Data": "-"}, "Body": {"Text": {"Data": "-"}}}}
    mail = ("--content", json.dumps(content), "--destination", json.dumps({"ToAddresses": ["you@example.org"] * 50}))
    refused = run(endpoint, aws, "sesv2", "send-email", "--from-email-address", "me@example.com", *mail)
    assert refused.returncode != 0
    assert re.search(BOTO3, refused.stderr)


def test_the_guides_tests_in_node(endpoint: Endpoint, tmp_path: Path) -> None:
    """What the guide gives a Node application to test itself with passes as it stands there."""
    need_node()
    page = (ROOT / "docs" / "guides" / "test-your-own-sender.md").read_text()
    [tests] = [block.text for block in blocks(page) if block.language == "js"]
    file = tmp_path / "newsletter.test.js"
    file.write_text(tests)
    done = run(endpoint, "node", "--test", str(file))
    assert done.returncode == 0, done.stdout
