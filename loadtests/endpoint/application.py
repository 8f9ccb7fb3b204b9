"""The local AWS: SES of our own, moto for everything else, and our own routes beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadtests.endpoint import moto_answers
from loadtests.endpoint.accounts import session_keys
from loadtests.endpoint.admin import routing as admin
from loadtests.endpoint.admin.asking import Asked
from loadtests.endpoint.admin.unsubscribe import Unsubscribing
from loadtests.endpoint.http import (
    OK,
    Answer,
    Scope,
    as_json,
    as_sdks_ask,
    body_of,
    client,
    headers_of,
    quoted_path,
    request_id,
    scope_of,
    text_of,
)
from loadtests.endpoint.parsing import moto_forms
from loadtests.endpoint.publishing.addressed import FATES_AT
from loadtests.endpoint.refusals import FORBIDDEN, UNAVAILABLE, Refused
from loadtests.endpoint.routes import CALLS, JSON, LIVE, MESSAGES, QUEUES, REASONS, UNSUBSCRIBE
from loadtests.endpoint.service import SQS, TABLE_READS, TABLE_WRITES, Service
from loadtests.endpoint.sns import links, responses
from loadtests.endpoint.sqs import queues
from loadtests.endpoint.sqs import responses as sqs_responses
from loadtests.endpoint.storing import Store
from loadtests.endpoint.v1 import query
from loadtests.endpoint.v1 import routing as v1
from loadtests.endpoint.v2 import routing as v2
from loadtests.endpoint.web.turns import Busy, Turns
from loadtests.endpoint.web.waiting import waiting
from scenarios import web_pages
from scenarios.ledger.ledger import REJECTED
from scenarios.schema.latency import Latency
from scenarios.schema.model import Scenario
from strategies.dice import uniform

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SES = ("ses", "email")
RESET = "/moto-api/reset"
DUMPS = ("/moto-api/data.json", f"{MESSAGES}/", *(path for _, path in (CALLS, REASONS, QUEUES, LIVE)))
"""Answers that take the longer, the more has happened, or the larger a mail is."""
KEYLESS = (admin.PREFIX, "/moto-api", links.CERTIFICATES)
MOST_DUMPS_IN_LINE, MOST_IN_LINE_FOR_MOTO = 20, 500

UNSIGNED = Refused(REJECTED, "MissingAuthenticationToken", "A GET must be signed: an image could ask it.")
"""Browsers say nothing of the page for plain requests to other hosts than their own machine."""
TOO_MANY_DUMPS = as_json(
    {"message": f"{MOST_DUMPS_IN_LINE} requests for logs and state wait already; try again"},
    UNAVAILABLE,
    ("Retry-After", "1"),
)
READS = ("Get", "List", "Describe", "Test")  # begin the names of actions that change nothing, and no page sees answers

_SLASHES = re.compile("/+")
DYNAMODB = "DynamoDB_20120810."
OF_ITEMS = {"GetItem": TABLE_READS, "PutItem": TABLE_WRITES, "UpdateItem": TABLE_WRITES, "DeleteItem": TABLE_WRITES}
"""What is billed of a table, by the action."""


class LocalAws:
    """A WSGI application. What SES would refuse never reaches moto, and every answer takes its time.

    Web pages are not answered, whatever they ask for; `names` are the hosts, besides the usual ones, that it is, and
    None where there is no way to name any.
    """

    def __init__(self, service: Service, seed: int, moto: WSGIApplication, names: tuple[str, ...] | None) -> None:
        self._service, self._moto, self._admin, self._names = service, moto, admin.Admin(service), names
        self._unsubscribing = Unsubscribing(service)
        self._latency, self._seed = service.common.scenario.latency, seed
        self._dumps, self._moto_turns = Turns(MOST_DUMPS_IN_LINE), Turns(MOST_IN_LINE_FOR_MOTO)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if (refusal := self._refusal(environ)) is not None:
            return refusal.send(start_response)
        try:
            self._check_key(environ)
            with self._turn(environ["PATH_INFO"]):
                answer = self._ours(environ)
                return self._theirs(environ, start_response) if answer is None else answer.send(start_response)
        except Busy:
            return TOO_MANY_DUMPS.send(start_response)
        except Refused as refused:
            return moto_answers.error(environ, refused).send(start_response)

    def _check_key(self, environ: WSGIEnvironment) -> None:
        """Raises Refused for a key that is nobody's; our own routes and moto's ask for none."""
        if not environ["PATH_INFO"].startswith(KEYLESS):
            header, query_string = environ.get("HTTP_AUTHORIZATION", ""), environ.get("QUERY_STRING", "")
            self._service.accounts.check_signature(header, query_string)

    def _turn(self, path: str) -> AbstractContextManager[None]:
        """Dumps are made one after the other, so that all together take no more from others than one."""
        return self._dumps.turn() if path.startswith(DUMPS) else nullcontext()

    def _refusal(self, environ: WSGIEnvironment) -> Answer | None:
        """The answer to what may come from a web page; a mail's link may be followed from anywhere."""
        headers = headers_of(environ)
        if environ["PATH_INFO"].startswith(UNSUBSCRIBE):
            headers = {name: value for name, value in headers.items() if name == "host"}
        sentence = web_pages.refusal(headers, self._names)
        return None if sentence is None else as_json({"message": sentence}, FORBIDDEN)

    def _ours(self, environ: WSGIEnvironment) -> Answer | None:
        """The answer of our own routes and of SES; None for what is moto's."""
        path = environ["PATH_INFO"]
        if _SLASHES.sub("/", path).startswith(v2.PREFIX):  # moto would lead one of too many slashes to another address
            return self._v2(environ)
        if path == "/":
            return self._v1(environ)
        if path.startswith(links.CERTIFICATES):
            return links.certificate(path)
        if path.startswith(UNSUBSCRIBE):
            is_foreign = web_pages.refusal(headers_of(environ), self._names) is not None
            return self._unsubscribing.answer(_asked(environ), is_foreign)
        if f"{path}/".startswith(admin.PREFIX):
            return self._admin.answer(_asked(environ))
        return moto_answers.closed(environ["REQUEST_METHOD"], path)

    def _v2(self, environ: WSGIEnvironment) -> Answer | None:
        scope = scope_of(environ)
        try:
            ses = self._service.of(scope.account, scope.region)
        except Refused as refused:
            return v2.error(refused)
        asked = environ["REQUEST_METHOD"], quoted_path(environ), body_of(environ), environ.get("QUERY_STRING", "")
        answer = v2.answer(ses, *asked, client(environ))
        if answer is None:
            as_sdks_ask(environ, JSON)
            environ["PATH_INFO"] = quoted_path(environ)  # which moto unquotes itself
        return answer

    def _v1(self, environ: WSGIEnvironment) -> Answer | None:
        scope = scope_of(environ)
        if scope.service not in ("", *SES):
            return None
        try:
            tree = query.parsed(_form(environ))
            if not scope.service and (followed := _followed(tree)) is not None:
                return followed
            if scope.service or v1.is_of_ses(tree):
                return self._v1_of_ses(environ, scope, tree)
        except Refused as refused:
            return query.error(refused, request_id()[1]) if scope.service else None
        return None

    def _v1_of_ses(self, environ: WSGIEnvironment, scope: Scope, tree: dict[str, Any]) -> Answer | None:
        if _may_be_an_image(environ) and not str(tree.get("Action")).startswith(READS):
            return query.error(UNSIGNED, request_id()[1])
        try:
            ses = self._service.of(scope.account, scope.region)
        except Refused as refused:
            return query.error(refused, request_id()[1])
        answer = v1.answer(ses, tree, client(environ))
        if answer is None:
            as_sdks_ask(environ, query.FORM)
        return answer

    def _theirs(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Moto is not made for threads; its SQS is ours, and that is."""
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        scope = scope_of(environ)
        if scope.service == "sqs" or target.startswith("AmazonSQS."):
            reply = self._late(SQS, scope, self._latency.sqs, partial(moto_answers.ask, self._moto, environ))
        elif target.startswith(DYNAMODB) and (kind := OF_ITEMS.get(target.removeprefix(DYNAMODB))):
            reply = self._late(kind, scope, self._latency.table, partial(self._in_turn, environ))
        else:
            reply = self._in_turn(environ)
        if environ["PATH_INFO"] == RESET and reply.status == OK:
            self._service.forget()
        start_response(reply.status, reply.headers)
        return reply.body

    def _in_turn(self, environ: WSGIEnvironment) -> moto_answers.Reply:
        try:
            with self._moto_turns.turn():
                return moto_answers.ask(self._moto, environ)
        except Busy:
            return moto_answers.busy(environ)

    def _late(
        self, kind: str, scope: Scope, latency: Latency, ask: Callable[[], moto_answers.Reply]
    ) -> moto_answers.Reply:
        """A call takes effect half-way through its latency."""
        number = self._service.count(kind, scope.account)
        half_s = latency.quantile(uniform(self._seed, f"endpoint/{kind}", number, 0)) / 2
        self._service.closing.wait(half_s)
        reply = ask()
        self._service.closing.wait(half_s)
        return reply


def _asked(environ: WSGIEnvironment) -> Asked:
    return Asked(
        environ["REQUEST_METHOD"],
        text_of(environ["PATH_INFO"]),
        environ.get("QUERY_STRING", ""),
        body_of(environ),
        environ.get("CONTENT_TYPE", ""),
        environ.get("HTTP_ACCEPT", ""),
        web_pages.is_of_browser(headers_of(environ)),
    )


def _followed(asked: dict[str, Any]) -> Answer | None:
    """The answer to the follower of one of SNS's links."""
    name = request_id()[1]
    try:
        done = links.followed(asked)
    except Refused as refused:
        error = query.error(refused, name, links.NAMESPACE)
        return error._replace(status=links.STATUSES.get(refused.code, error.status))
    return None if done is None else query.result(*done, name, links.NAMESPACE)


def _may_be_an_image(environ: WSGIEnvironment) -> bool:
    return environ["REQUEST_METHOD"] == "GET" and "HTTP_AUTHORIZATION" not in environ


def _form(environ: WSGIEnvironment) -> str:
    """A query's parameters, in the body or in the path."""
    body = body_of(environ)
    return body.decode(errors="replace") if body else str(environ.get("QUERY_STRING", ""))


def local_aws(
    scenario: Scenario,
    seed: int,
    verified: Iterable[str] = (),
    witness: Path | None = None,
    store: Store | None = None,
    names: tuple[str, ...] | None = None,
    delivery_speed: float = 1.0,
    fates_at: tuple[str, ...] = (FATES_AT,),
    limits_control: bool = False,
) -> tuple[LocalAws, Service]:
    """The application, and the service behind it, which is to be closed in the end. One process has but one moto."""
    moto_forms.install()
    queues.install()
    sqs_responses.install()
    responses.install()
    session_keys.install()
    after = delivery_speed, fates_at
    service = Service(scenario, seed, tuple(verified), witness, store, *after, limits_control)
    queues.duplicate, queues.finds, queues.waiting = service.delivers_twice, service.finds, waiting
    return LocalAws(service, seed, moto_answers.Moto(), names), service
