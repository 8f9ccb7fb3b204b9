"""Laws of the CloudFormation template: everything declared is there, nothing is typed twice, nobody may do too much."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from loadtests.deploy.stack.names import logical
from loadtests.deploy.stack.roles import POLL_QUEUE, READ_TABLE, USE_QUEUE, USE_TABLE
from loadtests.deploy.stack.states import first_input, machine
from loadtests.deploy.stack.template import Setup, template
from loadtests.deploy.stack.weekly import KEEP_EVENTS, SEND, TAKE_OUT, Weekly
from loadtests.function.entry import with_tuples
from loadtests.function.weekly import BUCKET, MODULE, QUEUE, SENDER, TO
from loadtests.ports.ses import Envelope
from scenarios.aws.ticker import EVENTS_PER_TICK, HISTORY_EVENTS, STANDARD_TICKS, transitions_of
from scenarios.errors import BadInput
from strategies import heartbeat, lambda_concurrency, sqs_dlq
from strategies.registry import STRATEGIES
from strategies.resources import EVENTS, Account, Function, Plan, Pods, Queue, Table, Ticker
from strategies.tracking import tracker

ACCOUNT = Account(30.0, 0.05)
SETUP = Setup("heartbeat", ACCOUNT, 7, Envelope("me@example.com"))
WEEKLY = Weekly("a.module", (), "care@example.com")
WHOLE = SETUP._replace(dashboard=True, weekly=WEEKLY)
"""With all that may be asked for."""
KINDS: tuple[Any, ...] = ("timestamp_wait", "standard_loop", "express_loop", "relay")
LANES = ("urgent", "bulk")


def _relayed() -> Plan:
    """Two queues with one dead-letter queue, and a function with a table, which a relay calls."""
    heart = heartbeat.plan(heartbeat.Settings(), ACCOUNT)
    pacer = Function("pacer", heart.functions[0].handler, 600.0, uses=(*LANES, "pace"))
    return Plan(
        heart.settings,
        Pods(heart.pods.main, uses=LANES),
        tuple(Queue(name, max_receive_count=9, dead_letters="not-sent") for name in LANES),
        (pacer,),
        tickers=(Ticker("pacer", "relay"),),
        tables=(Table("pace"), Table("unused")),
    )


PLANS = {
    "sqs-dlq": sqs_dlq.plan(sqs_dlq.Settings(batch_size=20), ACCOUNT),
    "reserved": lambda_concurrency.plan(lambda_concurrency.Settings(limit_by="reserved"), ACCOUNT),
    "maximum": lambda_concurrency.plan(lambda_concurrency.Settings(), ACCOUNT),
    "heartbeat": heartbeat.plan(heartbeat.Settings(), ACCOUNT),
    "async": heartbeat.plan(heartbeat.Settings(dispatch="async", ticker="standard_loop"), ACCOUNT),
    "express": heartbeat.plan(heartbeat.Settings(ticker="express_loop"), ACCOUNT),
    "relay": _relayed(),
    "tracker": tracker.plan(tracker.Settings(10, 0.0, 10, 512, 60.0, 10, 86_400.0), ACCOUNT),
}


@pytest.fixture(params=PLANS, name="plan")
def _plan(request: pytest.FixtureRequest) -> Plan:
    return PLANS[request.param]


def _of_type(document: Any, kind: str) -> dict[str, Any]:
    return {name: part["Properties"] for name, part in document["Resources"].items() if part["Type"] == f"AWS::{kind}"}


def _values(node: Any) -> Iterator[Any]:
    """Every dictionary in a document, at any depth."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _values(value)
    elif isinstance(node, list):
        for value in node:
            yield from _values(value)


