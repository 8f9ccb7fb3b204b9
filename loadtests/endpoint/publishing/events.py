"""SES's event records: one for each thing that happens to a mail, as SES publishes them to SNS.

Source: Amazon SES Developer Guide, "Contents of event data that Amazon SES publishes to Amazon SNS".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from moto.utilities.utils import get_partition

from loadtests.endpoint.addresses import bare
from loadtests.endpoint.message import Message, Sent
from loadtests.endpoint.publishing.mailbox import Fate

HEADERS_MOST_BYTES = 10_240
PROCESSING_MS = 5  # from acceptance to whatever happens at the mailbox: SES needs milliseconds
GIVES_UP_AFTER_S = 50_400  # SES's longest MaxDeliverySeconds
MTA = "localhost"  # here no mail leaves the machine
AGENT = "seslab mailbox simulator"

Record = dict[str, Any]


class AcceptedMail:
    """An accepted mail, and the instant at which something happens to it at the mailboxes."""

    def __init__(self, message: Message, sent: Sent, account: str, region: str) -> None:
        self.message, self.sent = message, sent
        self.at = _iso(sent.at_unix_s + PROCESSING_MS / 1000)
        self.record = _mail(message, sent, account, region)

    def event(self, kind: str, key: str, details: Record) -> Record:
        """A record of an event of this mail; `key` is where its details stand."""
        return {"eventType": kind, "mail": self.record, key: details}

    def at_mailbox(self, fate: Fate, address: str) -> Record:
        """A record of what happens at one recipient's mailbox."""
        kind, key, details = _AT_MAILBOX[fate]
        return self.event(kind, key, details(self, address))

    def feedback_id(self, address: str, kind: str) -> str:
        """In the form of a message id, and the same whenever it is asked for."""
        message_id = self.sent.message_id
        return f"{message_id.partition('-')[0]}-{uuid5(NAMESPACE_OID, f'{message_id}/{kind}/{address}')}-000000"


def _mail(message: Message, sent: Sent, account: str, region: str) -> Record:
    kept = list(_up_to(HEADERS_MOST_BYTES, headers_of(message)))
    return {
        "timestamp": _iso(sent.at_unix_s),
        "source": message.source,
        "sourceArn": f"arn:{get_partition(region)}:ses:{region}:{account}:identity/{bare(message.source)}",
        "sendingAccountId": account,
        "messageId": sent.message_id,
        "destination": list(map(bare, message.recipients)),
        "headersTruncated": len(kept) < len(headers_of(message)),
        "headers": [{"name": name, "value": value} for name, value in kept],
        "commonHeaders": _common_headers(message, sent),
        "tags": _tags(message),
    }


def headers_of(message: Message) -> tuple[tuple[str, str], ...]:
    """The mail's own, or those that SES writes where it makes the mail; Bcc is not among these."""
    if message.raw is not None:
        return message.headers
    cc = (("Cc", ", ".join(message.cc)),) if message.cc else ()
    lines = (("From", message.source), ("To", ", ".join(message.to)), *cc, ("Subject", message.subject))
    return (*lines, *message.headers, ("MIME-Version", "1.0"))


def _up_to(most_bytes: int, headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        most_bytes -= len(name.encode()) + len(value.encode())
        if most_bytes < 0:
            return
        yield name, value


def _common_headers(message: Message, sent: Sent) -> Record:
    named = {name.lower(): value for name, value in message.headers}
    common: Record = {"from": [message.source], "to": list(message.to)}
    common |= {"cc": list(message.cc)} if message.cc else {}
    common |= {"date": named["date"]} if "date" in named else {}
    common |= {"replyTo": [named["reply-to"]]} if "reply-to" in named else {}
    return common | {"messageId": named.get("message-id", sent.message_id), "subject": message.subject}


def _tags(message: Message) -> dict[str, list[str]]:
    """SES's own and the sender's, each a list."""
    own = {
        "ses:configuration-set": message.configuration_set,
        "ses:source-ip": "127.0.0.1",
        "ses:from-domain": bare(message.source).rpartition("@")[2],
        "ses:caller-identity": "seslab",
    }
    return {name: [value] for name, value in (own | dict(message.tags)).items() if value is not None}


def _delivery(mail: AcceptedMail, address: str) -> Record:
    return {
        "timestamp": mail.at,
        "processingTimeMillis": PROCESSING_MS,
        "recipients": [bare(address)],
        "smtpResponse": "250 2.6.0 Message received",
        "reportingMTA": MTA,
    }


def _bounce(kind: str, subkind: str, mta: str | None, **about: str) -> Callable[[AcceptedMail, str], Record]:
    """The bounces of a type and subtype; without `mta` no delivery status notification came with it."""

    def details(mail: AcceptedMail, address: str) -> Record:
        return {
            "bounceType": kind,
            "bounceSubType": subkind,
            "bouncedRecipients": [{"emailAddress": bare(address), **about}],
            "timestamp": mail.at,
            "feedbackId": mail.feedback_id(address, "bounce"),
            **({"reportingMTA": mta} if mta else {}),
        }

    return details


def _complaint(mail: AcceptedMail, address: str) -> Record:
    return {
        "complainedRecipients": [{"emailAddress": bare(address)}],
        "timestamp": mail.at,
        "feedbackId": mail.feedback_id(address, "complaint"),
        "complaintSubType": None,
        "userAgent": AGENT,
        "complaintFeedbackType": "abuse",
        "arrivalDate": mail.at,
    }


def _delay(mail: AcceptedMail, address: str) -> Record:
    why = {"status": "4.4.1", "diagnosticCode": "smtp; 421 4.4.1 Unable to connect to remote host"}
    return {
        "timestamp": mail.at,
        "delayType": "TransientCommunicationFailure",
        "expirationTime": _iso(mail.sent.at_unix_s + GIVES_UP_AFTER_S),
        "delayedRecipients": [{"emailAddress": bare(address), **why}],
        "reportingMTA": MTA,
    }


def _suppressed(subkind: str, why: str) -> Callable[[AcceptedMail, str], Record]:
    return _bounce("Permanent", subkind, "dns; amazonses.com", action="failed", status="5.1.1", diagnosticCode=why)


_unknown_user = _bounce(
    "Permanent",
    "General",
    f"dsn; {MTA}",
    action="failed",
    status="5.1.1",
    diagnosticCode="smtp; 550 5.1.1 user unknown",
)
_AT_MAILBOX: dict[Fate, tuple[str, str, Callable[[AcceptedMail, str], Record]]] = {
    Fate.DELIVERED: ("Delivery", "delivery", _delivery),
    Fate.BOUNCED: ("Bounce", "bounce", _unknown_user),
    Fate.COMPLAINED: ("Complaint", "complaint", _complaint),
    Fate.ANSWERED: ("Bounce", "bounce", _bounce("Transient", "General", None)),
    Fate.SUPPRESSED_GLOBALLY: ("Bounce", "bounce", _suppressed("Suppressed", "The address has a history of bouncing.")),
    Fate.SUPPRESSED_BY_ACCOUNT: (
        "Bounce",
        "bounce",
        _suppressed("OnAccountSuppressionList", "The address is on the suppression list of your account."),
    ),
    Fate.DELAYED: ("DeliveryDelay", "deliveryDelay", _delay),
}
"""SES tells of an out-of-office answer as of a bounce, Transient and General."""


def _iso(unix_s: float) -> str:
    return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
