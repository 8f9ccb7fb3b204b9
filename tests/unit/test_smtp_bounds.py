"""How much of the SMTP server one client can have: the size of a mail and of its lines, silence, places and memory."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from loadtests.endpoint.message import MOST_BYTES, Message
from loadtests.endpoint.parsing.mime import message_from_mime
from loadtests.endpoint.publishing.mailbox import has_virus
from loadtests.endpoint.refusals import Refused
from loadtests.endpoint.smtp import conversation
from loadtests.endpoint.smtp import server as smtp
from loadtests.endpoint.smtp.data import Data
from loadtests.load.assignment import Assignment, Place
from loadtests.load.senders import smtp as sender
from loadtests.ports.ses import Envelope
from strategies.ports import Mail
from tests.unit.served_mail import (
    SENDER,
    TEXT,
    Server,
    Takes,
    any_certificate,
    connected,
    logged_in,
    running,
    send,
    serving,
)


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
        has_virus(message_from_mime(data.text(), None, None, {}, None))
    assert tracemalloc.get_traced_memory()[1] < 6 * len(sent)
    tracemalloc.stop()


def begun(client: smtplib.SMTP, mail: bytes) -> None:
    """A mail of which only a part is said."""
    client.mail(SENDER)
    client.rcpt("you@example.com")
    assert client.docmd("DATA")[0] == 354
    client.send(mail)


class Clock:
    """A server's, which stands still but for what a test lets pass."""

    def __init__(self, server: smtp.Server) -> None:
        self._loop, self._now_s = server.loop, server.loop.time()
        self._loop.time = lambda: self._now_s  # type: ignore[method-assign]

    def now(self) -> float:
        """In seconds since some instant."""
        return self._now_s

    def let_pass(self, seconds: float) -> None:
        """Back when the server knows of it."""

        async def advance() -> None:
            self._now_s += seconds

        asyncio.run_coroutine_threadsafe(advance(), self._loop).result()


class Talk:
    """A client that has no library to help it."""

    def __init__(self, its_socket: socket.socket, server: smtp.Server) -> None:
        self.socket, self._server = its_socket, server

    def say(self, words: bytes) -> bytes:
        """A line, and the answer to it."""
        self.socket.sendall(words + b"\r\n")
        return self.hear()

    def hear(self) -> bytes:
        """The last line of an answer, and nothing where the server has hung up."""
        line = b""
        while not line.endswith(b"\n") and (byte := self.socket.recv(1)):
            line += byte
        return self.hear() if line[3:4] == b"-" else line.rstrip()

    def begin(self, words: bytes) -> None:
        """What has no answer yet; back when the server has read it."""
        crowd = self._server.crowd
        wanted_bytes = crowd.coming_bytes + len(words)
        self.socket.sendall(words)
        wait_until(lambda: crowd.coming_bytes >= wanted_bytes, self._server)


def wait_until(is_so: Callable[[], bool], server: smtp.Server) -> None:
    """Looked at in the server's thread."""

    async def look() -> None:
        while not is_so():  # noqa: ASYNC110 (no event of the server's tells of it)
            await asyncio.sleep(0)

    asyncio.run_coroutine_threadsafe(look(), server.loop).result(30)


@contextmanager
def talking(way: str, ses: Any = None) -> Iterator[tuple[Talk, Clock, smtp.Server]]:
    """After EHLO: in clear text, after STARTTLS, or in TLS from the first byte."""
    start = smtp.start_in_tls if way == "TLS" else smtp.start
    with running(lambda _user: ses or Takes(), start) as server, ExitStack() as left:
        clock = Clock(server)
        plain = left.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
        talk = Talk(plain if way != "TLS" else left.enter_context(any_certificate().wrap_socket(plain)), server)
        assert talk.hear().startswith(b"220 ")
        if way == "STARTTLS":
            assert talk.say(b"STARTTLS").startswith(b"220 ")
            talk = Talk(left.enter_context(any_certificate().wrap_socket(plain)), server)
        assert talk.say(b"EHLO me").startswith(b"250 ")
        yield talk, clock, server


MAIL = [b"AUTH PLAIN AGEAYg==", b"MAIL FROM:<me@example.com>", b"RCPT TO:<you@example.com>", b"DATA"]


