"""Contact lists: mail reaches those who want it, and the others can say so by the link that SES puts into it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from loadtests.endpoint.inbox.documents import whole
from loadtests.endpoint.lists.links import PLACEHOLDER, with_link
from loadtests.endpoint.message import Message
from loadtests.endpoint.ses import Ses
from tests.unit.served import Endpoint, mail, served
from tests.unit.strict import OK, SENDER, TO, ask_v2, begun, smtp, v1_raw, v2_raw, v2_simple

TOPICS = [
    {"TopicName": "sports", "DisplayName": "Sports", "DefaultSubscriptionStatus": "OPT_IN"},
    {"TopicName": "rare", "DisplayName": "Rare", "DefaultSubscriptionStatus": "OPT_OUT"},
]
LIST, CONTACTS = "contact-lists/letters", "contact-lists/letters/contacts"
URL = "http://localhost:5555/_seslab/unsubscribe/"
_open = build_opener(ProxyHandler({})).open


def preferences(**by_topic: str) -> list[dict[str, str]]:
    """As the API spells them."""
    return [{"TopicName": topic, "SubscriptionStatus": status} for topic, status in by_topic.items()]


@pytest.fixture
def ses() -> Iterator[Ses]:
    """With a list of three contacts: one wants nothing, one no sports, and one rare things."""
    with begun() as running:
        assert ask_v2(running, "contact-lists", ContactListName="letters", Topics=TOPICS) == {}
        wishes: dict[str, dict[str, Any]] = {
            "gone": {"UnsubscribeAll": True},
            "nosports": {"TopicPreferences": preferences(sports="OPT_OUT")},
            "rare": {"TopicPreferences": preferences(rare="OPT_IN")},
        }
        for name, wish in wishes.items():
            assert ask_v2(running, CONTACTS, EmailAddress=f"{name}@example.org", **wish) == {}
        yield running


def newest(ses: Ses) -> dict[str, Any]:
    """All that is told of the newest mail."""
    return whole(ses._common.store.newer_than(0)[0])


def reached(ses: Ses) -> str:
    """What the newest mail's event after Send says."""
    event = newest(ses)["events"][1]
    return str(event.get("bounce", {}).get("bounceSubType", event["eventType"]))


def listed(topic: str | None = None) -> dict[str, Any]:
    """The options of a send."""
    return {"ListManagementOptions": {"ContactListName": "letters", **({"TopicName": topic} if topic else {})}}


@pytest.mark.parametrize(
    ("name", "topic", "is_wanted"),
    [
        ("new", None, True),
        ("new", "sports", True),
        ("new", "rare", False),
        ("GONE", None, False),
        ("gone", "sports", False),
        ("nosports", None, True),
        ("nosports", "sports", False),
        ("rare", "rare", True),
    ],
)
def test_who_wants_no_such_mail_gets_none(ses: Ses, name: str, topic: str | None, is_wanted: bool) -> None:
    """By every interface it is accepted and bounces; without a preference the topic's default holds."""
    to, expected = f"{name}@example.org", "Delivery" if is_wanted else "UnsubscribedRecipient"
    field = f"X-SES-LIST-MANAGEMENT-OPTIONS: letters{f'; topic={topic}' if topic else ''}\r\n"
    raw = f"From: {SENDER}\r\nTo: {to}\r\n{field}\r\nHello.\r\n"
    for said in (v2_simple(ses, to, **listed(topic)), v2_raw(ses, raw), v1_raw(ses, raw), smtp(ses, raw, to)):
        assert said == OK
        assert reached(ses) == expected
    assert "X-SES" not in json.dumps(newest(ses)["headers"])
    assert v2_simple(ses, to) == OK
    assert reached(ses) == "Delivery"
    assert ask_v2(ses, f"{CONTACTS}/{to}", "GET")["EmailAddress"].lower() == to.lower()


def test_an_unknown_list_or_topic_is_refused(ses: Ses) -> None:
    """Nothing is sent to a list that is not there, in whichever way it is named."""
    missing = (404, "NotFoundException", "List with name: nosuch doesn't exist.")
    assert v2_simple(ses, ListManagementOptions={"ContactListName": "nosuch"}) == missing
    raw = f"From: {SENDER}\r\nTo: {TO}\r\nX-SES-LIST-MANAGEMENT-OPTIONS: nosuch\r\n\r\n"
    assert smtp(ses, raw) == (554, "", f"Transaction failed: {missing[2]}")
    wrong = (400, "BadRequestException", "List: letters doesn't contain Topic: nosuch")
    assert v2_simple(ses, **listed("nosuch")) == wrong


