"""Tells what becomes of a mail: SES's event publishing, to SNS topics and their subscribers."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from moto.sns.models import sns_backends

from loadtests.endpoint.message import Message, Sent
from loadtests.endpoint.publishing import subscribers
from loadtests.endpoint.publishing.configuration import Destination
from loadtests.endpoint.publishing.events import AcceptedMail, Record
from loadtests.endpoint.publishing.mailbox import fates, has_virus
from loadtests.endpoint.publishing.troubles import Troubles

TYPES = {
    "Send": "SEND",
    "Reject": "REJECT",
    "Rendering Failure": "RENDERING_FAILURE",
    "Delivery": "DELIVERY",
    "Bounce": "BOUNCE",
    "Complaint": "COMPLAINT",
    "DeliveryDelay": "DELIVERY_DELAY",
}
"""The types of event that happen here, as records name them, and as event destinations do."""

SUBJECT = "Amazon SES Email Event Notification"
VALIDATED = "Successfully validated SNS topic for Amazon SES event publishing."
FEEDBACK = frozenset({"Bounce", "Complaint", "Delivery"})

_log = logging.getLogger(__name__)


def events_of(message: Message, sent: Sent, account: str, region: str) -> list[Record]:
    """SES's records of all that happens to an accepted mail: that it was sent, then what each recipient's mailbox does.

    A mail with a virus, or without the data that its template needs, reaches no mailbox.
    """
    mail = AcceptedMail(message, sent, account, region)
    return [mail.event("Send", "send", {}), *_outcome(mail)]


def _outcome(mail: AcceptedMail) -> Iterator[Record]:
    message = mail.message
    if message.rendering_error:
        yield mail.event("Rendering Failure", "failure", _failure(message))
    elif has_virus(message):
        yield mail.event("Reject", "reject", {"reason": "Bad content"})
    else:
        for address in message.recipients:
            for fate in fates(address, message.suppressed):
                yield mail.at_mailbox(fate, address)


def _failure(message: Message) -> Record:
    """Why a template could not be rendered; one that the request held itself has no name."""
    named = {"templateName": message.template} if message.template else {}
    return {"errorMessage": message.rendering_error, **named}


def feedback_of(message: Message, sent: Sent, account: str, region: str) -> list[Record]:
    """SES's notifications to the topics of the sender's identity: bounces, complaints and deliveries, without tags."""
    events = events_of(message, sent, account, region)
    return [_as_feedback(event) for event in events if event["eventType"] in FEEDBACK]


def _as_feedback(event: Record) -> Record:
    kind = event.pop("eventType")
    hidden = ("tags", "headersTruncated", "headers", "commonHeaders")  # headers: unless the identity asks for them
    mail = {name: value for name, value in event.pop("mail").items() if name not in hidden}
    return {"notificationType": kind, "mail": mail, **event}


class Publisher:
    """Publishes in a thread of its own, in the order in which it is told; trouble with a topic is merely logged."""

    def __init__(self) -> None:
        self._thread, self._troubles = ThreadPoolExecutor(1, "events"), Troubles()
        self._subscribers = subscribers.install(self._troubles)

    def publish(
        self, message: Message, sent: Sent, account: str, region: str, destinations: Sequence[Destination]
    ) -> None:
        """Tell the topics about the events that they want to know of; returns at once."""
        self._later(self._publish, message, sent, account, region, destinations)

    def _publish(
        self, message: Message, sent: Sent, account: str, region: str, destinations: Sequence[Destination]
    ) -> None:
        for event in events_of(message, sent, account, region):
            text, kind = json.dumps(event), TYPES[event["eventType"]]
            for destination in destinations:
                if destination.enabled and kind in destination.event_types:
                    self._tell(account, region, destination.topic_arn, text, SUBJECT)

    def notify(self, message: Message, sent: Sent, account: str, region: str, topics: Mapping[str, str]) -> None:
        """Tell the topics of the sender's identity, by type (Bounce, Complaint, Delivery); returns at once."""
        self._later(self._notify, message, sent, account, region, topics)

    def _notify(self, message: Message, sent: Sent, account: str, region: str, topics: Mapping[str, str]) -> None:
        for notification in feedback_of(message, sent, account, region):
            topic_arn = topics.get(notification["notificationType"])
            if topic_arn:
                self._tell(account, region, topic_arn, json.dumps(notification), None)

    def validate(self, topic_arn: str, account: str, region: str) -> None:
        """What SES tells a topic that becomes an event destination; no JSON, as every consumer has to learn."""
        self._later(self._tell, account, region, topic_arn, VALIDATED, None)

    def _tell(self, account: str, region: str, topic_arn: str, text: str, subject: str | None) -> None:
        """Deliver to the topic's subscriptions. The topic itself keeps nothing: moto's would, for ever."""
        message_id = str(uuid4())
        for subscription in _subscriptions(account, region, topic_arn):
            try:
                subscription.publish(text, message_id, subject=subject)
            except Exception as error:  # whatever a subscriber does wrong, the others want to know
                self._troubles.note(f"{topic_arn}: {subscription.endpoint}", error)

    def close(self) -> None:
        """Publish what there is, and end."""
        self._thread.shutdown()
        self._subscribers.close()

    def _later(self, task: Callable[..., None], *arguments: Any) -> None:
        self._thread.submit(task, *arguments).add_done_callback(_report)


def _report(task: Future[None]) -> None:
    """Nothing else waits for its result."""
    error = task.exception()
    if error is not None:
        _log.error("An event could not be published.", exc_info=error)


def _subscriptions(account: str, region: str, topic_arn: str) -> list[Any]:
    """Those of a topic that is there; the list is made at once, since moto may be changing it."""
    backend = sns_backends[account][region]
    every = list(backend.subscriptions.values()) if topic_arn in backend.topics else []
    return [subscription for subscription in every if subscription.topic.arn == topic_arn]
