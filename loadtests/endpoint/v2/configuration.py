"""API v2: configuration sets and their event destinations."""

from __future__ import annotations

from typing import Any

from loadtests.endpoint.publishing.configuration import EVENT_TYPES, topic_of
from loadtests.endpoint.refusals import Refused, invalid
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
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
    name = request.document.get("ConfigurationSetName")
    if not name:
        raise invalid("ConfigurationSetName is required.")
    if name in ses.backend.config_sets:
        raise _taken(f"Configuration set <{name}> already exists.")
    options: dict[str, Any] = {key: request.document.get(option) for key, option in OPTIONS.items()}
    ses.backend.create_configuration_set_v2(name, **options)
    return {}


def get(ses: Ses, _request: Request, name: str) -> dict[str, Any]:
    kept = {option: value for option, value in ses.configuration_sets.get(name).to_dict_v2().items() if value != {}}
    return kept | {"SendingOptions": {"SendingEnabled": ses.configuration_sets.may_send(name)}}


def delete(ses: Ses, _request: Request, name: str) -> dict[str, Any]:
    ses.configuration_sets.delete(name)
    return {}


def put_sending(ses: Ses, request: Request, name: str) -> dict[str, Any]:
    ses.configuration_sets.enable_sending(name, bool(request.document.get("SendingEnabled", False)))
    return {}


def get_destinations(ses: Ses, _request: Request, name: str) -> dict[str, Any]:
    return {"EventDestinations": list(ses.configuration_sets.destinations(name).values())}


def create_destination(ses: Ses, request: Request, name: str) -> dict[str, Any]:
    destinations, its_name = ses.configuration_sets.destinations(name), request.document.get("EventDestinationName")
    if not its_name:
        raise invalid("EventDestinationName is required.")
    if its_name in destinations:
        raise _taken(f"Event destination <{its_name}> already exists.")
    put_destination(ses, destinations, _definition(its_name, request))
    return {}


def update_destination(ses: Ses, request: Request, name: str, its_name: str) -> dict[str, Any]:
    destinations = ses.configuration_sets.destinations(name)
    _known(destinations, its_name)
    put_destination(ses, destinations, _definition(its_name, request))
    return {}


def delete_destination(ses: Ses, _request: Request, name: str, its_name: str) -> dict[str, Any]:
    destinations = ses.configuration_sets.destinations(name)
    _known(destinations, its_name)
    del destinations[its_name]
    return {}


def _definition(name: str, request: Request) -> dict[str, Any]:
    definition = request.document.get("EventDestination") or {}
    types = definition.get("MatchingEventTypes") or []
    strange = [str(kind) for kind in types if kind not in EVENT_TYPES]
    if strange:
        raise invalid(f"MatchingEventTypes must be among {', '.join(EVENT_TYPES)}, not {', '.join(strange)}.")
    return {"Enabled": False, **definition, "Name": name, "MatchingEventTypes": types}


def put_destination(ses: Ses, destinations: dict[str, dict[str, Any]], definition: dict[str, Any]) -> None:
    """Keep an event destination; if it is a topic, SES greets it."""
    destinations[definition["Name"]] = definition
    topic = topic_of(definition)
    if topic:
        ses.welcome(topic)


def _known(destinations: dict[str, Any], name: str) -> None:
    if name not in destinations:
        raise Refused(REJECTED, "NotFoundException", f"Event destination <{name}> does not exist.")


def _taken(text: str) -> Refused:
    return Refused(REJECTED, "AlreadyExistsException", text)
