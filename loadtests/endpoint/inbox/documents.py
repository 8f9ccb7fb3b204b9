"""What is told of an accepted mail: a summary in lists, and everything."""

from __future__ import annotations

from typing import Any

from loadtests.endpoint.addresses import bare
from loadtests.endpoint.inbox.mime_text import raw_of
from loadtests.endpoint.inbox.parts import parts_of
from loadtests.endpoint.message import Attachment
from loadtests.endpoint.publishing.events import Record, headers_of
from loadtests.endpoint.publishing.letters import Letter
from loadtests.endpoint.publishing.notices import Followed, events_of
from loadtests.endpoint.storing import Kept

CONCERNED = ("recipients", "bouncedRecipients", "complainedRecipients", "delayedRecipients")
"""Where events have the recipients that they are about; those without any are about all."""


def summary(kept: Kept) -> dict[str, Any]:
    """Whose mail it is, from whom and to whom, what about, and when."""
    message, sent = kept.besides, kept.sent
    return {
        "number": kept.number,
        "id": sent.message_id,
        "accepted_unix_s": sent.at_unix_s,
        "account": kept.backend.account_id,
        "region": kept.backend.region_name,
        "caller": message.caller,
        "from": message.source,
        "to": message.to,
        "cc": message.cc,
        "bcc": message.bcc,
        "subject": message.subject,
        "tags": message.tags,
        "configuration_set": message.configuration_set,
        "template": message.template or None,
    }


def whole(kept: Kept) -> dict[str, Any]:
    """The summary, the content, each recipient's fate, and the events that SES publishes about it."""
    message, sent = kept.message, kept.sent
    raw = raw_of(message, sent)
    parts = parts_of(raw)
    followed = _followed(kept.letter)
    events = events_of(message, sent, kept.backend.account_id, kept.backend.region_name, followed)
    return {
        **summary(kept),
        "raw_bytes": len(raw),
        "headers": [{"name": name, "value": value} for name, value in headers_of(message)],
        "text": parts.text,
        "html": parts.html,
        "attachments": [_file(number, file) for number, file in enumerate(parts.files)],
        "recipients": [
            {"address": one, "fates": _fates(bare(one), events), **_way(kept.letter, place)}
            for place, one in enumerate(message.recipients)
        ],
        "events": events,
    }


def _file(number: int, file: Attachment) -> dict[str, Any]:
    return {
        "number": number,
        "name": file.name,
        "type": file.kind,
        "bytes": len(file.content),
        "content_id": file.content_id or None,
        "inline": file.is_inline,
    }


def _followed(letter: Letter | None) -> Followed:
    """What has happened by now to those whose fates take their time."""
    return {} if letter is None else {place: tuple(one.happened) for place, one in letter.addressees.items()}


def _way(letter: Letter | None, place: int) -> dict[str, Any]:
    """How far a recipient's copy has come, if it is followed: its state, since when, and when SES tries again."""
    if letter is None or (addressee := letter.addressees.get(place)) is None:
        return {}
    if not letter.is_followed:
        return {"state": "not followed"}
    happened = tuple(addressee.happened)
    return {
        "provider": addressee.provider,
        "state": addressee.state,
        "since_unix_s": happened[-1].at_unix_s if happened else letter.sent.at_unix_s,
        "next_attempt_unix_s": addressee.next_attempt_unix_s,
        "gives_up_unix_s": addressee.gives_up_unix_s,
    }


def _fates(address: str, events: list[Record]) -> list[str]:
    """The types of the events that are about a recipient, a bounce with its own type."""
    about = [(event["eventType"], _details(event)) for event in events if event["eventType"] != "Send"]
    its = ((kind, details) for kind, details in about if address in (_concerned(details) or (address,)))
    return list(dict.fromkeys(" ".join((kind, *_bounce(details))) for kind, details in its))


def _bounce(details: Record) -> list[str]:
    return [details[key] for key in ("bounceType", "bounceSubType") if key in details]


def _details(event: Record) -> Record:
    """What stands in an event beside its type and its mail."""
    details: Record = next(value for key, value in event.items() if key not in ("eventType", "mail"))
    return details


def _concerned(details: Record) -> list[str]:
    listed = [one for key in CONCERNED for one in details.get(key, ())]
    return [one if isinstance(one, str) else one["emailAddress"] for one in listed]
