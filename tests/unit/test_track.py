"""The tracker on real services: SES's records, its function and its reader on DynamoDB, and the command."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from time import time
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

import sim.run
from loadtests.application.access import Connector
from loadtests.deploy.cloud import Cloud
from loadtests.deploy.commands import check_keys
from loadtests.function import tracking as entry
from loadtests.function.entry import Environment, variable, variables_of
from loadtests.moto import tables
from loadtests.moto.local_aws import Moto
from loadtests.moto.statuses import kept_in
from loadtests.moto.tracking import track
from loadtests.ports.local import ANYBODY, local_session
from loadtests.ports.ses import Envelope
from loadtests.ports.tables import definition
from scenarios.errors import BadInput
from scenarios.runs import account_of
from scenarios.schema.model import Scenario
from scenarios.tracking.figures import figures_of
from scenarios.tracking.heard import heard
from scenarios.tracking.notices import Notice
from scenarios.tracking.records import told
from scenarios.tracking.request import plan_of, request_of
from seslab.command_line import main
from strategies.tracking import tracker
from strategies.tracking.states import Event, State, Status
from tests.unit.virtual import evenly, scenario

ANNA, BEN = "anna@example.com", "ben@example.com"
ZERO = 1_767_225_600
TTL_S = 3600.0
FILE = """
name = "mine"
[[workload]]
process = "batch"
messages = 40
[delivery]
hard_bounce = 0.1
"""
recipients = st.lists(st.sampled_from([ANNA, BEN, "a+b@x.example"]), min_size=1, max_size=3, unique=True)


def of_events(**table: Any) -> Scenario:
    """A few mails a second, of which many bounce."""
    return scenario(
        evenly(8.0, 3.0), rate_per_s=60.0, horizon_s=5.0, tracker={"ttl_s": TTL_S, **table},
        delivery={"hard_bounce": 0.3, "reputation": {"pauses": False}},
    )  # fmt: skip


@given(recipients, st.sampled_from(State), st.integers(0, 10**7))
def test_what_is_told_is_what_is_heard(who: list[str], kind: State, ms: int) -> None:
    """A record of SES tells its function the events that it was written of, each to the millisecond."""
    events = tuple(Event("m-1", one, kind, ms / 1000) for one in who)
    back = heard(told(Notice(ms / 1000, events), ZERO))
    assert [one._replace(at_s=round(one.at_s - ZERO, 3)) for one in back] == list(events)


@pytest.mark.parametrize("text", ["Successfully validated SNS topic", "[1]", "{}", '{"eventType": "Open", "mail": {}}'])
def test_what_tells_nothing_of_a_mail_is_no_event(text: str) -> None:
    """SES's greeting of a topic, and an Open, are heard and passed over: no message may come back for ever."""
    assert heard(text) == []


@pytest.fixture(scope="module")
def parts() -> Iterator[tuple[Environment, Environment, Any, str]]:
    """Tracker and reader over a real DynamoDB, a client of it, and the table's name."""
    of = of_events()
    plan = plan_of(of)
    with Moto(of, 1, 16) as moto:
        connect = Connector(local_session(), 60.0, {"dynamodb": moto.url})
        with closing(connect("dynamodb", 1)) as dynamodb:
            (table,) = tables.made(dynamodb, "run", plan.tables).values()
            variables = {
                **ANYBODY.variables(moto.url),
                **variables_of(plan.strategy, plan.settings, account_of(of), 1, Envelope()),
                variable("TABLE", tracker.STATUSES): table,
            }
            with pytest.MonkeyPatch.context() as patch:
                for name, value in variables.items():
                    patch.setenv(name, value)
                both = (Environment({**variables, "SESLAB_FUNCTION": one}) for one in (tracker.TRACKER, tracker.READER))
                with closing(next(both)) as tracks, closing(next(both)) as reads:
                    yield tracks, reads, dynamodb, table


@pytest.mark.real_time
def test_a_status_in_dynamodb_only_rises(parts: tuple[Environment, Environment, Any, str]) -> None:
    """Of the same events in the worst order the bounce stays, under recipient and message; the reader then says so.

    Neither a delivery nor what is older than the TTL calls for a banner, and what DynamoDB may drop says when.
    """
    write, read, dynamodb, table = parts
    now_s = time()
    bounce = Event("m", ANNA, State.BOUNCED, round(now_s, 3))
    others = [Event("m", ANNA, kind, round(now_s - 1, 3)) for kind in (State.DELIVERED, State.SENT)]
    late = Event("old", BEN, State.BOUNCED, now_s - TTL_S - 1)
    assert write.ask([tracker.Told("1", [bounce, *others, bounce]), tracker.Told("2", [late])]) == {}
    kept = kept_in(dynamodb, table, 0)
    assert {key: one.status for key, one in kept.items()} == {(ANNA, "m"): Status(State.BOUNCED, bounce.at_s)}
    assert (read.ask("Anna@Example.com "), read.ask(BEN)) == (True, False)
    [item] = dynamodb.scan(TableName=table)["Items"]
    assert float(item["expires"]["N"]) == pytest.approx(bounce.at_s + TTL_S, abs=1)
    [told_to_expire] = [dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]]
    assert told_to_expire == {"AttributeName": "expires", "TimeToLiveStatus": "ENABLED"}


