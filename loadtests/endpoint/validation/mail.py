"""A whole mail as SES looks at it before anything else, in the order in which it complains.

The order of the addresses is SES's, which floci-io/floci has asked. A MIME text was looked at when it was read.
"""

from __future__ import annotations

from loadtests.endpoint.message import Message
from loadtests.endpoint.refusals import Refused, invalid
from loadtests.endpoint.validation.attachments import check_attachment
from loadtests.endpoint.validation.headers import check_added
from loadtests.endpoint.validation.mailbox import check_one, check_sender_of_many
from loadtests.endpoint.validation.tags import check_tags
from scenarios.ledger.ledger import MESSAGES, REJECTED
from strategies.ports import MAX_RECIPIENTS


def check_mail(message: Message) -> None:
    """Raises Refused for the first thing that SES does not like."""
    if message.flaw is not None:
        raise Refused(*message.flaw.args)
    for address in (*_of(message.source), *message.recipients, *_of(message.return_path), *message.reply_to):
        check_one(address)
    check_tags(message.tags)
    if message.raw is None:
        check_added(message.headers)
    for attachment in message.attachments:
        check_attachment(attachment)


def check_senders_of_many(message: Message) -> None:
    """Raises Refused for what is wrong with the sender, or the return path, of a bulk call."""
    for address in (*_of(message.source), *_of(message.return_path)):
        check_sender_of_many(address)


def check_from(message: Message) -> None:
    """Raises Refused if the mail has no sender."""
    if not message.source:
        raise invalid("Missing required header 'From'.")


def check_recipients(message: Message) -> None:
    """Raises Refused if the mail has no recipient, or too many of them."""
    count = len(message.recipients)
    if not count:
        raise invalid("Missing required header 'To'.")
    if count > MAX_RECIPIENTS:
        raise invalid(MESSAGES[REJECTED])


def _of(address: str) -> tuple[str, ...]:
    """An address that may be left out."""
    return (address,) if address else ()
