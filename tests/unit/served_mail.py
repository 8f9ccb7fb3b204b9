"""An SES that speaks SMTP, and Python's own client on it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, NamedTuple

from moto.ses.models import ses_backends

from loadtests.endpoint.message import Message
from loadtests.endpoint.service import Service
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.smtp import server as smtp
from scenarios.schema.model import Scenario

ACCOUNT, REGION = "123456789012", "us-east-1"
SENDER = "me@example.com"
TEXT = "From: me@example.com\r\nTo: you@example.com\r\nSubject: Hello\r\n{}\r\nOne mail of a test.\r\n"


def any_certificate() -> ssl.SSLContext:
    """Of a client that trusts whomever it meets."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Server(NamedTuple):
    """An SES without latency, and the port on which it speaks SMTP."""

    ses: Ses
    port: int

    def outcomes(self) -> list[tuple[int, int]]:
        """Recipients and outcome of each decision."""
        rows = self.ses.run.observed()[0]
        return list(zip(rows["recipients"].tolist(), rows["outcome"].tolist(), strict=True))


@contextmanager
def running(ses_of: Callable[[str], Any], start: Callable[..., smtp.Server]) -> Iterator[smtp.Server]:
    """A server of SMTP, until the block ends."""
    server = start(ses_of, "127.0.0.1", 0)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def started(ses_of: Callable[[str], Any], start: Callable[..., smtp.Server] = smtp.start) -> Iterator[int]:
    """The port on which an SES speaks SMTP; with `smtp.start_in_tls` in TLS from the first byte."""
    with running(ses_of, start) as server:
        yield server.port


@contextmanager
def serving(**account: Any) -> Iterator[Server]:
    """An account with these limits, whose sender is verified."""
    ses_backends[ACCOUNT][REGION].reset()
    latency = {kind: {"constant_ms": 0} for kind in ("ses_send", "ses_throttle", "sqs")}
    tables = {
        "name": "smtp",
        "account": account,
        "workload": ({"process": "batch", "messages": 1},),
        "latency": latency,
    }
    service = Service(Scenario.model_validate(tables), 1, (SENDER,))
    with closing(service), started(lambda user: service.of(ACCOUNT, REGION)) as port:
        yield Server(service.of(ACCOUNT, REGION), port)


@contextmanager
def connected(port: int) -> Iterator[smtplib.SMTP]:
    """A connection in clear text, on which nothing has been said."""
    client = smtplib.SMTP("127.0.0.1", port, timeout=10)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def secured(port: int) -> Iterator[smtplib.SMTP]:
    """A connection after STARTTLS."""
    with connected(port) as client:
        client.starttls(context=any_certificate())
        client.ehlo()
        yield client


@contextmanager
def logged_in(port: int) -> Iterator[smtplib.SMTP]:
    """A connection on which mail may be sent."""
    with secured(port) as client:
        client.login("a user", "a password")
        yield client


def send(client: smtplib.SMTP, recipients: list[str], headers: str = "", sender: str = SENDER) -> tuple[int, str]:
    """The answer to a mail after DATA."""
    client.mail(sender)
    for address in recipients:
        client.rcpt(address)
    code, text = client.data(TEXT.format(headers).encode())
    return code, text.decode()


class Takes:
    """An SES that takes everything, or drops it."""

    def __init__(self, error: Exception | None = None) -> None:
        self.taken: list[Message] = []
        self._error = error

    def submit(self, message: Message) -> Any:
        self.taken.append(message)
        if self._error:
            raise self._error
        return type("Sent", (), {"message_id": "an-id"})