def test_a_single_recipient_has_the_link(ses: Ses) -> None:
    """Twice in the text and in the HTML, of a template too, and in the header in place of the sender's own."""
    texts = f"{PLACEHOLDER} {PLACEHOLDER} {PLACEHOLDER}"
    content = {"Subject": PLACEHOLDER, "Text": texts, "Html": texts}
    simple = {"Subject": {"Data": PLACEHOLDER}, "Body": {"Text": {"Data": texts}, "Html": {"Data": texts}}}
    own = {"Headers": [{"Name": "list-unsubscribe", "Value": "<https://example.com>"}]}
    for kind, given in (("Simple", simple), ("Template", {"TemplateContent": content, "TemplateData": "{}"})):
        assert v2_simple(ses, Content={kind: {**given, **own}}, **listed()) == OK
        told = newest(ses)
        link = f"{URL}{told['id']}"
        assert told["text"].split() == told["html"].split() == [link, link, PLACEHOLDER]
        assert told["subject"] == PLACEHOLDER
        assert [one["value"] for one in told["headers"] if one["name"].lower().startswith("list-")] == [
            *(f"<{link}>", "List-Unsubscribe=One-Click"),
        ]
    for more in ({}, {**listed(), "Destination": {"ToAddresses": [TO], "CcAddresses": ["b@example.org"]}}):
        assert v2_simple(ses, Content={"Simple": simple}, **more) == OK
        assert URL not in json.dumps(newest(ses)["text"])


@pytest.mark.parametrize("encoding", ["7bit", "quoted-printable", "base64"])
def test_the_link_stands_in_a_mime_text_however_it_is_encoded(encoding: str) -> None:
    """In each of its texts, twice; what else there is stays byte for byte."""
    mime = EmailMessage()
    mime["From"], mime["List-Unsubscribe"], mime["X-Long"] = SENDER, "<mailto:a@example.com>", "x " * 200
    mime.set_content(f"{PLACEHOLDER}\n" * 3, cte=encoding)
    mime.add_alternative(f"<a href='{PLACEHOLDER}'>off</a>", subtype="html", cte=encoding)
    mime.add_attachment(PLACEHOLDER.encode(), maintype="text", subtype="plain", filename="a.txt")
    raw = with_link(Message(SENDER, raw=mime.as_bytes()), URL).raw
    assert raw is not None
    read = message_from_bytes(raw)
    texts = [part.get_payload(decode=True) for part in read.walk() if not part.is_multipart()]
    assert [text.count(URL.encode()) for text in texts if isinstance(text, bytes)] == [2, 1, 0]
    assert read.get_all("List-Unsubscribe") == [f"<{URL}>"]
    assert " ".join(str(read["X-Long"]).split()) == ("x " * 200).strip()


def test_contacts_are_listed_by_what_they_want(ses: Ses) -> None:
    """With a topic's default where it is asked for; a page is filtered after it has been cut."""
    assert ask_v2(ses, CONTACTS, EmailAddress="plain@example.org") == {}

    def names(status: str, topic: str | None = None, default: bool = False, **more: Any) -> list[str]:
        of = {"TopicFilter": {"TopicName": topic, "UseDefaultIfPreferenceUnavailable": default}} if topic else {}
        answer = ask_v2(ses, f"{CONTACTS}/list", Filter={"FilteredStatus": status, **of}, **more)
        return [one["EmailAddress"].partition("@")[0] for one in answer["Contacts"]]

    assert names("OPT_OUT") == ["gone"]
    assert names("OPT_IN") == ["nosports", "rare", "plain"]
    assert names("OPT_IN", "sports") == []
    assert names("OPT_IN", "sports", default=True) == ["rare", "plain"]
    assert names("OPT_OUT", "sports") == ["gone", "nosports"]
    assert names("OPT_OUT", "rare", default=True) == ["gone", "nosports", "plain"]
    first = ask_v2(ses, f"{CONTACTS}/list", Filter={"FilteredStatus": "OPT_IN"}, PageSize=1)
    assert first["Contacts"] == []
    assert names("OPT_IN", PageSize=2, NextToken=first["NextToken"]) == ["nosports", "rare"]
    for wrong in ({"PageSize": 0}, {"PageSize": 1001}, {"NextToken": "made up"}):
        assert ask_v2(ses, f"{CONTACTS}/list", **wrong)[:2] == (400, "BadRequestException")


