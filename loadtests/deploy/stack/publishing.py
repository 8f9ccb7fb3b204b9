"""The witness of a stack: what SES says of each mail, through SNS into a queue of its own."""

from __future__ import annotations

from typing import Any

from loadtests.deploy.stack.names import physical

SET, DESTINATION, TOPIC, QUEUE = "WitnessSet", "WitnessDestination", "WitnessTopic", "WitnessQueue"
EVENTS = ("send", "reject", "delivery", "bounce", "complaint", "deliveryDelay", "renderingFailure")
RETENTION_S = 14 * 86_400  # SQS's longest: a killed run may be tidied up late
CONFIGURATION_SET = {"Ref": SET}


def publishing() -> dict[str, Any]:
    """By logical id: a configuration set, its event destination, topic, queue, and who may write to which."""
    return {
        SET: {"Type": "AWS::SES::ConfigurationSet", "Properties": {"Name": physical("events")}},
        DESTINATION: {
            "Type": "AWS::SES::ConfigurationSetEventDestination",
            "DependsOn": [f"{TOPIC}Policy"],
            "Properties": {
                "ConfigurationSetName": CONFIGURATION_SET,
                "EventDestination": {
                    "Name": "witness",
                    "Enabled": True,
                    "MatchingEventTypes": list(EVENTS),
                    "SnsDestination": {"TopicARN": {"Ref": TOPIC}},
                },
            },
        },
        TOPIC: {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": physical("events")}},
        f"{TOPIC}Policy": _policy("SNS::TopicPolicy", "Topics", _may_publish()),
        QUEUE: {
            "Type": "AWS::SQS::Queue",
            "Properties": {"QueueName": physical("events"), "MessageRetentionPeriod": RETENTION_S},
        },
        f"{QUEUE}Policy": _policy("SQS::QueuePolicy", "Queues", _may_send()),
        "WitnessSubscription": {
            "Type": "AWS::SNS::Subscription",
            "DependsOn": [f"{QUEUE}Policy"],
            "Properties": {
                "TopicArn": {"Ref": TOPIC},
                "Protocol": "sqs",
                "Endpoint": {"Fn::GetAtt": [QUEUE, "Arn"]},
                "RawMessageDelivery": True,
            },
        },
    }


def _policy(kind: str, key: str, statement: dict[str, Any]) -> dict[str, Any]:
    document = {"Version": "2012-10-17", "Statement": [statement]}
    target = {"Ref": TOPIC if key == "Topics" else QUEUE}
    return {"Type": f"AWS::{kind}", "Properties": {key: [target], "PolicyDocument": document}}


def _may_publish() -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": {"Ref": TOPIC},
        "Condition": {"StringEquals": {"AWS:SourceAccount": {"Ref": "AWS::AccountId"}}},
    }


def _may_send() -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": {"Fn::GetAtt": [QUEUE, "Arn"]},
        "Condition": {"ArnEquals": {"aws:SourceArn": {"Ref": TOPIC}}},
    }
