"""Keeps the newest mails, also where moto keeps them, so that its own inspection and statistics show them."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile
from threading import Condition, Lock
from typing import Any, NamedTuple

from moto.ses.models import Message as Simple
from moto.ses.models import RawMessage, SESBackend

from loadtests.endpoint.message import Message, Sent
from loadtests.endpoint.publishing.letters import Letter

KEPT = 10_000  # mails, however small, unless a user says otherwise; moto itself keeps all of them for ever
KEPT_MB = 100.0  # unless a user says otherwise
MB = 1_000_000
BESIDES_BYTES = 2_000  # of a mail beside its texts: what Python makes of it
PAIR_BYTES = 56  # of a header or tag beside its two texts


class Kept(NamedTuple):
    """A mail where moto keeps it, and its number among all accepted mails, from 1."""

    number: int
    backend: SESBackend
    mail: Simple | RawMessage
    besides: Message  # all that moto does not keep
    sent: Sent
    size_bytes: int
    letter: Letter | None  # what becomes of it, where that takes its time

    @property
    def message(self) -> Message:
        """The mail as SES was asked to send it."""
        if isinstance(self.mail, RawMessage):
            return replace(self.besides, raw=self.mail.raw_data.encode(errors="surrogateescape"))
        return self.besides


class Dropped(NamedTuple):
    """What is kept no more, because newer mails have taken its place."""

    mails: int
    size_bytes: int


class Store:
    """The newest mails of all accounts, as many as fit; threads share it."""

    def __init__(self, most_mb: float = KEPT_MB, most_mails: int = KEPT) -> None:
        self._most_bytes, self._most_mails = most_mb * MB, most_mails
        self._kept, self._changed = OrderedDict[str, Kept](), Condition(Lock())
        self.last_number, self.size_bytes, self.dropped = 0, 0, Dropped(0, 0)

    @property
    def mails(self) -> int:
        """How many are kept."""
        return len(self._kept)

    def add(self, backend: SESBackend, message: Message, sent: Sent, letter: Letter | None = None) -> None:
        """Let moto remember a mail that SES has accepted, and forget the oldest in its favour."""
        text = message.body if message.raw is None else message.raw.decode(errors="surrogateescape")
        besides = message if message.raw is None else replace(message, raw=None)
        size_bytes = _size_bytes(message, text) + (0 if letter is None else letter.size_bytes)
        with self._changed:
            mail = _as_moto(message, sent.message_id, text)
            backend.sent_messages.append(mail)
            backend.sent_message_count += len(message.recipients)
            self.last_number += 1
            self._kept[sent.message_id] = Kept(self.last_number, backend, mail, besides, sent, size_bytes, letter)
            self.size_bytes += size_bytes
            self._make_room()
            self._changed.notify_all()

    def newer_than(self, number: int) -> list[Kept]:
        """The mails that are kept of those after the one of this number, newest first."""
        with self._changed:
            return list(takewhile(lambda kept: kept.number > number, reversed(self._kept.values())))

    def get(self, message_id: str) -> Kept | None:
        """The mail of this id, unless it is kept no more."""
        with self._changed:
            return self._kept.get(message_id)

    def has_newer(self, number: int, within_s: float) -> bool:
        """Whether there is a mail after the one of this number, as soon as there is, or when the time is over."""
        with self._changed:
            return self._changed.wait_for(lambda: self.last_number > number, within_s)

    def clear(self) -> int:
        """Keep none of the mails that there are; how many those were."""
        with self._changed:
            count = len(self._kept)
            while self._kept:
                self._take_oldest()
            return count

    def forget(self) -> None:
        """Moto has been reset."""
        with self._changed:
            self._kept.clear()
            self.size_bytes, self.dropped = 0, Dropped(0, 0)

    def _make_room(self) -> None:
        while self.size_bytes > self._most_bytes or len(self._kept) > self._most_mails:
            oldest = self._take_oldest()
            self.dropped = Dropped(self.dropped.mails + 1, self.dropped.size_bytes + oldest.size_bytes)

    def _take_oldest(self) -> Kept:
        _, oldest = self._kept.popitem(last=False)
        self.size_bytes -= oldest.size_bytes
        for kept in (oldest.backend.sent_messages, _instances(type(oldest.mail))):
            if kept and kept[0] is oldest.mail:
                del kept[0]
        return oldest


def _size_bytes(message: Message, text: str) -> int:
    """What keeping a mail takes; of one that SES builds, moto's text is one that the mail has anyway."""
    pairs = (*message.headers, *message.tags.items())
    files = sum(len(one.content) + sum(map(sys.getsizeof, (*one[:3], one.description))) for one in message.attachments)
    texts = sum(map(sys.getsizeof, _texts(message, text))) + sum(map(sys.getsizeof, sum(pairs, ())))
    return texts + files + len(pairs) * PAIR_BYTES + BESIDES_BYTES


def _texts(message: Message, text: str) -> Iterator[str]:
    yield from (message.source, message.subject, *message.recipients)
    yield from (text,) if message.raw is not None else (message.text, message.html)


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
