"""The text of a mail as SMTP sends it, in one piece: kept line by line, it may take fifty times its bytes."""

from __future__ import annotations

from loadtests.endpoint.message import MOST_BYTES

END = b"\r\n.\r\n"


class Data:
    """What a client sends after DATA, up to the line with a dot; of what is too large the end is kept only."""

    def __init__(self) -> None:
        self._text, self._is_too_large = bytearray(b"\r\n"), False

    def add(self, sent: bytes) -> bytes | None:
        """What the client has sent after the end, and None before the end has come."""
        start = max(0, len(self._text) - len(END) + 1)
        self._text += sent
        end = self._text.find(END, start)
        rest = bytes(self._text[end + len(END) :]) if end >= 0 else None
        if end >= 0:
            del self._text[end + 2 :]
        if len(self._text) - 2 > MOST_BYTES:
            self._is_too_large = True
            del self._text[: -len(END) + 1]
        return rest

    def refusal(self) -> str | None:
        """Why nothing can be done with it."""
        return "552 Error: Too much mail data" if self._is_too_large else None

    def text(self) -> bytes:
        """The mail, without the dots that its lines have been given for the way."""
        return bytes(memoryview(self._text.replace(b"\r\n.", b"\r\n"))[2:])
