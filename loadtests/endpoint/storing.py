"""Keeps the newest mails where moto keeps them, so that its own inspection and statistics show them."""

from __future__ import annotations

import sys
from collections import deque
from threading import Lock
from typing import Any, NamedTuple

from moto.ses.models import Message as Simple
from moto.ses.models import RawMessage, SESBackend

from loadtests.endpoint.message import Message

KEPT = 10_000  # mails, however small; moto itself keeps all of them for ever
KEPT_MB = 100.0  # unless a user says otherwise
MB = 1_000_000
BESIDES_BYTES = 2_000  # of a mail beside its texts: what Python makes of it


class Kept(NamedTuple):
    """A mail where moto keeps it."""

    backend: SESBackend
    mail: Simple | RawMessage
    size_bytes: int


class Store:
    """The newest mails of all accounts, as many as fit; threads share it."""

    def __init__(self, most_mb: float = KEPT_MB) -> None:
        self._most_bytes, self._size_bytes = most_mb * MB, 0
        self._kept, self._lock = deque[Kept](), Lock()

    def add(self, backend: SESBackend, message: Message, message_id: str) -> None:
        """Let moto remember a mail that SES has accepted, and forget the oldest in its favour."""
        text = message.body if message.raw is None else message.raw.decode(errors="surrogateescape")
        with self._lock:
            mail = _as_moto(message, message_id, text)
            backend.sent_messages.append(mail)
            backend.sent_message_count += len(message.recipients)
            self._kept.append(Kept(backend, mail, _size_bytes(message, text)))
            self._size_bytes += self._kept[-1].size_bytes
            while self._size_bytes > self._most_bytes or len(self._kept) > KEPT:
                self._drop_oldest()

    def forget(self) -> None:
        """Moto has been reset."""
        with self._lock:
            self._kept.clear()
            self._size_bytes = 0

    def _drop_oldest(self) -> None:
        backend, mail, size_bytes = self._kept.popleft()
        self._size_bytes -= size_bytes
        for kept in (backend.sent_messages, _instances(type(mail))):
            if kept and kept[0] is mail:
                del kept[0]


def _size_bytes(message: Message, text: str) -> int:
    addresses = (message.source, *message.recipients, *message.to, *message.cc, *message.bcc)
    return sum(map(sys.getsizeof, (text, message.subject, *addresses))) + BESIDES_BYTES


def _as_moto(message: Message, message_id: str, text: str) -> Simple | RawMessage:
    """Moto notes each instance of its models, in the order in which they are made."""
    if message.raw is not None:
        return RawMessage(message_id, message.source, list(message.recipients), text)
    return Simple(message_id, message.source, message.subject, text, destinations(message))


def destinations(message: Message) -> dict[str, list[str]]:
    """The recipients as moto and the API name them."""
    named = {"ToAddresses": message.to, "CcAddresses": message.cc, "BccAddresses": message.bcc}
    return {name: list(addresses) for name, addresses in named.items() if addresses}


def _instances(model: Any) -> list[Any]:
    """All instances of a model of moto's that it shows at /moto-api/data.json."""
    tracked: list[Any] = model.instances_tracked
    return tracked
