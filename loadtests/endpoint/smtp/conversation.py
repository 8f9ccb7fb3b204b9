"""What one SMTP client may do to the others: keep a place while it is silent, and memory while its mail comes in."""

from __future__ import annotations

import asyncio
import re
from typing import Any, AnyStr

from aiosmtpd.smtp import SMTP, TLSSetupException, syntax

from loadtests.endpoint.message import MOST_BYTES
from loadtests.endpoint.smtp.data import Data

MOST_WAITING = 800  # conversations in which it is the client's turn: beyond, the one that waits longest ends
MOST_COMING_BYTES = 3 * MOST_BYTES  # of mails that are not complete
IDLE_S = 10.0  # that a client may be silent, at any point: users of SES observe it, docs/background/ses-limits.md
LONGEST_TURN_S = 300.0  # for one command or mail: SES's is not known, and without one a byte now and then held a place

_PATH = re.compile(r'(?:<((?:"(?:[^"\\]|\\.)*+"|[^">])*+)>|([^\s<>]+))\s*(.*)', re.DOTALL)

TIMEOUT = "451 4.4.2 Timeout waiting for data from client."
TOO_MUCH = "421 4.3.2 Too much mail at once; try again later."


class Crowd:
    """All conversations of a server, which has one thread for them."""

    def __init__(self) -> None:
        self.coming_bytes = 0
        self._waiting: dict[Conversation, None] = {}

    def wait(self, conversation: Conversation) -> None:
        """It is this client's turn, after all others that wait."""
        self.leave(conversation)
        self._waiting[conversation] = None
        if len(self._waiting) > MOST_WAITING:
            next(iter(self._waiting)).end(TIMEOUT)

    def leave(self, conversation: Conversation) -> None:
        """It is not this client's turn any more."""
        self._waiting.pop(conversation, None)

    def waits_for(self, conversation: Conversation) -> bool:
        """Whether it is this client's turn."""
        return conversation in self._waiting


class Conversation(SMTP):
    """One client's, which ends if it is silent for too long, or if what it says takes for ever."""

    def __init__(self, handler: Any, crowd: Crowd, **options: Any) -> None:
        self._crowd, self._coming_bytes, self._turn_began_s, self._is_over = crowd, 0, 0.0, False
        super().__init__(handler, timeout=IDLE_S, **options)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The library knows of TLS only where STARTTLS has begun it, and would let nobody log in."""
        super().connection_made(transport)
        if self._tls_protocol is None and transport.get_extra_info("sslcontext") is not None:
            self._tls_protocol = transport._ssl_protocol  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        if self._is_over:
            return
        self._count(len(data))
        super().data_received(data)
        if self._crowd.coming_bytes > MOST_COMING_BYTES:
            self.end(TOO_MUCH)
        elif self._crowd.waits_for(self):
            self._go_on()

    async def push(self, status: AnyStr) -> None:
        """Whatever has come is answered, and it is the client's turn."""
        self._count(-self._coming_bytes)
        self._turn_began_s = self.loop.time()
        self._reset_timeout()
        self._crowd.wait(self)
        await super().push(status)

    def decide(self) -> None:
        """It is SES's turn, which may take as long as it likes."""
        self._crowd.leave(self)
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()

    def end(self, line: str) -> None:
        """Say a last line, and hear nothing more; between STARTTLS and TLS no client could read one."""
        self._is_over = True
        self._leave()
        self._reset_timeout()
        if self._writer.transport is self.transport:
            self._writer.write(f"{line}\r\n".encode())
        self._writer.close()

    @syntax("STARTTLS")
    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802
        """A client that leaves instead of speaking TLS is gone, which the library would not notice."""
        await super().smtp_STARTTLS(arg)
        if self.transport is not self._writer.transport:
            raise TLSSetupException

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The address in a command, whatever it is, and what follows: SES looks at addresses after DATA."""
        match = _PATH.fullmatch(arg.strip())
        return (match[1] if match[1] is not None else match[2], match[3]) if match else (None, None)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """As the library's own, which would keep each line by itself."""
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        assert self.envelope is not None
        if arg or not self.envelope.rcpt_tos:
            await self.push("501 Syntax: DATA" if arg else "503 Error: need RCPT command")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        data = await self._data()
        answer = data.refusal()
        if answer is None:
            self.envelope.content = data.text()
            del data
            answer = await self.event_handler.handle_DATA(self, self.session, self.envelope)
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push(answer)

    async def _data(self) -> Data:
        """Each piece is all that has come, so that what follows the end can be put back."""
        data, rest = Data(), None
        while rest is None:
            rest = data.add(await self._reader.read(MOST_BYTES))
        self._reader.feed_data(rest)
        return data

    async def handle_exception(self, error: Exception) -> str:
        """A client that cannot speak TLS is no defect here; the library closes its connection."""
        return "" if isinstance(error, TLSSetupException) else await super().handle_exception(error)

    def connection_lost(self, error: Exception | None) -> None:
        self._leave()
        super().connection_lost(error)

    def _timeout_cb(self) -> None:
        """A client that does not read what it was told last is not waited for either."""
        if self._is_over:
            self._writer.transport.abort()
        else:
            self.end(TIMEOUT)

    def _go_on(self) -> None:
        """The client has said something, and may be silent once more before its turn is over."""
        if self.loop.time() - self._turn_began_s > LONGEST_TURN_S:
            self.end(TIMEOUT)
        else:
            self._reset_timeout()

    def _leave(self) -> None:
        self._crowd.leave(self)
        self._count(-self._coming_bytes)

    def _count(self, length: int) -> None:
        self._coming_bytes += length
        self._crowd.coming_bytes += length
