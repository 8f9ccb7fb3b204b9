"""The limit, checked from the witness's log: what is accepted by when, what is refused why, and what changes it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError

import numpy as np
import pytest
from botocore.exceptions import ConnectionClosedError

from loadtests.endpoint.account_admission import AccountAdmission
from scenarios.ledger.ledger import ACCEPTED, OUTCOMES, THROTTLED
from scenarios.schema.model import Scenario
from scenarios.traffic.chance import PerMail
from scenarios.traffic.workload import arrivals
from tests.unit.envelope import excess
from tests.unit.served import Endpoint, account, mail, send, served, traced

RATE_PER_S, BURST = 20, 25  # far fewer than a machine can ask for, however busy it is
SOME = (1, 3, 2, 7, 1, 1, 4)


def burst(endpoint: Endpoint, calls: int, clients: int) -> None:
    """So many calls of some recipients each, from clients in threads of their own."""
    v2 = endpoint.client("sesv2")
    with ThreadPoolExecutor(clients) as threads:
        list(threads.map(lambda call: send(v2, **mail(SOME[call % len(SOME)])), range(calls)))


def replayed(scenario: Scenario, decisions: Any) -> list[int]:
    """The outcomes of the same requests at a limiter of their own."""
    admission = AccountAdmission(scenario, arrivals((), 1), scenario.account.max_send_rate_per_s, 1)
    return [admission.decide(float(row["decided_s"]), int(row["recipients"]), 0) for row in decisions]


def test_at_every_instant_at_most_the_burst_and_what_dripped_in() -> None:
    """Whoever asks, however many at once: in any window of t seconds at most B + R·t recipients are accepted.

    And not a recipient less than the same limiter would accept in the simulator.
    """
    tables: dict[str, Any] = {"account": account(max_send_rate_per_s=float(RATE_PER_S), limiter={"burst": BURST})}
    with served(**tables) as endpoint:
        burst(endpoint, 120, clients=16)
        decisions = endpoint.decisions()
    nothing = ({"process": "batch", "messages": 1},)
    scenario = Scenario.model_validate({"name": "replayed", "workload": nothing, **tables})
    assert len(decisions) == 120
    assert (np.diff(decisions["decided_s"]) >= 0).all()
    assert set(decisions["outcome"]) == {ACCEPTED, THROTTLED}
    assert excess(decisions, RATE_PER_S) <= BURST
    assert decisions["outcome"].tolist() == replayed(scenario, decisions)


@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.parametrize(
    "limiter",
    [
        {"kind": "token-bucket", "burst": 9},
        {"kind": "token-bucket", "burst": 9, "shards": 3, "effective_rate": 0.5},
        {"kind": "sliding-window"},
        {"kind": "fixed-window"},
    ],
)
def test_room_is_what_a_request_could_have(limiter: dict[str, Any], more: int) -> None:
    """By every hypothesis the next request passes with so many recipients, and with one more it does not."""
    tables = {"name": "room", "workload": ({"process": "batch", "messages": 1},)}
    scenario = Scenario.model_validate(tables | {"account": {"max_send_rate_per_s": 6.0, "limiter": limiter}})
    admission = AccountAdmission(scenario, arrivals((), 1), 6.0, 1)
    for now_s in (1.0, 1.25, 1.5):
        admission.decide(now_s, 1, 0)
    room = admission.room(1.5)
    assert 0 < room < admission.capacity
    assert admission.decide(1.5, room + more, 0) == (THROTTLED if more else ACCEPTED)


def test_the_rate_can_be_changed_while_it_serves() -> None:
    """From then on the new rate holds, and the APIs tell it; what was refused before is explained by the old one."""
    with served(account=account(max_send_rate_per_s=1e-3, limiter={"burst": 2})) as endpoint:
        v2 = endpoint.client("sesv2")
        assert [send(v2, **mail(2)), send(v2, **mail(2))] == [None, "TooManyRequestsException"]
        assert endpoint.ask("PUT", "/_seslab/rate", {"max_send_rate_per_s": 1e6}) == {"max_send_rate_per_s": 1e6}
        assert send(v2, **mail(2)) is None
        assert v2.get_account()["SendQuota"]["MaxSendRate"] == 1e6
        calls = endpoint.ask("GET", "/_seslab/calls")["calls"]
        assert [call["outcome"] for call in calls] == ["accepted", "throttled", "accepted"]
        assert (calls[1]["needed"], calls[1]["left"]) == (2, 0)


def test_the_scenarios_rate_changes_and_neighbours() -> None:
    """A rate_change holds from its start on, and a neighbour's mail takes its tokens at its own instants."""
    tables: dict[str, Any] = {
        "name": "gate",
        "workload": ({"process": "batch", "messages": 1},),
        "neighbour": ({"process": "batch", "messages": 1, "at_s": 5.0, "recipients": 8},),
        "fault": ({"kind": "rate_change", "start_s": 10.0, "duration_s": 10.0, "max_send_rate_per_s": 1.0},),
        "account": {"max_send_rate_per_s": 10.0},
    }
    scenario = Scenario.model_validate(tables)
    admission = AccountAdmission(scenario, arrivals(scenario.neighbour, 1, "neighbour"), 10.0, 1)
    assert [admission.room(4.0), admission.room(5.0), admission.room(9.0)] == [10, 2, 10]
    assert [admission.decide(11.0, 10, 0), admission.room(12.5), admission.rate_per_s] == [ACCEPTED, 1, 1.0]
    assert [admission.room(20.0), admission.room(20.5), admission.rate_per_s] == [9, 10, 10.0]


