"""API v2: configuration sets and their event destinations."""

from __future__ import annotations

from typing import Any

from loadtests.endpoint.control.pages import page_of, size_up_to
from loadtests.endpoint.publishing.configuration import check_name, topic_of
from loadtests.endpoint.publishing.deliveries import Owner
from loadtests.endpoint.publishing.destinations import (
    check_definition,
    check_destination_name,
    check_there,
    missing_destination,
    taken,
)
from loadtests.endpoint.refusals import Refused
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.v2.options import check_all
from loadtests.endpoint.v2.tagging import tags_of, untag
from scenarios.ledger.ledger import REJECTED

OPTIONS = {
    "tracking_options": "TrackingOptions",
    "delivery_options": "DeliveryOptions",
    "reputation_options": "ReputationOptions",
    "sending_options": "SendingOptions",
    "tags": "Tags",
    "suppression_options": "SuppressionOptions",
    "vdm_options": "VdmOptions",
}
"""What moto keeps of a configuration set, and what the API calls it."""


def create(ses: Ses, request: Request) -> dict[str, Any]:
    name = request.document["ConfigurationSetName"]
    check_name(name)
    if name in ses.backend.config_sets:
        raise _taken(f"Configuration set <{name}> already exists.")
    check_all(ses, request.document)
    options: dict[str, Any] = {key: request.document.get(option) for key, option in OPTIONS.items()}
    ses.backend.create_configuration_set_v2(name, **options)
    return {}


def get(ses: Ses, request: Request) -> dict[str, Any]:
    name = request.document["ConfigurationSetName"]
    kept = {option: value for option, value in ses.configuration_sets.get(name).to_dict_v2().items() if value != {}}
    sending = {"SendingEnabled": ses.configuration_sets.may_send(name)}
    return {**kept, "SendingOptions": sending, "Tags": tags_of(ses.backend, f"configuration-set/{name}")}


def list_all(ses: Ses, request: Request) -> dict[str, Any]:
    asked = request.document
    part = asked.get("Filter", {}).get("CONFIGURATION_SET_NAME_CONTAINS", "")
    names = [name for name in list(ses.backend.config_sets) if part in name]
    page, more = page_of(names, asked, size_up_to(asked))
    return {"ConfigurationSets": page, **more}


def delete(ses: Ses, request: Request) -> dict[str, Any]:
    name = request.document["ConfigurationSetName"]
    ses.tenants.check_unused(ses.arn("configuration-set", name))
    ses.configuration_sets.delete(name)
    untag(ses.backend, f"configuration-set/{name}")
    return {}


def get_destinations(ses: Ses, request: Request) -> dict[str, Any]:
    destinations, _ = _destinations(ses, request)
    return {"EventDestinations": list(destinations.values())}


def create_destination(ses: Ses, request: Request) -> dict[str, Any]:
    name, definition = _described(ses, request)
    destinations, configuration_set = _destinations(ses, request)
    if name in destinations:
        raise _taken(taken(name, configuration_set))
    put_destination(ses, destinations, definition)
    return {}


def update_destination(ses: Ses, request: Request) -> dict[str, Any]:
    name, definition = _described(ses, request)
    destinations, configuration_set = _destinations(ses, request)
    _check_known(destinations, name, configuration_set)
    put_destination(ses, destinations, definition)
    return {}


def delete_destination(ses: Ses, request: Request) -> dict[str, Any]:
    name = request.document["EventDestinationName"]
    check_destination_name(name)
    destinations, configuration_set = _destinations(ses, request)
    _check_known(destinations, name, configuration_set)
    del destinations[name]
    return {}


def _destinations(ses: Ses, request: Request) -> tuple[dict[str, dict[str, Any]], str]:
    """The event destinations of the set that the request names, and the set's name."""
    name = request.document["ConfigurationSetName"]
    return ses.configuration_sets.destinations(name), name


def _described(ses: Ses, request: Request) -> tuple[str, dict[str, Any]]:
    """The name and the definition of an event destination; raises Refused for what can be none."""
    name = request.document["EventDestinationName"]
    check_destination_name(name)
    definition = {"Enabled": False, **request.document["EventDestination"], "Name": name}
    check_definition(definition, owner_of(ses))
    return name, definition


def put_destination(ses: Ses, destinations: dict[str, dict[str, Any]], definition: dict[str, Any]) -> None:
    """Keep an event destination; if it is a topic, SES greets it; raises Refused for one that is not there."""
    check_there(definition, owner_of(ses))
    destinations[definition["Name"]] = definition
    topic = topic_of(definition)
    if topic:
        ses.teller.welcome(topic)


def owner_of(ses: Ses) -> Owner:
    return Owner(ses.account, ses.region)


def _check_known(destinations: dict[str, Any], name: str, configuration_set: str) -> None:
    if name not in destinations:
        raise Refused(REJECTED, "NotFoundException", missing_destination(name, configuration_set))


def _taken(text: str) -> Refused:
    return Refused(REJECTED, "AlreadyExistsException", text)
