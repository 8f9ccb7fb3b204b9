"""Clients that other people wrote, each in a process of its own: none gets more than the limit, each says so.

nodemailer and AWS's SDK for JavaScript are found where `make clients` puts them, or where SESLAB_CLIENTS says; Symfony
and swaks where Debian puts them (php-cli, php-symfony-amazon-mailer, php-symfony-http-client; swaks). Tests of what is
not there are skipped.
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
from tests.unit.served_mail import SENDER, serving

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
NODE_MODULES = Path(os.environ.get("SESLAB_CLIENTS", ROOT / ".clients" / "node_modules"))
RATE_PER_S, BURST, MAILS, MOST_ENTRIES = 2, 20, 100, 50  # so slow that on any machine some mails are too fast
PATIENCE_S = 60
EXCEEDED = "Maximum sending rate exceeded."
BOTO3 = rf"An error occurred \((Throttling|TooManyRequestsException)\) when calling the \w+ operation.*: {EXCEEDED}"

SYMFONY = Path("/usr/share/php/Symfony/Component/Mailer/Bridge/Amazon/autoload.php")
SLOWEST = {"max_send_rate_per_s": 1e-3, "limiter": {"burst": BURST}}
"""An account that has its burst and then next to nothing."""
NOBODY_HAS = "PutAccountVdmAttributes"
IN_NODE = f"""
const {{ SESv2Client, {NOBODY_HAS}Command }} = require("@aws-sdk/client-sesv2");
const client = new SESv2Client({{ endpoint: process.env.AWS_ENDPOINT_URL, maxAttempts: 3 }});
client.send(new {NOBODY_HAS}Command({{ VdmAttributes: {{ VdmEnabled: "ENABLED" }} }}))
  .catch((error) => console.log(error.name, error.$metadata.attempts, error.message));
"""

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


def test_an_operation_that_nothing_has_in_the_cli(endpoint: Endpoint) -> None:
    """It is an error with the operation's name, and no page that cannot be read."""
    aws = str(Path(sys.executable).parent / "aws")
    done = run(endpoint, aws, "sesv2", "put-account-vdm-attributes", "--vdm-attributes", "VdmEnabled=ENABLED")
    assert done.returncode != 0
    assert re.search(rf"\(UnknownOperationException\).*{NOBODY_HAS}", done.stderr), done.stderr


def test_an_operation_that_nothing_has_in_node(endpoint: Endpoint) -> None:
    """AWS's SDK for JavaScript raises it by name, at the first attempt."""
    need_node()
    done = run(endpoint, "node", "-e", IN_NODE)
    assert done.stdout.startswith("UnknownOperationException 1 "), done.stderr
    assert NOBODY_HAS in done.stdout


@pytest.mark.skipif(not (shutil.which("php") and SYMFONY.exists()), reason="no Symfony Mailer; Debian has it")
def test_symfony() -> None:
    """A name with a comma parts no address; what is beyond the burst is refused by name."""
    with served(("example.com",), account=SLOWEST) as endpoint:
        done = run(endpoint, "php", "with_symfony.php", str(BURST + 2))
        refused = f"Unable to send an email: {EXCEEDED} (code TooManyRequestsException)."
        lines = done.stdout.splitlines()
        assert lines[:BURST] == ["ok"] * BURST, done.stderr
        assert [line.partition(": ")[2] for line in lines[BURST:]] == [refused] * 2
        assert endpoint.decisions()["recipients"].tolist() == [1] * (BURST + 2)


@pytest.mark.skipif(not shutil.which("swaks"), reason="no swaks; Debian has it")
def test_swaks() -> None:
    """It speaks STARTTLS and AUTH, and shows the answers to DATA: taken, throttled, from an unverified sender."""
    with serving(**SLOWEST) as server:
        to = ",".join(f"you+{number}@example.org" for number in range(BURST))
        for sender, status in (
            (SENDER, "250 Ok "),
            (SENDER, f"454 Throttling failure: {EXCEEDED}"),
            ("a@b.net", "554 "),
        ):
            done = swaks(server.port, sender, to)
            assert status in done.stdout, done.stdout
            assert (done.returncode == 0) == status.startswith("250")


def swaks(port: int, sender: str, to: str) -> subprocess.CompletedProcess[str]:
    """One mail by the name and password that are any."""
    login = ("--tls", "--auth", "PLAIN", "--auth-user", "seslab", "--auth-password", "seslab")
    command = ("swaks", "--server", f"127.0.0.1:{port}", *login, "--from", sender, "--to", to)
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)


def test_the_guides_tests_in_node(endpoint: Endpoint, tmp_path: Path) -> None:
    """What the guide gives a Node application to test itself with passes as it stands there."""
    need_node()
    page = (ROOT / "docs" / "guides" / "test-your-own-sender.md").read_text()
    [tests] = [block.text for block in blocks(page) if block.language == "js"]
    file = tmp_path / "newsletter.test.js"
    file.write_text(tests)
    done = run(endpoint, "node", "--test", str(file))
    assert done.returncode == 0, done.stdout
