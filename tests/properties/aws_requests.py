"""Requests to AWS by botocore's service models, most of them malformed: what no SDK would send, and a stranger may."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from botocore.loaders import Loader
from botocore.model import ServiceModel
from hypothesis import strategies as st

SENDER, TEMPLATE, SET, TOPIC = "me@example.com", "hello", "set", "arn:aws:sns:us-east-1:123456789012:events"
SCOPE = "AWS4-HMAC-SHA256 Credential=KEY/20260101/{}/{}/aws4_request, SignedHeaders=host, Signature=0"
REGIONS = ("us-east-1",) * 15 + ("nowhere-9", "")
DEEP = 10_000
MIME = (
    b"From: =?utf-8?q?M=C3=BCller=2C_News?= <me@example.com>\r\nTo: =?utf-8?q?M=C3=BCller=2C_Jo?= <a@example.org>\r\n"
    b"Cc: Team: b@example.org, c@example.org;\r\nSubject: =?utf-8?b?w7w=?=\r\n\r\nHello.\r\n"
)
"""A mail for three recipients."""

ADDRESSES = (
    *("a@example.org", "Jo <jo@example.org>", "=?utf-8?q?M=C3=BCller=2C_Jo?= <jo@example.org>"),
    *("421+1s@fates.test", "550@fates.test"),
)
WORDS = (SENDER, "a@example.org", "Jo <jo@example.org>", TEMPLATE, SET, TOPIC, "SEND", "send", "BOUNCE", "one", "", "0")
DATA = ('{"name": "you"}', '{"name": [1, {"a": null}]}', "{}", "[]", "{", "[" * DEEP, '{"a":' * 400 + "1" + "}" * 400)
TEMPLATES = ("Hi {{name}}", "{{#each name}}{{a}}{{/each}}", "{{#if name}}", "{{/if}}{{else}}", "{{> x}}", "{{" * 50)
ODD = ("[" * DEEP, "(" * DEEP + " <a@b>", "a@" + "." * DEEP, "\x00", "9" * 5000, "é@ü.de", "a@b\r\nBcc: c@d", "%00")
TEXTS = st.one_of(*map(st.sampled_from, (WORDS, DATA, TEMPLATES, ODD)), st.text(max_size=20))
USUAL = {
    **dict.fromkeys(("Source", "FromEmailAddress"), (SENDER, "News <me@example.com>")),
    **dict.fromkeys(("ToAddresses", "CcAddresses", "BccAddresses", "Destinations", "ReplyToAddresses"), ADDRESSES),
    **dict.fromkeys(("Template", "TemplateName"), (TEMPLATE,)),
    **dict.fromkeys(("TemplateData", "DefaultTemplateData", "ReplacementTemplateData"), DATA),
    **dict.fromkeys(("Subject", "Text", "Html", "SubjectPart", "TextPart", "HtmlPart"), TEMPLATES),
    **dict.fromkeys(("ConfigurationSetName", "Name"), (SET,)),
    **dict.fromkeys(("MatchingEventTypes",), ("SEND", "send")),
    "EventDestinationName": ("one",),
    "TopicArn": (TOPIC,),
}
"""What members with these names usually say."""

LIKELY = frozenset(("FromEmailAddress", "Destination", "ToAddresses", "Template", "TemplateName", "TemplateData"))
"""Members without which there is rarely a mail."""

RAW = st.one_of(
    st.just(MIME),
    st.sampled_from([b"To: " + text.encode() + b"\r\n\r\n" for text in ODD]),
    st.lists(
        st.tuples(st.sampled_from(("From", "To", "Bcc", "Subject", "X-SES-MESSAGE-TAGS")), st.binary(max_size=40)),
        max_size=5,
    ).map(lambda fields: b"".join(name.encode() + b": " + value + b"\r\n" for name, value in fields) + b"\r\nText"),
)
JUNKS = st.sampled_from((0, 10, 30, 60))
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(),
    TEXTS,
    st.just("\ud800"),
    st.lists(st.one_of(st.none(), TEXTS), max_size=3),
    st.dictionaries(TEXTS, TEXTS, max_size=3),
)


class Asked(NamedTuple):
    """A request as WSGI will have it, and the document that it was made of."""

    method: str
    path: str
    query: str
    body: bytes
    headers: dict[str, str]
    operation: str = ""
    document: Any = None


def model(service: str) -> ServiceModel:
    """Botocore's description of a service."""
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


