"""Keeps the newest mails where moto keeps them, so that its own inspection and statistics show them."""

from __future__ import annotations

from typing import Any

from moto.ses.models import Message as Simple
from moto.ses.models import RawMessage, SESBackend

from loadtests.endpoint.message import Message

KEPT = 10_000  # mails of each kind; moto itself keeps all of them, 1.8 kB each, for ever
SLACK = 1_000


def store(backend: SESBackend, message: Message, message_id: str) -> None:
    """Let moto remember a mail that SES has accepted; the caller sees to it that one thread at a time does."""
    backend.sent_messages.append(_as_moto(message, message_id))
    backend.sent_message_count += len(message.recipients)
    for kept in (backend.sent_messages, _instances(Simple), _instances(RawMessage)):
        if len(kept) > KEPT + SLACK:
            del kept[:-KEPT]


def _as_moto(message: Message, message_id: str) -> Simple | RawMessage:
    if message.raw is not None:
        text = message.raw.decode(errors="surrogateescape")
        return RawMessage(message_id, message.source, list(message.recipients), text)
    return Simple(message_id, message.source, message.subject, message.body, destinations(message))


def destinations(message: Message) -> dict[str, list[str]]:
    """The recipients as moto and the API name them."""
    named = {"ToAddresses": message.to, "CcAddresses": message.cc, "BccAddresses": message.bcc}
    return {name: list(addresses) for name, addresses in named.items() if addresses}


def _instances(model: Any) -> list[Any]:
    """All instances of a model of moto's that it shows at /moto-api/data.json."""
    tracked: list[Any] = model.instances_tracked
    return tracked