def test_every_declared_part_is_in_the_template(plan: Plan) -> None:
    """Queues, dead-letter queues, functions, tables and the rest: as many as are declared, and no more."""
    document = template(plan, SETUP._replace(publishes=False))
    dead = {queue.dead_letter_queue for queue in plan.queues} - {None}
    express = [ticker for ticker in plan.tickers if ticker.kind == "express_loop"]
    assert len(_of_type(document, "SQS::Queue")) == len(plan.queues) + len(dead)
    assert len(_of_type(document, "Lambda::Function")) == len(plan.functions)
    assert len(_of_type(document, "DynamoDB::Table")) == len(plan.tables)
    assert len(_of_type(document, "Lambda::EventSourceMapping")) == len(plan.mappings)
    assert len(_of_type(document, "StepFunctions::StateMachine")) == len(plan.tickers)
    assert len(_of_type(document, "Scheduler::Schedule")) == len(express)


def test_declared_numbers_arrive(plan: Plan) -> None:
    """Each number that the simulator obeys is the number that is deployed."""
    document = template(plan, SETUP)
    for queue in plan.queues:
        own = document["Resources"][logical(queue.name, "Queue")]["Properties"]
        assert own["VisibilityTimeout"] == queue.visibility_timeout_s
        assert own["RedrivePolicy"]["maxReceiveCount"] == queue.max_receive_count
    for function in plan.functions:
        own = document["Resources"][logical(function.name, "Function")]["Properties"]
        assert (own["Timeout"], own["MemorySize"]) == (function.timeout_s, function.memory_mb)
        assert own.get("ReservedConcurrentExecutions") == function.reserved_concurrency
    for mapping, own in zip(plan.mappings, _of_type(document, "Lambda::EventSourceMapping").values(), strict=True):
        assert (own["BatchSize"], own["MaximumBatchingWindowInSeconds"]) == (mapping.batch_size, mapping.window_s)
        assert own.get("ScalingConfig", {}).get("MaximumConcurrency") == mapping.maximum_concurrency
        assert ("FunctionResponseTypes" in own) == mapping.report_batch_item_failures


def test_settings_come_back_from_the_environment(plan: Plan) -> None:
    """A function builds the very plan again from what its variables hold."""
    for own in _of_type(template(plan, SETUP), "Lambda::Function").values():
        settings = with_tuples(json.loads(own["Environment"]["Variables"]["SESLAB_SETTINGS"]))
        assert type(plan.settings)(**settings) == plan.settings


def test_every_reference_names_a_part(plan: Plan) -> None:
    """Whatever is referred to exists: CloudFormation would refuse the rest."""
    document = template(plan, WHOLE)
    named = {node["Ref"] for node in _values(document) if "Ref" in node}
    named |= {node["Fn::GetAtt"][0] for node in _values(document) if "Fn::GetAtt" in node}
    named |= {name for node in _values(document) for name in node.get("DependsOn", ())}
    texts = [node["Fn::Sub"] for node in _values(document) if isinstance(node.get("Fn::Sub"), str)]
    named |= {name.partition(".")[0] for text in texts for name in re.findall(r"\$\{(.*?)\}", text)}
    known = {*document["Resources"], *document["Parameters"]}
    assert {name for name in named if not name.startswith("AWS::")} <= known


def test_every_resource_is_needed_or_alarms(plan: Plan) -> None:
    """A role, a log or a topic that nothing refers to would be left over."""
    document = template(plan, WHOLE)
    text = json.dumps(document["Resources"])
    ends = ("Alarm", "EventSourceMapping", "Policy", "Subscription", "Schedule", "EventDestination", "MetricFilter")
    for name, part in document["Resources"].items():
        used = text.count(f'"{name}"') > 1 or f"${{{name}." in text or name in document["Outputs"]
        assert used or part["Type"].endswith(ends), name


