"""How much of the SMTP server one client can have: the size of a mail and of its lines, silence, places and memory."""

from __future__ import annotations

import smtplib
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from loadtests.endpoint.message import MOST_BYTES, Message
from loadtests.endpoint.parsing.mime import message_from_mime
from loadtests.endpoint.publishing.mailbox import has_virus
from loadtests.endpoint.refusals import Refused
from loadtests.endpoint.smtp import conversation
from loadtests.endpoint.smtp.data import Data
from tests.unit.served_mail import SENDER, TEXT, Server, Takes, connected, logged_in, send, serving, started


@pytest.fixture
def server() -> Iterator[Server]:
    """An account with room for all."""
    with serving(max_send_rate_per_s=1_000) as served:
        yield served


def test_a_mail_has_a_largest_size(server: Server) -> None:
    """More than 40 MB are refused for good, and SES does not even see them."""
    line = b"x" * 998 + b"\r\n"
    with logged_in(server.port) as client:
        client.mail(SENDER)
        client.rcpt("you@example.com")
        code, _ = client.data(TEXT.format("").encode() + line * (MOST_BYTES // len(line)))
    assert (code, server.outcomes()) == (552, [])


@given(st.binary(max_size=60).map(lambda text: text.replace(b"\r", b".").replace(b"\n", b"\r\n")), st.integers(1, 9))
@example(b"." * 9, 2)
def test_a_mail_arrives_as_it_was_sent(text: bytes, size: int) -> None:
    """In whatever pieces, with the dots that lines begin with; what follows the end is left for the next command."""
    sent = smtplib._quote_periods(text + b"\r\n") + b".\r\nQUIT\r\n"  # type: ignore[attr-defined]
    pieces, data = (sent[at : at + size] for at in range(0, len(sent), size)), Data()
    rest = next(rest for piece in pieces if (rest := data.add(piece)) is not None)
    assert (data.refusal(), data.text(), rest + b"".join(pieces)) == (None, text + b"\r\n", b"QUIT\r\n")


@pytest.mark.parametrize("line", [b"\r\n", b"\n", b"a:\r\n"])
@pytest.mark.parametrize("head", [b"Subject: x\r\n\r\n", b""])
def test_a_mail_takes_a_small_multiple_of_its_bytes(head: bytes, line: bytes) -> None:
    """However short its lines are, while it comes in, is read, and is looked through; or it is refused."""
    sent = head + line * (4_000_000 // len(line)) + b"\r\n.\r\n"
    data = Data()
    tracemalloc.start()
    for at in range(0, len(sent), 65_536):
        data.add(sent[at : at + 65_536])
    with suppress(Refused):
        has_virus(message_from_mime(data.text(), None, None, {}, None, "smtp"))
    assert tracemalloc.get_traced_memory()[1] < 6 * len(sent)
    tracemalloc.stop()


@pytest.mark.parametrize(("length", "code"), [(999, 250), (1_000, 500)])
def test_a_line_has_a_largest_length(length: int, code: int) -> None:
    """One of more characters is no line, and the next mail is taken."""
    with started(lambda user: Takes()) as port, logged_in(port) as client:
        assert [send(client, ["you@example.com"], f"\r\n{'x' * many}\r\n")[0] for many in (length, 9)] == [code, 250]


def begun(client: smtplib.SMTP, mail: bytes) -> None:
    """A mail of which only a part is said."""
    client.mail(SENDER)
    client.rcpt("you@example.com")
    assert client.docmd("DATA")[0] == 354
    client.send(mail)


def test_silence_ends_a_conversation(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of a mail or of TLS soon; while it is SES that is silent never."""
    monkeypatch.setattr(conversation, "HALF_SENT_S", 0.1)
    with connected(server.port) as client:
        client.ehlo()
        assert client.docmd("STARTTLS")[0] == 220
        assert client.sock is not None
        assert client.sock.recv(1) == b""
    with logged_in(server.port) as client:
        begun(client, b"Subject: half of it")
        assert client.getreply() == (451, b"4.4.2 Timeout waiting for data from client.")
        assert client.sock is not None
        assert client.sock.recv(1) == b""

    class Slow(Takes):
        def submit(self, message: Message) -> Any:
            threading.Event().wait(0.3)
            return super().submit(message)

    with started(lambda user: Slow()) as port, logged_in(port) as client:
        assert send(client, ["you@example.com"])[0] == 250


def test_the_longest_silence_makes_room(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """There are never more silent clients than there may be, and a new one always finds a place."""
    monkeypatch.setattr(conversation, "MOST_WAITING", 2)
    with ExitStack() as clients:
        first, _, third = [clients.enter_context(connected(server.port)) for _ in range(3)]
        assert first.getreply()[0] == 451
        assert third.noop()[0] == 250


def test_mails_that_come_in_share_the_memory(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail for which there is no room while others are half there may be sent again, and then there is some."""
    monkeypatch.setattr(conversation, "MOST_COMING_BYTES", 10_000)
    with logged_in(server.port) as client:
        with logged_in(server.port) as half:
            begun(half, b"Subject: half of it\r\n" + b"x" * 9_000)
            begun(client, b"Subject: half of it\r\n" + b"x" * 9_000)
            assert client.getreply()[0] == 421
        with logged_in(server.port) as again:
            assert send(again, ["you@example.com"], f"X-Long: {'x' * 500}\r\n" * 18)[0] == 250
