"""Configuration sets: moto keeps them, and here is what it does not know, their event destinations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple
from weakref import WeakKeyDictionary

from moto.ses.models import ConfigurationSet, SESBackend

from loadtests.endpoint.refusals import Refused, invalid
from scenarios.ledger.ledger import REJECTED

EVENT_TYPES = {
    "SEND": "send",
    "REJECT": "reject",
    "BOUNCE": "bounce",
    "COMPLAINT": "complaint",
    "DELIVERY": "delivery",
    "OPEN": "open",
    "CLICK": "click",
    "RENDERING_FAILURE": "renderingFailure",
    "DELIVERY_DELAY": "deliveryDelay",
    "SUBSCRIPTION": "subscription",
}
"""v2's names of the types of event, and v1's."""

MOST_CHARACTERS = 64  # of the name of a configuration set, and of an event destination
NAME = re.compile(r"[A-Za-z0-9_-]+")
ALLOWED = "only alphanumeric ASCII characters, '_', and '-' are allowed."
"""Words that senders quote, ministackorg/ministack among them."""


def check_name(name: str) -> None:
    """Raises Refused for what no configuration set can be called."""
    if not name:
        raise invalid("The configuration set name must be specified.")
    if len(name) > MOST_CHARACTERS:
        raise invalid(f"Configuration set name cannot exceed {MOST_CHARACTERS} characters.")
    if not NAME.fullmatch(name):
        raise invalid(f"Invalid configuration set name <{name}>: {ALLOWED}")


def missing(name: str) -> Refused:
    """There is no configuration set of this name; both APIs say it in these words."""
    return Refused(REJECTED, "ConfigurationSetDoesNotExist", f"Configuration set <{name}> does not exist.")


Kind = Literal["SnsDestination", "EventBridgeDestination", "KinesisFirehoseDestination"]
ARN_OF: Mapping[Kind, str] = {
    "SnsDestination": "TopicArn",
    "EventBridgeDestination": "EventBusArn",
    "KinesisFirehoseDestination": "DeliveryStreamArn",
}
"""Where events are delivered, as v2 calls it; CloudWatch's metrics and Pinpoint are only kept."""


class Destination(NamedTuple):
    """An event destination to which events go; `event_types` are v2's names, such as DELIVERY_DELAY."""

    name: str
    kind: Kind
    arn: str
    event_types: frozenset[str]
    enabled: bool


class ConfigurationSets:
    """Of one account and region. A set's event destinations are a dictionary by name, each as v2 describes it."""

    def __init__(self, backend: SESBackend) -> None:
        self._backend = backend
        self._destinations: WeakKeyDictionary[ConfigurationSet, dict[str, dict[str, Any]]] = WeakKeyDictionary()

    def get(self, name: str) -> ConfigurationSet:
        """The set of this name; raises Refused if there is none, or can be none."""
        check_name(name)
        found = self._backend.config_sets.get(name)
        if found is None:
            raise missing(name)
        return found

    def delete(self, name: str) -> None:
        """Raises Refused if there is none."""
        self.get(name)
        self._backend.delete_configuration_set(name)

    def may_send(self, name: str) -> bool:
        """Whether sending is enabled, which it is until a request disables it."""
        return self.get(name).enabled.get("SendingEnabled", True)

    def enable_sending(self, name: str, enabled: bool) -> None:
        self.get(name).enabled = {"SendingEnabled": enabled}

    def suppression(self, name: str | None) -> Mapping[str, Any]:
        """The set's own SuppressionOptions; nothing of a mail without a set."""
        found = self._backend.config_sets.get(name or "")
        return found.suppression_options if found else {}

    def max_delivery_s(self, name: str | None) -> float | None:
        """For how long SES tries to deliver mail of the set, if it says so."""
        found = self._backend.config_sets.get(name or "")
        return found.delivery_options.get("MaxDeliverySeconds") if found else None

    def destinations(self, name: str) -> dict[str, dict[str, Any]]:
        """By name; a change of the dictionary changes the set."""
        return self._destinations.setdefault(self.get(name), {})

    def published_to(self, name: str) -> list[Destination]:
        """Where the events of a mail with this set go; nowhere, if it has been deleted since the mail was accepted."""
        return list(_reached(self.destinations(name))) if name in self._backend.config_sets else []


def _reached(definitions: dict[str, dict[str, Any]]) -> Iterator[Destination]:
    for name, definition in definitions.items():
        types = frozenset(definition.get("MatchingEventTypes", ()))
        for kind, key in ARN_OF.items():
            if arn := definition.get(kind, {}).get(key):
                yield Destination(name, kind, arn, types, bool(definition.get("Enabled", False)))


def topic_of(definition: Mapping[str, Any]) -> str | None:
    """The SNS topic of an event destination, if it is one."""
    topic: str | None = definition.get("SnsDestination", {}).get("TopicArn")
    return topic
