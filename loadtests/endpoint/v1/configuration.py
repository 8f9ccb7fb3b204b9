"""API v1: configuration sets and their event destinations, the same that v2 has, in v1's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadtests.endpoint.control.kept import kept
from loadtests.endpoint.control.pages import page_of, size_up_to
from loadtests.endpoint.publishing.configuration import EVENT_TYPES, check_name
from loadtests.endpoint.publishing.destinations import check_definition, check_destination_name, taken
from loadtests.endpoint.refusals import Refused
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.v1 import options
from loadtests.endpoint.v2.configuration import owner_of, put_destination
from loadtests.endpoint.v2.tagging import untag
from scenarios.ledger.ledger import REJECTED

V2_TYPES = {v1: v2 for v2, v1 in EVENT_TYPES.items()}


def create(ses: Ses, request: Request) -> dict[str, Any]:
    name = request.document["ConfigurationSet"]["Name"]
    check_name(name)
    if name in ses.backend.config_sets:
        raise Refused(REJECTED, "ConfigurationSetAlreadyExists", f"Configuration set <{name}> already exists.")
    ses.backend.create_configuration_set(name)
    return {}


def describe(ses: Ses, request: Request) -> dict[str, Any]:
    name = request.document["ConfigurationSetName"]
    wanted = frozenset(request.document.get("ConfigurationSetAttributeNames", ()))
    shown = options.shown(ses.configuration_sets.get(name), wanted)
    document: dict[str, Any] = {"ConfigurationSet": {"Name": name}, **shown}
    if "eventDestinations" in wanted:
        kept = ses.configuration_sets.destinations(name).values()
        document["EventDestinations"] = [_as_v1(definition) for definition in kept]
    return document


def list_all(ses: Ses, request: Request) -> dict[str, Any]:
    asked, names = request.document, list(ses.backend.config_sets)
    page, more = page_of(names, asked, size_up_to(asked, member="MaxItems"))
    return {"ConfigurationSets": [{"Name": name} for name in page], **more}


def delete(ses: Ses, request: Request) -> dict[str, Any]:
    name = request.document["ConfigurationSetName"]
    ses.tenants.check_unused(ses.arn("configuration-set", name))
    ses.configuration_sets.delete(name)
    untag(ses.backend, f"configuration-set/{name}")
    return {}


def update_sending_enabled(ses: Ses, request: Request) -> dict[str, Any]:
    ses.configuration_sets.enable_sending(request.document["ConfigurationSetName"], request.document["Enabled"])
    return {}


@kept
def update_metrics_enabled(ses: Ses, request: Request) -> None:
    """Moto keeps it of a set that is there; the figures are at `/_seslab/delivery`."""
    ses.configuration_sets.get(request.document["ConfigurationSetName"])


def create_destination(ses: Ses, request: Request) -> dict[str, Any]:
    definition = _described(ses, request)
    destinations, name = _destinations(ses, request), definition["Name"]
    if name in destinations:
        text = taken(name, request.document["ConfigurationSetName"])
        raise Refused(REJECTED, "EventDestinationAlreadyExists", text)
    put_destination(ses, destinations, definition)
    return {}


def update_destination(ses: Ses, request: Request) -> dict[str, Any]:
    definition = _described(ses, request)
    destinations = _destinations(ses, request)
    _known(destinations, definition["Name"], request)
    put_destination(ses, destinations, definition)
    return {}


def delete_destination(ses: Ses, request: Request) -> dict[str, Any]:
    destinations, name = _destinations(ses, request), request.document["EventDestinationName"]
    _known(destinations, name, request)
    del destinations[name]
    return {}


def _described(ses: Ses, request: Request) -> dict[str, Any]:
    """An event destination as v2 describes it; raises Refused for what can be none."""
    definition = _as_v2(request.document["EventDestination"])
    check_destination_name(definition["Name"])
    check_definition(definition, owner_of(ses))
    return definition


def _destinations(ses: Ses, request: Request) -> dict[str, dict[str, Any]]:
    return ses.configuration_sets.destinations(request.document["ConfigurationSetName"])


def _known(destinations: dict[str, Any], name: str, request: Request) -> None:
    """The words are those that localstack has recorded of AWS: they name the set."""
    if name not in destinations:
        text = f"No EventDestination found for {request.document['ConfigurationSetName']}"
        raise Refused(REJECTED, "EventDestinationDoesNotExist", text)


_NAMES = {
    "SNSDestination": ("SnsDestination", {"TopicARN": "TopicArn"}),
    "KinesisFirehoseDestination": (
        "KinesisFirehoseDestination",
        {"IAMRoleARN": "IamRoleArn", "DeliveryStreamARN": "DeliveryStreamArn"},
    ),
}
"""What v1 calls a place and its keys, and v2's names of them."""


def _as_v2(given: Mapping[str, Any]) -> dict[str, Any]:
    """What v1 calls an event destination, as v2 describes it."""
    kept = {key: value for key, value in given.items() if key not in _NAMES}
    for place, (name, keys) in _NAMES.items():
        if place in given:
            kept[name] = {theirs: given[place][ours] for ours, theirs in keys.items() if ours in given[place]}
    types = [V2_TYPES.get(kind, kind) for kind in given["MatchingEventTypes"]]
    return {"Enabled": False, **kept, "MatchingEventTypes": types}


def _as_v1(definition: dict[str, Any]) -> dict[str, Any]:
    v2_names = {name for name, _ in _NAMES.values()}
    shown = {key: value for key, value in definition.items() if key not in v2_names}
    for place, (name, keys) in _NAMES.items():
        if name in definition:
            its = definition[name]
            shown[place] = {ours: its[theirs] for ours, theirs in keys.items() if theirs in its}
    return shown | {"MatchingEventTypes": [EVENT_TYPES.get(kind, kind) for kind in definition["MatchingEventTypes"]]}
