"""moto's SNS, whose webhooks are asked before they get messages; its interface is moto's."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, TypeGuard, cast
from uuid import uuid4

from moto.core.utils import camelcase_to_underscores
from moto.sns import models, urls
from moto.sns.exceptions import SNSException
from moto.utilities.arns import parse_arn

from loadtests.endpoint.sns.delivery_policies import check_topic
from loadtests.endpoint.sns.exchange import is_address
from loadtests.endpoint.sns.filter_policies import check_policy
from loadtests.endpoint.sns.filters import BODY
from loadtests.endpoint.sns.queueing import FIFO, is_queue
from loadtests.endpoint.sns.refusals import AT_CREATION, Unfit, invalid
from loadtests.endpoint.sns.signing import HASHES
from loadtests.endpoint.sns.subscription import HTTP, SQS, Subscription
from loadtests.endpoint.sns.subscription_attributes import as_switch, check_attributes, filter_policy

LEFT_MOST = 1_000  # subscriptions that were ended and can be had back
PROTOCOLS = (*HTTP, "email", "email-json", "sms", "sqs", "application", "lambda", "firehose")
ATTRIBUTES = (
    "ArchivePolicy", "ContentBasedDeduplication", "DeliveryPolicy", "DisplayName", "FifoThroughputScope",
    "KmsMasterKeyId", "Policy", "SignatureVersion", "TracingConfig",
)  # fmt: skip
"""Those of a topic that can be set, besides the roles and rates of its feedback."""
OF_NEW = ("FifoTopic",)
"""Those that only a new one is given."""


class Unauthorised(SNSException):
    """The request would have to be signed."""

    code = "AuthorizationError"


class Topic(models.Topic):
    """Tells all of its subscribers: moto's tells the first hundred, and keeps whatever it has told."""

    def publish(
        self,
        message: str,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        message_structure: str | None = None,
    ) -> str:
        message_id = str(uuid4())
        details = (subject, message_attributes, group_id, deduplication_id, message_structure)
        for subscription in self.sns_backend._get_topic_subscriptions(self):
            subscription.publish(message, message_id, *details)
        return message_id


