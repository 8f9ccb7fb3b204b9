"""SES's SMTP interface, as Python's own client meets it: who gets in, and what becomes of a mail after DATA."""

from __future__ import annotations

import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import numpy as np
import pytest

from loadtests.endpoint.message import Message
from loadtests.endpoint.refusals import Dropped
from loadtests.endpoint.smtp import server as smtp
from scenarios.ledger.ledger import ACCEPTED, THROTTLED
from tests.unit.served_mail import (
    SENDER,
    TEXT,
    Server,
    Takes,
    any_certificate,
    connected,
    logged_in,
    secured,
    send,
    serving,
    started,
)


@pytest.fixture
def server() -> Iterator[Server]:
    """An account with room for all."""
    with serving(max_send_rate_per_s=1_000) as served:
        yield served


def test_nothing_is_said_in_clear_text(server: Server) -> None:
    """Before STARTTLS neither AUTH nor MAIL is offered or taken."""
    with connected(server.port) as client:
        client.ehlo()
        assert (client.has_extn("starttls"), client.has_extn("auth")) == (True, False)
        for command in ("AUTH PLAIN AGEAYg==", "AUTH LOGIN", f"MAIL FROM:<{SENDER}>"):
            assert client.docmd(command) == (530, b"Must issue a STARTTLS command first")
    assert server.outcomes() == []


def test_a_sender_that_is_no_address_is_refused_at_once(server: Server) -> None:
    """Such as an access key; and a mail's lines may be long, as the APIs take them."""
    with logged_in(server.port) as client:
        for sender in ("AKIAIOSFODNN7EXAMPLE", "@example.com", "me@"):
            assert client.docmd(f"MAIL FROM:<{sender}>") == (501, b"Invalid MAIL FROM address provided")
        client.sendmail(SENDER, ["you@example.org"], f"Subject: long\r\n\r\n{'x' * 100_000}")
    assert server.outcomes() == [(1, ACCEPTED)]


