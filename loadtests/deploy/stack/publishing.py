"""Channels of a stack: what SES says of each mail, through SNS into a queue, which may be the witness's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from loadtests.deploy.stack.names import physical
from strategies.resources import EVENTS

SET, QUEUE = "WitnessSet", "WitnessQueue"
RETENTION_S = 14 * 86_400  # SQS's longest: a killed run may be tidied up late
CONFIGURATION_SET = {"Ref": SET}


def publishing() -> dict[str, Any]:
    """By logical id: the witness's queue, and a channel of all events into it."""
    properties = {"QueueName": physical("events"), "MessageRetentionPeriod": RETENTION_S}
    return {QUEUE: {"Type": "AWS::SQS::Queue", "Properties": properties}, **channel("Witness", "events", QUEUE, EVENTS)}


def channel(prefix: str, name: str, queue: str, events: Sequence[str]) -> dict[str, Any]:
    """A configuration set, its event destination and topic, and who may write to which; it ends in a queue.

    Logical ids begin with the prefix; `name` is what set and topic are called on AWS.
    """
    own_set, topic = f"{prefix}Set", f"{prefix}Topic"
    return {
        own_set: {"Type": "AWS::SES::ConfigurationSet", "Properties": {"Name": physical(name)}},
        f"{prefix}Destination": {
            "Type": "AWS::SES::ConfigurationSetEventDestination",
            "DependsOn": [f"{topic}Policy"],
            "Properties": {
                "ConfigurationSetName": {"Ref": own_set},
                "EventDestination": {
                    "Name": prefix.lower(),
                    "Enabled": True,
                    "MatchingEventTypes": list(events),
                    "SnsDestination": {"TopicARN": {"Ref": topic}},
                },
            },
        },
        topic: {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": physical(name)}},
        f"{topic}Policy": _policy("SNS::TopicPolicy", "Topics", topic, _may_publish(topic)),
        f"{queue}Policy": _policy("SQS::QueuePolicy", "Queues", queue, _may_send(topic, queue)),
        f"{prefix}Subscription": {
            "Type": "AWS::SNS::Subscription",
            "DependsOn": [f"{queue}Policy"],
            "Properties": {
                "TopicArn": {"Ref": topic},
                "Protocol": "sqs",
                "Endpoint": {"Fn::GetAtt": [queue, "Arn"]},
                "RawMessageDelivery": True,
            },
        },
    }


def _policy(kind: str, key: str, of: str, statement: dict[str, Any]) -> dict[str, Any]:
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"Type": f"AWS::{kind}", "Properties": {key: [{"Ref": of}], "PolicyDocument": document}}


def _may_publish(topic: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": {"Ref": topic},
        "Condition": {"StringEquals": {"AWS:SourceAccount": {"Ref": "AWS::AccountId"}}},
    }


def _may_send(topic: str, queue: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": {"Fn::GetAtt": [queue, "Arn"]},
        "Condition": {"ArnEquals": {"aws:SourceArn": {"Ref": topic}}},
    }
