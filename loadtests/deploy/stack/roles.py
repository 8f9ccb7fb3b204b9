"""Who may do what in a stack: nothing but what the declarations name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from loadtests.deploy.stack.names import logical
from strategies.resources import Function, Plan, Table

Statement = dict[str, Any]

USE_QUEUE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:SendMessage")
USE_TABLE = ("dynamodb:GetItem", "dynamodb:UpdateItem")
READ_TABLE = ("dynamodb:GetItem", "dynamodb:Query")
POLL_QUEUE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")  # Lambda's, in the function's name


def role(service: str, statements: Sequence[Statement]) -> dict[str, Any]:
    """A role that the service may take on, with one policy of its own."""
    trust = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    policy = {"PolicyName": "declared", "PolicyDocument": _document(statements)}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": _document([trust]), "Policies": [policy]},
    }


def function_role(function: Function, plan: Plan, sender: str, configuration_set: Any | None) -> dict[str, Any]:
    """Its log, SES in the sender's name, the parts that it uses, the queues that are mapped to it."""
    mapped = [mapping.queue for mapping in plan.mappings if mapping.function == function.name]
    statements = [write_log(function.name), *([send(sender, configuration_set)] if function.sends else [])]
    statements += [allow(USE_QUEUE, arn(name, "Queue")) for name in _used(function, [q.name for q in plan.queues])]
    statements += [allow(POLL_QUEUE, arn(name, "Queue")) for name in mapped]
    for actions, names in ((USE_TABLE, function.uses), (READ_TABLE, function.reads)):
        statements += [allow(actions, arn_of_table(table)) for table in plan.tables if table.name in names]
    others = _used(function, [other.name for other in plan.functions])
    statements += [allow(("lambda:InvokeFunction",), arn(name, "Function")) for name in others]
    return role("lambda", statements)


def allow(actions: Sequence[str], *resources: Any) -> Statement:
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def arn(name: str, what: str) -> dict[str, Any]:
    """The ARN of a part of the stack."""
    return {"Fn::GetAtt": [logical(name, what), "Arn"]}


def arn_of_table(table: Table) -> Any:
    """That of a table of the stack, or of one that is there already."""
    already = f"arn:${{AWS::Partition}}:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/{table.already}"
    return {"Fn::Sub": already} if table.already else arn(table.name, "Table")


def _used(function: Function, names: Sequence[str]) -> list[str]:
    return [name for name in names if name in function.uses]


def write_log(function: str) -> Statement:
    return allow(("logs:CreateLogStream", "logs:PutLogEvents"), arn(function, "Log"))


def send(sender: str, configuration_set: Any | None, actions: Sequence[str] = ("ses:SendEmail",)) -> Statement:
    """SES asks for the identity that vouches for the sender, be it the address or its domain, and for the set."""
    own = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}"
    resources: list[Any] = [
        {"Fn::Sub": f"{own}:identity/{identity}"} for identity in (sender, sender.rpartition("@")[2])
    ]
    if configuration_set is not None:
        resources.append({"Fn::Sub": [f"{own}:configuration-set/${{Set}}", {"Set": configuration_set}]})
    only = {"StringEquals": {"ses:FromAddress": sender}}
    return {**allow(actions, *resources), "Condition": only}


def _document(statements: Sequence[Statement]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}
