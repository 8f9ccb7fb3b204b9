"""Tells what becomes of a mail: SES's event publishing, and its notifications of feedback."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import MappingProxyType
from typing import Any, NamedTuple

from loadtests.endpoint.message import Message, Sent
from loadtests.endpoint.publishing.configuration import Destination
from loadtests.endpoint.publishing.deliveries import Owner, to_bus, to_stream, to_topic
from loadtests.endpoint.publishing.events import AcceptedMail, Record, accepted_mail
from loadtests.endpoint.publishing.identities import headers_in
from loadtests.endpoint.publishing.mailbox import Happening, fates, has_virus
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
    "Subscription": "SUBSCRIPTION",
}
"""The types of event that happen here, as records name them, and as event destinations do."""

SUBJECT = "Amazon SES Email Event Notification"
VALIDATED = "Successfully validated SNS topic for Amazon SES event publishing."
FEEDBACK = frozenset({"Bounce", "Complaint", "Delivery"})

_log = logging.getLogger(__name__)


Followed = Mapping[int, Sequence[Happening]]
"""What has happened to those recipients whose fates take their time, by their places in the mail."""
NOBODY: Followed = MappingProxyType({})


def events_of(message: Message, sent: Sent, account: str, region: str, followed: Followed = NOBODY) -> list[Record]:
    """SES's records of all that happens to an accepted mail: that it was sent, then what each recipient's mailbox does.

    A mail with a virus, or without the data that its template needs, reaches no mailbox.
    """
    mail = accepted_mail(message, sent, account, region)
    return [mail.event("Send", "send", {}), *_outcome(mail, message, followed)]


def _outcome(mail: AcceptedMail, message: Message, followed: Followed) -> Iterator[Record]:
    if message.rendering_error:
        yield mail.event("Rendering Failure", "failure", _failure(message))
    elif has_virus(message):
        yield mail.event("Reject", "reject", {"reason": "Bad content"})
    else:
        for happening, address in sorted(_happenings(mail, message, followed), key=_at):
            yield mail.at_mailbox(happening, address)


def _happenings(mail: AcceptedMail, message: Message, followed: Followed) -> Iterator[tuple[Happening, str]]:
    for place, address in enumerate(message.recipients):
        at_once = followed.get(place)
        its = map(mail.soon, fates(address, message.suppressed)) if at_once is None else at_once
        yield from ((happening, address) for happening in its)


def _at(happens: tuple[Happening, str]) -> float:
    return happens[0].at_unix_s


def _failure(message: Message) -> Record:
    """Why a template could not be rendered; one that the request held itself has no name."""
    named = {"templateName": message.template} if message.template else {}
    return {"errorMessage": message.rendering_error, **named}


def feedback_of(events: Iterable[Record], told: Mapping[str, Any] = MappingProxyType({})) -> list[Record]:
    """SES's notifications to the topics of the sender's identity: bounces, complaints and deliveries, without tags.

    They have the mail's headers if that is `told` of the identity.
    """
    feedback = (event for event in events if event["eventType"] in FEEDBACK)
    return [_as_feedback(event, bool(told.get(headers_in(event["eventType"])))) for event in feedback]


def _as_feedback(event: Record, with_headers: bool) -> Record:
    hidden = ("tags",) if with_headers else ("tags", "headersTruncated", "headers", "commonHeaders")
    mail = {name: value for name, value in event["mail"].items() if name not in hidden}
    details = {name: value for name, value in event.items() if name not in ("eventType", "mail")}
    return {"notificationType": event["eventType"], "mail": mail, **details}


class Audience(NamedTuple):
    """Whom the events of a mail are told: event destinations, and the topics of the sender's identity by type.

    Beside the topics stands what else has been said of the identity's notifications.
    """

    owner: Owner
    destinations: Sequence[Destination]
    topics: Mapping[str, Any]

    @property
    def is_there(self) -> bool:
        """Whether anything listens."""
        return bool(self.destinations or self.topics)


class Publisher:
    """Publishes in a thread of its own, in the order in which it is told; trouble with a topic is merely logged."""

    def __init__(self) -> None:
        self._thread, self._troubles = ThreadPoolExecutor(1, "events"), Troubles()
        self._postman = Postman(self._troubles)
        subscription.post, subscription.lost = self._postman.post, self._troubles.note

    def publish(self, make: Callable[[], Iterable[Record]], audience: Audience) -> None:
        """Make a mail's events, and tell each to those that want to know of it; returns at once."""
        if audience.is_there:
            self._later(self._publish, make, audience)

    def _publish(self, make: Callable[[], Iterable[Record]], audience: Audience) -> None:
        events = list(make())
        for event in events:
            for destination in audience.destinations:
                if destination.enabled and TYPES[event["eventType"]] in destination.event_types:
                    self._deliver(audience.owner, destination, event)
        for notification in feedback_of(events, audience.topics) if audience.topics else ():
            topic_arn = audience.topics.get(notification["notificationType"])
            if topic_arn:
                to_topic(audience.owner, topic_arn, json.dumps(notification), None, self._troubles)

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
