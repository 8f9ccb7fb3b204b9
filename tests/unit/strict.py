"""One SES and the ways into it, as its own functions take requests: each tells what SES says of a mail."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from aiosmtpd.smtp import Envelope
from moto.ses.models import ses_backends

from loadtests.endpoint.message import SOMEBODY
from loadtests.endpoint.refusals import Refused
from loadtests.endpoint.service import Service
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.smtp.server import MOST_WORDS, message_of, reply_to
from loadtests.endpoint.v1 import query
from loadtests.endpoint.v1 import routing as v1_routing
from loadtests.endpoint.v2 import routing as v2_routing
from scenarios.schema.model import Scenario

ACCOUNT, REGION = "123456789012", "us-east-1"
SENDER, TO = "me@example.com", "you@example.org"
NAMESPACE = "{http://ses.amazonaws.com/doc/2010-12-01/}"
TEXT = {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hello."}}}
OK = (200, "", "")

Told = tuple[int, str, str]
"""HTTP status, code and words; of SMTP the reply's code and words."""


@contextmanager
def begun(**account: Any) -> Iterator[Ses]:
    """An SES without latency or limits; one sender and a template are there."""
    ses_backends[ACCOUNT][REGION].reset()
    latency = {kind: {"constant_ms": 0} for kind in ("ses_send", "ses_throttle", "sqs")}
    account = {"max_24h_send": -1, "max_send_rate_per_s": 1e6, **account}
    workload = ({"process": "batch", "messages": 1},)
    scenario = {"name": "strict", "workload": workload, "latency": latency, "account": account}
    with closing(Service(Scenario.model_validate(scenario), 1, (SENDER,))) as service:
        ses = service.of(ACCOUNT, REGION)
        content = {"Subject": "Hi", "Text": "Hello."}
        assert ask_v2(ses, "templates", TemplateName="hello", TemplateContent=content) == {}
        yield ses


def ask_v2(ses: Ses, path: str, method: str = "POST", query: str = "", /, **document: Any) -> Any:
    """The answer's document, or what SES says."""
    answer = v2_routing.answer(ses, method, f"/v2/email/{path}", json.dumps(document).encode(), query, SOMEBODY)
    assert answer is not None
    told = json.loads(answer.body)
    headers = dict(answer.headers)
    return (int(answer.status[:3]), headers["x-amzn-ErrorType"], told["message"]) if answer.status[0] != "2" else told


def ask_v1(ses: Ses, action: str, **document: Any) -> Any:
    """The answer's tree, or what SES says."""
    form = urlencode([("Action", action), *fields("", document)], errors="surrogatepass")
    answer = v1_routing.answer(ses, query.parsed(form), SOMEBODY)
    assert answer is not None
    tree = ElementTree.fromstring(answer.body)
    code, words = (tree.findtext(f"{NAMESPACE}Error/{NAMESPACE}{part}") for part in ("Code", "Message"))
    return tree if code is None else (int(answer.status[:3]), code, words)


def fields(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """A document as the Query protocol spells it."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from fields(f"{key}.{name}" if key else name, item)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value, 1):
            yield from fields(f"{key}.member.{number}", item)
    else:
        yield key, value


def told(answer: Any) -> Told:
    """What SES says of one mail."""
    return answer if isinstance(answer, tuple) else OK


def v1_simple(ses: Ses, to: str = TO, **more: Any) -> Told:
    """What v1 says of a mail that SES makes."""
    request = {"Source": SENDER, "Destination": {"ToAddresses": [to]}, "Message": TEXT, **more}
    return told(ask_v1(ses, "SendEmail", **request))


def v2_simple(ses: Ses, to: str = TO, **more: Any) -> Told:
    """What v2 says of one."""
    destination = {"ToAddresses": [to]}
    request = {"FromEmailAddress": SENDER, "Destination": destination, "Content": {"Simple": TEXT}, **more}
    return told(ask_v2(ses, "outbound-emails", **request))


def v1_raw(ses: Ses, raw: str, **more: Any) -> Told:
    """What v1 says of a MIME text."""
    return told(ask_v1(ses, "SendRawEmail", RawMessage={"Data": encoded(raw)}, **more))


def v2_raw(ses: Ses, raw: str, **more: Any) -> Told:
    """What v2 says of one."""
    return told(ask_v2(ses, "outbound-emails", Content={"Raw": {"Data": encoded(raw)}}, **more))


def smtp(ses: Ses, raw: str, to: str = TO, sender: str = SENDER) -> Told:
    """The reply to DATA; what the library makes of the envelope before is not gone through."""
    envelope: Any = Envelope()
    envelope.mail_from, envelope.rcpt_tos, envelope.content = sender, [to], raw.encode()
    try:
        ses.submit(message_of(envelope))
    except Refused as refused:
        code, _, words = reply_to(refused).partition(" ")
        return int(code), "", words
    return OK


def encoded(raw: str) -> str:
    """As both APIs take MIME text."""
    return b64encode(raw.encode()).decode()


def refusals(words: str) -> tuple[Told, Told, Told]:
    """How v1, v2 and SMTP say that something is wrong with a mail."""
    line = " ".join(words.splitlines())[:MOST_WORDS]
    return (
        (400, "InvalidParameterValue", words),
        (400, "BadRequestException", words),
        (554, "", f"Transaction failed: {line}"),
    )
