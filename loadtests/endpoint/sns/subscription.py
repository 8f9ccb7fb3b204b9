"""A subscription: moto's, whose messages are signed, and which asks a webhook whether it wants them.

Source: Amazon SNS Developer Guide, "HTTP/HTTPS notifications" and "HTTP/HTTPS headers".
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from secrets import token_hex
from typing import Any

from moto.sns import models
from moto.sqs.exceptions import SQSException

from loadtests.endpoint.sns import messages
from loadtests.endpoint.sns.delivery_policies import Delivery, delivery
from loadtests.endpoint.sns.exchange import Post, without_password
from loadtests.endpoint.sns.messages import Message, Sender
from loadtests.endpoint.sns.queueing import Letter, as_sqs, enqueue, is_buried
from loadtests.endpoint.sns.signing import DEFAULT_VERSION, HASHES

HTTP, SQS = ("http", "https"), "sqs"
TOKEN_BYTES = 128
AGENT = "Amazon Simple Notification Service Agent"


def _unheard(_: Post) -> None:
    pass


post: Callable[[Post], None] = _unheard
"""What brings a webhook its messages: the server's, once it runs."""


def _unsaid(_subscriber: str, _why: object) -> None:
    pass


lost: Callable[[str, object], None] = _unsaid
"""What is told of a subscriber that did not get a message, nor its dead-letter queue: the server's, once it runs."""


class Subscription(models.Subscription):
    """`url` is the server's address as the one knows it who subscribed, `token` what confirms the subscription."""

    def __init__(self, account_id: str, topic: models.Topic, endpoint: str, protocol: str) -> None:
        super().__init__(account_id, topic, endpoint, protocol)
        self.url = f"https://sns.{topic.sns_backend.region_name}.amazonaws.com"
        self.token = token_hex(TOKEN_BYTES)

    @property
    def is_pending(self) -> bool:
        """Whether its webhook has not said yet that it wants messages: until then it gets none."""
        return bool(self.attributes.get("PendingConfirmation"))

    def ask(self) -> None:
        """Ask the webhook whether it wants messages."""
        self._post_document(messages.confirmation(self._sender(), self.token))

    def leave(self) -> None:
        """Tell the webhook that it gets no more; a token of its own brings the messages back."""
        self.token = token_hex(TOKEN_BYTES)
        self._post_document(messages.farewell(self._sender(), self.arn, self.token))

    def publish(
        self,
        message: str,
        message_id: str,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        message_structure: str | None = None,
    ) -> None:
        """To a webhook as SNS does it; moto knows the other protocols."""
        if self.protocol not in (*HTTP, SQS):
            super().publish(
                message, message_id, subject, message_attributes, group_id, deduplication_id, message_structure
            )
        elif not self.is_pending and self._wants(message, message_attributes):
            text = self._parse_message_structure(message, self.protocol) if message_structure == "json" else message
            is_raw = bool(self.attributes.get("RawMessageDelivery"))
            body = text if is_raw else self._wrapped(text, message_id, subject, message_attributes)
            attributes = as_sqs(message_attributes) if is_raw else {}
            letter = Letter(body, attributes, group_id, deduplication_id)
            if self.protocol == SQS:
                self._enqueue(letter)
            else:
                self._post("Notification", message_id, letter, {"x-amz-sns-rawdelivery": "true"} if is_raw else {})

    def get_post_data(
        self, message: str, message_id: str, subject: str | None, message_attributes: dict[str, Any] | None = None
    ) -> Message:
        """A notification in SNS's envelope."""
        notification = messages.notification(self._sender(), self.arn, message_id, subject, message)
        return {**notification, "MessageAttributes": message_attributes} if message_attributes else notification

    def _wants(self, message: str, attributes: dict[str, Any] | None) -> bool:
        matcher = self._filter_policy_matcher
        return matcher is None or matcher.matches(attributes, message)

    def _wrapped(self, text: str, message_id: str, subject: str | None, attributes: dict[str, Any] | None) -> str:
        document = self.get_post_data(text, message_id, subject, attributes)
        return json.dumps(document, indent=2, sort_keys=self.protocol == SQS)

    def _enqueue(self, letter: Letter) -> None:
        """The publisher does not learn of a queue that is gone, or refuses it."""
        try:
            enqueue(self.account_id, self.endpoint, letter)
        except SQSException as error:
            self._bury(letter, error)

    def _bury(self, letter: Letter, why: object) -> None:
        if not is_buried(self.account_id, self.attributes.get("RedrivePolicy"), letter):
            lost(without_password(self.endpoint), why)

    def _post_document(self, document: Message) -> None:
        self._post(document["Type"], document["MessageId"], Letter(json.dumps(document, indent=2), {}), {})

    def _post(self, kind: str, message_id: str, letter: Letter, more: dict[str, str]) -> None:
        of_subscription = {} if kind == "SubscriptionConfirmation" else {"x-amz-sns-subscription-arn": self.arn}
        told = Delivery() if kind != "Notification" else self._delivery()
        headers = {
            "x-amz-sns-message-type": kind,
            "x-amz-sns-message-id": message_id,
            "x-amz-sns-topic-arn": self.topic.arn,
            **of_subscription,
            **more,
            "Content-Type": told.content_type,
            "User-Agent": AGENT,
        }
        dead = {"bury": partial(self._bury, letter)} if kind == "Notification" else {}
        post(Post(self.endpoint, letter.text.encode(), headers, **dead, again_after_s=told.again_after_s))

    def _delivery(self) -> Delivery:
        return delivery(self.attributes.get("DeliveryPolicy") or "", self.topic.delivery_policy or "")

    def _sender(self) -> Sender:
        version = str(getattr(self.topic, "signature_version", DEFAULT_VERSION))
        return Sender(self.topic.arn, self.url, version if version in HASHES else DEFAULT_VERSION)