def test_a_client_that_speaks_no_tls_is_left(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """Its connection is closed, and nothing of it stands on the terminal."""
    client = smtplib.SMTP("127.0.0.1", server.port, timeout=10)
    client.ehlo()
    assert client.docmd("STARTTLS")[0] == 220
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        client.docmd("no TLS")
    client.close()
    with connected(server.port) as another:  # by when the server's only loop has seen to the first
        another.ehlo()
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_tls_may_come_first(server: Server) -> None:
    """On a port of its own, where STARTTLS is no more; who speaks in clear text there is left, and harms nobody."""
    with started(lambda _user: server.ses, smtp.start_in_tls) as port:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as plain:
            plain.sendall(b"EHLO clear.example.com\r\n")
            assert not plain.recv(100).startswith(b"220")
        with smtplib.SMTP_SSL("127.0.0.1", port, timeout=10, context=any_certificate()) as client:
            client.ehlo()
            assert (client.has_extn("starttls"), client.has_extn("auth")) == (False, True)
            assert client.docmd(f"MAIL FROM:<{SENDER}>")[0] == 530
            client.login("a", "b")
            client.sendmail(SENDER, ["you@example.com"], TEXT.format(""))
    assert server.outcomes() == [(1, ACCEPTED)]


def test_nobody_sends_without_a_name(server: Server) -> None:
    """After STARTTLS mail is taken after AUTH only."""
    with secured(server.port) as client:
        assert client.has_extn("auth")
        assert client.docmd(f"MAIL FROM:<{SENDER}>")[0] == 530


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize(("user", "password", "code"), [("a", "b", 235), ("", "b", 535), ("a", "", 535)])
def test_a_name_and_a_password_let_in(server: Server, mechanism: str, user: str, password: str, code: int) -> None:
    """Whatever they are, if both are there."""
    with secured(server.port) as client:
        client.user, client.password = user, password
        login: Callable[..., Any] = getattr(client, f"auth_{mechanism.lower()}")
        try:
            answer = client.auth(mechanism, login, initial_response_ok=mechanism == "PLAIN")[0]
        except smtplib.SMTPAuthenticationError as error:
            answer = error.smtp_code
    assert answer == code


def test_the_user_says_whose_ses_it_is() -> None:
    """The name at login is what chooses the account."""
    asked: list[str] = []

    def ses_of(user: str) -> Any:
        asked.append(user)
        return Takes()

    with started(ses_of) as port, logged_in(port) as client:
        assert send(client, ["you@example.com"]) == (250, "Ok an-id")
    assert asked == ["a user"]


def test_what_is_accepted_has_a_message_id(server: Server) -> None:
    """It is the one under which SES keeps the mail, and the connection takes another."""
    with logged_in(server.port) as client:
        answers = [send(client, ["you@example.com"]) for _ in range(2)]
    kept = [message.id for message in server.ses.backend.sent_messages]
    assert answers == [(250, f"Ok {message_id}") for message_id in kept]


def test_the_rate_is_kept_and_each_refusal_is_told() -> None:
    """At every instant no more than B + R t of 100 mails in 4 connections are accepted; the others are told to wait."""
    with serving(max_send_rate_per_s=20, limiter={"burst": 20}) as served:

        def deliver(_number: int) -> list[tuple[int, str]]:
            with logged_in(served.port) as client:
                return [send(client, ["you@example.com"]) for _ in range(25)]

        with ThreadPoolExecutor(4) as threads:
            answers = [answer for told in threads.map(deliver, range(4)) for answer in told]
        rows = served.ses.run.observed()[0]
    accepted_s = rows["decided_s"][rows["outcome"] == ACCEPTED]
    assert (np.arange(1, len(accepted_s) + 1) <= 20 + 20 * (accepted_s - rows["decided_s"][0]) + 1e-6).all()
    assert len(accepted_s) >= 20
    throttled = (454, "Throttling failure: Maximum sending rate exceeded.")
    assert answers.count(throttled) == (rows["outcome"] == THROTTLED).sum() > 0
    assert sum(code == 250 for code, _ in answers) == len(accepted_s) == 100 - answers.count(throttled)


def test_the_quota_is_kept() -> None:
    """Recipients count, in all of the envelope."""
    with serving(max_send_rate_per_s=1_000, max_24h_send=5) as served, logged_in(served.port) as client:
        assert send(client, [f"{number}@example.com" for number in range(4)])[0] == 250
        answer = send(client, [f"{number}@example.com" for number in range(2)])
    assert answer == (454, "Throttling failure: Daily message quota exceeded.")


def test_fifty_recipients_are_enough(server: Server) -> None:
    """One more is refused after DATA, for good, and counts nowhere; blind copies count."""
    with logged_in(server.port) as client:
        answers = [send(client, [f"{number}@example.com" for number in range(many)]) for many in (50, 51)]
    assert answers[0][0] == 250
    assert answers[1] == (554, "Transaction failed: Recipient count exceeds 50.")
    assert [recipients for recipients, outcome in server.outcomes() if outcome == ACCEPTED] == [50]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("a b@example.org", "Local address contains control or whitespace"),
        ("a@example..org", "Domain contains dot-dot"),
        ("a@b@example.org", "Domain contains illegal character"),
        ('"a>b"@example.org', ""),
        ("a@[127.0.0.1]", ""),
    ],
)
def test_addresses_are_looked_at_after_data(server: Server, address: str, words: str) -> None:
    """If they have two sides, MAIL takes them, and RCPT any; only then SES says what it says of them to everybody."""
    with logged_in(server.port) as client:
        for sender, recipient in ((SENDER, address), *([(address, "you@example.com")] if words else [])):
            assert client.docmd("MAIL", f"FROM:<{sender}> SIZE=100")[0] == 250
            assert client.docmd("RCPT", f"TO: <{recipient}>")[0] == 250
            code, text = client.data(TEXT.format("").encode())
            assert (code, text.decode()) == (554, f"Transaction failed: {words}") if words else code == 250