def test_functions_may_do_what_they_use_and_nothing_else(plan: Plan) -> None:
    """Every action that a role allows is one that a use, a mapping, the log or SES needs; none has a star."""
    document = template(plan, SETUP)
    for function in plan.functions:
        role = document["Resources"][logical(function.name, "Role")]["Properties"]
        statements = role["Policies"][0]["PolicyDocument"]["Statement"]
        mapped = {mapping.queue for mapping in plan.mappings if mapping.function == function.name}
        used = {queue.name for queue in plan.queues} & set(function.uses)
        called = {other.name for other in plan.functions} & set(function.uses)
        kept, seen = ({table.name for table in plan.tables} & set(names) for names in (function.uses, function.reads))
        wanted = {"logs:CreateLogStream", "logs:PutLogEvents"}
        wanted |= {"ses:SendEmail"} if function.sends else set()
        wanted |= set(USE_QUEUE) if used else set()
        wanted |= set(POLL_QUEUE) if mapped else set()
        wanted |= set(USE_TABLE) if kept else set()
        wanted |= set(READ_TABLE) if seen else set()
        wanted |= {"lambda:InvokeFunction"} if called else set()
        assert {action for statement in statements for action in statement["Action"]} == wanted
        assert "*" not in json.dumps(statements)
        parts = (used, mapped, called, kept, seen)
        assert len(statements) == 1 + function.sends + sum(map(len, parts))


def test_functions_send_in_nobody_elses_name(plan: Plan) -> None:
    """SES is allowed for the sender's identity, and under that address alone."""
    for role in _of_type(template(plan, SETUP), "IAM::Role").values():
        for statement in role["Policies"][0]["PolicyDocument"]["Statement"]:
            if statement["Action"] == ["ses:SendEmail"]:
                assert statement["Condition"] == {"StringEquals": {"ses:FromAddress": "me@example.com"}}
                identities = [r["Fn::Sub"] for r in statement["Resource"] if isinstance(r["Fn::Sub"], str)]
                assert [i.rpartition("/")[2] for i in identities] == ["me@example.com", "example.com"]


