"""How an event reaches its destination: an SNS topic's subscriptions, EventBridge's bus, or a Firehose stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import uuid4

from loadtests.endpoint.publishing.events import Record
from loadtests.endpoint.sns.troubles import Troubles

DETAIL_TYPES: Mapping[str, str] = {
    "Send": "Email Sent",
    "Reject": "Email Rejected",
    "Rendering Failure": "Email Rendering Failed",
    "Delivery": "Email Delivered",
    "Bounce": "Email Bounced",
    "Complaint": "Email Complaint Received",
    "DeliveryDelay": "Email Delivery Delayed",
    "Subscription": "Email Subscribed",
}
"""By the type of event. Source: Amazon SES Developer Guide, "Monitoring SES events using Amazon EventBridge"."""


class Owner(NamedTuple):
    """In whose account, and where, a destination is."""

    account: str
    region: str


def to_topic(owner: Owner, topic_arn: str, text: str, subject: str | None, troubles: Troubles) -> None:
    """Deliver to the topic's subscriptions. The topic itself keeps nothing: moto's would, for ever."""
    message_id = str(uuid4())
    for subscription in _subscriptions(owner, topic_arn):
        try:
            subscription.publish(text, message_id, subject=subject)
        except Exception as error:  # whatever a subscriber does wrong, the others want to know
            troubles.note(f"{topic_arn}: {subscription.endpoint}", error)


def has_topic(owner: Owner, topic_arn: str) -> bool:
    """Whether the topic is there; it may be another account's, and must be in the same region."""
    from moto.sns.models import sns_backends

    *_, region, account, _ = ["", "", "", *topic_arn.split(":")]
    return region == owner.region and account.isdecimal() and topic_arn in sns_backends[account][region].topics


def has_stream(owner: Owner, stream_arn: str) -> bool:
    """Whether the Firehose stream is there."""
    from moto.firehose.models import firehose_backends

    streams = firehose_backends[owner.account][owner.region].delivery_streams.values()
    return stream_arn in {stream.delivery_stream_arn for stream in list(streams)}


def to_bus(owner: Owner, bus_arn: str, event: Record) -> None:
    """To the targets of the bus's rules that moto knows, such as SQS queues."""
    from moto.events.models import events_backends  # loaded with the first event that goes there

    entry = {
        "Source": "aws.ses",
        "DetailType": DETAIL_TYPES[event["eventType"]],
        "Detail": json.dumps(event),
        "Resources": [event["mail"]["sourceArn"]],
        "EventBusName": bus_arn,
    }
    events_backends[owner.account][owner.region].put_events([entry])


def to_stream(owner: Owner, stream_arn: str, event: Record) -> None:
    """As one line of JSON, to the stream's bucket in moto's S3, or to its HTTP endpoint."""
    from moto.firehose.models import firehose_backends

    line = f"{json.dumps(event)}\n".encode()
    firehose_backends[owner.account][owner.region].put_record(stream_arn.rpartition("/")[2], {"Data": line})


def _subscriptions(owner: Owner, topic_arn: str) -> list[Any]:
    """Those of a topic that is there; the list is made at once, since moto may be changing it."""
    from moto.sns.models import sns_backends

    backend = sns_backends[owner.account][owner.region]
    every = list(backend.subscriptions.values()) if topic_arn in backend.topics else []
    return [subscription for subscription in every if subscription.topic.arn == topic_arn]
