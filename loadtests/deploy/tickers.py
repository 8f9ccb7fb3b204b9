"""A deployed strategy's tickers, begun for a run, and the calls that outlast it."""

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

SHORTEST_S = 1  # of a function's timeouts


def start(cloud: Cloud, plan: Plan, outputs: Mapping[str, str], zero_unix_s: int) -> None:
    """Let every ticker tick from time zero on."""
    machines = cloud.client("stepfunctions")
    for ticker in plan.tickers:
        document = json.dumps(first_input(zero_unix_s))
        machines.start_execution(stateMachineArn=_machine(ticker, outputs), input=document)
        if is_express(ticker):
            first = dt.datetime.fromtimestamp(zero_unix_s + MINUTE_S, dt.UTC)  # the execution above lasts until then
            _schedule(cloud, outputs[logical(ticker.function, "Schedule")], first)


def recall(cloud: Cloud, plan: Plan, outputs: Mapping[str, str]) -> None:
    """End the calls that relays wait for: they would go on for minutes, and tell in their logs only then."""
    functions = cloud.client("lambda")
    for ticker in plan.tickers:
        if ticker.kind == "relay":
            name = outputs[logical(ticker.function, "Function")]
            functions.update_function_configuration(FunctionName=name, Timeout=SHORTEST_S)


def _machine(ticker: Ticker, outputs: Mapping[str, str]) -> str:
    return outputs[logical(ticker.function, "Machine")]


def _schedule(cloud: Cloud, name: str, first: dt.datetime) -> None:
    scheduler = cloud.client("scheduler")
    now = scheduler.get_schedule(Name=name)
    kept = {key: now[key] for key in ARGUMENTS if key in now}
    scheduler.update_schedule(**kept, State="ENABLED", StartDate=first)
