"""A deployed strategy's tickers, begun for a run."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

from loadtests.deploy.cloud import Cloud
from loadtests.deploy.stack.names import logical
from loadtests.deploy.stack.states import first_input, is_express
from scenarios.aws.ticker import MINUTE_S
from strategies.resources import Plan, Ticker

ARGUMENTS = ("Name", "GroupName", "ScheduleExpression", "FlexibleTimeWindow", "Target")
"""What UpdateSchedule would otherwise reset."""


def start(cloud: Cloud, plan: Plan, outputs: Mapping[str, str], zero_unix_s: int) -> None:
    """Let every ticker tick from time zero on."""
    machines = cloud.client("stepfunctions")
    for ticker in plan.tickers:
        document = json.dumps(first_input(zero_unix_s))
        machines.start_execution(stateMachineArn=_machine(ticker, outputs), input=document)
        if is_express(ticker):
            first = dt.datetime.fromtimestamp(zero_unix_s + MINUTE_S, dt.UTC)  # the execution above lasts until then
            _schedule(cloud, outputs[logical(ticker.function, "Schedule")], first)


def _machine(ticker: Ticker, outputs: Mapping[str, str]) -> str:
    return outputs[logical(ticker.function, "Machine")]


def _schedule(cloud: Cloud, name: str, first: dt.datetime) -> None:
    scheduler = cloud.client("scheduler")
    now = scheduler.get_schedule(Name=name)
    kept = {key: now[key] for key in ARGUMENTS if key in now}
    scheduler.update_schedule(**kept, State="ENABLED", StartDate=first)
