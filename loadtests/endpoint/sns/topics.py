"""moto's SNS, whose webhooks are asked before they get messages; its interface is moto's."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, TypeGuard, cast

from moto.core.utils import ensure_boolean
from moto.sns import models, urls
from moto.sns.exceptions import SNSException, SNSInvalidParameter

from loadtests.endpoint.sns.subscription import HTTP, Subscription

LEFT_MOST = 1_000  # subscriptions that were ended and can be had back


class Unauthorised(SNSException):
    """The request would have to be signed."""

    code = "AuthorizationError"


class Backend(models.SNSBackend):
    """One account's topics in one region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._left: OrderedDict[str, Subscription] = OrderedDict()

    @property
    def _url_module(self) -> Any:
        return urls  # moto would look for it beside our class

    def subscribe(self, topic_arn: str, endpoint: str, protocol: str) -> Subscription:
        """A new subscription of a webhook waits until it is confirmed."""
        if protocol in HTTP and not endpoint.startswith(f"{protocol}://"):
            raise SNSInvalidParameter("Invalid parameter: Endpoint must match the specified protocol")
        is_new = self._find_subscription(topic_arn, endpoint, protocol) is None
        subscription = cast(Subscription, super().subscribe(topic_arn, endpoint, protocol))
        if is_new and protocol in HTTP:
            subscription.attributes |= {"PendingConfirmation": True, "ConfirmationWasAuthenticated": False}
        return subscription

    def confirm(self, topic_arn: str, token: str, *, is_signed: bool, to_leave_signed: bool = False) -> Subscription:
        """The subscription of this token, which gets messages from now on, and ends by signed requests only if so."""
        self.get_topic(topic_arn)
        subscription = self._with(topic_arn, token)
        subscription.attributes |= {
            "PendingConfirmation": False,
            "ConfirmationWasAuthenticated": is_signed and to_leave_signed,
        }
        self.subscriptions[subscription.arn] = subscription
        return subscription

    def unsubscribe(self, subscription_arn: str) -> None:
        """A webhook is told of it."""
        subscription = self.subscriptions.get(subscription_arn)
        super().unsubscribe(subscription_arn)
        if subscription is not None and _is_asked(subscription) and not subscription.is_pending:
            subscription.leave()
            self._left[subscription.token] = subscription
            if len(self._left) > LEFT_MOST:
                self._left.popitem(last=False)

    def unsubscribe_unsigned(self, subscription_arn: str) -> None:
        """By the link in a message."""
        subscription = self.subscriptions.get(subscription_arn)
        if subscription and subscription.attributes.get("ConfirmationWasAuthenticated"):
            raise Unauthorised("Unsubscribe requires a signed request for this subscription")
        self.unsubscribe(subscription_arn)

    def publish(self, message: str, arn: str | None, *args: Any, **kwargs: Any) -> str:
        """Moto keeps all that was published, for tests in its own process."""
        message_id = super().publish(message, arn, *args, **kwargs)
        if arn in self.topics:
            self.topics[arn].sent_notifications.clear()
        return message_id

    def set_subscription_attributes(self, arn: str, name: str, value: Any) -> None:
        """Moto takes the text `false` for true."""
        is_switch = name == "RawMessageDelivery"
        super().set_subscription_attributes(arn, name, ensure_boolean(value) if is_switch else value)

    def _with(self, topic_arn: str, token: str) -> Subscription:
        if left := self._left.pop(token, None):
            return left
        for subscription in list(self.subscriptions.values()):
            if subscription.topic.arn == topic_arn and _is_asked(subscription) and subscription.token == token:
                return subscription
        raise SNSInvalidParameter("Invalid parameter: Token")


def _is_asked(subscription: models.Subscription) -> TypeGuard[Subscription]:
    """Whether its messages need a confirmation."""
    return subscription.protocol in HTTP
