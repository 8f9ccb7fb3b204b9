"""Accepted mail for people and tests to look at: how it is found, what is told of it, and what it cannot do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.ses.models import ses_backends

from loadtests.endpoint.accounts.accounts import Accounts
from loadtests.endpoint.admin.asking import Asked
from loadtests.endpoint.admin.messages import Messages
from loadtests.endpoint.conditions import SwitchedFaults
from loadtests.endpoint.http import OK
from loadtests.endpoint.inbox.html import MOST_CHARACTERS, with_images
from loadtests.endpoint.inbox.mime_text import raw_of
from loadtests.endpoint.inbox.parts import Parts, parts_of
from loadtests.endpoint.message import Attachment, Message, Sent
from loadtests.endpoint.parsing.mime import message_from_mime
from loadtests.endpoint.refusals import Refused
from loadtests.endpoint.requests import envelope
from loadtests.endpoint.storing import Store
from tests.unit.served import SENDER, Endpoint, account, mail, served
from tests.unit.virtual import scenario

SENT = Sent("0100-1", 0.0)
NOBODYS = Accounts(scenario({"process": "batch", "messages": 1}), 1, SwitchedFaults(1))
LINES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=30)
KINDS = st.sampled_from(("image/png", "text/plain", "text/html"))
FILES = st.builds(Attachment, LINES, KINDS, st.just(""), st.just(False), st.binary(), st.just(""))
TEXTS = st.text(st.characters(codec="utf-8"), max_size=200)
HEADS = (b"", b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n", b"Content-Type: ")
PIXEL = bytes.fromhex("89504e470d0a1a0a")


def messages(endpoint: Endpoint, **wanted: object) -> list[Any]:
    """The mails that are found."""
    found: list[Any] = endpoint.ask("GET", f"/_seslab/messages?{urlencode(wanted)}")["messages"]
    return found


def sent(endpoint: Endpoint, *addresses: str, **more: Any) -> str:
    """The id of a mail that has been accepted."""
    taken = endpoint.client("sesv2").send_email(**mail(**{"Destination": {"ToAddresses": addresses}, **more}))
    return str(taken["MessageId"])


@given(TEXTS, TEXTS, st.lists(FILES, max_size=3), LINES)
def test_what_ses_builds_is_what_it_was_given(text: str, html: str, files: list[Attachment], subject: str) -> None:
    """A mail's text, HTML and files come back out of its MIME text, which is the same whenever it is asked for."""
    parts = Parts(text, html, tuple(files))
    to = ("Jörg <you@example.org>",)
    message = Message(SENDER, to, subject=subject, text=text, html=html, attachments=parts.files)
    raw = raw_of(message, SENT)
    assert parts_of(raw) == parts
    assert raw_of(message, SENT) == raw


@given(st.text(), st.text())
def test_no_header_begins_another(subject: str, name: str) -> None:
    """Whatever a sender writes into a subject, a name or a header of its own, the mail has the headers that it has."""
    message = Message(f"{name} <a@b.example>", ("c@d.example",), subject=subject, text="x", headers=((name, subject),))
    head = raw_of(message, SENT).partition(b"\r\n\r\n")[0]
    assert len(re.findall(rb"^[!-9;-~]+:", head, re.MULTILINE)) == len(head.split(b"\r\n")) == 9


@given(st.binary(), st.sampled_from(HEADS))
def test_whatever_a_mail_is_it_is_shown(raw: bytes, head: bytes) -> None:
    """Nothing that a sender can write keeps its mail from being looked at in any form, or gets into a header."""
    with suppress(Refused):
        message = message_from_mime(head + raw, SENDER, envelope(["you@example.org"]), {}, None)
        store = Store()
        store.add(ses_backends["3"]["us-east-1"], message, SENT)
        for form in (
            "",
            "/raw",
            "/html",
            *(f"/attachments/{number}" for number in range(len(parts_of(head + raw).files))),
        ):
            path = f"/_seslab/messages/{SENT.message_id}{form}"
            answer = Messages(store, NOBODYS).answer(Asked("GET", path, "", b"", "", "", is_of_page=True))
            assert answer is not None
            assert answer.status == OK
            assert all(value.isascii() and value.isprintable() for _, value in answer.headers)
            assert form or json.loads(answer.body)["recipients"][0]["fates"]


def test_a_mail_of_no_charset_or_beyond_all_depth() -> None:
    """An unknown charset is taken for UTF-8, and mails within mails a thousand deep have no parts."""
    body = "Content-Type: text/plain; charset={}\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße"
    assert {parts_of(body.format(name).encode()).text for name in ("x-none", "punycode", "zip", '"\0"')} == {"Grüße"}
    assert parts_of(body.format("iso-8859-1").encode("latin-1")).text == "Grüße"
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n" for level in range(3_000))
    assert parts_of(deep.encode()) == Parts()


