"""The dashboard of a stack, and alarms before AWS's own thresholds: pure functions, from the plan to resources.

Sources: Amazon CloudWatch API Reference, "Dashboard Body Structure and Syntax"; Amazon SES Developer Guide, "Creating
reputation monitoring alarms using CloudWatch", whose rates are shares from 0 to 1; the metrics of AWS/SES, AWS/SQS and
AWS/Lambda in their own guides. SES has no metric of what it refuses: the functions say that in their logs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from loadtests.deploy.stack.alarms import MINUTE_S, alarm
from loadtests.deploy.stack.names import dead_letters_of, logical, physical
from loadtests.record.function_lines import WORD
from scenarios.delivery.reputation import PAUSE_BOUNCES, PAUSE_COMPLAINTS, REVIEW_BOUNCES, REVIEW_COMPLAINTS
from strategies.ports import Throttled
from strategies.resources import Function, Plan

DASHBOARD = "Dashboard"
BEFORE = 0.8  # of AWS's lower threshold: there is time left to look
HOUR_S = 3_600
COLUMNS, WIDTH, HEIGHT = 24, 12, 6  # of the grid, and of a graph
MOST_ALARMS = 100  # in one widget
OWN = "seslab"  # the namespace of metrics that are made of logs

Json = dict[str, Any]
Metric = list[Any]
Line = tuple[str, float]


def dashboard(plan: Plan, rate_per_s: float, alarms: Sequence[str]) -> Json:
    """By logical id: the dashboard, filters that count refusals in logs, and alarms of the account's reputation.

    `alarms` are those that the stack has anyway, by logical id; the limit is in recipients per second.
    """
    own = reputation_alarms()
    widgets = _placed([*_graphs(plan, rate_per_s), *_states([*own, *alarms])])
    body = json.dumps({"start": "-PT6H", "widgets": widgets}, separators=(",", ":"))
    properties = {"DashboardName": physical("dashboard"), "DashboardBody": {"Fn::Sub": body}}
    filters = {f"{logical(one.name, 'Function')}Refused": _refused(one) for one in _senders(plan)}
    return own | filters | {DASHBOARD: {"Type": "AWS::CloudWatch::Dashboard", "Properties": properties}}


def reputation_alarms() -> Json:
    """Of the account's rates, which SES tells while mail is sent; an hour without mail leaves an alarm as it is."""
    other = {"Period": HOUR_S, "ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "ignore"}
    thresholds = {"Bounce": REVIEW_BOUNCES, "Complaint": REVIEW_COMPLAINTS}
    return {
        f"Reputation{what}s": alarm("SES", f"Reputation.{what}Rate", "Maximum", (), round(BEFORE * review, 6), **other)
        for what, review in thresholds.items()
    }


def _senders(plan: Plan) -> list[Function]:
    """SES refuses nothing of those that send nothing."""
    return [function for function in plan.functions if function.sends]


def _refused(function: Function) -> Json:
    """Counts the lines of calls that SES has refused for the rate."""
    transformation = {
        "MetricNamespace": OWN,
        "MetricName": physical(f"{function.name}-refused"),
        "MetricValue": "1",
        "DefaultValue": 0,
        "Unit": "Count",
    }
    log = {"Ref": logical(function.name, "Log")}
    properties = {
        "LogGroupName": log,
        "FilterPattern": f"{WORD} {Throttled.__name__}",
        "MetricTransformations": [transformation],
    }
    return {"Type": "AWS::Logs::MetricFilter", "Properties": properties}


def _graphs(plan: Plan, rate_per_s: float) -> Iterator[Json]:
    yield _graph(
        "Accepted by SES, a second", _per_s("sends", ["AWS/SES", "Send"]), [("the account's limit", rate_per_s)]
    )
    if _senders(plan):
        yield _graph("Refused by SES for the rate, a second", [*_refusals(plan)])
    if plan.functions:
        yield _graph("Functions: errors and throttles", [*_troubles(plan)])
    if plan.queues:
        yield _graph("Age of the oldest message, seconds", [*_ages(plan)])
    if dead := list(dict.fromkeys(dead_letters_of(queue) for queue in plan.queues if queue.max_receive_count)):
        yield _graph("Dead letters", [_queue(name, "ApproximateNumberOfMessagesVisible") for name in dead])
    yield _rates("Bounce", REVIEW_BOUNCES, PAUSE_BOUNCES)
    yield _rates("Complaint", REVIEW_COMPLAINTS, PAUSE_COMPLAINTS)


def _rates(what: str, review: float, pause: float) -> Json:
    """In per cent, beside the rates at which the alarm goes off and AWS acts."""
    lines = [
        ("alarm", 100 * BEFORE * review),
        ("AWS reviews the account", 100 * review),
        ("AWS may pause it", 100 * pause),
    ]
    rate = ["AWS/SES", f"Reputation.{what}Rate", {"id": "rate", "stat": "Maximum", "visible": False}]
    return _graph(
        f"{what} rate of the account, %", [[{"expression": "100 * rate", "label": "rate"}], rate], lines, HOUR_S
    )


def _per_s(name: str, metric: Metric, label: str = "accepted") -> list[Metric]:
    """A count as what it comes to in a second."""
    hidden = {"id": name, "stat": "Sum", "visible": False}
    return [[{"expression": f"{name} / PERIOD({name})", "label": label}], [*metric, hidden]]


def _refusals(plan: Plan) -> Iterator[Metric]:
    for place, function in enumerate(_senders(plan)):
        yield from _per_s(f"refused{place}", [OWN, f"${{AWS::StackName}}-{function.name}-refused"], function.name)


def _troubles(plan: Plan) -> Iterator[Metric]:
    for function in plan.functions:
        name = f"${{{logical(function.name, 'Function')}}}"
        for metric in ("Errors", "Throttles"):
            shown = {"stat": "Sum", "label": f"{function.name}: {metric.lower()}"}
            yield ["AWS/Lambda", metric, "FunctionName", name, shown]


def _ages(plan: Plan) -> Iterator[Metric]:
    return (_queue(logical(queue.name, "Queue"), "ApproximateAgeOfOldestMessage") for queue in plan.queues)


def _queue(name: str, metric: str) -> Metric:
    return ["AWS/SQS", metric, "QueueName", f"${{{name}.QueueName}}", {"stat": "Maximum"}]


def _graph(title: str, metrics: list[Metric], lines: Sequence[Line] = (), period_s: int = MINUTE_S) -> Json:
    properties: Json = {
        "title": title,
        "region": "${AWS::Region}",
        "view": "timeSeries",
        "metrics": metrics,
        "period": period_s,
        "yAxis": {"left": {"min": 0, "showUnits": False}},
    }
    if lines:
        properties["annotations"] = {"horizontal": [{"label": label, "value": value} for label, value in lines]}
    return {"type": "metric", "width": WIDTH, "height": HEIGHT, "properties": properties}


def _states(alarms: Sequence[str]) -> Iterator[Json]:
    """All alarms with their states, so many to a widget as one may hold."""
    for start in range(0, len(alarms), MOST_ALARMS):
        arns = [f"${{{name}.Arn}}" for name in alarms[start : start + MOST_ALARMS]]
        properties = {"title": "Alarms", "alarms": arns}
        yield {"type": "alarm", "width": COLUMNS, "height": HEIGHT, "properties": properties}


def _placed(widgets: Sequence[Json]) -> list[Json]:
    """From left to right, and below where there is no more room."""
    placed, x, y = [], 0, 0
    for widget in widgets:
        if x + widget["width"] > COLUMNS:
            x, y = 0, y + HEIGHT
        placed.append({**widget, "x": x, "y": y})
        x += widget["width"]
    return placed