@pytest.mark.parametrize("to", [None, "care@example.com"])
def test_a_weekly_report_may_do_what_it_does_and_nothing_else(to: str | None) -> None:
    """It takes events out of one queue, keeps them and reports in one bucket, and sends to one address or to none."""
    resources = template(PLANS["sqs-dlq"], SETUP._replace(weekly=WEEKLY._replace(to=to)))["Resources"]
    statements = resources["WeeklyReportRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    wanted = {"logs:CreateLogStream", "logs:PutLogEvents", *TAKE_OUT, *KEEP_EVENTS, "s3:ListBucket"}
    assert {action for one in statements for action in one["Action"]} == wanted | set(SEND if to else ())
    assert "*" not in json.dumps([action for one in statements for action in one["Action"]])
    inside = [resource["Fn::Sub"] for one in statements for resource in one["Resource"] if "Fn::Sub" in resource]
    bucket = "arn:${AWS::Partition}:s3:::${CodeBucket}"
    assert [where for where in inside if ":s3:" in where] == [f"{bucket}/events/*", f"{bucket}/reports/*", bucket]
    assert [one["Condition"] for one in statements if "ses:SendEmail" in one["Action"]] == [
        {"StringEquals": {"ses:FromAddress": "me@example.com"}, "ForAllValues:StringEquals": {"ses:Recipients": [to]}}
    ] * bool(to)
    variables = resources["WeeklyReportFunction"]["Properties"]["Environment"]["Variables"]
    assert set(variables) == {MODULE, QUEUE, BUCKET, SENDER, TO}


def test_a_weekly_report_is_asked_for(plan: Plan) -> None:
    """Without being asked a stack has none, nor a schedule for it."""
    more = (
        template(plan, WHOLE)["Resources"].keys() - template(plan, SETUP._replace(dashboard=True))["Resources"].keys()
    )
    assert {name.removeprefix("WeeklyReport") for name in more} == {
        "Function", "Role", "Log", "Schedule", "ScheduleRole", "FunctionErrors", "FunctionThrottles",
    }  # fmt: skip


def test_a_weekly_report_takes_no_ones_place() -> None:
    """A function of the strategy's own with that name is refused, where a report is asked for and nowhere else."""
    plan = PLANS["sqs-dlq"]
    own = replace(plan, functions=(replace(plan.functions[0], name="weekly_report"),), mappings=())
    assert "WeeklyReportFunction" in template(own, SETUP)["Resources"]
    with pytest.raises(BadInput, match="function 'weekly_report': the weekly report's function has that name"):
        template(own, WHOLE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_machine_makes_as_many_transitions_as_are_billed(kind: Any) -> None:
    """From tick to tick it enters so many states, and a relay that need not wait enters one less."""
    states = machine(Ticker("heart", kind), "arn")["States"]
    round_trip, state = [], "Tick"
    while state not in round_trip:
        round_trip.append(state)
        again = states[state].get("Default") if kind == "relay" else states[state].get("Choices", [{}])[0].get("Next")
        state = states[state].get("Next") or again
    assert len(round_trip) == transitions_of(kind)
    waits = set() if kind == "relay" else {"Wait"}
    assert {states[name]["Type"] for name in round_trip} == {"Task", "Choice"} | waits


def test_a_relay_waits_only_after_a_call_that_was_short_or_failed() -> None:
    """The second at which it may call again follows that of the call's begin, or of its failure and one second more."""
    states = machine(Ticker("heart", "relay"), "arn")["States"]
    began, (caught,) = states["Tick"]["Output"], states["Tick"]["Catch"]
    assert began["second"] == "{% $floor(($toMillis($states.context.State.EnteredTime)) / 1000) + 1 %}"
    assert caught["Output"] == {**began, "second": "{% $floor(($millis() + 1000) / 1000) + 1 %}"}
    over, early = states["More"]["Choices"]
    assert (over["Next"], early["Next"], states["More"]["Default"]) == ("Successor", "Begin", "Tick")
    assert early["Condition"] == "{% $millis() / 1000 < $states.input.second %}"


def test_an_execution_ends_before_its_history_is_full() -> None:
    """All ticks of one execution, its start, its successor and its end fit into 25,000 events."""
    assert STANDARD_TICKS * EVENTS_PER_TICK + 10 < HISTORY_EVENTS


@pytest.mark.parametrize("kind", KINDS)
def test_every_state_is_reached_and_leads_somewhere(kind: Any) -> None:
    """No state is dead, and each but the last names one that exists; an execution's input has what states read."""
    definition = machine(Ticker("heart", kind), "arn")
    states, text = definition["States"], json.dumps(definition)
    following = {node[key] for node in _values(definition) for key in ("Next", "Default") if key in node}
    assert following | {definition["StartAt"]} == set(states)
    assert set(re.findall(r"\$states\.input\.(\w+)", text)) <= set(first_input(0))


def test_a_failing_function_does_not_stop_the_ticks() -> None:
    """Whatever a tick throws is caught and counted like one that went well."""
    for kind in KINDS:
        tick = machine(Ticker("heart", kind), "arn")["States"]["Tick"]
        (caught,) = tick["Catch"]
        assert (caught["ErrorEquals"], caught["Next"]) == (["States.ALL"], "More")
        assert caught["Output"]["number"] == tick["Output"]["number"]


def test_only_the_synchronous_tickers_wait_for_the_function() -> None:
    """`timestamp_wait` and `relay` wait for the function's end, the two loops hand it an event."""
    ticks = {kind: machine(Ticker("heart", kind), "arn")["States"]["Tick"] for kind in KINDS}
    waits = [kind for kind, tick in ticks.items() if tick["Arguments"].get("InvocationType") != "Event"]
    assert waits == ["timestamp_wait", "relay"]


def test_a_plan_of_pods_needs_no_stack_but_a_witness() -> None:
    """Strategies without queues and functions deploy nothing of their own."""
    for name in ("direct", "leaky-bucket"):
        plan = STRATEGIES[name].plan(STRATEGIES[name].Settings(), ACCOUNT)
        assert not template(plan, SETUP._replace(publishes=False))["Resources"]
        assert _of_type(template(plan, SETUP), "SES::ConfigurationSet")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"visibility_timeout_s": 50_000.0}, "visibility_timeout_s = 50000"),
        ({"visibility_timeout_s": 2.0}, "visibility_timeout_s = 2: AWS allows 10 to"),
        ({"retention_s": 1.0}, "retention_s = 1"),
        ({"max_receive_count": 5000}, "max_receive_count = 5000"),
        ({"name": "no blanks"}, "'no blanks': must be a letter"),
        ({"name": "x" * 60}, "at most"),
        ({"dead_letters": "not.sent"}, "dead-letter queue 'not.sent': must be a letter"),
    ],
)
def test_what_aws_refuses_is_said_first(change: dict[str, Any], named: str) -> None:
    """A queue beyond AWS's limits is named with key, value and what would be right."""
    plan = PLANS["sqs-dlq"]
    queue = replace(plan.queues[0], **change)
    mappings = tuple(replace(mapping, queue=queue.name) for mapping in plan.mappings)
    with pytest.raises(BadInput, match=re.escape(named)):
        template(replace(plan, queues=(queue,), mappings=mappings), SETUP)