def test_a_contact_is_as_it_was_put_last(ses: Ses) -> None:
    """An update replaces all of it; the list says what holds where the contact says nothing."""
    path = f"{CONTACTS}/nosports@example.org"
    assert ask_v2(ses, path, "PUT", TopicPreferences=preferences(rare="OPT_IN"), AttributesData="{}") == {}
    shown = ask_v2(ses, path, "GET")
    assert (shown["TopicPreferences"], shown["UnsubscribeAll"]) == (preferences(rare="OPT_IN"), False)
    assert (shown["TopicDefaultPreferences"], shown["AttributesData"]) == (preferences(sports="OPT_IN"), "{}")
    assert ask_v2(ses, path, "PUT", UnsubscribeAll=True) == {}
    shown = ask_v2(ses, path, "GET")
    assert (shown["TopicPreferences"], shown["UnsubscribeAll"], "AttributesData" in shown) == ([], True, False)
    assert ask_v2(ses, path, "DELETE") == {}
    for method in ("GET", "PUT", "DELETE"):
        assert ask_v2(ses, path, method) == (404, "NotFoundException", "nosports@example.org doesn't exist in List.")


def test_a_list_is_described_anew_and_goes_with_its_contacts(ses: Ses) -> None:
    """An account has one; its tags go with it, too."""
    assert ask_v2(ses, "contact-lists", ContactListName="more")[2] == "A maximum of 1 Lists allowed per account."
    assert ask_v2(ses, LIST, "PUT", Description="All of it", Topics=TOPICS[:1]) == {}
    shown = ask_v2(ses, LIST, "GET")
    assert (shown["Description"], shown["Topics"], shown["Tags"]) == ("All of it", TOPICS[:1], [])
    assert ask_v2(ses, LIST, "DELETE") == {}
    tags = [{"Key": "a", "Value": "b"}]
    assert ask_v2(ses, "contact-lists", ContactListName="letters", Tags=tags) == {}
    assert ask_v2(ses, LIST, "GET")["Tags"] == tags
    assert [one["ContactListName"] for one in ask_v2(ses, "contact-lists", "GET")["ContactLists"]] == ["letters"]
    assert ask_v2(ses, f"{CONTACTS}/gone@example.org", "GET")[0] == 404


@pytest.mark.parametrize(
    ("path", "document", "words"),
    [
        ("contact-lists", {"ContactListName": " "}, "ContactListName can't be blank."),
        ("contact-lists", {"ContactListName": "a b"}, "ContactListName can contain up to 64 characters."),
        ("contact-lists", {"ContactListName": "a" * 65}, "ContactListName can contain up to 64 characters."),
        ("contact-lists", {"ContactListName": "a", "Description": "x" * 501}, "List description can contain up to 500"),
        ("contact-lists", {"ContactListName": "a", "Topics": TOPICS[:1] * 2}, "Duplicate topic names"),
        ("contact-lists", {"ContactListName": "a", "Topics": TOPICS * 11}, "Maximum of <20> topics"),
        ("contact-lists", {"ContactListName": "a", "Topics": [{**TOPICS[0], "TopicName": ""}]}, "TopicName can't be"),
        ("contact-lists", {"ContactListName": "a", "Topics": [{**TOPICS[0], "DisplayName": "x" * 129}]}, "<128>"),
        (CONTACTS, {"EmailAddress": " "}, "EmailAddress can't be blank."),
        (CONTACTS, {"EmailAddress": "you"}, "EmailAddress <you> is invalid"),
        (CONTACTS, {"EmailAddress": TO, "TopicPreferences": preferences(no="OPT_IN")}, "doesn't contain Topic: no"),
        (CONTACTS, {"EmailAddress": TO, "TopicPreferences": preferences(rare="MAYBE")}, "enum value set"),
        (CONTACTS, {"EmailAddress": "gone@example.org"}, "gone@example.org already exists in List."),
        ("contact-lists/a%20b/contacts", {"EmailAddress": TO}, "ContactListName can contain up to 64 characters."),
    ],
)
def test_what_no_list_or_contact_can_be_is_refused(ses: Ses, path: str, document: dict[str, Any], words: str) -> None:
    """In SES's words."""
    status, code, said = ask_v2(ses, path, **document)
    assert status == 400
    assert code in ("BadRequestException", "AlreadyExistsException")
    assert words in said


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """With a list, and a set whose Subscription events go to a queue."""
    with served() as running:
        v2, sns, sqs = (running.client(service) for service in ("sesv2", "sns", "sqs"))
        v2.create_contact_list(ContactListName="letters", Topics=TOPICS)
        topic, queue = sns.create_topic(Name="told")["TopicArn"], sqs.create_queue(QueueName="told")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        raw = {"RawMessageDelivery": "true"}
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=raw)
        v2.create_configuration_set(ConfigurationSetName="told")
        destination = {"Enabled": True, "MatchingEventTypes": ["SUBSCRIPTION"], "SnsDestination": {"TopicArn": topic}}
        v2.create_configuration_set_event_destination(
            ConfigurationSetName="told", EventDestinationName="told", EventDestination=destination
        )
        yield running


