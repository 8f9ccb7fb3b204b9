"""An SES for other people's tests: whichever way they send, they find it, and it tells what has become of the mail."""

from __future__ import annotations

import os
import signal
import smtplib
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from loadtests.testing import inbox
from loadtests.testing.environment import pointed_at
from scenarios.errors import BadInput, RunFailed
from seslab.testing import Attachment, Ses, local_ses
from tests.unit.served import SENDER, mail, mail_v1, send

ONCE = Config(retries={"total_max_attempts": 1})
PATIENCE_S = 20
RARELY = 1e-3  # recipients a second: nothing drips in while a test lasts
LEFT_BEHIND = """
import signal, sys
from loadtests.testing.process import served
with served():
    print("up", flush=True)
    signal.pause()
"""


@pytest.fixture(scope="module")
def running() -> Iterator[Ses]:
    """One for all tests here, in whose environment they are."""
    with local_ses() as ses:
        yield ses


@pytest.fixture
def ses(running: Ses) -> Ses:
    """As if it had just begun."""
    running.reset()
    return running


def client(service: str = "sesv2") -> Any:
    """One that anybody would make: it gets everything from the environment."""
    return boto3.client(service, config=ONCE)


def send_smtp(ses: Ses, to: str) -> int:
    """The code that ends it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, to, "seslab"
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with smtplib.SMTP(*ses.smtp, timeout=PATIENCE_S) as smtp:
        smtp.starttls(context=context)
        smtp.login("any", "any")
        try:
            smtp.send_message(message)
        except smtplib.SMTPDataError as error:
            return error.smtp_code
    return 250


def send_in_child(to: str) -> None:
    """As a program of its own would send."""
    code = f"import boto3; boto3.client('sesv2').send_email(**{mail(to=to)!r})"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE_S)


def test_every_interface_meets_one_limit(ses: Ses) -> None:
    """API v1 and v2, SMTP and a child process take their turns at one bucket; nobody verifies a sender before."""
    ses.limit(rate=RARELY, burst=4)
    client().send_email(**mail(to="v2@example.org"))
    client("ses").send_email(**mail_v1(to="v1@example.org"))
    send_in_child("child@example.org")
    assert send_smtp(ses, "smtp@example.org") == 250
    assert (send_smtp(ses, "late@example.org"), send(client(), **mail())) == (454, "TooManyRequestsException")
    names = [one.to[0].partition("@")[0] for one in ses.messages(at_least=4)]
    assert names == ["v2", "v1", "child", "smtp"]
    assert (ses.accepted, ses.throttled, ses.rejected, ses.failed) == (4, 2, 0, 0)


def test_counts_say_what_became_of_calls(ses: Ses) -> None:
    """Recipients where they were accepted, calls where not; in every region, each of which has a limiter."""
    ses.limit(rate=RARELY, burst=5, daily=5)
    v2, elsewhere = client(), boto3.client("sesv2", region_name="eu-west-1", config=ONCE)
    assert [send(v2, **mail(size)) for size in (2, 3, 1)] == [None, None, "TooManyRequestsException"]
    assert send(elsewhere, **mail(2)) is None
    assert send(v2, **mail(51)) == "BadRequestException"
    ses.fault(fail=1)
    assert send(v2, **mail()) == "ServiceUnavailableException"
    assert (ses.accepted, ses.throttled, ses.rejected, ses.failed) == (7, 1, 1, 1)


def test_a_mail_is_what_was_sent(ses: Ses) -> None:
    """With its texts, tags and headers, and the events that SES would publish of it."""
    body = {"Html": {"Data": "<p>"}, "Text": {"Data": "T"}}
    file = {"FileName": "a.csv", "ContentType": "text/csv", "RawContent": b"1,2\n", "ContentDescription": "Grüße"}
    content = {"Simple": {"Subject": {"Data": "Hi"}, "Body": body, "Attachments": [file]}}
    extra: dict[str, Any] = {"ReplyToAddresses": ["r@example.com"], "EmailTags": [{"Name": "k", "Value": "v"}]}
    answer = client().send_email(**mail(to="bounce@simulator.amazonses.com", **extra) | {"Content": content})
    [one] = ses.messages(to="BOUNCE@simulator.amazonses.com", subject="H", tag="k=v")
    assert (one.message_id, one.sender, one.recipients) == (answer["MessageId"], SENDER, one.to)
    assert (one.subject, one.text, one.html, one.tags) == ("Hi", "T", "<p>", {"k": "v"})
    assert dict(one.headers)["Reply-To"] == "r@example.com"
    assert one.attachments == (Attachment("a.csv", "text/csv", b"1,2\n"),)
    assert b"\r\nSubject: Hi\r\n" in one.raw
    assert b"\r\nContent-Description: =?utf-8?" in one.raw
    assert one.fates == {"bounce@simulator.amazonses.com": ("Bounce Permanent General",)}
    assert [event["eventType"] for event in ses.events()] == ["Send", "Bounce"]
    assert list(one.events) == ses.events()


def test_all_mails_are_told_however_many(ses: Ses, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page, in the order in which SES took them; a new limit begins with none."""
    monkeypatch.setattr(inbox, "MOST_AT_ONCE", 2)
    ids = [client().send_email(**mail())["MessageId"] for _ in range(5)]
    assert [one.message_id for one in ses.messages(at_least=5)] == ids
    ses.limit()
    assert (ses.messages(at_least=0), ses.accepted) == ([], 0)