@st.composite
def documents(draw: st.DrawFn, shape: Any, junk: int, name: str = "") -> Any:
    """The document that a member of this name has, of this shape, in which one of so many values is any other."""
    if junk and not draw(st.integers(0, junk)):
        return draw(JUNK)
    if shape.type_name == "structure":
        must = shape.required_members
        names = [each for each in shape.members if each in must or draw(st.integers(0, 9)) < _odds(each)]
        left_out = junk and not draw(st.integers(0, junk))
        return {each: draw(documents(shape.members[each], junk, each)) for each in names[bool(left_out) :]}
    if shape.type_name == "list":
        most = draw(st.sampled_from((1, 1, 2, 2, 3, 51)))
        if most > 3:
            return [draw(documents(shape.member, 0, name))] * most
        return [draw(documents(shape.member, junk, name)) for _ in range(most)]
    if shape.type_name == "map":
        return {draw(TEXTS): draw(documents(shape.value, junk, name))}
    usual = USUAL.get(name, ()) if draw(st.integers(0, 10)) else ()
    return draw(st.sampled_from(usual) if usual else _scalar(shape))


def _odds(name: str) -> int:
    """In how many of ten documents a member is that may be left out."""
    return 9 if name in LIKELY else 4


def _scalar(shape: Any) -> st.SearchStrategy[Any]:
    if shape.type_name == "blob":
        return RAW.map(lambda raw: b64encode(raw).decode())
    if shape.type_name == "string" and shape.enum:
        return st.sampled_from(shape.enum)
    kinds: dict[str, st.SearchStrategy[Any]] = {"string": TEXTS, "boolean": st.booleans()}
    return kinds.get(shape.type_name, st.integers(-1, 100))


@st.composite
def requests_v2(draw: st.DrawFn, operations: tuple[str, ...]) -> Asked:
    """Requests of SES's API v2, in JSON."""
    operation = model("sesv2").operation_model(draw(st.sampled_from(operations)))
    document = draw(documents(operation.input_shape, draw(JUNKS))) or {}
    given = document if isinstance(document, dict) else {}
    path, query, elsewhere = operation.http["requestUri"], {}, set()
    for name, member in operation.input_shape.members.items():
        location, value = member.serialization.get("location"), str(given.get(name, "x")).encode(errors="replace")
        if location == "uri":
            path = path.replace(f"{{{member.serialization['name']}}}", quote(value, safe=""))
        elif location == "querystring" and name in given:
            query[member.serialization["name"]] = value
        elsewhere |= {name} if location else set()
    body = {name: value for name, value in given.items() if name not in elsewhere} if given else document
    texts = (json.dumps(body).encode(), b"[" * DEEP, b"", b"{", b'"\xff', json.dumps(body).encode("utf-16"))
    text = texts[draw(st.sampled_from((0,) * 30 + (1, 2, 3, 4, 5)))]
    return Asked(operation.http["method"], path, urlencode(query), text, draw(_scoped("ses")), operation.name, document)


@st.composite
def bulk_v2(draw: st.DrawFn) -> Asked:
    """Bulk calls of API v2 whose entries have the right shape, and say what they like."""
    entries = draw(st.lists(documents(model("sesv2").shape_for("BulkEmailEntry"), 0), min_size=1, max_size=4))
    template = {"Template": {"TemplateName": TEMPLATE, "TemplateData": "{}"}}
    document = {"FromEmailAddress": SENDER, "DefaultContent": template, "BulkEmailEntries": entries}
    text, path = json.dumps(document).encode(), "/v2/email/outbound-bulk-emails"
    return Asked("POST", path, "", text, {"Authorization": SCOPE.format("us-east-1", "ses")}, "SendBulkEmail", document)


