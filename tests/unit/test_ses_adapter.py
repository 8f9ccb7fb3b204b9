"""SES through boto3: what a mail becomes on the wire, and what foreign errors mean for it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from boto3.session import Session
from botocore.exceptions import ClientError

from loadtests.application.access import Connector
from loadtests.moto.verification import verify
from loadtests.ports.clients import client
from loadtests.ports.kernel import Clock
from loadtests.ports.request_threads import RequestThreads
from loadtests.ports.ses import Envelope, Mailer, request, translated
from loadtests.ports.sqs import LONG_POLL_S
from loadtests.record.logs import ClientLog
from scenarios.errors import RunFailed
from scenarios.ledger.ledger import MESSAGES, QUOTA
from strategies.ports import Mail, QuotaExceeded, SendError, Throttled, Unanswered, Unavailable

MAIL = Mail(12, 60, 0.0)
SESSION = Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port on which somebody listens and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def send_to(port: int) -> tuple[Exception, ClientLog]:
    """Send a mail to a port; the error it raises, and what the log says."""
    log = ClientLog()

    async def send(mailer: Mailer) -> Exception:
        with pytest.raises(SendError) as caught:
            await mailer.send(MAIL, range(3))
        return caught.value

    with closing(client(SESSION, "sesv2", 1, 0.1, f"http://127.0.0.1:{port}")) as ses:
        wire = RequestThreads(1)
        error = asyncio.run(send(Mailer(ses, Clock(0.0), log, wire, Envelope())))
        wire.close()
    return error, log


def test_a_silent_ses_leaves_the_mail_unanswered(listener: socket.socket) -> None:
    """No answer within the read timeout: nobody knows whether the mail was accepted, and only one call was made."""
    error, log = send_to(listener.getsockname()[1])
    assert isinstance(error, Unanswered)
    assert len(log.rows()) == 1
    assert log.rows()["end_s"][0] - log.rows()["start_s"][0] >= 0.1


def test_only_ses_is_given_up_on_early() -> None:
    """However short the scenario's read timeout: a poll of an empty queue is silent for twenty seconds, and well."""
    connect = Connector(SESSION, 0.25, {})
    timeouts_s = {}
    for service in ("sesv2", "sqs", "lambda"):
        with closing(connect(service, 1)) as connected:
            timeouts_s[service] = connected.meta.config.read_timeout
    assert timeouts_s.pop("sesv2") == 0.25
    assert min(timeouts_s.values()) > LONG_POLL_S


def test_an_unreachable_ses_is_unavailable(listener: socket.socket) -> None:
    """Where nobody listens nothing was accepted, so that the mail may be sent again."""
    port = listener.getsockname()[1]
    listener.close()
    error, _ = send_to(port)
    assert isinstance(error, Unavailable)


def test_a_sender_that_cannot_be_verified_fails_the_run(listener: socket.socket) -> None:
    """Botocore's own error never reaches the user: one line names the endpoint and says why."""
    port = listener.getsockname()[1]
    listener.close()
    with pytest.raises(RunFailed, match=f"^http://127.0.0.1:{port} does not take seslab@example.com.*$"):
        verify(SESSION, f"http://127.0.0.1:{port}")


def refusal(status: int, code: str, message: str = "?") -> ClientError:
    """What botocore makes of such an answer."""
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "SendEmail")


def test_a_server_error_is_unavailable() -> None:
    """HTTP 5xx says that SES failed, whatever the code."""
    assert isinstance(translated(refusal(503, "Oops")), Unavailable)


def test_a_used_up_quota_is_told_from_a_throttle() -> None:
    """SES gives both the same code: only its words, which the endpoint sends too, tell which it was."""
    assert isinstance(translated(refusal(429, "TooManyRequestsException", MESSAGES[QUOTA])), QuotaExceeded)
    throttled = translated(refusal(429, "TooManyRequestsException", "Maximum sending rate exceeded."))
    assert type(throttled) is Throttled


def test_mail_goes_to_the_mailbox_simulator_only() -> None:
    """Each recipient has an address of its own, at SES's mailbox simulator, whatever the mail is."""
    destination = request(1, MAIL, range(10, 60), Envelope())["Destination"]
    assert destination.keys() == {"ToAddresses"}
    assert len(set(destination["ToAddresses"])) == 50
    assert all(address.endswith("@simulator.amazonses.com") for address in destination["ToAddresses"])
