"""What is told of calls: the log, its explanation and its sums, to people, to Prometheus and to our own client."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from typing import NoReturn
from urllib.error import HTTPError

import hypothesis.strategies as st
import numpy as np
import pytest
from botocore.exceptions import ClientError
from hypothesis import given

from loadtests.endpoint import decision_log
from loadtests.endpoint.client import EndpointClient, Route, answer_to
from loadtests.endpoint.decision_log import LIMITS, STRANGER
from loadtests.endpoint.routes import DEFAULT_ACCOUNT, DEFAULT_REGION, RAW
from loadtests.endpoint.service import Service
from loadtests.endpoint.tally import Tally
from loadtests.endpoint.web.turns import Busy, Turns
from loadtests.record.logs import DECISION_ROW
from scenarios.ledger.ledger import ACCEPTED, MESSAGES, OUTCOMES, REJECTED, THROTTLED
from scenarios.measures.metrics import peak_1s
from scenarios.schema.model import Scenario
from tests.unit.served import account, mail, send, served, traced


def test_each_refusal_is_explained() -> None:
    """What it needed is more than was left, and the calls that filled the bucket are accepted ones before it."""
    with served(account=account(max_send_rate_per_s=1e-3, limiter={"burst": 10})) as endpoint:
        v2 = endpoint.client("sesv2")
        assert [send(v2, **mail(size)) for size in (4, 3, 51)] == [None, None, "BadRequestException"]
        assert send(v2, **mail(5)) == "TooManyRequestsException"
        first, _, wrong, refused = endpoint.ask("GET", "/_seslab/calls")["calls"]
        assert first["caller"].startswith("v2 SendEmail Boto3/")
        assert (first["recipients"], first["mail"], first["outcome"], "why" in first) == (4, None, "accepted", False)
        assert (wrong["why"], wrong["said"]) == ("InvalidParameterValue", MESSAGES[REJECTED])
        assert (refused["needed"], refused["left"], refused["capacity"]) == (5, 3, 10)
        assert (refused["filled_by"], refused["filled_by_calls"]) == ([1, 0], 2)
        assert [row["row"] for row in endpoint.ask("GET", "/_seslab/calls?last=1")["calls"]] == [3]


def complaint(_route: Route, error: Exception) -> str:
    """What a client says that has no answer."""
    return str(error)


def test_the_log_of_calls_in_raw() -> None:
    """Rows of 29 bytes in the order of decision; a run's own mail is named, any other is a stranger's."""
    with served(account=account(max_send_rate_per_s=1e-3, limiter={"burst": 3})) as endpoint:
        v2 = endpoint.client("sesv2")
        for arguments in (mail(2, **traced(2**62, 12, 3)), mail(), mail(**traced(6, 12, 5)), mail(51)):
            send(v2, **arguments)
        tags = {"EmailTags": [{"Name": name, "Value": "x"} for name in ("call", "mail", "first")]}
        send(v2, **mail(), **tags)
        rows, said = endpoint.decisions(), EndpointClient(endpoint.url, complaint, 10.0).decisions()
        counted = endpoint.ask("GET", "/_seslab/reasons")["reasons"]
    assert DECISION_ROW.itemsize == 29
    assert said["call"].tolist() == rows["call"].tolist()
    assert said["reason"].tolist() == [MESSAGES[outcome] for outcome in rows["outcome"]]
    assert {one["said"]: one["calls"] for one in counted} == {MESSAGES[THROTTLED]: 2, MESSAGES[REJECTED]: 1}
    assert rows["call"].tolist() == [2**62, -1, 6, -1, -1]
    assert rows["mail"].tolist() == [12, -1, 12, -1, -1]
    assert rows["first_recipient"].tolist() == [3, 0, 5, 0, 0]
    assert rows["recipients"].tolist() == [2, 1, 1, 51, 1]
    assert rows["outcome"].tolist() == [ACCEPTED, ACCEPTED, THROTTLED, REJECTED, THROTTLED]


def test_each_refusal_is_in_ses_own_words() -> None:
    """Of many different sentences the first are kept whole, and of those beyond them what all have in common."""
    with served(account=account(max_send_rate_per_s=1.0)) as endpoint:
        strangers = [f"stranger{number}@example.net" for number in range(3)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(decision_log, "MOST_SENTENCES", len(MESSAGES) + 2)
            for stranger in strangers:
                send(endpoint.client("sesv2"), **{**mail(), "FromEmailAddress": stranger})
        said = EndpointClient(endpoint.url, complaint, 10.0).decisions()["reason"].tolist()
    for stranger, sentence in zip(strangers[:2], said[:2], strict=True):
        assert sentence.startswith("Email address is not verified. The following identities failed the check")
        assert sentence.endswith(stranger)
    assert said[2] == "Email address is not verified…"


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9), st.sampled_from(range(len(OUTCOMES)))), max_size=30))
def test_a_tally_is_what_a_count_of_all_would_be(decided: list[tuple[int, int, int]]) -> None:
    """However often it is asked in between: counts, recipients, and the fullest second across all that it forgot."""
    rows = np.zeros(len(decided), DECISION_ROW)
    for row, (eighths, recipients, outcome) in zip(rows, sorted(decided), strict=True):
        row["decided_s"], row["recipients"], row["outcome"] = eighths / 8, recipients, outcome
    accepted = rows[rows["outcome"] == ACCEPTED]
    for step in (1, 3, 50):
        tally = Tally()
        for start in range(0, len(rows), step):
            tally.add(rows[start : start + step])
        assert tally.by_outcome.tolist() == np.bincount(rows["outcome"], minlength=len(OUTCOMES)).tolist()
        assert (tally.calls, tally.recipients) == (len(rows), accepted["recipients"].sum())
        assert tally.peak_1s == peak_1s(accepted["decided_s"], accepted["recipients"])


def test_a_client_is_told_what_is_new() -> None:
    """Each question gives all decisions so far, and after a new beginning only those since."""
    with served() as endpoint:
        v2, client = endpoint.client("sesv2"), EndpointClient(endpoint.url, complaint, 10.0)
        for number in range(3):
            send(v2, **mail(**traced(number, number, 0)))
            assert client.decisions_since(0.0)["mail"].tolist() == list(range(number + 1))
        endpoint.ask("POST", "/_seslab/start", {"zero_unix_s": int(time.time()) - 5})
        send(v2, **mail(**traced(7, 7, 0)))
        assert client.decisions_since(0.0)["mail"].tolist() == [7]
        assert len(endpoint.raw("GET", "/_seslab/calls?from=1", Accept=RAW)) == 0


def test_start_closes_the_witness_of_the_run_before(tmp_path: Path) -> None:
    """However often a run begins anew, one file is open, and what is in it is of the run that goes on."""
    scenario = Scenario.model_validate({"name": "x", "workload": ({"process": "batch", "messages": 1},)})
    service = Service(scenario, 1, witness=tmp_path / "witness")
    ses = service.of(DEFAULT_ACCOUNT, DEFAULT_REGION)
    for _ in range(3):
        ses.run.decision_log.add(STRANGER, 1, 0.0, ACCEPTED, "x", LIMITS, 1, "")
        service.start(0.0)
    ses.run.decision_log.add(STRANGER, 1, 0.0, ACCEPTED, "x", LIMITS, 1, "")
    service.close()
    ses.run.decision_log.add(STRANGER, 1, 0.0, ACCEPTED, "x", LIMITS, 1, "")
    assert (tmp_path / "witness").stat().st_size == DECISION_ROW.itemsize


def test_the_numbers_agree() -> None:
    """Statistics, Prometheus and the log tell the same of calls, recipients, the fullest second and what is left."""
    with served(account=account(max_send_rate_per_s=1e-3, limiter={"burst": 9})) as endpoint:
        v2 = endpoint.client("sesv2")
        for size in (4, 4, 4):
            send(v2, **mail(size))
        document = endpoint.ask("GET", "/_seslab/stats")
        metrics = endpoint.raw("GET", "/_seslab/metrics").decode()
    numbers = document["accounts"][0]
    assert document["requests"] == {"sqs": 0, "dynamodb_reads": 0, "dynamodb_writes": 0}
    assert [numbers[name] for name in ("accepted", "throttled", "recipients", "peak_1s")] == [2, 1, 8, 8]
    assert [numbers[name] for name in ("tokens", "used_24h", "max_24h_send")] == [1, 8, -1]
    whose = 'account="123456789012",region="us-east-1"'
    assert f"seslab_ses_recipients_total{{{whose}}} 8.0" in metrics
    assert f"seslab_ses_tokens{{{whose}}} 1.0" in metrics
    assert 'outcome="throttled",region="us-east-1"} 1.0' in metrics
    assert "seslab_ses_call_duration_seconds_count 3.0" in metrics


def test_a_send_is_in_flight_until_it_is_decided() -> None:
    """Two sends of whose answers nobody waits: both are counted before SES decides, and none after."""
    slow = {"ses_send": {"constant_ms": 2000}, "ses_throttle": {"constant_ms": 2000}, "sqs": {"constant_ms": 0}}
    with served(latency=slow) as endpoint, ThreadPoolExecutor(2) as threads:
        v2 = endpoint.client("sesv2")
        answers = [threads.submit(v2.send_email, **mail()) for _ in range(2)]
        seen = []
        while len(endpoint.decisions()) < 2:
            seen.append(endpoint.ask("GET", "/_seslab/stats")["in_flight"])
        while not all(answer.done() for answer in answers):
            seen.append(endpoint.ask("GET", "/_seslab/stats")["in_flight"])
    assert max(seen) == 2
    assert seen[-1] == 0


def test_an_unknown_route_says_which_there_are() -> None:
    """HTTP 404 lists the routes, and the harness passes the sentence on."""
    with served() as endpoint:
        with pytest.raises(HTTPError) as error:
            endpoint.ask("GET", "/_seslab/stat")
        with error.value as answer:
            assert answer.code == 404
            assert "GET /_seslab/stats" in json.load(answer)["message"]
        with pytest.raises(HTTPException, match=r"^404 Not Found: no route GET /_seslab/stat; there are "):
            answer_to(endpoint.url, ("GET", "/_seslab/stat"), 10.0)


@pytest.mark.parametrize("path", ["recorder/start-recording", "/recorder/replay-recording/", "proxy/passthrough"])
def test_moto_writes_no_file(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its routes that would, or that do nothing here, are not there, even with slashes too many; a sentence says so."""
    monkeypatch.chdir(tmp_path)
    with served() as endpoint:
        with pytest.raises(HTTPError) as error:
            endpoint.raw("GET", f"/moto-api/{path}")
        with error.value as answer:
            assert answer.code == 404
            assert "records no requests, and is no proxy" in json.load(answer)["message"]
        endpoint.raw("GET", "/moto-api/data.json")
    assert list(tmp_path.iterdir()) == []


def test_a_service_that_moto_has_not_is_told_to_its_client_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """In the words of an error, each time; standard output is the server's own."""
    with served() as endpoint, pytest.raises(ClientError, match=r"it has no service at outposts\.us-east-1"):
        endpoint.client("outposts").list_sites()
    assert capsys.readouterr() == ("", "")


def test_too_many_that_wait_are_told_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a dump of the log or of moto's state, or for moto itself, in the service's own words; sends go on."""
    with served() as endpoint:
        monkeypatch.setattr(Turns, "turn", never)
        for dump in ("/_seslab/calls", "/_seslab/queues", "/_seslab/reasons", "/_seslab/live", "/moto-api/data.json"):
            with pytest.raises(HTTPError) as error:
                endpoint.raw("GET", dump)
            with error.value as answer:
                assert (answer.code, answer.headers["Retry-After"]) == (503, "1")
        with pytest.raises(ClientError, match="ServiceUnavailable"):
            endpoint.client("sns").list_topics()
        assert send(endpoint.client("sesv2"), **mail()) is None


def never(_turns: Turns) -> NoReturn:
    """A turn that never comes, since too many wait."""
    raise Busy
