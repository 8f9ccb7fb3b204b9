"""SES's SMTP interface: STARTTLS, or TLS from the first byte; AUTH; then mail, upon which SES decides after DATA."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from loadtests.endpoint.addresses import bare
from loadtests.endpoint.message import MOST_BYTES, Client, Message, Recipients
from loadtests.endpoint.parsing.mime import OURS, message_from_mime
from loadtests.endpoint.refusals import Dropped, Refused
from loadtests.endpoint.smtp.conversation import IDLE_S, Conversation, Crowd
from loadtests.endpoint.web.certificate import HOST, self_signed
from scenarios.ledger.ledger import FAILED, PAUSED, QUOTA, THROTTLED

UTF8 = "SMTPUTF8"
OPERATION = "SendSmtpEmail"  # as events name it; no stored record confirms the name
MOST_WORDS = 480  # characters: with its code a reply has at most 512 (RFC 5321)
NO_SENDER = "501 Invalid MAIL FROM address provided"  # at once, as jstedfast/MailKit#955 shows it
PAUSE = (
    "554 Message rejected: Sending paused for this account. For more information, please check the inbox of the email "
    "address associated with your AWS account."
)
"""As users report it."""
MOST_AT_ONCE = 64  # mails whose latency passes at the same time

_OURS = re.compile(rf"^(?:{'|'.join(OURS)}):.*\r\n(?:[ \t].*\r\n)*".encode(), re.IGNORECASE | re.MULTILINE)


class Submits(Protocol):
    """What takes a mail: `loadtests.endpoint.ses.Ses`."""

    def submit(self, message: Message) -> Any: ...


Allows = Callable[[bytes, bytes], bool]
"""Whether a user with a password may log in."""


def allow_all(_user: bytes, _password: bytes) -> bool:
    """Any name with any password: there is nothing here to protect."""
    return True


def start(ses_of: Callable[[str], Submits], host: str, port: int, allows: Allows = allow_all) -> Server:
    """Serve SMTP for whatever `ses_of` has for a user's name; port 0 lets the system choose.

    Whom it `allows` is let in. Raises OSError where it cannot listen.
    """
    return _started(Server(ses_of, host, port, allows))


def start_in_tls(ses_of: Callable[[str], Submits], host: str, port: int, allows: Allows = allow_all) -> Server:
    """The same in TLS from the first byte, as SES's ports 465 and 2465 have it."""
    return _started(WrappedServer(ses_of, host, port, allows))


def _started(server: Server) -> Server:
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns of a deprecation of its own at each login
    server.start()
    return server


class Server(Controller):
    """Listens in a thread of its own, on `port`, until `stop()`."""

    def __init__(self, ses_of: Callable[[str], Submits], host: str, port: int, allows: Allows = allow_all) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family)  # here, since the library tells of it late
        self._threads, self.crowd = ThreadPoolExecutor(MOST_AT_ONCE, "smtp"), Crowd()
        super().__init__(
            Handler(ses_of, self._threads),
            hostname=host,
            port=self._listener.getsockname()[1],
            auth_required=True,
            authenticator=partial(_authenticate, allows),
            data_size_limit=MOST_BYTES,
            server_hostname=HOST,
            ident="ESMTP seslab",
            **self.tls(),
        )

    def tls(self) -> dict[str, Any]:
        """The options by which nobody says a word in clear text."""
        return {"tls_context": self_signed(), "require_starttls": True}

    def factory(self) -> Conversation:
        """A client has come."""
        return Conversation(self.handler, self.crowd, **self.SMTP_kwargs)

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listener)

    def stop(self, no_assert: bool = False) -> None:
        """End now; mails on their way are decided upon, but no client hears of it."""
        super().stop(no_assert)
        self._threads.shutdown()


class WrappedServer(Server):
    """Speaks TLS from the first byte."""

    def tls(self) -> dict[str, Any]:
        """STARTTLS is not offered."""
        return {"ssl_context": self_signed()}

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(
            self._factory_invoker, sock=self._listener, ssl=self.ssl_context, ssl_handshake_timeout=IDLE_S
        )