def test_a_mail_has_its_own_images_and_no_others() -> None:
    """An image that the mail holds stands in its HTML, as often as there is room for it."""
    image = Attachment("a.png", "image/png", "one", True, PIXEL)
    parts = Parts(
        html='<img src="cid:one"><img src="cid:two"><img src=cid:page>',
        files=(image, image._replace(kind="text/html", content_id="page")),
    )
    assert with_images(parts) == '<img src="data:image/png;base64,iVBORw0KGgo="><img src="cid:two"><img src=cid:page>'
    large = Parts(html="cid:one " * 3, files=(image._replace(content=b"x" * (MOST_CHARACTERS // 3)),))
    assert with_images(large).count("cid:") == 1


def test_a_mail_is_found_by_what_it_has() -> None:
    """By one whole address, a part of the subject, a tag, its id, or any part of these; newest first, page by page."""
    with served(account=account(max_send_rate_per_s=1000.0)) as endpoint:
        tag = {"EmailTags": [{"Name": "campaign", "Value": "Spring"}]}
        ann, joann, both = (
            sent(endpoint, "Ann <ann@example.org>", **tag),
            sent(endpoint, "joann@example.org"),
            sent(endpoint, "bob@example.org", "ANN@example.org"),
        )
        for wanted, ids in [
            ({}, [both, joann, ann]),
            ({"to": "Ann@Example.org"}, [both, ann]),
            ({"q": "ann@"}, [both, joann, ann]),
            ({"tag": "campaign"}, [ann]),
            ({"tag": "Campaign=spring"}, [ann]),
            ({"tag": "camp"}, []),
            ({"q": "=spr"}, [ann]),
            ({"subject": "SESLAB", "to": "joann@example.org"}, [joann]),
            ({"id": joann}, [joann]),
            ({"q": joann[:30]}, [joann]),
        ]:
            assert [one["id"] for one in messages(endpoint, **wanted)] == ids, wanted
        first = endpoint.ask("GET", "/_seslab/messages?limit=2")
        assert [one["id"] for one in messages(endpoint, before=first["next_before"])] == [ann]


def test_a_script_can_wait_for_a_mail() -> None:
    """The answer comes with the mail, not with those before it, and without any when the time is over."""
    with served() as endpoint, ThreadPoolExecutor() as threads:
        assert messages(endpoint, to="late@example.org", wait_s=0.01) == []
        waiting = threads.submit(messages, endpoint, to="late@example.org", wait_s=30)
        sent(endpoint, "early@example.org")
        message_id = sent(endpoint, "late@example.org")
        assert [one["id"] for one in waiting.result()] == [message_id]


def test_a_script_can_wait_for_several_mails() -> None:
    """The answer comes with the last of them, and has those that were there before."""
    with served() as endpoint, ThreadPoolExecutor() as threads:
        ids = [sent(endpoint, "you@example.org")]
        waiting = threads.submit(messages, endpoint, to="you@example.org", at_least=3, wait_s=30)
        ids += [sent(endpoint, f"{name}@example.org") for name in ("you", "she", "you")]
        assert [one["id"] for one in waiting.result()] == [ids[3], ids[1], ids[0]]
        assert len(messages(endpoint, at_least=5, wait_s=0.01)) == 4


def test_a_mail_is_told_whole() -> None:
    """Its content, each recipient's fate, the events that SES publishes, its files, and the text as it was sent."""
    whole = MIMEMultipart("related")
    whole["Subject"], whole["X-Odd"] = "=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "yes"
    whole.attach(MIMEText('<img src="cid:p">', "html"))
    image = MIMEImage(PIXEL, "png")
    image["Content-ID"] = "<p>"
    image.add_header("Content-Disposition", "inline", filename="Bild ü.png")
    whole.attach(image)
    people = [f"{name}@simulator.amazonses.com" for name in ("success", "complaint", "bounce")]
    with served() as endpoint:
        message_id = sent(endpoint, *people, Content={"Raw": {"Data": whole.as_bytes()}})
        told = endpoint.ask("GET", f"/_seslab/messages/{message_id}")
        assert (told["subject"], told["html"], told["text"]) == ("Grüße", '<img src="cid:p">', "")
        assert {"name": "X-Odd", "value": "yes"} in told["headers"]
        fates = [["Delivery"], ["Delivery", "Complaint"], ["Bounce Permanent General"]]
        assert [one["address"] for one in told["recipients"]] == people
        assert [one["fates"] for one in told["recipients"]] == fates
        happened = ["Send", "Delivery", "Delivery", "Complaint", "Bounce"]
        assert [event["eventType"] for event in told["events"]] == happened
        assert [(file["name"], file["type"]) for file in told["attachments"]] == [("Bild ü.png", "image/png")]
        path = f"/_seslab/messages/{message_id}"
        assert endpoint.raw("GET", f"{path}/raw") == whole.as_bytes()
        assert endpoint.raw("GET", f"{path}/attachments/0") == PIXEL
        assert endpoint.raw("GET", f"{path}/html").startswith(b'<img src="data:image/png;base64,')


def test_a_mails_own_content_can_do_nothing() -> None:
    """A browser runs nothing in it, fetches nothing for it, guesses no type, and saves a file instead of showing."""
    file = {"FileName": "a\u2028X: y.html", "ContentType": "text/html", "RawContent": b"<script>"}
    simple = {"Subject": {"Data": "x"}, "Body": {"Html": {"Data": "<script>alert(1)</script>"}}, "Attachments": [file]}
    with served() as endpoint:
        path = f"/_seslab/messages/{sent(endpoint, 'you@example.org', Content={'Simple': simple})}"
        for form in ("html", "raw", "attachments/0"):
            with build_opener(ProxyHandler({})).open(Request(f"{endpoint.url}{path}/{form}"), timeout=10) as answer:
                policy = answer.headers["Content-Security-Policy"].split("; ")
                assert policy[:2] == ["sandbox", "default-src 'none'"]
                assert not [one for one in policy if one.startswith(("script", "connect")) or "http" in one]
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Cache-Control"] == "no-store"
                assert form == "html" or answer.headers.get_content_type() in ("text/plain", "application/octet-stream")
                assert ("attachment" in str(answer.headers["Content-Disposition"])) == (form == "attachments/0")
                assert answer.headers["X"] is None


def test_what_is_kept_no_more_is_told() -> None:
    """The newest stay; how many others there were, and how many bytes, is told; all can be deleted at once."""
    with served(store=Store(most_mails=2), account=account(max_send_rate_per_s=1000.0)) as endpoint:
        ids = [sent(endpoint, "you@example.org") for _ in range(5)]
        told = endpoint.ask("GET", "/_seslab/messages")
        assert [one["id"] for one in told["messages"]] == ids[:2:-1]
        assert (told["kept"], told["dropped"], told["last_number"]) == (2, 3, 5)
        assert told["dropped_bytes"] * 2 == told["kept_bytes"] * 3 > 0
        assert gone(endpoint, "GET", f"/_seslab/messages/{ids[0]}") == 404
        assert endpoint.ask("DELETE", "/_seslab/messages") == {"deleted": 2}
        assert messages(endpoint) == []
        assert "you@example.org" not in endpoint.raw("GET", "/moto-api/data.json").decode()


def gone(endpoint: Endpoint, method: str, path: str) -> int:
    """The status of an error."""
    with pytest.raises(HTTPError) as error:
        endpoint.raw(method, path)
    with error.value as answer:
        assert json.load(answer)["message"].count("\n") == 0
        return answer.code


@pytest.mark.parametrize(
    ("method", "asked", "status"),
    [
        *(("GET", f"messages?{query}", 400) for query in ("x=1", "to=", "to=a&to=b", "before=-1", "before=%FF")),
        *(("GET", f"messages?limit={limit}", 400) for limit in ("0", "1001", "9" * 99)),
        *(("GET", f"messages?wait_s={wait_s}", 400) for wait_s in ("61", "nan", "soon")),
        ("DELETE", "messages?to=you@example.org", 400),
        ("POST", "messages", 404),
        *(("GET", f"messages/{path}", 404) for path in ("x", "x/raw", "x/attachments/0", "x/y", "")),
        ("GET", "live?since=soon", 400),
    ],
)
def test_what_cannot_be_right_is_told_in_a_line(quiet: Endpoint, method: str, asked: str, status: int) -> None:
    """Nothing is guessed: a search for a name that is misspelt does not find everything."""
    assert gone(quiet, method, f"/_seslab/{asked}") == status


@pytest.fixture(scope="module")
def quiet() -> Iterator[Endpoint]:
    """One in which nothing happens."""
    with served() as running:
        yield running


def test_a_page_says_that_its_body_is_json(quiet: Endpoint) -> None:
    """What a form could send is refused of a browser, and taken from programs, which need not say it."""
    own = {"Origin": quiet.url, "Sec-Fetch-Site": "same-origin"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    rate = {"max_send_rate_per_s": 14.0}
    with pytest.raises(HTTPError, match="400"):
        quiet.ask("PUT", "/_seslab/rate", rate, **own, **form)
    assert quiet.ask("PUT", "/_seslab/rate", rate, **own, **{"Content-Type": "application/json; charset=utf-8"}) == rate
    assert quiet.ask("PUT", "/_seslab/rate", rate, **form) == rate