def test_queues_share_the_dead_letters_that_they_name() -> None:
    """Both redrive into one queue of that name, about which one alarm is enough."""
    document = template(PLANS["relay"], SETUP._replace(publishes=False))["Resources"]
    dead = {json.dumps(document[f"{lane}Queue"]["Properties"]["RedrivePolicy"]) for lane in ("Urgent", "Bulk")}
    assert dead == {json.dumps({"deadLetterTargetArn": {"Fn::GetAtt": ["NotSentDead", "Arn"]}, "maxReceiveCount": 9})}
    assert document["NotSentDead"]["Properties"]["QueueName"] == {"Fn::Sub": "${AWS::StackName}-not-sent"}
    assert [name for name in document if name.startswith("NotSent")] == ["NotSentDead", "NotSentDeadAlarm"]


def test_a_queue_without_a_dead_letter_queue_has_none() -> None:
    """No receive count, no dead-letter queue, and no alarm about it."""
    document = template(Plan(None, PLANS["sqs-dlq"].pods, (Queue("plain"),)), SETUP._replace(publishes=False))
    assert list(document["Resources"]) == ["PlainQueue", "PlainQueueLate"]


def test_events_end_in_the_trackers_queue_and_its_reader_asks_for_a_signature() -> None:
    """Configuration set, topic and queue are one channel; statuses expire; a table that is there is not made."""
    plan, entries = PLANS["tracker"], {tracker.TRACKER: "a.handle", tracker.READER: "a.answer"}
    setup = SETUP._replace(publishes=False, entries=entries)
    document = template(plan, setup)
    [told] = _of_type(document, "SES::ConfigurationSetEventDestination").values()
    assert told["EventDestination"]["MatchingEventTypes"] == list(EVENTS)
    [subscription] = _of_type(document, "SNS::Subscription").values()
    assert (subscription["TopicArn"], subscription["Endpoint"]) == (
        told["EventDestination"]["SnsDestination"]["TopicARN"],
        {"Fn::GetAtt": ["EventsQueue", "Arn"]},
    )
    [url] = _of_type(document, "Lambda::Url").values()
    assert (url["AuthType"], url["TargetFunctionArn"]) == ("AWS_IAM", {"Fn::GetAtt": ["BannerFunction", "Arn"]})
    handlers = {own["Handler"] for own in _of_type(document, "Lambda::Function").values()}
    assert handlers == set(entries.values())
    [table] = _of_type(document, "DynamoDB::Table").values()
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert {"BannerUrl", "ToldSet", "StatusesTable"} <= document["Outputs"].keys()
    own = template(replace(plan, tables=(replace(plan.tables[0], already="mine"),)), setup)
    assert not _of_type(own, "DynamoDB::Table")
    assert json.dumps(own).count("table/mine") == 2
    variables = [one["Environment"]["Variables"] for one in _of_type(own, "Lambda::Function").values()]
    assert [one["SESLAB_TABLE_STATUSES"] for one in variables] == ["mine", "mine"]
