"""SES's event records: one for each thing that happens to a mail, as SES publishes them to SNS.

Source: Amazon SES Developer Guide, "Contents of event data that Amazon SES publishes to Amazon SNS".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, uuid5

from moto.utilities.utils import get_partition

from loadtests.endpoint.addresses import bare
from loadtests.endpoint.message import Message, Sent
from loadtests.endpoint.publishing.mailbox import DELAYS, WITHHELD, Fate, Happening
from scenarios.formats.instants import to_millisecond

HEADERS_MOST_BYTES = 10_240
PROCESSING_MS = 5  # from acceptance to whatever happens at the mailbox: SES needs milliseconds
GIVES_UP_AFTER_S = 50_400  # SES's longest MaxDeliverySeconds
MTA, OUTGOING_IP = "localhost", "127.0.0.1"  # here no mail leaves the machine
AGENT = "seslab mailbox simulator"

Record = dict[str, Any]


class AcceptedMail(NamedTuple):
    """An accepted mail, as its events speak of it."""

    sent: Sent
    record: Record
    patience_s: float = GIVES_UP_AFTER_S

    def event(self, kind: str, key: str, details: Record) -> Record:
        """A record of an event of this mail; `key` is where its details stand."""
        return {"eventType": kind, "mail": self.record, key: details}

    def soon(self, fate: Fate) -> Happening:
        """What happens at a mailbox that answers at once."""
        at_unix_s = self.sent.at_unix_s
        return Happening(fate, at_unix_s + PROCESSING_MS / 1000, gives_up_unix_s=at_unix_s + self.patience_s)

    def at_mailbox(self, happening: Happening, address: str) -> Record:
        """A record of what happens at one recipient's mailbox."""
        kind, key, details = _AT_MAILBOX[happening.fate]
        mail = self if happening.fate in WITHHELD | DELAYS else self._sent_from()
        return mail.event(kind, key, details(mail, address, happening))

    def _sent_from(self) -> AcceptedMail:
        """With the address that a provider's server has seen.

        SES's examples of records, and those that localstack/localstack has recorded, have it in deliveries, bounces
        and complaints only.
        """
        return self._replace(record={**self.record, "tags": {**self.record["tags"], "ses:outgoing-ip": [OUTGOING_IP]}})

    def feedback_id(self, address: str, kind: str) -> str:
        """In the form of a message id, and the same whenever it is asked for."""
        message_id = self.sent.message_id
        return f"{message_id.partition('-')[0]}-{uuid5(NAMESPACE_OID, f'{message_id}/{kind}/{address}')}-000000"


Details = Callable[[AcceptedMail, str, Happening], Record]


def accepted_mail(message: Message, sent: Sent, account: str, region: str) -> AcceptedMail:
    """What the events of a mail say of it."""
    patience_s = GIVES_UP_AFTER_S if message.max_delivery_s is None else message.max_delivery_s
    return AcceptedMail(sent, _mail(message, sent, account, region), patience_s)


def _mail(message: Message, sent: Sent, account: str, region: str) -> Record:
    kept = list(_up_to(HEADERS_MOST_BYTES, headers_of(message)))
    return {
        "timestamp": to_millisecond(sent.at_unix_s),
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
        "ses:operation": message.operation or None,
        "ses:configuration-set": message.configuration_set,
        "ses:tenant-name": message.tenant,
        "ses:source-ip": message.client.ip,
        "ses:from-domain": bare(message.source).rpartition("@")[2],
        "ses:caller-identity": "seslab",
    }
    return {name: [value] for name, value in (own | dict(message.tags)).items() if value is not None}


def _delivery(mail: AcceptedMail, address: str, happening: Happening) -> Record:
    return {
        "timestamp": to_millisecond(happening.at_unix_s),
        "processingTimeMillis": round((happening.at_unix_s - mail.sent.at_unix_s) * 1000),
        "recipients": [bare(address)],
        "smtpResponse": "250 2.6.0 Message received",
        "reportingMTA": MTA,
    }


def _bounce(kind: str, subkind: str, mta: str | None, reply: str = "", why: str = "") -> Details:
    """The bounces of a type and subtype, and what is usually replied; one without `mta` has no such notification."""

    def details(mail: AcceptedMail, address: str, happening: Happening) -> Record:
        said = happening.reply or reply
        about = {"action": "failed", "status": _status(said), "diagnosticCode": why or f"smtp; {said}"} if mta else {}
        return {
            "bounceType": kind,
            "bounceSubType": subkind,
            "bouncedRecipients": [{"emailAddress": bare(address), **about}],
            "timestamp": to_millisecond(happening.at_unix_s),
            "feedbackId": mail.feedback_id(address, "bounce"),
            **({"reportingMTA": mta} if mta else {}),
        }

    return details


