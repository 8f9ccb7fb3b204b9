"""The endpoint's own routes: what it has seen, and how it shall behave from now on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qs

import numpy as np
from moto.ses.models import ses_backends
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import Field, ValidationError

from loadtests.endpoint.account_run import AccountRun
from loadtests.endpoint.admin import explain
from loadtests.endpoint.admin.metrics import Accounts
from loadtests.endpoint.admin.stats import stats
from loadtests.endpoint.conditions import Faults
from loadtests.endpoint.http import OK, Answer, as_json
from loadtests.endpoint.parsing.json_text import loaded
from loadtests.endpoint.refusals import BAD, MISSING
from loadtests.endpoint.routes import CALLS, DEFAULT_ACCOUNT, DEFAULT_REGION, QUEUES, RAW, REASONS, START, STATS
from loadtests.endpoint.service import Service
from loadtests.endpoint.sqs import queues
from scenarios.schema.complaints import complaint, json_value
from scenarios.schema.tables import Rate, Table

PREFIX = "/_seslab/"
LAST, MOST_DIGITS = 1_000, 9

Setting = TypeVar("Setting", bound=Table)


class Start(Table):
    """When scenario second 0 is."""

    zero_unix_s: float = Field(ge=0, le=1e11, description="an instant of Unix time")


class Rates(Table):
    """The rate of every account."""

    max_send_rate_per_s: Rate = Field(description="recipients a second")


class BadRequest(Exception):
    """What was asked cannot be right; the message is one line."""


class Admin:
    """Answers `/_seslab/…`."""

    def __init__(self, service: Service) -> None:
        self._service = service
        service.registry.register(Accounts(service))
        self._routes: dict[tuple[str, str], Callable[[bytes, dict[str, list[str]], str], Answer]] = {
            START: self._start,
            CALLS: self._calls,
            REASONS: self._reasons,
            STATS: self._stats,
            ("GET", f"{PREFIX}metrics"): self._metrics,
            QUEUES: self._queues,
            ("GET", f"{PREFIX}faults"): self._faults,
            ("PUT", f"{PREFIX}faults"): self._set_faults,
            ("GET", f"{PREFIX}rate"): self._rate,
            ("PUT", f"{PREFIX}rate"): self._set_rate,
        }

    def answer(self, method: str, path: str, body: bytes, query: str, accept: str) -> Answer:
        """Every error is one line that says what would be right."""
        route = self._routes.get((method, path))
        if route is None:
            known = ", ".join(f"{method} {path}" for method, path in self._routes)
            return as_json({"message": f"no route {method} {path}; there are {known}"}, MISSING)
        try:
            return route(body, parse_qs(query), accept)
        except BadRequest as error:
            return as_json({"message": str(error)}, BAD)

    def _start(self, body: bytes, _query: dict[str, list[str]], _accept: str) -> Answer:
        self._service.start(_setting(Start, body).zero_unix_s)
        return as_json({})

    def _run(self, query: dict[str, list[str]]) -> AccountRun:
        """Of an account that is there: a question makes none. Raises BadRequest."""
        account, region = _whose(query)
        if account != DEFAULT_ACCOUNT and not self._service.knows(account, region):
            raise BadRequest(f"account = {account}: nothing has been asked of it in {region}")
        return self._service.of(account, region).run

    def _calls(self, _body: bytes, query: dict[str, list[str]], accept: str) -> Answer:
        """Raw rows to a client that accepts nothing else, and a list for people to all others."""
        run = self._run(query)
        if accept == RAW:
            return Answer(OK, RAW, run.raw(_number(query, "from", 0, "of the first call to tell")))
        return as_json({"calls": explain.calls(run, _number(query, "last", LAST, "of the newest calls to show"))})

    def _reasons(self, _body: bytes, query: dict[str, list[str]], accept: str) -> Answer:
        """SES's sentences: for our own clients with the number of each call's, for people counted."""
        start = _number(query, "from", 0, "of the first call to tell")
        numbers, sentences = self._run(query).said(start)
        if accept == RAW:
            return Answer(OK, RAW, json.dumps(sentences).encode() + b"\n" + numbers.tobytes())
        counts = np.bincount(numbers, minlength=len(sentences)).tolist()
        refusals = zip(sentences[1:], counts[1:], strict=True)
        return as_json({"reasons": [{"said": said, "calls": count} for said, count in refusals if count]})

    def _stats(self, _body: bytes, _query: dict[str, list[str]], _accept: str) -> Answer:
        accounts = list(map(stats, self._service.all()))
        requests, in_flight = self._service.requests, self._service.in_flight
        return as_json({"accounts": accounts, "requests": requests, "in_flight": in_flight})

    def _metrics(self, _body: bytes, _query: dict[str, list[str]], _accept: str) -> Answer:
        return Answer(OK, CONTENT_TYPE_LATEST, generate_latest(self._service.registry))

    def _queues(self, _body: bytes, query: dict[str, list[str]], _accept: str) -> Answer:
        return as_json(queues.contents(*_whose(query)))

    def _faults(self, _body: bytes, _query: dict[str, list[str]], _accept: str) -> Answer:
        return as_json(self._service.common.conditions.faults.model_dump())

    def _set_faults(self, body: bytes, query: dict[str, list[str]], accept: str) -> Answer:
        """What is left out is switched off."""
        self._service.common.conditions.faults = _setting(Faults, body)
        return self._faults(body, query, accept)

    def _rate(self, _body: bytes, _query: dict[str, list[str]], _accept: str) -> Answer:
        return as_json({"max_send_rate_per_s": self._service.rate_per_s})

    def _set_rate(self, body: bytes, query: dict[str, list[str]], accept: str) -> Answer:
        self._service.set_rate(_setting(Rates, body).max_send_rate_per_s)
        return self._rate(body, query, accept)


def _whose(query: dict[str, list[str]]) -> tuple[str, str]:
    """The account and the region that are asked about; raises BadRequest for a region that AWS has not got."""
    account, region = query.get("account", [DEFAULT_ACCOUNT])[0], query.get("region", [DEFAULT_REGION])[0]
    if region not in ses_backends[DEFAULT_ACCOUNT]:
        raise BadRequest(f"region = {region}: must be a region with SES, such as {DEFAULT_REGION}")
    return account, region


def _number(query: dict[str, list[str]], name: str, otherwise: int, what: str) -> int:
    """A whole number of the query's; raises BadRequest."""
    text = query.get(name, [str(otherwise)])[0]
    if not text.isdecimal() or len(text) > MOST_DIGITS:
        raise BadRequest(f"{name} = {text}: must be a whole number, {what}")
    return int(text)


def _setting(model: type[Setting], body: bytes) -> Setting:
    """The request's JSON as a table; raises BadRequest with the line that a scenario file would get, in JSON."""
    document = _object(body)
    if document is None:
        raise BadRequest(f"the body must be a JSON object with {', '.join(model.model_fields)}")
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise BadRequest(complaint(error, document, json_value)) from error


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        document = loaded(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
