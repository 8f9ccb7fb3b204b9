"""What only the real world has: servers that fail, fall silent or are not there, and two logs of the same calls."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError
from werkzeug.test import Client
from werkzeug.wrappers import Response

from loadtests.kernel import Clock
from loadtests.logs import DECISION, ClientLog
from loadtests.ses import Mailer, connect, request, translated, verify
from loadtests.throttle import CALLS, RAW, SEND, START, ThrottlingSes
from loadtests.witness import joined
from scenarios.errors import RunFailed
from scenarios.ledger import ACCEPTED, FAILED, REJECTED, THROTTLED
from scenarios.model import Scenario
from strategies.ports import Mail, SendError, Unanswered, Unavailable

MAIL = Mail(12, 60, 0.0)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port on which somebody listens and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def send_to(port: int) -> tuple[Exception, ClientLog]:
    """Send a mail to a port; the error it raises, and what the log says."""
    log = ClientLog()

    async def send(mailer: Mailer) -> Exception:
        with pytest.raises(SendError) as caught:
            await mailer.send(MAIL, range(3))
        return caught.value

    with closing(connect(f"http://127.0.0.1:{port}", "us-east-1", 1, read_timeout_s=0.1)) as client:
        mailer = Mailer(client, Clock(0.0), log, 1)
        error = asyncio.run(send(mailer))
        mailer.close()
    return error, log


def test_a_silent_ses_leaves_the_mail_unanswered(listener: socket.socket) -> None:
    """No answer within the read timeout: nobody knows whether the mail was accepted, and only one call was made."""
    error, log = send_to(listener.getsockname()[1])
    assert isinstance(error, Unanswered)
    assert len(log.rows()) == 1
    assert log.rows()["end_s"][0] - log.rows()["start_s"][0] >= 0.1


def test_an_unreachable_ses_is_unavailable(listener: socket.socket) -> None:
    """Where nobody listens nothing was accepted, so that the mail may be sent again."""
    port = listener.getsockname()[1]
    listener.close()
    error, _ = send_to(port)
    assert isinstance(error, Unavailable)


def test_a_sender_that_cannot_be_verified_fails_the_run(listener: socket.socket) -> None:
    """Botocore's own error never reaches the user: one line names the endpoint and says why."""
    port = listener.getsockname()[1]
    listener.close()
    with pytest.raises(RunFailed, match=f"^http://127.0.0.1:{port} does not take seslab@example.com.*$"):
        verify(f"http://127.0.0.1:{port}", "us-east-1")


def test_a_server_error_is_unavailable() -> None:
    """HTTP 5xx says that SES failed, whatever the code."""
    response: Any = {"Error": {"Code": "Oops", "Message": "?"}, "ResponseMetadata": {"HTTPStatusCode": 503}}
    assert isinstance(translated(ClientError(response, "SendEmail")), Unavailable)


def test_mail_goes_to_the_mailbox_simulator_only() -> None:
    """Each recipient has an address of its own, at SES's mailbox simulator, whatever the mail is."""
    destination = request(1, MAIL, range(10, 60))["Destination"]
    assert destination.keys() == {"ToAddresses"}
    assert len(set(destination["ToAddresses"])) == 50
    assert all(address.endswith("@simulator.amazonses.com") for address in destination["ToAddresses"])


def test_each_call_has_a_row_of_its_own() -> None:
    """A call's number finds its end, calls on their way have none, and a snapshot does not change with its log."""
    log = ClientLog()
    numbers = [log.begin(MAIL, range(10 * part, 10 * part + 2), float(part)) for part in range(3)]
    before = log.rows()
    log.end(numbers[1], 7.0)
    assert numbers == [0, 1, 2]
    assert np.isnan(before["end_s"]).all()
    assert log.rows()["first_recipient"].tolist() == [0, 10, 20]
    np.testing.assert_array_equal(log.rows()["end_s"], [np.nan, 7.0, np.nan])


def test_the_views_are_joined_at_the_end_of_the_run() -> None:
    """In SES's order, then what failed before it: what it decided later, or a stranger's or nobody's call, is left out.

    Calls 0 to 2 are decided in time, late and in time; 3 fails in time, 4 late, and 5 is still on its way.
    """
    log = ClientLog()
    for start_s, end_s in ((0.0, 2.0), (0.1, 11.0), (0.2, 1.0), (0.3, 0.4), (9.0, 12.0), (9.5, None)):
        call = log.begin(MAIL, range(1), start_s)
        if end_s is not None:
            log.end(call, end_s)
    decided = [(2, 0.5, THROTTLED), (-1, 0.6, ACCEPTED), (0, 0.7, ACCEPTED), (1, 10.5, ACCEPTED)]
    witness = np.array([(call, 12, 0, 1, decided_s, outcome) for call, decided_s, outcome in decided], DECISION)
    calls = joined(witness, log, ended_s=10.0)
    assert calls["call"].tolist() == [0, 1, 2]
    assert calls["start_s"].tolist() == [0.2, 0.0, 0.3]
    assert calls["end_s"].tolist() == [1.0, 2.0, 0.4]
    assert calls["outcome"].tolist() == [THROTTLED, ACCEPTED, FAILED]
    np.testing.assert_array_equal(calls["decided_s"], [0.5, 0.7, np.nan])


def served() -> Client:
    """The local SES in this process, with room for one recipient, and behind it a service that takes no sender."""
    tables: dict[str, Any] = {
        "account": {"max_send_rate_per_s": 1e-3},
        "workload": ({"process": "batch", "messages": 13},),
        "latency": {"ses_send": {"constant_ms": 0}, "ses_throttle": {"constant_ms": 0}},
    }
    return Client(ThrottlingSes(Scenario.model_validate({"name": "served", **tables}), 1, Response(status=400)))


def ask(ses: Client, route: tuple[str, str], **options: Any) -> Any:
    """The answer to a request."""
    return ses.open(route[1], method=route[0], **options)


def test_the_log_of_calls_is_the_same_in_json_and_raw() -> None:
    """JSON unless raw rows are asked for; what the limiter let pass and the service refused is noted as rejected."""
    ses = served()
    answers = [ask(ses, SEND, json=request(call, MAIL, range(3, 4))) for call in (5, 6)]
    assert [answer.status_code for answer in answers] == [400, 429]
    columns, raw = ask(ses, CALLS), ask(ses, CALLS, headers={"Accept": RAW})
    rows = np.frombuffer(raw.data, DECISION)
    assert (columns.mimetype, raw.mimetype) == ("application/json", RAW)
    assert columns.json == {name: rows[name].tolist() for name in DECISION.names or ()}
    assert rows["outcome"].tolist() == [REJECTED, THROTTLED]
    told = [rows[name].tolist() for name in ("call", "mail", "first_recipient", "recipients")]
    assert told == [[5, 6], [12, 12], [3, 3], [1, 1]]


def test_start_begins_anew() -> None:
    """A new time zero has a full limiter and an empty log."""
    ses = served()
    for _ in range(2):
        ask(ses, START, json={"zero_unix_s": 0})
        assert len(ask(ses, CALLS, headers={"Accept": RAW}).data) == 0
        assert ask(ses, SEND, json=request(0, MAIL, range(1))).status_code == 400
