"""Tells what becomes of a mail: SES's event publishing, and its notifications of feedback."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from loadtests.endpoint.message import Message, Sent
from loadtests.endpoint.publishing.configuration import Destination
from loadtests.endpoint.publishing.deliveries import Owner, to_bus, to_stream, to_topic
from loadtests.endpoint.publishing.events import AcceptedMail, Record
from loadtests.endpoint.publishing.mailbox import fates, has_virus
from loadtests.endpoint.sns import subscription
from loadtests.endpoint.sns.posting import Postman
from loadtests.endpoint.sns.troubles import Troubles

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
        self._postman = Postman(self._troubles)
        subscription.post = self._postman.post

    def publish(
        self, message: Message, sent: Sent, account: str, region: str, destinations: Sequence[Destination]
    ) -> None:
        """Tell the destinations about the events that they want to know of; returns at once."""
        self._later(self._publish, message, sent, account, region, destinations)

    def _publish(
        self, message: Message, sent: Sent, account: str, region: str, destinations: Sequence[Destination]
    ) -> None:
        for event in events_of(message, sent, account, region):
            for destination in destinations:
                if destination.enabled and TYPES[event["eventType"]] in destination.event_types:
                    self._deliver(Owner(account, region), destination, event)

    def _deliver(self, owner: Owner, destination: Destination, event: Record) -> None:
        """One that cannot be reached keeps the event from no other."""
        try:
            if destination.kind == "SnsDestination":
                to_topic(owner, destination.arn, json.dumps(event), SUBJECT, self._troubles)
            elif destination.kind == "EventBridgeDestination":
                to_bus(owner, destination.arn, event)
            else:
                to_stream(owner, destination.arn, event)
        except Exception as error:  # moto's, of a bus, a stream or a bucket that is not there
            self._troubles.note(destination.arn, error)

    def notify(self, message: Message, sent: Sent, account: str, region: str, topics: Mapping[str, str]) -> None:
        """Tell the topics of the sender's identity, by type (Bounce, Complaint, Delivery); returns at once."""
        self._later(self._notify, message, sent, account, region, topics)

    def _notify(self, message: Message, sent: Sent, account: str, region: str, topics: Mapping[str, str]) -> None:
        for notification in feedback_of(message, sent, account, region):
            topic_arn = topics.get(notification["notificationType"])
            if topic_arn:
                to_topic(Owner(account, region), topic_arn, json.dumps(notification), None, self._troubles)

    def validate(self, topic_arn: str, account: str, region: str) -> None:
        """What SES tells a topic that becomes an event destination; no JSON, as every consumer has to learn."""
        self._later(to_topic, Owner(account, region), topic_arn, VALIDATED, None, self._troubles)

    def forget(self) -> None:
        """Tell webhooks nothing of what waits for them."""
        self._postman.forget()

    def close(self) -> None:
        """Publish what there is, and end."""
        self._thread.shutdown()
        self._postman.close()

    def _later(self, task: Callable[..., None], *arguments: Any) -> None:
        self._thread.submit(task, *arguments).add_done_callback(_report)


def _report(task: Future[None]) -> None:
    """Nothing else waits for its result."""
    error = task.exception()
    if error is not None:
        _log.error("An event could not be published.", exc_info=error)