def test_addresses_in_utf8_are_not_offered(server: Server) -> None:
    """A client that asks for them is refused at once, and one that just sends them after DATA, whatever the bytes."""
    with logged_in(server.port) as client:
        assert "smtputf8" not in client.esmtp_features
        assert client.docmd("MAIL", f"FROM:<{SENDER}> SMTPUTF8")[0] == 555
        for sender, recipient in ((SENDER, "d\xe5n@example.org"), ("m\xfc@example.com", "you@example.com")):
            for encoding in ("utf-8", "latin-1"):
                client.command_encoding = encoding
                answer = send(client, [recipient], sender=sender)
                assert answer == (554, "Transaction failed: Local address contains control or whitespace")
        assert send(client, ["you@example.com"])[0] == 250


def test_a_stranger_is_refused_for_good(server: Server) -> None:
    """A sender that is not verified."""
    with logged_in(server.port) as client:
        code, text = send(client, ["you@example.com"], sender="stranger@example.org")
    assert code == 554
    assert text.startswith("Message rejected: Email address is not verified.")
    assert text.endswith("stranger@example.org")


def test_a_configuration_set_must_be_there(server: Server) -> None:
    """The header names it as the API's parameter does."""
    with logged_in(server.port) as client:
        code, text = send(client, ["you@example.com"], "X-SES-CONFIGURATION-SET: tests\r\n")
        server.ses.backend.create_configuration_set("tests")
        assert send(client, ["you@example.com"], "x-ses-configuration-set: tests\r\n")[0] == 250
    assert (code, "tests" in text) == (554, True)


def taken(ses: Takes, recipients: list[str], headers: str) -> Message:
    """The mail that SES is given."""
    with started(lambda user: ses) as port, logged_in(port) as client:
        send(client, recipients, headers)
    return ses.taken[0]


def test_ses_s_own_headers_are_taken_out_of_the_mail() -> None:
    """Wherever they stand and however long they are; what the text says of them stays."""
    headers = "X-SES-MESSAGE-TAGS: mail=7,\r\n first=0\r\nX-Other: kept\r\nX-Ses-Configuration-Set: tests\r\n"
    mail = taken(Takes(), ["you@example.com"], headers + "\r\nX-SES-MESSAGE-TAGS: text\r\n")
    assert (mail.configuration_set, mail.tags) == ("tests", {"mail": "7", "first": "0"})
    assert mail.raw == TEXT.format("X-Other: kept\r\n\r\nX-SES-MESSAGE-TAGS: text\r\n").encode()
    assert [name for name, _ in mail.headers] == ["From", "To", "Subject", "X-Other"]


def test_the_envelope_says_to_whom_it_goes() -> None:
    """What the headers do not name is a blind copy, and whom only the headers name gets nothing."""
    mail = taken(
        Takes(), ["c@example.com", "b@example.com", "you@example.com"], "Cc: B <b@example.com>, d@example.com\r\n"
    )
    assert (mail.to, mail.cc, mail.bcc) == (("you@example.com",), ("b@example.com",), ("c@example.com",))
    assert (mail.source, mail.subject, mail.caller, mail.client.ip) == (SENDER, "Hello", "smtp", "127.0.0.1")


def test_a_dropped_call_ends_without_a_word() -> None:
    """The client sees its connection close, and does not know what became of the mail."""
    with pytest.raises(smtplib.SMTPServerDisconnected):
        taken(Takes(Dropped()), ["you@example.com"], "")


def test_mails_wait_for_ses_at_the_same_time() -> None:
    """Two that SES decides upon only when it has both are both accepted."""
    both = threading.Barrier(2, timeout=10)

    class Meets(Takes):
        def submit(self, message: Message) -> Any:
            both.wait()
            return super().submit(message)

    def deliver(port: int) -> int:
        with logged_in(port) as client:
            return send(client, ["you@example.com"])[0]

    with started(lambda user: Meets()) as port, ThreadPoolExecutor(2) as threads:
        codes = list(threads.map(deliver, [port, port]))
    assert codes == [250, 250]


def test_a_port_in_use_is_told_at_once(server: Server) -> None:
    """By the error of the system."""
    with pytest.raises(OSError, match="in use"):
        smtp.start(lambda user: Takes(), "127.0.0.1", server.port)
