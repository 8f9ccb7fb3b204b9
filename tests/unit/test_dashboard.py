"""Laws of a stack's dashboard: CloudWatch's documented structure, metrics that exist, and every part in sight."""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import Any

import pytest

from loadtests.deploy.stack.names import logical
from loadtests.deploy.stack.template import template
from loadtests.record.function_lines import WORD, CallLines
from scenarios.delivery import reputation
from strategies.ports import Mail, Throttled
from strategies.resources import Plan, Queue
from tests.unit.test_template import PLANS, SETUP

WATCHED = SETUP._replace(dashboard=True)
METRICS = {
    "AWS/SES": {"Send", "Reputation.BounceRate", "Reputation.ComplaintRate"},
    "AWS/SQS": {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"},
    "AWS/Lambda": {"Errors", "Throttles"},
}
"""Of those that the services document, the ones that are used."""
OPTIONS = {"id", "stat", "visible", "label", "expression"}
PROPERTIES = {
    "metric": {"title", "region", "view", "metrics", "period", "yAxis", "annotations"},
    "alarm": {"title", "alarms"},
}


@pytest.fixture(params=PLANS, name="plan")
def _plan(request: pytest.FixtureRequest) -> Plan:
    return PLANS[request.param]


def resources_of(plan: Plan) -> dict[str, Any]:
    """What a watched stack has."""
    found: dict[str, Any] = template(plan, WATCHED)["Resources"]
    return found


def widgets_of(plan: Plan) -> list[dict[str, Any]]:
    """The widgets of its dashboard; what CloudFormation fills in is still to be filled in."""
    widgets: list[dict[str, Any]] = json.loads(
        resources_of(plan)["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    )["widgets"]
    return widgets


def metrics_of(plan: Plan) -> list[list[Any]]:
    """All metrics of all graphs, expressions left out."""
    graphs = [widget["properties"]["metrics"] for widget in widgets_of(plan) if widget["type"] == "metric"]
    return [metric for metrics in graphs for metric in metrics if isinstance(metric[0], str)]


def test_the_body_is_what_cloudwatch_documents(plan: Plan) -> None:
    """Widgets inside the grid of 24 columns, none upon another, each with the properties of its kind."""
    widgets = widgets_of(plan)
    assert 0 < len(widgets) <= 500
    for widget in widgets:
        assert set(widget) == {"type", "x", "y", "width", "height", "properties"}
        assert 0 <= widget["x"] < widget["x"] + widget["width"] <= 24
        own = widget["properties"]
        assert set(own) <= PROPERTIES[widget["type"]]
        assert 1 <= len(own.get("alarms", "a")) <= 100
        assert 1 <= len(own.get("metrics", "m")) <= 500
    for one, other in combinations(widgets, 2):
        assert one["y"] != other["y"] or one["x"] + one["width"] <= other["x"]


def test_metrics_are_of_those_that_services_publish(plan: Plan) -> None:
    """Nothing is drawn that is never there: AWS's own names, and metrics that the stack itself makes of logs."""
    made = [part["Properties"] for part in resources_of(plan).values() if part["Type"] == "AWS::Logs::MetricFilter"]
    own = {one["MetricTransformations"][0]["MetricName"]["Fn::Sub"] for one in made}
    for namespace, name, *dimensions in metrics_of(plan):
        assert name in (own if namespace == "seslab" else METRICS[namespace])
        *pairs, options = dimensions
        assert len(pairs) % 2 == 0
        assert set(options) <= OPTIONS
    for widget in widgets_of(plan):
        metrics = widget["properties"].get("metrics", ())
        ids = {options["id"] for *_, options in metrics if "id" in options}
        used = [options["expression"] for *_, options in metrics if "expression" in options]
        assert all(set(re.findall(r"[a-z]\w*", said)) <= ids for said in used)


def test_every_part_is_in_sight(plan: Plan) -> None:
    """Each queue's age, each dead-letter queue, each function, each alarm, and the account's limit."""
    said = json.dumps(widgets_of(plan))
    resources = resources_of(plan)
    for queue in plan.queues:
        assert f"${{{logical(queue.name, 'Queue')}.QueueName}}" in said
    for function in plan.functions:
        assert f"${{{logical(function.name, 'Function')}}}" in said
        assert (f"-{function.name}-refused" in said) == function.sends
    alarms = [name for name, part in resources.items() if part["Type"] == "AWS::CloudWatch::Alarm"]
    assert all(f"${{{name}.Arn}}" in said for name in alarms)
    assert f'"value": {SETUP.account.max_send_rate_per_s}' in said


def test_many_alarms_are_in_several_widgets() -> None:
    """As a widget holds a hundred at most."""
    queues = tuple(Queue(f"q{number}", max_receive_count=3) for number in range(60))
    alarms = [widget["properties"]["alarms"] for widget in widgets_of(Plan(None, PLANS["relay"].pods, queues))[-2:]]
    assert [len(some) for some in alarms] == [100, 22]


def test_alarms_go_off_before_aws_acts() -> None:
    """At four fifths of the rate at which AWS reviews an account, which is far below the one at which it pauses."""
    resources = resources_of(PLANS["heartbeat"])
    alarms = [resources[f"Reputation{what}s"]["Properties"] for what in ("Bounce", "Complaint")]
    assert [one["MetricName"] for one in alarms] == ["Reputation.BounceRate", "Reputation.ComplaintRate"]
    assert [one["Threshold"] for one in alarms] == [0.04, 0.0008]
    assert 0.04 < reputation.REVIEW_BOUNCES < reputation.PAUSE_BOUNCES
    assert 0.0008 < reputation.REVIEW_COMPLAINTS < reputation.PAUSE_COMPLAINTS


def test_refusals_are_counted_by_the_lines_that_functions_write(capsys: pytest.CaptureFixture[str]) -> None:
    """All words of the filter are in the line of a call that was throttled, and not in that of one that was not."""
    lines = CallLines(None)
    for error in (Throttled("Maximum sending rate exceeded."), None):
        lines.end(lines.begin(Mail(0, 1, 0.0), range(1), 0.0), 1.0, error)
    refused, accepted = capsys.readouterr().out.splitlines()
    words = resources_of(PLANS["heartbeat"])["HeartFunctionRefused"]["Properties"]["FilterPattern"].split()
    assert words[0] == WORD
    assert all(word in re.findall(r"\w+", refused) for word in words)
    assert not all(word in accepted for word in words)


def test_a_dashboard_is_asked_for(plan: Plan) -> None:
    """Without being asked a stack has none, nor what belongs to it."""
    more = resources_of(plan).keys() - template(plan, SETUP)["Resources"].keys()
    refused = {f"{logical(function.name, 'Function')}Refused" for function in plan.functions if function.sends}
    assert more == {"Dashboard", "ReputationBounces", "ReputationComplaints", *refused}