@st.composite
def bulk_v1(draw: st.DrawFn) -> Asked:
    """The same of API v1."""
    entries = draw(st.lists(documents(model("ses").shape_for("BulkEmailDestination"), 0), min_size=1, max_size=4))
    operation = "SendBulkTemplatedEmail"
    document = {"Source": SENDER, "Template": TEMPLATE, "DefaultTemplateData": "{}", "Destinations": entries}
    fields = [("Action", operation), *((key, value.encode(errors="replace")) for key, value in _form("", document))]
    headers = {"Authorization": SCOPE.format("us-east-1", "ses"), "Content-Type": "application/x-www-form-urlencoded"}
    return Asked("POST", "/", "", urlencode(fields).encode(), headers, operation, document)


@st.composite
def requests_v1(draw: st.DrawFn, operations: tuple[str, ...]) -> Asked:
    """Requests of SES's API v1, as forms."""
    return draw(_queries("ses", operations))


@st.composite
def _queries(draw: st.DrawFn, service: str, operations: tuple[str, ...]) -> Asked:
    operation = model(service).operation_model(draw(st.sampled_from(operations)))
    shape, junk = operation.input_shape, draw(JUNKS)
    document = draw(documents(shape, junk)) if shape else {}
    fields = [("Action", operation.name), ("Version", operation.metadata["apiVersion"]), *_form("", document)]
    if junk:
        keys = st.sampled_from(("Action", "Source", "Destination.x", "A" + ".B" * DEEP, "Tags.member.x", "", "."))
        fields += draw(st.lists(st.tuples(keys, TEXTS), max_size=1))
    form = urlencode([(key.encode(errors="replace"), value.encode(errors="replace")) for key, value in fields])
    headers = {**draw(_scoped(service)), "Content-Type": "application/x-www-form-urlencoded"}
    return Asked("POST", "/", "", form.encode(), headers, operation.name, document)


def _form(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """A document as the Query protocol spells it."""
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _form(f"{key}.{name}" if key else name, item)
    elif isinstance(value, list) and value:
        for number, item in enumerate(value, 1):
            yield from _form(f"{key}.member.{number}", item)
    else:
        yield key, "" if value in ({}, [], None) else str(value).lower() if isinstance(value, bool) else str(value)


@st.composite
def requests_elsewhere(draw: st.DrawFn) -> Asked:
    """Requests of the services beside SES."""
    service = draw(st.sampled_from(("sqs", "sns")))
    operations = tuple(model(service).operation_names)
    if service == "sns":
        return draw(_queries("sns", operations))
    operation = model("sqs").operation_model(draw(st.sampled_from(operations)))
    document = draw(documents(operation.input_shape, draw(JUNKS)))
    target = {"X-Amz-Target": f"AmazonSQS.{operation.name}", "Content-Type": "application/x-amz-json-1.0"}
    return Asked("POST", "/", "", json.dumps(document).encode(), {**draw(_scoped("sqs")), **target})


@st.composite
def requests_admin(draw: st.DrawFn) -> Asked:
    """Requests of the endpoint's own routes."""
    mails = ("delivery", "messages", "messages/x", "messages/x/raw", "messages/x/attachments/0", "messages/")
    names = (
        "stats",
        "calls",
        "metrics",
        "queues",
        "faults",
        "rate",
        "limiter",
        "live",
        "delivery",
        "start",
        "nothing",
        *mails,
    )
    keys = ("zero_unix_s", "max_send_rate_per_s", "refuse", "slow", "delay_s", "drop_before", "kind", "burst", "x")
    values = st.one_of(JUNK, st.integers(0, 1), st.floats(0, 2))
    document = draw(st.one_of(st.dictionaries(st.sampled_from(keys), values, max_size=2), JUNK))
    parameters = ("last", "region", "account", "since", "to", "q", "tag", "limit", "before", "x")
    query = draw(st.dictionaries(st.sampled_from(parameters), TEXTS, max_size=2))
    text = draw(st.sampled_from((json.dumps(document).encode(), b"[" * DEEP, b"", b"\xff")))
    method = draw(st.sampled_from(("GET", "PUT", "POST", "DELETE")))
    return Asked(method, f"/_seslab/{draw(st.sampled_from(names))}", urlencode(query), text, {})


@st.composite
def _scoped(draw: st.DrawFn, service: str) -> dict[str, str]:
    return {"Authorization": SCOPE.format(draw(st.sampled_from(REGIONS)), service)}
