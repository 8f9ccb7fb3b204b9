"""API v2: configuration sets and their event destinations."""

from __future__ import annotations

from typing import Any

from loadtests.endpoint.control.pages import page_of
from loadtests.endpoint.publishing.configuration import check_name, topic_of
from loadtests.endpoint.refusals import Refused, invalid
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.v2.options import check_all
from scenarios.ledger.ledger import REJECTED

MOST_ON_A_PAGE = 1000
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
    return kept | {"SendingOptions": {"SendingEnabled": ses.configuration_sets.may_send(name)}}


def list_all(ses: Ses, request: Request) -> dict[str, Any]:
    asked = request.document
    part = asked.get("Filter", {}).get("CONFIGURATION_SET_NAME_CONTAINS", "")
    names = [name for name in list(ses.backend.config_sets) if part in name]
    page, more = page_of(names, asked.get("NextToken"), asked.get("PageSize", MOST_ON_A_PAGE))
    return {"ConfigurationSets": page, **more}


def delete(ses: Ses, request: Request) -> dict[str, Any]:
    name = request.document["ConfigurationSetName"]
    ses.tenants.check_unused(ses.arn("configuration-set", name))
    ses.configuration_sets.delete(name)
    return {}


def get_destinations(ses: Ses, request: Request) -> dict[str, Any]:
    destinations, _ = _destinations(ses, request)
    return {"EventDestinations": list(destinations.values())}


def create_destination(ses: Ses, request: Request) -> dict[str, Any]:
    destinations, name = _destinations(ses, request)
    if not name:
        raise invalid("EventDestinationName is required.")
    if name in destinations:
        raise _taken(f"Event destination <{name}> already exists.")
    put_destination(ses, destinations, _definition(name, request))
    return {}


def update_destination(ses: Ses, request: Request) -> dict[str, Any]:
    destinations, name = _destinations(ses, request)
    _known(destinations, name)
    put_destination(ses, destinations, _definition(name, request))
    return {}


def delete_destination(ses: Ses, request: Request) -> dict[str, Any]:
    destinations, name = _destinations(ses, request)
    _known(destinations, name)
    del destinations[name]
    return {}


def _destinations(ses: Ses, request: Request) -> tuple[dict[str, dict[str, Any]], str]:
    """The event destinations of the set that the request names, and the name of the one that it means, if any."""
    document = request.document
    destinations = ses.configuration_sets.destinations(document["ConfigurationSetName"])
    return destinations, document.get("EventDestinationName", "")


def _definition(name: str, request: Request) -> dict[str, Any]:
    definition = request.document["EventDestination"]
    return {"Enabled": False, "MatchingEventTypes": [], **definition, "Name": name}


def put_destination(ses: Ses, destinations: dict[str, dict[str, Any]], definition: dict[str, Any]) -> None:
    """Keep an event destination; if it is a topic, SES greets it, and refuses one that is not there.

    The words for that are recorded of v1; that v2 has them too is an inference.
    """
    topic = topic_of(definition)
    if topic and not ses.teller.reaches(topic):
        raise Refused(REJECTED, "InvalidSNSDestination", f"SNS topic <{topic}> not found.")
    destinations[definition["Name"]] = definition
    if topic:
        ses.teller.welcome(topic)


def _known(destinations: dict[str, Any], name: str) -> None:
    if name not in destinations:
        raise Refused(REJECTED, "NotFoundException", f"Event destination <{name}> does not exist.")


def _taken(text: str) -> Refused:
    return Refused(REJECTED, "AlreadyExistsException", text)
