"""The local SES: WSGI middleware that admits SendEmail as the scenario says SES does, before anything stores it."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from werkzeug.test import run_wsgi_app

from loadtests.kernel import Clock
from loadtests.logs import DECISION, DecisionLog
from scenarios.admission import admission_of
from scenarios.chance import PerMail
from scenarios.ledger import ACCEPTED, MESSAGES, QUOTA, REJECTED, THROTTLED
from scenarios.model import Scenario
from scenarios.workload import Arrivals, arrivals

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SEND = ("POST", "/v2/email/outbound-emails")
START = ("POST", "/_seslab/start")
CALLS = ("GET", "/_seslab/calls")
JSON, RAW = "application/json", "application/octet-stream"

REFUSALS = {
    THROTTLED: ("429 Too Many Requests", "TooManyRequestsException"),
    QUOTA: ("429 Too Many Requests", "TooManyRequestsException"),
    REJECTED: ("400 Bad Request", "MessageRejected"),
}
STRANGER = -1
"""The mail number, and the call, of a request without our tags: any SDK may send here."""


class Request(NamedTuple):
    """One SendEmail: how many recipients, and what its tags say of them."""

    call: int
    mail: int
    first: int
    recipients: int


class Draws(NamedTuple):
    """What the seed decides, whenever time zero is."""

    accepts: PerMail
    refusals: PerMail
    neighbours: Arrivals | None


def draw(scenario: Scenario, seed: int) -> Draws:
    mails = len(arrivals(scenario.workload, seed).intended_s)
    return Draws(
        PerMail(scenario.latency.ses_send, seed, "ses_send", mails),
        PerMail(scenario.latency.ses_throttle, seed, "ses_throttle", mails),
        arrivals(scenario.neighbour, seed, "neighbour") if scenario.neighbour else None,
    )


class Account:
    """Decides on every request of one SES account since time zero, and remembers how; many threads ask at once."""

    def __init__(self, scenario: Scenario, draws: Draws, zero_unix_s: float) -> None:
        self.clock, self._draws = Clock(zero_unix_s), draws
        self._admission = admission_of(scenario, draws.neighbours)
        self._attempts = Counter[int]()
        self._log, self._lock = DecisionLog(), Lock()

    def latencies(self, mail: int) -> tuple[float, float]:
        """Seconds that the mail's next call takes if it is accepted, and if it is refused."""
        with self._lock:
            attempt = self._attempts[mail]
            self._attempts[mail] += 1
        return self._draws.accepts.of(mail, attempt), self._draws.refusals.of(mail, attempt)

    def decide(self, request: Request) -> tuple[int, int]:
        """The outcome, and the row of the log that records it."""
        with self._lock:
            now_s = self.clock.now()
            outcome = self._admission.decide(now_s, request.recipients)
            return outcome, self._log.add(*request, now_s, outcome)

    def reject(self, row: int) -> None:
        """Note that what the limiter let pass was refused for what it is."""
        with self._lock:
            self._log.revise(row, REJECTED)

    def decisions(self) -> bytes:
        """The decisions until now, as an array of `DECISION` in bytes."""
        with self._lock:
            return self._log.raw()


class ThrottlingSes:
    """A WSGI application: what SES would refuse never reaches `inner`, and every answer takes its time."""

    def __init__(self, scenario: Scenario, seed: int, inner: WSGIApplication) -> None:
        self._scenario, self._draws, self._inner = scenario, draw(scenario, seed), inner
        self._storing = Lock()  # moto is not made for threads
        self._account = Account(scenario, self._draws, time.time())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve SendEmail and our own two routes; everything else is `inner`'s."""
        route = (environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if route == SEND:
            return self._send(environ, start_response)
        if route == START:
            self._account = Account(self._scenario, self._draws, json.loads(_body(environ))["zero_unix_s"])
            return _reply(start_response, "200 OK", {})
        if route == CALLS:
            return self._calls(environ, start_response)
        return self._inner(environ, start_response)

    def _calls(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The decisions as columns of JSON, or, to who accepts nothing else, as raw rows of 29 bytes each."""
        raw = self._account.decisions()
        if environ.get("HTTP_ACCEPT") == RAW:
            return _answer(start_response, "200 OK", RAW, raw)
        rows = np.frombuffer(raw, DECISION)
        return _reply(start_response, "200 OK", {name: rows[name].tolist() for name in DECISION.names or ()})

    def _send(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        account = self._account
        arrived_s = account.clock.now()
        request = _request(json.loads(_body(environ)))
        accept_s, refuse_s = account.latencies(request.mail)
        _wait_until(account.clock, arrived_s + min(accept_s, refuse_s) / 2)
        outcome, row = account.decide(request)
        if outcome == ACCEPTED:
            return self._store(environ, start_response, account, row, arrived_s + accept_s)
        _wait_until(account.clock, arrived_s + refuse_s)
        return _refuse(start_response, outcome)

    def _store(
        self, environ: WSGIEnvironment, start_response: StartResponse, account: Account, row: int, end_s: float
    ) -> Iterable[bytes]:
        """Let `inner` have the mail; it knows whether the sender is verified."""
        with self._storing:
            body, status, headers = run_wsgi_app(self._inner, environ, buffered=True)
        if not status.startswith("2"):
            account.reject(row)
        _wait_until(account.clock, end_s)
        start_response(status, headers.to_wsgi_list())
        return body


def _request(body: dict[str, Any]) -> Request:
    recipients = sum(map(len, body.get("Destination", {}).values()))
    tags = {tag["Name"]: tag["Value"] for tag in body.get("EmailTags", ())}
    if not {"call", "mail", "first"} <= tags.keys():
        return Request(STRANGER, STRANGER, 0, recipients)
    return Request(int(tags["call"]), int(tags["mail"]), int(tags["first"]), recipients)


def _wait_until(clock: Clock, instant_s: float) -> None:
    time.sleep(max(0.0, instant_s - clock.now()))  # noqa: TID251 (a thread of this server is a call on its way)


def _body(environ: WSGIEnvironment) -> bytes:
    """The whole request, which stays readable for `inner`."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(body)
    return body


def _refuse(start_response: StartResponse, outcome: int) -> Iterable[bytes]:
    status, code = REFUSALS[outcome]
    return _reply(start_response, status, {"message": MESSAGES[outcome]}, ("x-amzn-errortype", code))


def _reply(start_response: StartResponse, status: str, document: Any, *headers: tuple[str, str]) -> Iterable[bytes]:
    return _answer(start_response, status, JSON, json.dumps(document).encode(), *headers)


def _answer(
    start_response: StartResponse, status: str, kind: str, body: bytes, *headers: tuple[str, str]
) -> Iterable[bytes]:
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body))), *headers])
    return [body]