def test_a_rate_change_from_second_zero_on_and_its_burst() -> None:
    """From the very beginning the bucket holds as little as it says; afterwards it fills up again."""
    change = {"start_s": 0.0, "duration_s": 10.0, "max_send_rate_per_s": 1.0, "burst": 4}
    tables = {"name": "gate", "workload": ({"process": "batch", "messages": 1},)}
    fault = {"fault": ({"kind": "rate_change", **change},), "account": {"max_send_rate_per_s": 10.0}}
    admission = AccountAdmission(Scenario.model_validate(tables | fault), arrivals((), 1), 10.0, 1)
    assert [admission.room(0.0), admission.capacity, admission.rate_per_s] == [4, 4, 1.0]
    assert [admission.room(10.0), admission.room(10.5), admission.capacity] == [4, 9, 10]


@pytest.fixture
def roomy() -> Iterator[Endpoint]:
    """An endpoint with room for everything that a test sends."""
    with served(account=account(max_send_rate_per_s=1e6)) as running:
        yield running


def outcomes(endpoint: Endpoint) -> list[str]:
    """How SES decided, call by call."""
    return [OUTCOMES[outcome] for outcome in endpoint.decisions()["outcome"]]


def test_a_connection_dropped_after_acceptance_duplicates(roomy: Endpoint) -> None:
    """The client sees its connection closed, and its retry is accepted once more."""
    v2 = roomy.client("sesv2")
    roomy.ask("PUT", "/_seslab/faults", {"drop_after": 1.0})
    with pytest.raises(ConnectionClosedError):
        v2.send_email(**mail())
    roomy.ask("PUT", "/_seslab/faults", {})
    v2.send_email(**mail())
    assert outcomes(roomy) == ["accepted", "accepted"]


def test_a_connection_dropped_before_the_decision_leaves_nothing(roomy: Endpoint) -> None:
    """SES has never heard of the mail; the log does not know it either."""
    roomy.ask("PUT", "/_seslab/faults", {"drop_before": 1.0})
    with pytest.raises(ConnectionClosedError):
        roomy.client("sesv2").send_email(**mail())
    assert outcomes(roomy) == []


def test_faults_can_be_set_while_it_serves(roomy: Endpoint) -> None:
    """A share of the sends is refused although there is room, for which the log blames the fault; the rest pass."""
    v2 = roomy.client("sesv2")
    set_to = roomy.ask("PUT", "/_seslab/faults", {"refuse": 0.5})
    assert set_to == roomy.ask("GET", "/_seslab/faults")
    assert (set_to["refuse"], set_to["drop_after"]) == (0.5, 0.0)
    codes = {send(v2, **mail()) for _ in range(32)}
    assert codes == {None, "TooManyRequestsException"}
    refused = [call for call in roomy.ask("GET", "/_seslab/calls")["calls"] if call["outcome"] == "throttled"]
    assert {call["why"] for call in refused} == {"fault"}


