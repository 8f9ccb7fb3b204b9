"""Laws of an account's errors: each is one line that says what to do, and whose fault it is decides the exit code."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from loadtests.deploy.account import ses_account_of
from loadtests.deploy.cloud import EXPIRED, UNKNOWN, Cloud, aws
from loadtests.deploy.stack.names import checked_run
from loadtests.deploy.stacks import status
from loadtests.record.run_name import new_run
from scenarios.errors import BadInput, RunFailed


@pytest.fixture(autouse=True)
def _nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees who runs it."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture(name="keys")
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")


class Refusing(BaseHTTPRequestHandler):
    """Answers every request as AWS answers a caller whom it does not let in, with the code that the path names."""

    code = ""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = f"<ErrorResponse><Error><Code>{self.code}</Code><Message>No.</Message></Error></ErrorResponse>".encode()
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nobody reads it."""


@pytest.fixture(name="refusing")
def _refusing() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Refusing)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _line(error: Exception) -> str:
    assert "\n" not in str(error)
    return str(error)


def test_a_region_is_asked_for() -> None:
    """Without a region the line names the option and the variable."""
    with pytest.raises(BadInput, match=r"--region.*AWS_DEFAULT_REGION") as caught:
        aws()
    assert _line(caught.value)


def test_a_profile_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that no file has is bad input."""
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(BadInput, match="nobody"):
        aws("eu-west-1")


def test_credentials_are_asked_for() -> None:
    """Who has none is told to log in, before anything is asked of AWS."""
    with pytest.raises(BadInput, match=r"no credentials.*log in") as caught:
        status(aws("eu-west-1", "http://127.0.0.1:1"))
    assert _line(caught.value)


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("code", [*EXPIRED, *UNKNOWN])
def test_credentials_that_are_refused_are_bad_input(code: str, refusing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Expired and unknown ones are told apart, in STS's and CloudFormation's answers alike."""
    monkeypatch.setattr(Refusing, "code", code)
    for ask in (ses_account_of, status):
        with pytest.raises(BadInput, match="expired" if code in EXPIRED else "not accepted") as caught:
            ask(aws("eu-west-1", refusing))
        assert code in _line(caught.value)


@pytest.mark.usefixtures("keys")
def test_what_aws_forbids_is_a_run_that_failed(refusing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy that is missing is not the command line's fault: AWS's own words say which."""
    monkeypatch.setattr(Refusing, "code", "AccessDenied")
    with pytest.raises(RunFailed, match=r"AccessDenied.*No") as caught:
        status(aws("eu-west-1", refusing))
    assert _line(caught.value)


@pytest.mark.usefixtures("keys")
def test_an_endpoint_that_is_down_is_a_run_that_failed() -> None:
    """Where nobody listens the line names the address."""
    with pytest.raises(RunFailed, match=r"127\.0\.0\.1:1"):
        status(aws("eu-west-1", "http://127.0.0.1:1"))


def test_runs_have_names_of_their_own_that_sort_by_time() -> None:
    """Two runs of one second differ, each is taken back as typed and as its stack is called, and nonsense is not."""
    first, second = new_run(), new_run()
    assert first != second
    assert checked_run(first) == checked_run(f"seslab-{first}") == first
    for wrong in ("", "seslab-", "../x", f"{first} ", f"{first}\n"):
        with pytest.raises(BadInput, match="run"):
            checked_run(wrong)


@pytest.mark.usefixtures("keys")
def test_a_region_that_is_given_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--region` beats the environment, for every client."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    cloud: Cloud = aws("eu-west-1")
    assert cloud.client("cloudformation").meta.region_name == "eu-west-1"
