"""The endpoint's own routes: what it has seen, and how it shall behave from now on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import numpy as np
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import Field
from pydantic_core import PydanticCustomError

from loadtests.endpoint.account_run import AccountRun
from loadtests.endpoint.accounts.allowance import Allowance
from loadtests.endpoint.admin import asked_accounts, envelope, explain, messages
from loadtests.endpoint.admin.asking import Asked, BadRequest, Query, number, quantity, setting
from loadtests.endpoint.admin.delivery import delivery
from loadtests.endpoint.admin.guard import guarded
from loadtests.endpoint.admin.live import Live
from loadtests.endpoint.admin.metrics import Accounts
from loadtests.endpoint.admin.stats import stats
from loadtests.endpoint.conditions import Faults
from loadtests.endpoint.http import OK, Answer, as_json
from loadtests.endpoint.page.document import document
from loadtests.endpoint.refusals import BAD, MISSING
from loadtests.endpoint.routes import (
    ACCOUNT,
    CALLS,
    DEFAULT_ACCOUNT,
    DELIVERY,
    ENVELOPE,
    FAULTS,
    LIVE,
    QUEUES,
    RAW,
    REASONS,
    SET_ACCOUNT,
    SET_FAULTS,
    START,
    STATS,
)
from loadtests.endpoint.service import Service
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.sqs import queues
from scenarios.schema.accounts.account import Account, LimiterHypothesis, resolved
from scenarios.schema.tables import Rate, Table
from scenarios.web_pages import POLICY

PREFIX = "/_seslab/"
LAST = 1_000
LAST_UNIX_S = 1e11  # in the year 5138


class Start(Table):
    """When scenario second 0 is."""

    zero_unix_s: float = Field(ge=0, le=LAST_UNIX_S, description="an instant of Unix time")


class Rates(Table):
    """The rate of every account."""

    max_send_rate_per_s: Rate = Field(description="recipients a second")


class Admin:
    """Answers `/_seslab/…`."""

    def __init__(self, service: Service) -> None:
        self._service = service
        service.registry.register(Accounts(service))
        self._routes: dict[tuple[str, str], Callable[[bytes, Query, str], Answer]] = {
            ("GET", PREFIX): self._page,
            ("GET", PREFIX.rstrip("/")): self._to_page,
            START: self._start,
            CALLS: self._calls,
            REASONS: self._reasons,
            STATS: self._stats,
            ("GET", f"{PREFIX}metrics"): self._metrics,
            QUEUES: self._queues,
            FAULTS: self._faults,
            SET_FAULTS: self._set_faults,
            ENVELOPE: self._envelope,
            ACCOUNT: self._account,
            SET_ACCOUNT: self._set_account,
            ("GET", f"{PREFIX}rate"): self._rate,
            ("PUT", f"{PREFIX}rate"): self._set_rate,
            ("GET", f"{PREFIX}limiter"): self._limiter,
            ("PUT", f"{PREFIX}limiter"): self._set_limiter,
            DELIVERY: self._delivery,
            LIVE: self._live,
        }
        self._homes = [account for account, _ in service.accounts.homes()]
        self._messages, self._watched = messages.Messages(service.common.store, service.accounts), Live(service)

    def answer(self, asked: Asked) -> Answer:
        """Every error is one line that says what would be right."""
        try:
            asked.check_kind()
            return guarded(self._messages.answer(asked) or self._answer(asked))
        except BadRequest as error:
            return guarded(as_json({"message": str(error)}, BAD))

    def _answer(self, asked: Asked) -> Answer:
        route = self._routes.get((asked.method, asked.path))
        if route is not None:
            return route(asked.body, parse_qs(asked.query), asked.accept)
        known = ", ".join(f"{method} {path}" for method, path in (*self._routes, *messages.ROUTES))
        return as_json({"message": f"no route {asked.method} {asked.path}; there are {known}"}, MISSING)

    def _page(self, _body: bytes, _query: Query, _accept: str) -> Answer:
        shown = document()
        return Answer(OK, "text/html; charset=utf-8", shown.html, ((POLICY, shown.policy),))

    def _to_page(self, _body: bytes, _query: Query, _accept: str) -> Answer:
        """The page names everything else from where it stands, below the slash."""
        return Answer("308 Permanent Redirect", "text/plain", b"", (("Location", PREFIX),))

    def _start(self, body: bytes, _query: Query, _accept: str) -> Answer:
        self._service.start(setting(Start, body).zero_unix_s)
        return as_json({})

    def _whose(self, query: Query) -> tuple[str, str]:
        return asked_accounts.whose(self._service.accounts, query)

    def _those(self, query: Query) -> list[Ses]:
        return asked_accounts.among(self._service.all(), self._service.accounts, query)

    def _run(self, query: Query) -> AccountRun:
        """Of an account that is there: a question makes none. Raises BadRequest."""
        account, region = self._whose(query)
        if account not in self._homes and not self._service.knows(account, region):
            raise BadRequest(f"account = {account}: nothing has been asked of it in {region}")
        return self._service.of(account, region).run

    def _allowance(self, query: Query) -> Allowance:
        """Of the account that is named, which there must be only where several have names. Raises BadRequest."""
        accounts = self._service.accounts
        if not accounts.named:
            return accounts.allowance(DEFAULT_ACCOUNT)
        account = asked_accounts.only(query, "account")
        if account is None:
            raise BadRequest(f"account: missing; must be one of {', '.join(one.name for one in accounts.all())}")
        return accounts.named[asked_accounts.number_of(accounts, account)]

    def _calls(self, _body: bytes, query: Query, accept: str) -> Answer:
        """Raw rows to a client that accepts nothing else, and a list for people to all others."""
        run, start = self._run(query), number(query, "from", 0, "of the first call to tell")
        last = number(query, "last", LAST, "of the newest calls to show")
        return Answer(OK, RAW, run.raw(start)) if accept == RAW else as_json({"calls": explain.calls(run, last)})

    def _reasons(self, _body: bytes, query: Query, accept: str) -> Answer:
        """SES's sentences: for our own clients with the number of each call's, for people counted."""
        start = number(query, "from", 0, "of the first call to tell")
        numbers, sentences = self._run(query).said(start)
        if accept == RAW:
            return Answer(OK, RAW, json.dumps(sentences).encode() + b"\n" + numbers.tobytes())
        counts = np.bincount(numbers, minlength=len(sentences)).tolist()
        refusals = zip(sentences[1:], counts[1:], strict=True)
        return as_json({"reasons": [{"said": said, "calls": count} for said, count in refusals if count]})

    def _stats(self, _body: bytes, query: Query, _accept: str) -> Answer:
        service = self._service
        accounts = [{**stats(ses), **self._of_named(ses)} for ses in self._those(query)]
        return as_json({"accounts": accounts, "requests": service.requests(), "in_flight": service.in_flight})

    def _of_named(self, ses: Ses) -> dict[str, Any]:
        """What is told of all accounts together elsewhere, for one that has a name."""
        if not ses.allowance.name:
            return {}
        return {"requests": self._service.requests_of(ses.account), "in_flight": ses.in_flight.calls}

    def _metrics(self, _body: bytes, _query: Query, _accept: str) -> Answer:
        return Answer(OK, CONTENT_TYPE_LATEST, generate_latest(self._service.registry))

    def _queues(self, _body: bytes, query: Query, _accept: str) -> Answer:
        return as_json(queues.contents(*self._whose(query)))

    def _faults(self, _body: bytes, _query: Query, _accept: str) -> Answer:
        return as_json(self._service.common.switched.now.model_dump())

    def _set_faults(self, body: bytes, query: Query, accept: str) -> Answer:
        """What is left out is switched off; raises BadRequest where it shall be so for one account alone."""
        if "account" in query:
            raise BadRequest(
                "account: faults are switched for all accounts; those of one are [[fault]] of its scenario"
            )
        self._service.common.switched.switch(setting(Faults, body))
        return self._faults(body, query, accept)

    def _envelope(self, _body: bytes, query: Query, _accept: str) -> Answer:
        return as_json(envelope.shown(self._service.accounts, self._those(query), query))

    def _account(self, _body: bytes, query: Query, _accept: str) -> Answer:
        return as_json(self._allowance(query).account.model_dump())

    def _set_account(self, body: bytes, query: Query, accept: str) -> Answer:
        """What is left out is as in a scenario that leaves it out."""
        self._service.set_account(self._allowance(query), setting(Account, body))
        return self._account(body, query, accept)

    def _rate(self, _body: bytes, query: Query, _accept: str) -> Answer:
        return as_json({"max_send_rate_per_s": self._allowance(query).rate_per_s})

    def _set_rate(self, body: bytes, query: Query, accept: str) -> Answer:
        self._service.set_rate(self._allowance(query), setting(Rates, body).max_send_rate_per_s)
        return self._rate(body, query, accept)

    def _limiter(self, _body: bytes, query: Query, _accept: str) -> Answer:
        return as_json(self._allowance(query).account.limiter.model_dump())

    def _set_limiter(self, body: bytes, query: Query, accept: str) -> Answer:
        """What is left out has its default."""
        allowance = self._allowance(query)
        self._service.set_limiter(allowance, _resolved(setting(LimiterHypothesis, body), allowance.rate_per_s))
        return self._limiter(body, query, accept)

    def _delivery(self, _body: bytes, query: Query, _accept: str) -> Answer:
        return as_json(delivery(self._run(query)))

    def _live(self, _body: bytes, query: Query, _accept: str) -> Answer:
        since = query.get("since", ["0"])[0]
        since_unix_s = quantity("since", since, LAST_UNIX_S, "seconds")
        return as_json(self._watched.document(self._those(query), since_unix_s))


def _resolved(limiter: LimiterHypothesis, rate_per_s: float) -> LimiterHypothesis:
    """With its burst; raises BadRequest for values that do not go together."""
    try:
        return resolved(limiter, rate_per_s)
    except PydanticCustomError as error:
        key = (error.context or {}).get("key", ("",))[0]
        raise BadRequest(f"{key} = {json.dumps(getattr(limiter, key, None))}: {error.message()}") from error
