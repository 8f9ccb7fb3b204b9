"""What may be an event destination, in SES's words where it may not.

Sources: floci-io/floci, which has asked SES for the words about names, types of event, kinds of destination and
dimensions; localstack/localstack, which has recorded those about topics; API v1's model for the error of a Firehose
stream, and API v2's for that of buses only the default one is supported. The words about buses and streams are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.utilities.utils import get_partition

from loadtests.endpoint.publishing.configuration import ALLOWED, MOST_CHARACTERS, NAME, topic_of
from loadtests.endpoint.publishing.deliveries import Owner, has_stream, has_topic
from loadtests.endpoint.refusals import Refused, invalid
from scenarios.ledger.ledger import REJECTED

Definition = Mapping[str, Any]
"""An event destination as v2 describes it."""

KINDS = (
    "SnsDestination",
    "CloudWatchDestination",
    "KinesisFirehoseDestination",
    "EventBridgeDestination",
    "PinpointDestination",
)
ONE_KIND = (
    "Please provide only one destination with each request. Either a Firehose Destination or a Cloudwatch Destination"
    " or an SNS Destination or an EventBridge Destination."
)


def check_destination_name(name: str) -> None:
    """Raises Refused for what no event destination can be called."""
    if not name:
        raise invalid("EventDestinationName is required.")
    if not NAME.fullmatch(name):
        raise invalid(f"Invalid event destination name <{name}>: {ALLOWED}")
    if len(name) > MOST_CHARACTERS:
        raise invalid(f"Event destination name cannot exceed {MOST_CHARACTERS} characters.")


def check_definition(definition: Definition, owner: Owner) -> None:
    """Raises Refused for a definition that makes no sense, whatever is there."""
    if not definition.get("MatchingEventTypes"):
        raise invalid("At least one event type must be specified.")
    kinds = [kind for kind in KINDS if kind in definition]
    if not kinds:
        raise invalid("Event destination is not provided.")
    if len(kinds) > 1:
        raise invalid(ONE_KIND)
    if kinds == ["CloudWatchDestination"] and not definition["CloudWatchDestination"].get("DimensionConfigurations"):
        raise invalid("CloudWatch metrics dimension configuration list cannot be empty.")
    if kinds == ["EventBridgeDestination"]:
        _check_bus(definition["EventBridgeDestination"]["EventBusArn"], owner)


def check_there(definition: Definition, owner: Owner) -> None:
    """Raises Refused for a topic or a stream that is not there; that v2 has v1's words about topics is an inference."""
    topic = topic_of(definition)
    if topic is not None and not has_topic(owner, topic):
        raise Refused(REJECTED, "InvalidSNSDestination", f"SNS topic <{topic}> not found.")
    stream = definition.get("KinesisFirehoseDestination", {}).get("DeliveryStreamArn")
    if stream is not None and not has_stream(owner, stream):
        raise Refused(REJECTED, "InvalidFirehoseDestination", f"Firehose delivery stream <{stream}> not found.")


def taken(name: str, configuration_set: str) -> str:
    """There is an event destination of this name."""
    return f"An event destination with name <{name}> already exists for configuration set <{configuration_set}>."


def missing_destination(name: str, configuration_set: str) -> str:
    """There is none, as v2 says it."""
    return f"An event destination with name <{name}> does not exist for configuration set <{configuration_set}>."


def _check_bus(arn: str, owner: Owner) -> None:
    only = f"arn:{get_partition(owner.region)}:events:{owner.region}:{owner.account}:event-bus/default"
    if arn != only:
        raise invalid(f"Event bus <{arn}> is not supported: only the default one is, <{only}>.")
