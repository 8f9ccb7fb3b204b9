"""What SNS sends: notifications, and the question whether an address wants them.

Source: Amazon SNS Developer Guide, "Parsing Amazon SNS message formats".
"""

from __future__ import annotations

from time import time
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

from loadtests.endpoint.sns.signing import signer
from scenarios.formats.instants import to_millisecond

Message = dict[str, Any]


class Sender(NamedTuple):
    """A topic, the address of the server that its subscriber knows, and how the topic signs."""

    topic_arn: str
    url: str
    signature_version: str

    def link(self, action: str, **parameters: str) -> str:
        """An address that performs an action for the one who follows it."""
        return f"{self.url}/?{urlencode({'Action': action, **parameters})}"


def notification(sender: Sender, subscription_arn: str, message_id: str, subject: str | None, text: str) -> Message:
    """What a subscriber is told; the `subject` is of those who read it as mail."""
    titled = {"Subject": subject} if subject else {}
    head = {"Type": "Notification", "MessageId": message_id, "TopicArn": sender.topic_arn}
    signed = _signed(sender, {**head, **titled, "Message": text})
    return {**signed, "UnsubscribeURL": sender.link("Unsubscribe", SubscriptionArn=subscription_arn)}


def confirmation(sender: Sender, token: str) -> Message:
    """What a new subscriber is asked."""
    text = (
        f"You have chosen to subscribe to the topic {sender.topic_arn}.\n"
        "To confirm the subscription, visit the SubscribeURL included in this message."
    )
    return _with_links(sender, "SubscriptionConfirmation", token, text)


def farewell(sender: Sender, subscription_arn: str, token: str) -> Message:
    """What a subscriber is told that is one no more; its link makes it one again."""
    text = (
        f"You have chosen to deactivate subscription {subscription_arn}.\n"
        "To cancel this operation and restore the subscription, visit the SubscribeURL included in this message."
    )
    return _with_links(sender, "UnsubscribeConfirmation", token, text)


def _with_links(sender: Sender, kind: str, token: str, text: str) -> Message:
    link = sender.link("ConfirmSubscription", TopicArn=sender.topic_arn, Token=token)
    head = {"Type": kind, "MessageId": str(uuid4()), "Token": token, "TopicArn": sender.topic_arn}
    return _signed(sender, {**head, "Message": text, "SubscribeURL": link})


def _signed(sender: Sender, message: Message) -> Message:
    dated = {**message, "Timestamp": to_millisecond(time()), "SignatureVersion": sender.signature_version}
    key = signer()
    signature = key.sign(dated, sender.signature_version)
    return {**dated, "Signature": signature, "SigningCertURL": f"{sender.url}{key.path}"}
