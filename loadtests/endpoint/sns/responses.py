"""SNS's operations that are about confirmation; moto answers all others."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from moto.core.responses import ActionResult, EmptyResult
from moto.sns import models, urls
from moto.sns.responses import SNSResponse

from loadtests.endpoint.sns.batches import Entry, check_batch, check_message, published
from loadtests.endpoint.sns.filters import Filter
from loadtests.endpoint.sns.refusals import AT_CREATION, Unfit, invalid
from loadtests.endpoint.sns.subscription import Subscription
from loadtests.endpoint.sns.subscription_attributes import differ
from loadtests.endpoint.sns.topics import Backend, Topic

PENDING = "pending confirmation"


def install() -> None:
    """Make our backend moto's SNS; whatever topics there were are gone. To be called once, before any request."""
    models.sns_backends.clear()
    models.sns_backends.backend = Backend
    models.Subscription, models.Topic = Subscription, Topic  # type: ignore[misc]
    models.FilterPolicyMatcher = Filter  # type: ignore[assignment, attr-defined]
    urls.url_paths["{0}/$"] = Responses.dispatch


class Responses(SNSResponse):
    """Moto makes one for each request."""

    def subscribe(self) -> ActionResult:
        """Ask a webhook that has not answered yet, however often it has been asked."""
        topic_arn, endpoint, protocol = map(self._get_param, ("TopicArn", "Endpoint", "Protocol"))
        known = self._ours._find_subscription(topic_arn, endpoint, protocol)
        self._check_attributes(str(topic_arn), known)
        answer = super().subscribe()
        subscription = self._ours._find_subscription(topic_arn, endpoint, protocol)
        if not isinstance(subscription, Subscription):
            return answer
        subscription.url = f"http://{self.headers['Host']}"
        if not subscription.is_pending:
            return answer
        subscription.ask()
        return answer if self._is("ReturnSubscriptionArn") else ActionResult({"SubscriptionArn": PENDING})

    def _check_attributes(self, topic_arn: str, known: models.Subscription | None) -> None:
        """Lest there be a subscription without what is refused, or with others than it was made with."""
        asked, there = self._get_param("Attributes", {}), known.attributes if known else {}
        try:
            self._ours.check_subscription(topic_arn, asked, there)
        except Unfit as error:
            raise invalid(f"{AT_CREATION}{error}") from error
        if known is not None and differ(asked, there):
            raise invalid(f"{AT_CREATION}Subscription already exists with different attributes")

    def publish(self) -> ActionResult:
        """Moto fails over what lacks a text, or an attribute's type."""
        check_message({name: self._get_param(name) for name in ("Message", "Subject", "MessageAttributes")})
        return super().publish()

    def publish_batch(self) -> ActionResult:
        """Moto forgets entries that fail in a way that it does not expect."""
        topic, entries = (
            self._ours.get_topic(self._get_param("TopicArn")),
            self._get_param("PublishBatchRequestEntries", []),
        )
        check_batch(entries)
        if topic.fifo_topic and not all(entry.get("MessageGroupId") for entry in entries):
            raise invalid("The MessageGroupId parameter is required for FIFO topics")
        return ActionResult(published(entries, partial(self._publish, topic.arn)))

    def _publish(self, topic_arn: str, entry: Entry) -> str:
        check_message(entry)
        return self._ours.publish(
            entry["Message"],
            topic_arn,
            subject=entry.get("Subject"),
            message_attributes=self._transform_message_attributes(entry.get("MessageAttributes", {})),
            group_id=entry.get("MessageGroupId"),
            deduplication_id=entry.get("MessageDeduplicationId"),
            message_structure=entry.get("MessageStructure"),
        )

    def get_topic_attributes(self) -> ActionResult:
        """Moto counts no subscriptions, and does not tell how a topic signs."""
        topic_arn = self._get_param("TopicArn")
        topic = self._ours.get_topic(topic_arn)
        pending = [_is_pending(one) for one in self._ours._get_topic_subscriptions(topic)]
        topic.subscriptions_pending, topic.subscriptions_confimed = sum(pending), len(pending) - sum(pending)
        answer = super().get_topic_attributes()
        version = getattr(topic, "signature_version", None)
        attributes = {**_attributes(answer), **({"SignatureVersion": version} if version else {})}
        return ActionResult({"Attributes": attributes})

    def confirm_subscription(self) -> ActionResult:
        """A signed request may ask that only signed requests end the subscription."""
        topic_arn, token = self._get_param("TopicArn"), self._get_param("Token")
        if not topic_arn or not token:
            raise invalid("Token" if topic_arn else "TopicArn")
        subscription = self._ours.confirm(
            topic_arn,
            token,
            is_signed=True,
            to_leave_signed=self._is("AuthenticateOnUnsubscribe"),
        )
        return ActionResult({"SubscriptionArn": subscription.arn})

    def set_subscription_attributes(self) -> ActionResult:
        """Moto makes a switch of any text before it looks at it."""
        names = ("SubscriptionArn", "AttributeName", "AttributeValue")
        self._ours.set_subscription_attributes(*map(self._get_param, names))
        return EmptyResult()

    def list_subscriptions(self) -> ActionResult:
        found, token = self.backend.list_subscriptions(self._get_param("NextToken"))
        return ActionResult({"Subscriptions": list(map(_row, found)), "NextToken": token})

    def list_subscriptions_by_topic(self) -> ActionResult:
        found, token = self.backend.list_subscriptions_by_topic(
            self._get_param("TopicArn"), self._get_param("NextToken")
        )
        return ActionResult({"Subscriptions": list(map(_row, found)), "NextToken": token})

    def _is(self, name: str) -> bool:
        return str(self._get_param(name)).lower() == "true"

    @property
    def _ours(self) -> Backend:
        return cast(Backend, self.backend)


def _row(subscription: models.Subscription) -> dict[str, str]:
    arn = "PendingConfirmation" if _is_pending(subscription) else subscription.arn
    return {
        "SubscriptionArn": arn,
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic.arn,
    }


def _attributes(answer: ActionResult) -> dict[str, Any]:
    return cast("dict[str, dict[str, Any]]", answer.result)["Attributes"]


def _is_pending(subscription: models.Subscription) -> bool:
    return isinstance(subscription, Subscription) and subscription.is_pending
