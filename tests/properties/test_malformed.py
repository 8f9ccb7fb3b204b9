"""The local AWS under requests that no SDK would send: never a 500, never a traceback, and nothing half-done.

`pytest --hypothesis-profile long tests/properties/test_malformed.py` looks for hours where the suite looks for seconds.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, run_wsgi_app

from loadtests.endpoint.application import LocalAws, local_aws
from loadtests.endpoint.parsing.json_text import MOST_VALUES, has_too_many_values
from loadtests.endpoint.routes import DEFAULT_ACCOUNT, DEFAULT_REGION
from loadtests.endpoint.service import Service
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.v1 import routing as v1
from loadtests.endpoint.v2 import routing as v2
from scenarios.ledger.ledger import ACCEPTED
from scenarios.schema.model import Scenario
from tests.properties.aws_requests import (
    SCOPE,
    SENDER,
    SET,
    TEMPLATE,
    TOPIC,
    Asked,
    bulk_v1,
    bulk_v2,
    model,
    requests_admin,
    requests_elsewhere,
    requests_v1,
    requests_v2,
)

NAMESPACE = "{http://ses.amazonaws.com/doc/2010-12-01/}"
SENDS_V1 = ("SendEmail", "SendRawEmail", "SendTemplatedEmail", "SendBulkTemplatedEmail")
SENDS_V2 = ("SendEmail", "SendBulkEmail")
SENDS = frozenset((*SENDS_V1, *SENDS_V2))
OURS_V1, OURS_V2 = tuple(v1.ACTIONS), tuple(v2.OPERATIONS)
ALL_V1, ALL_V2 = (tuple(model(service).operation_names) for service in ("ses", "sesv2"))
LONG = settings.get_current_profile_name() == "long"
FEW = settings(max_examples=settings().max_examples if LONG else 40, suppress_health_check=list(HealthCheck))


class Told(NamedTuple):
    """An answer."""

    status: int
    kind: str
    text: str


class Local:
    """The local AWS in this process, begun anew whenever it is asked."""

    def __init__(self, application: LocalAws, service: Service) -> None:
        self._application, self._service = application, service

    def begin(self) -> Ses:
        """As nothing had happened: a sender, a template, and a configuration set with a topic that nothing hears."""
        self.ask(Asked("POST", "/moto-api/reset", "", b"", {}))
        self._service.start(0.0)
        self.ask(TOPIC_IS_THERE)
        for path, document in BEGINNING:
            assert self.ask(Asked("POST", f"/v2/email/{path}", "", json.dumps(document).encode(), {})).status == 200
        return self._service.of(DEFAULT_ACCOUNT, DEFAULT_REGION)

    def ask(self, asked: Asked) -> Told:
        headers = list(asked.headers.items())
        request = EnvironBuilder(
            asked.path, query_string=asked.query, method=asked.method, headers=headers, data=asked.body
        )
        body, status, told = run_wsgi_app(self._application, request.get_environ(), buffered=True)
        return Told(int(status[:3]), told.get("Content-Type", ""), b"".join(body).decode())


TOPICS = {"MatchingEventTypes": ["SEND"], "SnsDestination": {"TopicArn": TOPIC}, "Enabled": True}
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": SCOPE.format("us-east-1", "sns")}
TOPIC_IS_THERE = Asked("POST", "/", "", f"Action=CreateTopic&Name={TOPIC.rpartition(':')[2]}".encode(), FORM)
BEGINNING: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("templates", {"TemplateName": TEMPLATE, "TemplateContent": {"Subject": "Hi {{name}}"}}),
    ("configuration-sets", {"ConfigurationSetName": SET}),
    (f"configuration-sets/{SET}/event-destinations", {"EventDestinationName": "one", "EventDestination": TOPICS}),
)


@contextmanager
def nothing_logged() -> Iterator[None]:
    """What is logged as an error comes with a traceback, and nobody caused it on purpose."""
    logged: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: logged.append(logging.Formatter().format(record))  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
    assert logged == []


@pytest.fixture(scope="module")
def local() -> Iterator[Local]:
    """One for all examples; what it logs while it publishes, too, is seen when it has closed."""
    latency = {kind: {"constant_ms": 0} for kind in ("ses_send", "ses_throttle", "sqs")}
    account = {"max_24h_send": -1, "max_send_rate_per_s": 1e5}
    workload = ({"process": "batch", "messages": 1},)
    delivery = {"reputation": {"pauses": False}}
    scenario = {"name": "malformed", "workload": workload, "latency": latency, "account": account, "delivery": delivery}
    application, service = local_aws(Scenario.model_validate(scenario), 1, (SENDER,), delivery_speed=1e4)
    with nothing_logged():
        yield Local(application, service)
        service.close()


def state(ses: Ses) -> Any:
    """All that a request can change, as text."""
    backend, sets = ses.backend, ses.configuration_sets
    kept = {name: (sets.may_send(name), dict(sets.destinations(name))) for name in list(backend.config_sets)}
    people = (ses.suppression.account.entries(("BOUNCE", "COMPLAINT")), sorted(ses.suppression.reasons))
    mails = (backend.sent_message_count, len(backend.sent_messages))
    return repr((backend.templates, kept, people, mails, ses.sending_enabled, accepted(ses)))


def accepted(ses: Ses) -> list[int]:
    """The recipients of each accepted mail."""
    rows = ses.run.observed()[0]
    counts: list[int] = rows["recipients"][rows["outcome"] == ACCEPTED].tolist()
    return counts


def taken(told: Told, asked: Asked) -> list[int]:
    """The recipients of each mail of which the answer says that it has been taken; 0 where only its text names them."""
    document = asked.document if isinstance(asked.document, dict) else {}
    if told.status != 200:
        return []
    if "json" in told.kind:
        answer = json.loads(told.text)
        statuses = [one["Status"] == "SUCCESS" for one in answer.get("BulkEmailEntryResults", ())]
        entries, one = document.get("BulkEmailEntries", ()), "MessageId" in answer
    else:
        tree = ElementTree.fromstring(told.text)
        statuses = [one.findtext(f"{NAMESPACE}Status") == "Success" for one in tree.iter(f"{NAMESPACE}member")]
        entries, one = document.get("Destinations", ()), tree.find(f".//{NAMESPACE}MessageId") is not None
    if "SendBulk" in (asked.operation):
        return [recipients(entry) for entry, success in zip(entries, statuses, strict=True) if success]
    return [recipients(document)] if one else []


def recipients(mail: Mapping[str, Any]) -> int:
    """How many a mail names beside its text."""
    destination, envelope = mail.get("Destination") or {}, mail.get("Destinations") or ()
    return len(envelope) or sum(len(destination.get(f"{kind}Addresses") or ()) for kind in ("To", "Cc", "Bcc"))


def is_readable(told: Told) -> bool:
    """Whether an SDK, or Prometheus, can read it."""
    if "json" in told.kind:
        json.loads(told.text)
    elif "xml" in told.kind or told.text.startswith("<"):
        ElementTree.fromstring(told.text)
    return "<html" not in told.text[:100]


def check(local: Local, asked: Asked) -> Told:
    """The law, of a request and its answer."""
    ses = local.begin()
    before = state(ses)
    told = local.ask(asked)
    assert told.status < 500
    assert is_readable(told), told
    if asked.operation in SENDS:
        named, counted = taken(told, asked), accepted(ses)
        assert [count for count, name in zip(counted, named, strict=True) if name] == [name for name in named if name]
        assert len(ses.backend.sent_messages) == len(counted)
        assert ses.backend.sent_message_count == sum(counted)
    if told.status >= 400:
        assert state(ses) == before
    return told


@FEW
@given(asked=st.one_of(requests_v2(OURS_V2), requests_v2(SENDS_V2)))
def test_our_own_operations_of_v2(local: Local, asked: Asked) -> None:
    """What is malformed is refused in JSON and changes nothing; what is said to be taken has been counted, no more."""
    check(local, asked)


@FEW
@given(asked=st.one_of(requests_v1(OURS_V1), requests_v1(SENDS_V1)))
def test_our_own_operations_of_v1(local: Local, asked: Asked) -> None:
    """The same in XML."""
    check(local, asked)


@FEW
@given(asked=st.one_of(requests_v2(ALL_V2), requests_v1(ALL_V1)))
def test_all_operations_of_both_apis(local: Local, asked: Asked) -> None:
    """Those of moto, and those that even moto has not got, fail as well as our own."""
    check(local, asked)


@FEW
@given(asked=st.one_of(bulk_v2(), bulk_v1()))
def test_a_bulk_answer_accounts_for_each_entry(local: Local, asked: Asked) -> None:
    """It has a status for each, in their order, and those that it says were taken, and no others, have been counted."""
    told = check(local, asked)
    assume(told.status == 200)
    if "json" in told.kind:
        statuses = [one["Status"] for one in json.loads(told.text)["BulkEmailEntryResults"]]
    else:
        statuses = [one.text for one in ElementTree.fromstring(told.text).iter(f"{NAMESPACE}Status") if one.text]
    entries = asked.document["BulkEmailEntries" if "json" in told.kind else "Destinations"]
    assert len(statuses) == len(entries)


@FEW
@given(asked=requests_admin())
def test_our_own_routes(local: Local, asked: Asked) -> None:
    """What cannot be right is answered with one line, and changes nothing."""
    check(local, asked)


@FEW
@given(asked=requests_elsewhere())
def test_other_services(local: Local, asked: Asked) -> None:
    """Whatever moto does with a malformed request, its sender is told that it is one."""
    local.begin()
    told = local.ask(asked)
    assert told.status < 500
    assert told.status == 200 or is_readable(told)


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v2/email/outbound-emails"), ("POST", "/v2/email/contact-lists"), ("POST", "/")]
)
@pytest.mark.parametrize("small", ["[],", '{"":0},', '"\\",[",', '"",'])
def test_json_of_many_values_is_refused(local: Local, method: str, path: str, small: str) -> None:
    """Ours and moto's alike read none that would take many times its length; strings may hold any number of commas."""
    for items, refused in ((f"[{small * MOST_VALUES}0]", True), (json.dumps(small * MOST_VALUES), False)):
        headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.ListQueues"}
        told = local.ask(Asked(method, path, "", f'{{"x": {items}}}'.encode(), {} if path[1:] else headers))
        assert (str(MOST_VALUES) in told.text, 400 <= told.status < 500) == (refused, refused or path != "/")
    half = '"' + r"\"" * MOST_VALUES * 10
    assert not has_too_many_values(half)