def _complaint(mail: AcceptedMail, address: str, happening: Happening) -> Record:
    return {
        "complainedRecipients": [{"emailAddress": bare(address)}],
        "timestamp": to_millisecond(happening.at_unix_s),
        "feedbackId": mail.feedback_id(address, "complaint"),
        "complaintSubType": None,
        "userAgent": AGENT,
        "complaintFeedbackType": "abuse",
        "arrivalDate": to_millisecond(happening.at_unix_s),
    }


def _delay(kind: str, reply: str) -> Details:
    """The delays of a type, and what is usually replied."""

    def details(mail: AcceptedMail, address: str, happening: Happening) -> Record:
        said = happening.reply or reply
        why = {"status": _status(said), "diagnosticCode": f"smtp; {said}"}
        return {
            "timestamp": to_millisecond(happening.at_unix_s),
            "delayType": kind,
            "expirationTime": to_millisecond(happening.gives_up_unix_s),
            "delayedRecipients": [{"emailAddress": bare(address), **why}],
            "reportingMTA": MTA,
        }

    return details


_STATUS = re.compile(r"\b[245]\.[0-9]{1,3}\.[0-9]{1,3}\b")


def _status(reply: str) -> str:
    """The enhanced status code of a reply (RFC 3463), or the one of its class that says nothing more."""
    found = _STATUS.search(reply)
    return found[0] if found else f"{reply[:1]}.0.0"


def _suppressed(subkind: str, why: str) -> Details:
    return _bounce("Permanent", subkind, "dns; amazonses.com", "550 5.1.1", why)


LISTED_BY_TENANT = (
    "Amazon SES did not send the message to this address because it is on the suppression list for your tenant."
)
"""In the words of the SES Developer Guide, "Using tenant-level suppression lists in Amazon SES"."""
UNREACHABLE, FULL = "421 4.4.1 Unable to connect to remote host", "452 4.2.2 Mailbox full"
_AT_MAILBOX: dict[Fate, tuple[str, str, Details]] = {
    Fate.DELIVERED: ("Delivery", "delivery", _delivery),
    Fate.BOUNCED: ("Bounce", "bounce", _bounce("Permanent", "General", f"dsn; {MTA}", "550 5.1.1 user unknown")),
    Fate.COMPLAINED: ("Complaint", "complaint", _complaint),
    Fate.ANSWERED: ("Bounce", "bounce", _bounce("Transient", "General", None)),
    Fate.SUPPRESSED_GLOBALLY: ("Bounce", "bounce", _suppressed("Suppressed", "The address has a history of bouncing.")),
    Fate.SUPPRESSED_BY_ACCOUNT: (
        "Bounce",
        "bounce",
        _suppressed("OnAccountSuppressionList", "The address is on the suppression list of your account."),
    ),
    Fate.SUPPRESSED_BY_TENANT: ("Bounce", "bounce", _suppressed("OnTenantSuppressionList", LISTED_BY_TENANT)),
    Fate.UNSUBSCRIBED: (
        "Bounce",
        "bounce",
        _suppressed("UnsubscribedRecipient", "The contact has unsubscribed from the contact list or the topic."),
    ),
    Fate.DELAYED: ("DeliveryDelay", "deliveryDelay", _delay("TransientCommunicationFailure", UNREACHABLE)),
    Fate.DELAYED_BY_LIMIT: ("DeliveryDelay", "deliveryDelay", _delay("IPFailure", "421 4.7.0 Try again later")),
    Fate.DELAYED_BY_FULL_MAILBOX: ("DeliveryDelay", "deliveryDelay", _delay("MailboxFull", FULL)),
    Fate.EXPIRED: ("Bounce", "bounce", _bounce("Transient", "General", f"dsn; {MTA}", UNREACHABLE)),
    Fate.EXPIRED_AT_FULL_MAILBOX: ("Bounce", "bounce", _bounce("Transient", "MailboxFull", f"dsn; {MTA}", FULL)),
    Fate.TIMED_OUT: ("Bounce", "bounce", _bounce("Transient", "CustomTimeoutExceeded", f"dsn; {MTA}", UNREACHABLE)),
}
"""SES tells of an out-of-office answer as of a bounce, Transient and General."""
