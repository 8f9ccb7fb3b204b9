"""Alarms of a stack, on what a healthy one never does; they have no actions until some are added to them."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

from loadtests.deploy.stack.names import dead_letters_of, logical
from strategies.resources import Plan, Queue

MINUTE_S = 60


def alarms(plan: Plan) -> dict[str, Any]:
    """By logical id: dead letters, letters that wait too long, errors and throttles of functions."""
    found: dict[str, Any] = {}
    for queue in plan.queues:
        found |= _of_queue(queue)
    for function in plan.functions:
        found |= of_function(function.name)
    return found


def _of_queue(queue: Queue) -> dict[str, Any]:
    name, dead = logical(queue.name, "Queue"), dead_letters_of(queue)
    late = {f"{name}Late": alarm("SQS", "ApproximateAgeOfOldestMessage", "Maximum", [_queue(name)], _late_s(queue))}
    if queue.max_receive_count is None:
        return late
    return {f"{dead}Alarm": alarm("SQS", "ApproximateNumberOfMessagesVisible", "Maximum", [_queue(dead)], 0), **late}


def _late_s(queue: Queue) -> int:
    """Older than all its receives together could make it; without a dead-letter queue, half way to being dropped."""
    if queue.max_receive_count is None:
        return ceil(queue.retention_s / 2)
    return ceil(queue.visibility_timeout_s * queue.max_receive_count)


def _queue(logical_id: str) -> dict[str, Any]:
    return {"Name": "QueueName", "Value": {"Fn::GetAtt": [logical_id, "QueueName"]}}


def of_function(function: str) -> dict[str, Any]:
    """That it ends in errors, and that Lambda does not let it begin."""
    name = logical(function, "Function")
    dimension = {"Name": "FunctionName", "Value": {"Ref": name}}
    return {f"{name}{metric}": alarm("Lambda", metric, "Sum", [dimension], 0) for metric in ("Errors", "Throttles")}


def alarm(
    service: str, metric: str, statistic: str, dimensions: Sequence[dict[str, Any]], threshold: float, **other: Any
) -> dict[str, Any]:
    """One that a minute above the threshold sets off, unless other properties say otherwise."""
    properties = {
        "Namespace": f"AWS/{service}",
        "MetricName": metric,
        "Dimensions": list(dimensions),
        "Statistic": statistic,
        "Period": MINUTE_S,
        "EvaluationPeriods": 1,
        "Threshold": threshold,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
    }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties | other}
