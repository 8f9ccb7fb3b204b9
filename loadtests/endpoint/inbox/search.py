"""Which of the accepted mails are meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from loadtests.endpoint.addresses import bare
from loadtests.endpoint.message import Message
from loadtests.endpoint.storing import Kept


class Wanted(NamedTuple):
    """What a mail must have; empty for what does not matter. Capitals never do."""

    account: str = ""  # its number
    to: str = ""  # one recipient's whole address
    subject: str = ""  # a part of it
    tag: str = ""  # a tag's name, or NAME=VALUE
    id: str = ""  # the whole message id
    q: str = ""  # a part of a recipient, the subject, a tag as NAME=VALUE, or the id


def among(kept: Iterable[Kept], wanted: Wanted) -> list[Kept]:
    """Those that have all of it, in their order."""
    lowered = Wanted(*map(str.lower, wanted))
    return [one for one in kept if _has(one, lowered)] if any(wanted) else list(kept)


def _has(kept: Kept, wanted: Wanted) -> bool:
    message = kept.besides
    return (
        (not wanted.account or wanted.account == kept.backend.account_id)
        and (not wanted.id or wanted.id == kept.sent.message_id)
        and (not wanted.subject or wanted.subject in message.subject.lower())
        and (not wanted.to or _is_to(message, wanted.to))
        and (not wanted.tag or any(wanted.tag in (name, pair) for name, pair in _tags(message)))
        and (not wanted.q or _is_anywhere(kept, wanted.q))
    )


def _is_to(message: Message, address: str) -> bool:
    """Names are only taken off where the address can be: it takes a hundred times as long."""
    return any(address in one.lower() and bare(one).lower() == address for one in message.recipients)


def _is_anywhere(kept: Kept, text: str) -> bool:
    message = kept.besides
    texts = (kept.sent.message_id, message.subject.lower(), *map(str.lower, message.recipients))
    return any(text in one for one in texts) or any(text in pair for _, pair in _tags(message))


def _tags(message: Message) -> list[tuple[str, str]]:
    """The name of each tag, and NAME=VALUE."""
    return [(name.lower(), f"{name}={value}".lower()) for name, value in message.tags.items()]