@pytest.mark.real_time
def test_a_message_that_the_table_refuses_comes_back_alone(parts: tuple[Environment, Environment, Any, str]) -> None:
    """An address that is too long for a key fails its own message, and none of its batch."""
    write, read, *_ = parts
    now_s = time()
    batch = [tracker.Told(str(n), [Event("n", who, State.BOUNCED, now_s)]) for n, who in enumerate(["x" * 3000, BEN])]
    failed = write.ask(batch)
    assert list(failed) == ["0"]
    assert "2048" in failed["0"].words
    assert read.ask(BEN)


@pytest.mark.real_time
def test_a_table_of_ones_own_needs_these_keys(parts: tuple[Environment, Environment, Any, str]) -> None:
    """One that is not there, or has another key schema, is one line with both; the tracker's own will do."""
    *_, dynamodb, table = parts
    (declared,) = plan_of(of_events()).tables
    cloud = Cloud("moto", local_session(), dynamodb.meta.endpoint_url)
    check_keys(cloud, table, declared)
    with pytest.raises(BadInput, match="table none: there is none on moto"):
        check_keys(cloud, "none", declared)
    for keys in (("message", "recipient"), ("recipient",)):
        other = replace(declared, keys=keys)
        dynamodb.create_table(TableName="other", **definition(other))
        with pytest.raises(BadInput) as refused:
            check_keys(cloud, "other", declared)
        assert re.fullmatch(
            rf"table other: its key is {keys[0]} \(HASH, S\).*; must be recipient \(HASH, S\), message \(RANGE, S\)",
            str(refused.value),
        )
        dynamodb.delete_table(TableName="other")


def test_the_reader_asks_for_an_address() -> None:
    """A request without one is told what is missing, and nothing is looked up."""
    for event in ({}, {"queryStringParameters": {"address": " "}}):
        answer = entry.answer(event, None)
        assert (answer["statusCode"], "address" in json.loads(answer["body"])["message"]) == (400, True)


@pytest.mark.real_time
def test_real_services_lose_nothing_either() -> None:
    """SNS, SQS, a function in its own process that is killed, and DynamoDB: every status right, nothing lost."""
    table = {
        "duplicate_probability": 0.3, "out_of_order": 0.3, "late": {"min_ms": 100, "max_ms": 3000},
        "killed": ({"start_s": 1.0, "duration_s": 1.0},), "visibility_timeout_s": 5.0, "concurrency": 4,
    }  # fmt: skip
    of = of_events(**table)
    request = request_of(of, 1, sim.run.run(of, "leaky-bucket", 1).calls)
    figures = figures_of(request, track(request))
    assert (figures["right"], figures["lost"], figures["dead_letters"]) == (1.0, 0, 0)
    assert figures["duplicates"] > 0 < figures["overtaken"]
    assert {"bounced", "delivered"} <= figures["states"].keys()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "mine: needs a table [tracker]"),
        ("[tracker]\nbatch_size = 20\n", "mapping events to tracker: window_s = 0: AWS allows 1 to 300"),
        ("[tracker]\nvisibility_timeout_s = 1\n", "tracker.visibility_timeout_s"),
    ],
)
def test_what_cannot_be_tracked_is_one_line(
    more: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the key, and the exit code is 2."""
    assert commanded(f"{FILE}{more}", tmp_path, monkeypatch) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert said in line


def commanded(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The exit code of `seslab track`."""
    (folder / "mine.toml").write_text(text)
    monkeypatch.setattr("sys.argv", ["seslab", "track", str(folder / "mine.toml"), *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_the_command_fails_where_a_status_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 0 where all are right, 1 where the tracker is gone too long; the document says as much."""
    assert commanded(f"{FILE}[tracker]\n", tmp_path, monkeypatch, "--json") == 0
    assert json.loads(capsys.readouterr().out)["tracker"]["right"] == 1
    gone = "[tracker]\nmax_receives = 1\n[[tracker.killed]]\nstart_s = 0\nduration_s = 1000\n"
    assert commanded(f"{FILE}{gone}", tmp_path, monkeypatch) == 1
    told = capsys.readouterr().out
    assert "✗ 40 of 40 statuses are wrong, 0 events lost" in told
    assert "in the dead-letter queue" in told


@pytest.mark.parametrize("words", [(), ("-s", "direct", "--tracker"), ("-s", "direct", "--table", "mine")])
def test_a_stack_is_that_of_a_strategy_or_of_a_tracker(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither, both, or a table for a strategy is one line, and the exit code is 2."""
    monkeypatch.setattr("sys.argv", ["seslab", "deploy", "rehearsal", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "--tracker" in capsys.readouterr().err
