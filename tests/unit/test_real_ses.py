"""What only the real mailer can meet: servers that fail, fall silent or are not there."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from botocore.exceptions import ClientError

from loadtests.kernel import Clock
from loadtests.ses import ClientLog, Mailer, connect, request, translated
from strategies.ports import Mail, SendError, Unanswered, Unavailable

MAIL = Mail(12, 60, 0.0)


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

    with closing(connect(f"http://127.0.0.1:{port}", "us-east-1", 1, read_timeout_s=0.1)) as client:
        mailer = Mailer(client, Clock(0.0), log, 1)
        error = asyncio.run(send(mailer))
        mailer.close()
    return error, log


def test_a_silent_ses_leaves_the_mail_unanswered(listener: socket.socket) -> None:
    """No answer within the read timeout: nobody knows whether the mail was accepted, and only one call was made."""
    error, log = send_to(listener.getsockname()[1])
    assert isinstance(error, Unanswered)
    assert len(log.began) == len(log.ended) == 1


def test_an_unreachable_ses_is_unavailable(listener: socket.socket) -> None:
    """Where nobody listens nothing was accepted, so that the mail may be sent again."""
    port = listener.getsockname()[1]
    listener.close()
    error, _ = send_to(port)
    assert isinstance(error, Unavailable)


def test_a_server_error_is_unavailable() -> None:
    """HTTP 5xx says that SES failed, whatever the code."""
    response: Any = {"Error": {"Code": "Oops", "Message": "?"}, "ResponseMetadata": {"HTTPStatusCode": 503}}
    assert isinstance(translated(ClientError(response, "SendEmail")), Unavailable)


def test_mail_goes_to_the_mailbox_simulator_only() -> None:
    """Each recipient has an address of its own, at SES's mailbox simulator, whatever the mail is."""
    destination = request(1, MAIL, range(10, 60))["Destination"]
    assert destination.keys() == {"ToAddresses"}
    assert len(set(destination["ToAddresses"])) == 50
    assert all(address.endswith("@simulator.amazonses.com") for address in destination["ToAddresses"])