def test_a_mail_is_waited_for(ses: Ses) -> None:
    """It may come from elsewhere and later; where none comes the list is empty."""
    v2 = client()
    sending = threading.Thread(target=v2.send_email, kwargs=mail(to="later@example.org"))
    sending.start()
    assert [one.to for one in ses.messages(to="later@example.org", within_s=PATIENCE_S)] == [("later@example.org",)]
    sending.join()
    assert ses.messages(to="nobody@example.org", within_s=0) == []


def test_faults_strike_as_they_are_set(ses: Ses) -> None:
    """A lost answer leaves the mail accepted, which a retry doubles; a refusal without a cause leaves nothing."""
    v2 = client()
    ses.fault(refuse=1)
    assert send(v2, **mail()) == "TooManyRequestsException"
    ses.fault(drop_after=1)
    with pytest.raises(ConnectionClosedError):
        v2.send_email(**mail())
    ses.fault()
    v2.send_email(**mail())
    assert (ses.accepted, ses.throttled, len(ses.messages(to="you@example.org", at_least=2))) == (2, 1, 2)


def test_a_pace_that_is_not_kept_is_told(ses: Ses) -> None:
    """The limiter's own envelope holds; that of a slower pace does not, and the window stands in the message."""
    ses.limit(rate=1000)
    v2 = client()
    for _ in range(3):
        v2.send_email(**mail(10))
    ses.assert_envelope()
    ses.assert_no_refusals()
    line = r"accepted 30 recipients within \d\.\d+ s, \d+\.\d+ s after .*; 20 at once and 1 a second allow 2\d\.\d\d"
    with pytest.raises(AssertionError, match=line):
        ses.assert_envelope(rate=1, burst=20)
    with pytest.raises(ClientError):
        v2.send_email(**mail(51))
    with pytest.raises(AssertionError, match="SES refused calls: 1 × Recipient count exceeds 50"):
        ses.assert_no_refusals()


def test_debt_goes_beyond_the_envelope(ses: Ses) -> None:
    """A limiter that lets a bucket owe is one under which SES's own words are not kept."""
    ses.limit(rate=RARELY, burst=14, admission="debt")
    assert send(client(), **mail(50)) is None
    with pytest.raises(AssertionError, match=r"50 recipients .* 14 at once"):
        ses.assert_envelope()


@pytest.mark.parametrize(
    ("limits", "line"),
    [
        ({"rate": -1.0}, "rate = -1.0: must be greater than 0"),
        ({"limiter": "leaky"}, 'limiter = "leaky": must be one of token-bucket, fixed-window, sliding-window'),
        ({"limiter": "sliding-window", "burst": 3}, "burst = 3: only a token-bucket has a burst; leave it out for a"),
    ],
)
def test_a_wrong_limit_is_named(ses: Ses, limits: dict[str, Any], line: str) -> None:
    """One line says which, its value and what would be right."""
    with pytest.raises(BadInput) as error:
        ses.limit(**limits)
    assert str(error.value).startswith(line)


def test_real_credentials_are_out_of_reach(ses: Ses, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a profile nor a switch of this machine leads a client to AWS; afterwards all is as it was."""
    real = {"AWS_PROFILE": "company", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_SESSION_TOKEN": "x"}
    for name, value in real.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    with pointed_at(ses.url), closing(client()) as v2:
        assert v2.meta.endpoint_url == ses.url
        assert "AWS_PROFILE" not in os.environ
        with closing(boto3.client("sqs")) as sqs:
            assert sqs.meta.endpoint_url.endswith(".amazonaws.com")
    assert os.environ == before


def test_its_process_ends_with_its_starter() -> None:
    """However the starter ends: the pipe that both write to is at its end when both are gone."""
    starter = subprocess.Popen([sys.executable, "-c", LEFT_BEHIND], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"up\n"
        starter.send_signal(signal.SIGKILL)
        assert starter.communicate(timeout=PATIENCE_S) == (b"", b"")


def test_without_the_extra_it_says_so(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, which names the extra."""
    (tmp_path / "moto.py").write_text("raise ModuleNotFoundError('gone', name='moto')\n")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ['PYTHONPATH']}")
    needs = "moto is not installed; the local SES needs it: install seslab with its extra moto"
    with pytest.raises(RunFailed, match=needs), local_ses():
        pass
