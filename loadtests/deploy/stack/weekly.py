"""The weekly report of a stack: a function that EventBridge Scheduler calls, with what it may do and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from loadtests.deploy.stack.alarms import of_function
from loadtests.deploy.stack.lambdas import BUCKET, lambda_function
from loadtests.deploy.stack.names import logical, physical
from loadtests.deploy.stack.publishing import QUEUE
from loadtests.deploy.stack.roles import Statement, allow, arn, role, send, write_log
from loadtests.function import weekly as variables
from loadtests.function.package import Beside
from loadtests.function.weekly import HANDLER
from scenarios.errors import BadInput
from strategies.resources import FULL_CORE_MB, Plan

NAME = "weekly-report"
FUNCTION = logical(NAME, "Function")
MONDAYS = "cron(0 6 ? * MON *)"
TIMEOUT_S = 900  # Lambda's longest
TAKE_OUT = ("sqs:ReceiveMessage", "sqs:DeleteMessage")
KEEP_EVENTS = ("s3:PutObject", "s3:GetObject", "s3:DeleteObject")
SEND = ("ses:SendEmail", "ses:SendRawEmail")  # SES asks for the second one where a mail is sent as it is

Json = dict[str, Any]


class Weekly(NamedTuple):
    """Which module makes the report, of another room, what that reads beside modules, and who gets it.

    Without an address the report stays in the bucket.
    """

    module: str
    reads: tuple[str, ...]
    to: str | None = None

    def packed(self) -> Beside:
        """What its function needs of the package."""
        return Beside((HANDLER.rpartition(".")[0], self.module), self.reads)


def check_free(plan: Plan) -> None:
    """Raises BadInput for a strategy whose own function has the report's place in the stack."""
    taken = [function.name for function in plan.functions if logical(function.name, "Function") == FUNCTION]
    if taken:
        raise BadInput(f"function {taken[0]!r}: the weekly report's function has that name; choose another one")


def weekly_report(weekly: Weekly, sender: str, ses_url: str | None = None) -> Json:
    """By logical id: the function with its role and alarms, and the schedule that calls it."""
    environment = {
        variables.MODULE: weekly.module,
        variables.QUEUE: {"Ref": QUEUE},
        variables.BUCKET: {"Ref": BUCKET},
        variables.SENDER: sender,
        variables.TO: weekly.to or "",
        **({"AWS_ENDPOINT_URL_SESV2": ses_url} if ses_url else {}),
    }
    return {
        logical(NAME, "Role"): role("lambda", [*_statements(weekly, sender)]),
        **lambda_function(NAME, HANDLER, FULL_CORE_MB, TIMEOUT_S, environment),
        **of_function(NAME),
        **_schedule(),
    }


def _statements(weekly: Weekly, sender: str) -> Iterator[Statement]:
    yield write_log(NAME)
    yield allow(TAKE_OUT, {"Fn::GetAtt": [QUEUE, "Arn"]})
    yield allow(KEEP_EVENTS, _inside("/events/*"))
    yield allow(("s3:PutObject",), _inside("/reports/*"))
    only_events = {"StringLike": {"s3:prefix": "events/*"}}
    yield {**allow(("s3:ListBucket",), _inside("")), "Condition": only_events}
    if weekly.to is not None:
        sending = send(sender, None, SEND)
        only_to = {"ForAllValues:StringEquals": {"ses:Recipients": [weekly.to]}}
        yield {**sending, "Condition": sending["Condition"] | only_to}


def _inside(path: str) -> Json:
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:s3:::${{{BUCKET}}}{path}"}


def _schedule() -> Json:
    its_role, function_arn = logical(NAME, "ScheduleRole"), arn(NAME, "Function")
    properties = {
        "Name": physical(NAME),
        "ScheduleExpression": MONDAYS,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": function_arn, "RoleArn": {"Fn::GetAtt": [its_role, "Arn"]}},
    }
    return {
        its_role: role("scheduler", [allow(("lambda:InvokeFunction",), function_arn)]),
        logical(NAME, "Schedule"): {"Type": "AWS::Scheduler::Schedule", "Properties": properties},
    }