class Backend(models.SNSBackend):
    """One account's topics in one region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._left: OrderedDict[str, Subscription] = OrderedDict()

    @property
    def _url_module(self) -> Any:
        return urls  # moto would look for it beside our class

    def subscribe(self, topic_arn: str, endpoint: str, protocol: str) -> Subscription:
        """A new subscription of a webhook waits to be confirmed; no link restores an older one any more."""
        _refuse_unlikely(topic_arn, endpoint, protocol)
        is_new = self._find_subscription(topic_arn, endpoint, protocol) is None
        for token, left in list(self._left.items()):
            if (left.topic.arn, left.endpoint) == (topic_arn, endpoint):
                del self._left[token]
        subscription = cast(Subscription, super().subscribe(topic_arn, endpoint, protocol))
        if is_new and protocol in HTTP:
            subscription.attributes |= {"PendingConfirmation": True, "ConfirmationWasAuthenticated": False}
        return subscription

    def confirm(self, topic_arn: str, token: str, *, is_signed: bool, to_leave_signed: bool = False) -> Subscription:
        """The subscription of this token, which gets messages from now on, and ends by signed requests only if so.

        One that has been confirmed already stays as it is.
        """
        topic = self.get_topic(topic_arn)
        subscription = self._with(topic, token)
        if subscription.is_pending:
            subscription.attributes |= {
                "PendingConfirmation": False,
                "ConfirmationWasAuthenticated": is_signed and to_leave_signed,
            }
        self.subscriptions[subscription.arn] = subscription
        return subscription

    def unsubscribe_unsigned(self, subscription_arn: str) -> None:
        """By the link in a message, which anybody may have followed: a webhook is told, and can have it back."""
        subscription = self.subscriptions.get(subscription_arn)
        if subscription and subscription.attributes.get("ConfirmationWasAuthenticated"):
            raise Unauthorised("Unsubscribe requires a signed request for this subscription")
        self.unsubscribe(subscription_arn)
        if subscription is not None and _is_asked(subscription) and not subscription.is_pending:
            subscription.leave()
            self._left[subscription.token] = subscription
            if len(self._left) > LEFT_MOST:
                self._left.popitem(last=False)

    def create_topic(
        self, name: str, attributes: dict[str, str] | None = None, tags: dict[str, str] | None = None
    ) -> models.Topic:
        """Moto gives it whatever attributes are asked for."""
        for its_name, value in (attributes or {}).items():
            if its_name not in OF_NEW:
                _check_topic(camelcase_to_underscores(its_name), value, AT_CREATION)
        return super().create_topic(name, attributes, tags)

    def set_topic_attribute(self, topic_arn: str, attribute_name: str, attribute_value: str) -> None:
        """Moto takes any name, and any version."""
        _check_topic(attribute_name, attribute_value, "")
        super().set_topic_attribute(topic_arn, attribute_name, attribute_value)

    def set_subscription_attributes(self, arn: str, name: str, value: Any) -> None:
        """Moto takes the text `false` for true, any policy for dead letters, and a scope without its policy."""
        subscription = self.subscriptions.get(arn)
        if subscription is not None:
            try:
                self.check_subscription(subscription.topic.arn, {name: value}, subscription.attributes)
            except Unfit as error:
                raise invalid(str(error)) from error
        super().set_subscription_attributes(arn, name, as_switch(value) if name == "RawMessageDelivery" else value)
        if subscription is not None and name == "FilterPolicyScope":
            policy = subscription.attributes.get("FilterPolicy")
            super().set_subscription_attributes(arn, "FilterPolicy", policy)

    def check_subscription(self, topic_arn: str, new: Mapping[str, Any], old: Mapping[str, Any]) -> None:
        """What is to be set of a subscription, which has others already. Raises Unfit."""
        check_attributes(new, is_fifo=topic_arn.endswith(FIFO))
        attributes = {**old, **new}
        if policy := attributes.get("FilterPolicy"):
            check_policy(filter_policy(policy), may_nest=attributes.get("FilterPolicyScope") == BODY)

    def _validate_filter_policy(self, value: Any, scope: str | None) -> None:
        """It has been, before moto asks."""

    def _with(self, topic: models.Topic, token: str) -> Subscription:
        left = self._left.get(token)
        if left is not None and left.topic is topic:
            del self._left[token]
            return left
        for subscription in list(self.subscriptions.values()):
            if subscription.topic is topic and _is_asked(subscription) and subscription.token == token:
                return subscription
        raise invalid("Token")


def _check_topic(name: str, value: str, where: str) -> None:
    """An attribute, in moto's spelling of its name; raises SNSInvalidParameter."""
    if name not in map(camelcase_to_underscores, ATTRIBUTES) and "feedback" not in name:
        raise invalid(f"{where}AttributeName")
    if name == "signature_version" and value not in HASHES:
        raise invalid(f"{where}SignatureVersion")
    if name == "delivery_policy" and value:
        try:
            check_topic(value)
        except Unfit as error:
            raise invalid(f"{where}{error}") from error


def _refuse_unlikely(topic_arn: str, endpoint: str, protocol: str) -> None:
    """What moto does not look at, or fails over."""
    if not _is_arn(topic_arn):
        raise invalid("TopicArn")
    if protocol not in PROTOCOLS:
        raise invalid(f"Amazon SNS does not support this protocol string: {protocol}" if protocol else "Protocol")
    if not endpoint:
        raise invalid("Endpoint")
    if protocol == SQS and not is_queue(endpoint):
        raise invalid("SQS endpoint ARN")
    if protocol in HTTP and not endpoint.lower().startswith(f"{protocol}://"):
        raise invalid("Endpoint must match the specified protocol")
    if protocol in HTTP and not is_address(endpoint, protocol):
        raise invalid("Endpoint")


def _is_arn(text: str) -> bool:
    try:
        return bool(text) and parse_arn(text).service == "sns"
    except ValueError:
        return False


def _is_asked(subscription: models.Subscription) -> TypeGuard[Subscription]:
    """Whether its messages need a confirmation."""
    return subscription.protocol in HTTP
