"""What one account tells of its mail: its event destinations, its senders' topics, and its own suppression list."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from moto.ses.models import SESBackend

from loadtests.endpoint.addresses import is_simulator, of_sender
from loadtests.endpoint.message import Message, Sent
from loadtests.endpoint.publishing.configuration import ConfigurationSets
from loadtests.endpoint.publishing.deliveries import Owner, has_topic
from loadtests.endpoint.publishing.events import AcceptedMail, accepted_mail
from loadtests.endpoint.publishing.letters import Letter
from loadtests.endpoint.publishing.mailbox import Fate, Happening
from loadtests.endpoint.publishing.mailroom import BY_ADDRESS, Due, Mailroom
from loadtests.endpoint.publishing.notices import NOBODY, Audience, Publisher, events_of
from loadtests.endpoint.publishing.subscriptions import Change
from loadtests.endpoint.publishing.suppressing import Suppression

SUPPRESSES = {Fate.BOUNCED: "BOUNCE", Fate.COMPLAINED: "COMPLAINT"}
"""What puts an address on the account's suppression list, and for which reason; one that tells its fate keeps it."""


class Teller:
    """One account's; the caller sees to it that nothing overtakes what has happened before it."""

    def __init__(
        self,
        owner: Owner,
        backend: SESBackend,
        configuration_sets: ConfigurationSets,
        suppression: Suppression,
        publisher: Publisher,
    ) -> None:
        self._owner, self._backend, self._publisher = owner, backend, publisher
        self._configuration_sets, self._suppression = configuration_sets, suppression

    def audience(self, told: Message) -> Audience:
        """The set's event destinations, and the topics of the sender's identity."""
        name, topics = told.configuration_set, of_sender(told.source, self._backend.sns_topics)
        destinations = self._configuration_sets.published_to(name) if name else []
        return Audience(self._owner, destinations, topics or {})

    def record_of(self, told: Message, sent: Sent, audience: Audience) -> bytes:
        """What a mail's later events will say of it; empty where nothing listens."""
        if not audience.is_there:
            return b""
        return json.dumps(accepted_mail(told, sent, *self._owner).record).encode()

    def tell_at_once(self, told: Message, sent: Sent, audience: Audience, letter: Letter | None) -> None:
        """What has happened with the acceptance; what is followed is told when it happens."""
        followed = NOBODY if letter is None else dict.fromkeys(letter.addressees, ())
        self._publisher.publish(partial(events_of, told, sent, *self._owner, followed), audience)

    def tell_until(self, mailroom: Mailroom, now_s: float) -> float | None:
        """What has happened to accepted mail since the last time; in how many seconds there is more."""
        for due in mailroom.due(now_s):
            self._tell(mailroom, due)
        return mailroom.next_in_s(now_s)

    def _tell(self, mailroom: Mailroom, due: Due) -> None:
        letter, address = due.letter, due.addressee.address
        reason = SUPPRESSES.get(due.happening.fate)
        if reason is not None and due.addressee.provider != BY_ADDRESS and not is_simulator(address):
            self._suppression.policy(letter.message).find(address, reason)
        if letter.record:
            make = partial(_event, mailroom, letter.sent, letter.record, due.happening, address)
            self._publisher.publish(make, self.audience(letter.message))
        if not letter.open:
            letter.record = b""

    def reaches(self, topic_arn: str) -> bool:
        """Whether a topic is there to be told anything."""
        return has_topic(self._owner, topic_arn)

    def tell_subscription(self, message: Message, sent: Sent, change: Change) -> None:
        """A recipient of an accepted mail has said what it wants."""
        mail = partial(accepted_mail, message, sent, *self._owner)
        make = partial(_subscription, mail, change.details())
        self._publisher.publish(make, self.audience(message))

    def welcome(self, topic_arn: str) -> None:
        """Greet a topic that has become an event destination, as SES does."""
        self._publisher.validate(topic_arn, *self._owner)


def _subscription(mail: Callable[[], AcceptedMail], details: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield mail().event("Subscription", "subscription", details)


def _event(
    mailroom: Mailroom, sent: Sent, record: bytes, happening: Happening, address: str
) -> Iterator[dict[str, Any]]:
    """The one record of what happens to a recipient; none once its account has begun anew."""
    if not mailroom.is_over:
        yield AcceptedMail(sent, json.loads(record)).at_mailbox(happening, address)