@pytest.mark.parametrize("half", [b"", b"a"])
@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("clear", []),
        *((way, said) for way in ("STARTTLS", "TLS") for said in ([], [b"AUTH PLAIN"], MAIL[:-1], MAIL)),
        ("TLS", [b"AUTH LOGIN", b"YQ=="]),
    ],
)
def test_silence_ends_a_conversation(way: str, said: list[bytes], half: bytes) -> None:
    """Of ten seconds, wherever it is the client's turn; one that says something every nine is listened to."""
    with talking(way) as (talk, clock, _):
        for words in said:
            clock.let_pass(9)
            assert talk.say(words)[:1] in b"23"
        for _ in range(9 if said == MAIL else 0):
            clock.let_pass(9)
            talk.begin(b"a line of it\r\n")
        clock.let_pass(9)
        talk.begin(half)
        clock.let_pass(9.9 if half else 0.9)
        clock.let_pass(0.1)
        assert [talk.hear(), talk.hear()] == [conversation.TIMEOUT.encode(), b""]


def test_our_own_sender_uses_no_connection_that_was_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A load test's connections wait less long for their next mail than SES waits for them, and are used meanwhile."""
    takes = Takes()
    with running(lambda _user: takes, smtp.start) as server:
        clock, here = Clock(server), Place(endpoint="local", smtp=f"127.0.0.1:{server.port}")
        monkeypatch.setattr(sender, "monotonic", clock.now)
        with closing(sender.Smtp(Assignment("smtp", here, 1, 60.0), Envelope())) as ours:
            sent_from = []
            for call, pause_s in enumerate((0, 4, 11, 4)):
                clock.let_pass(pause_s)
                ours.send(call, Mail(call, 1, 0.0))
                sent_from.append(server.smtpd)
    assert len(takes.taken) == 4
    assert [one is sent_from[0] for one in sent_from] == [True, True, False, False]
    assert sent_from[2] is sent_from[3]


def test_silence_is_counted_from_the_last_answer() -> None:
    """A client that says something now and then stays for as long as it likes."""
    with talking("TLS") as (talk, clock, _):
        for _ in range(400):
            clock.let_pass(9.9)
            assert talk.say(b"NOOP").startswith(b"250 ")


@pytest.mark.parametrize(("said", "drop"), [([], b"N"), (MAIL, b"a line\r\n")])
def test_a_turn_has_a_longest_time(said: list[bytes], drop: bytes) -> None:
    """One command or mail that comes in drops is ended after five minutes."""
    with talking("TLS") as (talk, clock, _):
        for words in said:
            talk.say(words)
        for _ in range(33):
            clock.let_pass(9)
            talk.begin(drop)
        clock.let_pass(9)
        talk.socket.sendall(drop)
        assert [talk.hear(), talk.hear()] == [conversation.TIMEOUT.encode(), b""]


def test_who_does_not_listen_is_not_waited_for() -> None:
    """A client that takes no answers is ended like a silent one, and its connection is not kept for the last line."""
    with talking("clear") as (talk, clock, server):
        listening: Any = server.server
        listening.sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        with socket.create_connection(("127.0.0.1", server.port)) as deaf:
            deaf.setblocking(False)
            for _ in range(999):
                clock.let_pass(9)
                assert talk.say(b"NOOP").startswith(b"250 ")
                try:
                    deaf.sendall(b"EHLO it.hears.nothing.of.what.it.is.told\r\n" * 1_000)
                except BlockingIOError:
                    continue
                except ConnectionError:
                    break
            else:
                pytest.fail("the connection is kept")


def test_a_client_that_begins_no_tls_is_left() -> None:
    """After ten seconds of silence, without a word, since TLS could not read it; at once when it has gone."""
    with talking("clear") as (talk, clock, server):
        assert talk.say(b"STARTTLS").startswith(b"220 ")
        clock.let_pass(10)
        assert talk.hear() == b""
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as gone:
            another = Talk(gone, server)
            assert [another.hear()[:3], another.say(b"STARTTLS")[:3]] == [b"220", b"220"]
        wait_until(lambda: len(asyncio.all_tasks()) == 1, server)


def test_ses_may_take_its_time() -> None:
    """While it decides the silence is not the client's, whatever has been sent ahead."""
    is_asked, is_sure = threading.Event(), threading.Event()

    class Slow(Takes):
        def submit(self, message: Message) -> Any:
            is_asked.set()
            is_sure.wait(30)
            return super().submit(message)

    with talking("TLS", Slow()) as (talk, clock, _):
        for words in MAIL:
            talk.say(words)
        talk.socket.sendall(b"\r\n.\r\n")
        is_asked.wait(30)
        talk.begin(b"NOOP\r\n")
        clock.let_pass(1_000)
        is_sure.set()
        assert [talk.hear()[:3], talk.hear()[:3]] == [b"250", b"250"]


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