@pytest.mark.parametrize(
    ("path", "document", "line"),
    [
        ("faults", {"refuse": 2}, "refuse = 2: must be at most 1"),
        ("faults", {"refuze": 0.1}, "refuze = 0.1: unknown key 'refuze', did you mean 'refuse'?"),
        ("faults", {"slow": "3"}, 'slow = "3": must be a number'),
        ("faults", {"refuse": None}, "refuse = null: must be a number"),
        ("faults", {"slow": {"a": [1]}}, 'slow = {"a": [1]}: must be a number'),
        ("faults", [1], "the body must be a JSON object with refuse, fail, slow, delay_s, drop_before, drop_after"),
        ("rate", {"max_send_rate_per_s": 0}, "max_send_rate_per_s = 0: must be greater than 0"),
        ("rate", {}, "max_send_rate_per_s: is required"),
    ],
)
def test_bad_values_are_answered_with_one_line(roomy: Endpoint, path: str, document: Any, line: str) -> None:
    """HTTP 400 names the key, its value and what would be right; nothing changes."""
    before = roomy.ask("GET", f"/_seslab/{path}")
    with pytest.raises(HTTPError) as error:
        roomy.ask("PUT", f"/_seslab/{path}", document)
    with error.value as answer:
        assert (answer.code, json.load(answer)) == (400, {"message": line})
    assert roomy.ask("GET", f"/_seslab/{path}") == before


def test_a_lost_response_comes_after_the_callers_patience() -> None:
    """SES has accepted, its answer never arrives: the connection stays silent for as long as a client waits."""
    fault = {"kind": "lost_response", "start_s": 0.0, "duration_s": 1e6, "probability": 1.0}
    with served(fault=(fault,), client={"read_timeout_s": 0.2}) as endpoint:
        with pytest.raises(ConnectionClosedError):
            endpoint.client("sesv2").send_email(**mail())
        assert outcomes(endpoint) == ["accepted"]
        durations = endpoint.raw("GET", "/_seslab/metrics").decode()
        assert 'seslab_ses_call_duration_seconds_bucket{le="0.1"} 0.0' in durations


def test_a_mail_meets_the_simulators_latencies() -> None:
    """A run's own mail is decided after half the smaller of its two draws, attempt by attempt."""
    latency = {
        "ses_send": {"min_ms": 20, "max_ms": 60},
        "ses_throttle": {"min_ms": 20, "max_ms": 60},
        "sqs": {"constant_ms": 0},
    }
    with served(latency=latency) as endpoint:
        v2, scenario = (
            endpoint.client("sesv2"),
            Scenario.model_validate(
                {"name": "draws", "workload": ({"process": "batch", "messages": 1},), "latency": latency}
            ),
        )
        draws = [
            PerMail(law, 1, purpose, 100)
            for law, purpose in (
                (scenario.latency.ses_send, "ses_send"),
                (scenario.latency.ses_throttle, "ses_throttle"),
            )
        ]
        for attempt in range(2):
            started_s = time.perf_counter()
            v2.send_email(**mail(to="success@simulator.amazonses.com"), **traced(attempt, 7, 0))
            assert time.perf_counter() - started_s >= draws[0].of(7, attempt)
    assert draws[0].of(7, 0) != draws[0].of(7, 1)


def test_start_begins_anew() -> None:
    """A new time zero has a full limiter and an empty log, and scenario second 0 is where it says."""
    with served(account=account(max_send_rate_per_s=1e-3)) as endpoint:
        v2 = endpoint.client("sesv2")
        for _ in range(2):
            endpoint.ask("POST", "/_seslab/start", {"zero_unix_s": int(time.time()) - 1000})
            assert len(endpoint.decisions()) == 0
            assert [send(v2, **mail()), send(v2, **mail())] == [None, "TooManyRequestsException"]
            assert 1000 <= endpoint.decisions()["decided_s"][0] < 1010
