"""What an account can register at the local SES: event destinations, tags, policies and pools, in SES's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from loadtests.endpoint.ses import Ses
from tests.unit.strict import ACCOUNT, REGION, ask_v1, ask_v2, begun

WHERE = f"{REGION}:{ACCOUNT}"
BUS = f"arn:aws:events:{WHERE}:event-bus/default"
STREAM, TOPIC = f"arn:aws:firehose:{WHERE}:deliverystream/none", f"arn:aws:sns:{WHERE}:none"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
ALLOWED = "only alphanumeric ASCII characters, '_', and '-' are allowed."
GOOD = {"MatchingEventTypes": ["SEND"], "EventBridgeDestination": {"EventBusArn": BUS}}


def in_v2(words: str, code: str = "BadRequestException", status: int = 400) -> tuple[int, str, str]:
    """An error, as `ask_v2` has it."""
    return status, code, words


@pytest.fixture(scope="module")
def ses() -> Iterator[Ses]:
    """With a configuration set that has the destination `there`."""
    with begun() as running:
        assert ask_v2(running, "configuration-sets", ConfigurationSetName="set") == {}
        assert ask_v2(running, DESTINATIONS, EventDestinationName="there", EventDestination=GOOD) == {}
        yield running


DESTINATIONS = "configuration-sets/set/event-destinations"
SEND = {"MatchingEventTypes": ["SEND"]}
CLOUDWATCH: dict[str, Any] = {"CloudWatchDestination": {"DimensionConfigurations": []}}
ONE_KIND = (
    "Please provide only one destination with each request. Either a Firehose Destination or a Cloudwatch Destination"
    " or an SNS Destination or an EventBridge Destination."
)


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        (SEND, "Event destination is not provided."),
        ({**GOOD, "SnsDestination": {"TopicArn": TOPIC}}, ONE_KIND),
        ({**GOOD, **CLOUDWATCH}, ONE_KIND),
        ({**GOOD, "MatchingEventTypes": []}, "At least one event type must be specified."),
        ({"EventBridgeDestination": {"EventBusArn": BUS}}, "At least one event type must be specified."),
        ({**SEND, **CLOUDWATCH}, "CloudWatch metrics dimension configuration list cannot be empty."),
        (
            {**SEND, "EventBridgeDestination": {"EventBusArn": f"{BUS}s"}},
            f"Event bus <{BUS}s> is not supported: only the default one is, <{BUS}>.",
        ),
        (
            {**SEND, "KinesisFirehoseDestination": {"IamRoleArn": ROLE, "DeliveryStreamArn": STREAM}},
            f"Firehose delivery stream <{STREAM}> not found.",
        ),
    ],
)
def test_an_event_destination_is_one_that_events_can_reach(ses: Ses, definition: dict[str, Any], words: str) -> None:
    """It has types of event and one place, which is there; neither a new nor a changed one may have less."""
    created = ask_v2(ses, DESTINATIONS, EventDestinationName="new", EventDestination=definition)
    updated = ask_v2(ses, f"{DESTINATIONS}/there", "PUT", EventDestination=definition)
    assert created == updated == in_v2(words)
    (kept,) = ask_v2(ses, DESTINATIONS, "GET")["EventDestinations"]
    assert kept == {"Name": "there", "Enabled": False, **GOOD}


@pytest.mark.parametrize("name", ["a b", "é", "a" * 65])
def test_an_event_destination_has_a_name(ses: Ses, name: str) -> None:
    """Of up to 64 letters, digits, underscores and dashes, in both APIs."""
    words = f"Invalid event destination name <{name}>: {ALLOWED}"
    words = words if len(name) < 65 else "Event destination name cannot exceed 64 characters."
    assert ask_v2(ses, DESTINATIONS, EventDestinationName=name, EventDestination=GOOD) == in_v2(words)
    v1 = {"Name": name, "MatchingEventTypes": ["send"], "SNSDestination": {"TopicARN": TOPIC}}
    told = ask_v1(ses, "CreateConfigurationSetEventDestination", ConfigurationSetName="set", EventDestination=v1)
    assert told == (400, "InvalidParameterValue", words)


@pytest.mark.parametrize(
    ("place", "code", "words"),
    [
        ({}, "InvalidParameterValue", "Event destination is not provided."),
        (
            {"KinesisFirehoseDestination": {"IAMRoleARN": ROLE, "DeliveryStreamARN": STREAM}},
            "InvalidFirehoseDestination",
            f"Firehose delivery stream <{STREAM}> not found.",
        ),
    ],
)
@pytest.mark.parametrize(("action", "name"), [("Create", "new"), ("Update", "there")])
def test_v1_looks_at_event_destinations_too(
    ses: Ses, action: str, name: str, place: dict[str, Any], code: str, words: str
) -> None:
    """In its own codes."""
    definition = {"Name": name, "MatchingEventTypes": ["send"], **place}
    asked = {"ConfigurationSetName": "set", "EventDestination": definition}
    assert ask_v1(ses, f"{action}ConfigurationSetEventDestination", **asked) == (400, code, words)


def test_an_event_destination_is_made_once_and_changed_where_it_is(ses: Ses) -> None:
    """The words name it and its set."""
    words = "An event destination with name <{}> {} for configuration set <set>."
    there = words.format("there", "already exists")
    assert ask_v2(ses, DESTINATIONS, EventDestinationName="there", EventDestination=GOOD) == in_v2(
        there, "AlreadyExistsException"
    )
    missing = in_v2(words.format("no", "does not exist"), "NotFoundException", 404)
    assert ask_v2(ses, f"{DESTINATIONS}/no", "PUT", EventDestination=GOOD) == missing
    assert ask_v2(ses, f"{DESTINATIONS}/no", "DELETE") == missing
