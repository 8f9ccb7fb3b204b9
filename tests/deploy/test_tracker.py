"""Laws of a deployed tracker: its stack keeps every status, and tells who needs a banner."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

import sim.run
from loadtests.deploy import commands, stacks, tracking
from loadtests.deploy.ministack import ministack
from loadtests.ports.tables import definition
from scenarios.errors import BadInput
from scenarios.schema.model import Scenario
from scenarios.tracking.figures import figures_of
from scenarios.tracking.notices import Notice
from scenarios.tracking.records import told
from scenarios.tracking.request import TrackRequest, plan_of, request_of
from strategies.tracking.states import Event, State
from tests.deploy import marks
from tests.deploy.patience import until
from tests.unit.virtual import evenly, scenario

pytestmark = marks.on_ministack()


def _scenario(**table: Any) -> Scenario:
    return scenario(
        evenly(6.0, 3.0), rate_per_s=60.0, horizon_s=4.0, tracker=table,
        delivery={"hard_bounce": 0.3, "reputation": {"pauses": False}},
    )  # fmt: skip


def _request(of: Scenario) -> TrackRequest:
    return request_of(of, 1, sim.run.run(of, "leaky-bucket", 1).calls)


def test_a_deployed_tracker_loses_nothing() -> None:
    """Doubled and disordered records through the stack's topic: every status right in its table, none dead-lettered."""
    late = {"min_ms": 100, "max_ms": 2000}
    table = {"duplicate_probability": 0.3, "out_of_order": 0.3, "late": late, "visibility_timeout_s": 5.0}
    request = _request(_scenario(**table))
    figures = figures_of(request, tracking.track(request))
    assert (figures["right"], figures["lost"], figures["dead_letters"]) == (1.0, 0, 0)
    assert figures["duplicates"] > 0 < figures["overtaken"]


def test_a_kill_that_cannot_be_is_refused() -> None:
    """Before anything is made."""
    request = _request(_scenario(killed=({"start_s": 1.0, "duration_s": 1.0},)))
    with pytest.raises(BadInput, match="ministack kills no function"):
        tracking.track(request)


def test_a_stack_that_stays_keeps_statuses_in_a_table_of_ones_own() -> None:
    """What is told to its topic is what its reader answers by; the table outlives it, and one of other keys is refused.

    Nothing is made where it is refused.
    """
    with ministack() as cloud:
        (declared,) = plan_of(_scenario()).tables
        dynamodb = cloud.client("dynamodb")
        for name, keys in (("mine", declared.keys), ("other", ("key",))):
            dynamodb.create_table(TableName=name, **definition(replace(declared, keys=keys)))
        with pytest.raises(BadInput, match="table other: its key is"):
            next(commands.deploy_tracker(cloud, _scenario(), "other", _silent))
        assert not stacks.status(cloud)
        run = next(commands.deploy_tracker(cloud, _scenario(), "mine", _silent)).removeprefix("run ")
        outputs = stacks.outputs(cloud, run)
        for kind in (State.BOUNCED, State.DELIVERED):
            record = told(Notice(0.0, (Event("m", "anna@example.com", kind, 0.0),)), 1_900_000_000)
            cloud.client("sns").publish(TopicArn=outputs["ToldTopic"], Message=record)
        until(lambda: _needs_banner(cloud, outputs, "anna@example.com"))
        assert not _needs_banner(cloud, outputs, "ben@example.com")
        commands.teardown(cloud, run, False, _silent)
        assert not stacks.status(cloud)
        assert dynamodb.scan(TableName="mine")["Count"] == 1


def _needs_banner(cloud: Any, outputs: Any, address: str) -> bool:
    event = json.dumps({"queryStringParameters": {"address": address}})
    answer = cloud.client("lambda").invoke(FunctionName=outputs["BannerFunction"], Payload=event)
    return bool(json.loads(json.loads(answer["Payload"].read())["body"])["banner"])


def _silent(_line: str) -> None:
    """What is made is of no interest."""