def link_of(endpoint: Endpoint, topic: str | None = None) -> str:
    """The link of a mail that is sent now, by its header."""
    v2 = endpoint.client("sesv2")
    sent = v2.send_email(**mail(ConfigurationSetName="told", **listed(topic)))
    told = endpoint.ask("GET", f"/_seslab/messages/{sent['MessageId']}")
    (link,) = [one["value"] for one in told["headers"] if one["name"] == "List-Unsubscribe"]
    return str(link).strip("<>")


def follow(url: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
    """What a mail program, or a browser, is answered."""
    spelt = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with _open(Request(url, body, spelt), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def contact(endpoint: Endpoint) -> tuple[bool, dict[str, str]]:
    """What the recipient wants by now."""
    found = endpoint.client("sesv2").get_contact(ContactListName="letters", EmailAddress="you@example.org")
    own = {one["TopicName"]: one["SubscriptionStatus"] for one in found["TopicPreferences"]}
    return found["UnsubscribeAll"], own


def subscription(endpoint: Endpoint) -> dict[str, Any]:
    """The next event that is told; the sentence that greets the topic is none."""
    sqs = endpoint.client("sqs")
    queue = sqs.get_queue_url(QueueName="told")["QueueUrl"]
    while True:
        (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"]
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        if message["Body"].startswith("{"):
            event: dict[str, Any] = json.loads(message["Body"])
            return event


ONE_CLICK = b"List-Unsubscribe=One-Click"
IN_PARTS = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'


def test_one_click_unsubscribes_and_is_told(endpoint: Endpoint) -> None:
    """From the mail's topic, or from all; looking changes nothing, and the link is that of the asked address."""
    link = link_of(endpoint, "sports")
    assert link.startswith(endpoint.url)
    assert follow(link)[0] == 200
    assert contact(endpoint) == (False, {})
    assert follow(link, ONE_CLICK)[0] == 200
    assert contact(endpoint) == (False, {"sports": "OPT_OUT"})
    event = subscription(endpoint)
    assert (event["eventType"], event["mail"]["destination"]) == ("Subscription", ["you@example.org"])
    told = event["subscription"]
    assert (told["contactList"], told["source"]) == ("letters", "UnsubscribeHeader")
    assert told["oldTopicPreferences"]["topicSubscriptionStatus"] == []
    assert told["newTopicPreferences"] == {
        "unsubscribeAll": False,
        "topicSubscriptionStatus": [{"topicName": "sports", "subscriptionStatus": "OptOut"}],
        "topicDefaultSubscriptionStatus": [{"topicName": "rare", "subscriptionStatus": "OptOut"}],
    }
    assert follow(link_of(endpoint), IN_PARTS, Content_Type="multipart/form-data; boundary=x")[0] == 200
    assert contact(endpoint)[0]


def test_the_page_changes_preferences(endpoint: Endpoint) -> None:
    """It shows what holds, and takes what is chosen; a page of another origin can look, no more."""
    link = link_of(endpoint, "sports")
    foreign = {"Origin": "https://mail.example", "Sec_Fetch_Site": "cross-site"}
    status, page = follow(link, None, **foreign)
    assert status == 200
    assert re.findall(r'value="(\w+)"( checked)?', page)[:2] == [("sports", " checked"), ("rare", "")]
    for body in (b"topic=rare&unsubscribe=by+topic", ONE_CLICK):
        assert follow(link, body, **foreign)[0] == 403
    assert contact(endpoint) == (False, {})
    assert follow(link, b"topic=rare&unsubscribe=by+topic", Origin=endpoint.url)[0] == 200
    assert contact(endpoint) == (False, {"sports": "OPT_OUT", "rare": "OPT_IN"})
    assert subscription(endpoint)["subscription"]["source"] == "UnsubscribePage"
    assert follow(link, b"unsubscribe=all", Origin=endpoint.url)[0] == 200
    assert contact(endpoint)[0]
    assert follow(link, ONE_CLICK, Host="evil.example")[0] == 403
    assert follow(link, b"", Origin=endpoint.url)[0] == 400


def test_a_link_is_good_as_long_as_its_mail_is_kept(endpoint: Endpoint) -> None:
    """One that was never made leads nowhere either, nor does that of a mail without a list."""
    link = link_of(endpoint)
    plain = endpoint.client("sesv2").send_email(**mail())["MessageId"]
    endpoint.raw("DELETE", "/_seslab/messages")
    for wrong in (link, f"{endpoint.url}/_seslab/unsubscribe/{plain}", f"{endpoint.url}/_seslab/unsubscribe/x"):
        assert follow(wrong)[0] == follow(wrong, ONE_CLICK)[0] == 410