class Handler:
    """What aiosmtpd asks about mails; SES takes its time, so it is asked in threads."""

    def __init__(self, ses_of: Callable[[str], Submits], threads: ThreadPoolExecutor) -> None:
        self._ses_of, self._threads = ses_of, threads

    async def handle_EHLO(  # noqa: N802
        self, _server: Conversation, session: Session, _envelope: Envelope, hostname: str, offers: list[str]
    ) -> list[str]:
        """What is offered; the library reads addresses that are not ASCII only where it may offer to take them."""
        session.host_name = hostname
        return [offer for offer in offers if UTF8 not in offer]

    async def handle_MAIL(  # noqa: N802
        self, _server: Conversation, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A sender; what was not offered is refused."""
        if UTF8 in options:
            return "555 MAIL FROM parameters not recognized or not implemented"
        if address and not _has_two_sides(address):
            return NO_SENDER
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: Conversation, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """SES's answer to a mail, if it gives one."""
        server.decide()
        login: Any = session.auth_data
        try:
            ses = self._ses_of(login.login.decode(errors="replace"))
            submit = partial(_submit, ses, envelope, Client(ip=_ip_of(session)))
            sent = await server.loop.run_in_executor(self._threads, submit)
        except Refused as refused:
            return reply_to(refused)
        except Dropped:
            return await _hang_up(server)
        return f"250 Ok {sent.message_id}"


def _has_two_sides(address: str) -> bool:
    """Whether there is a mailbox and where it is; an access key in place of a sender has none."""
    local, _, domain = address.rpartition("@")
    return bool(local and domain)


async def _hang_up(server: SMTP) -> str:
    """Close the connection without a word; the library cancels us when it sees that the caller is gone."""
    transport: Any = server.transport
    transport.abort()
    nothing: str = await server.loop.create_future()
    return nothing


def reply_to(refused: Refused) -> str:
    """A refusal as SMTP says it, on one line. What begins with 4 may be tried again."""
    text = " ".join(refused.text.splitlines())[:MOST_WORDS]
    if refused.outcome in (THROTTLED, QUOTA):
        return f"454 Throttling failure: {text}"
    if refused.outcome == PAUSED:
        return PAUSE
    if refused.outcome == FAILED:
        return "451 Temporary service failure"
    if refused.code == "MessageRejected":
        return f"554 Message rejected: {text}"
    return f"554 Transaction failed: {text}"


def _ip_of(session: Session) -> str:
    peer: Any = session.peer
    return str(peer[0])


def _submit(ses: Submits, envelope: Envelope, client: Client) -> Any:
    return ses.submit(replace(message_of(envelope), client=client))


def message_of(envelope: Envelope) -> Message:
    """The mail for the recipients of the envelope; what its headers say to SES alone is not in it any more."""
    raw: Any = envelope.content
    source, *recipients = map(_text, (envelope.mail_from or "", *envelope.rcpt_tos))
    mail = message_from_mime(raw, source, None, {}, None)
    headers = tuple(header for header in mail.headers if header[0].upper() not in OURS)
    return replace(
        mail,
        **_dealt(recipients, mail),
        raw=_without_ours(raw),
        headers=headers,
        operation=OPERATION,
        caller="smtp",
    )


def _text(address: str) -> str:
    """An address as it was sent: the library spells what is no UTF-8 in halves of characters."""
    return address if address.isascii() else address.encode(errors="surrogateescape").decode(errors="replace")


def _dealt(addresses: list[str], mail: Message) -> Recipients:
    """The envelope's recipients, each where the headers name it; those that they do not are the blind copies."""
    to, cc = frozenset(map(bare, mail.to)), frozenset(map(bare, mail.cc))
    return {
        "to": tuple(address for address in addresses if address in to),
        "cc": tuple(address for address in addresses if address in cc - to),
        "bcc": tuple(address for address in addresses if address not in to | cc),
    }


def _without_ours(raw: bytes) -> bytes:
    headers, end, body = raw.partition(b"\r\n\r\n")
    return _OURS.sub(b"", headers + b"\r\n") + end[2:] + body


def _authenticate(
    allows: Allows,
    _server: SMTP,
    _session: Session,
    _envelope: Envelope,
    _mechanism: str,
    login: LoginPassword,
) -> AuthResult:
    """A name and a password there must be."""
    if login.login and login.password and allows(login.login, login.password):
        return AuthResult(success=True, auth_data=login)
    return AuthResult(success=False, handled=False, message="535 Authentication Credentials Invalid")
