"""Event publishing: SES's records of what becomes of a mail, and how they reach topics and queues."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from moto.events.models import events_backends
from moto.firehose.models import firehose_backends
from moto.s3.models import s3_backends
from moto.sns.models import SNSBackend, sns_backends
from moto.sqs.models import sqs_backends

from loadtests.endpoint.message import Message, Sent, Withheld
from loadtests.endpoint.publishing.configuration import Destination
from loadtests.endpoint.publishing.deliveries import Owner
from loadtests.endpoint.publishing.notices import (
    SUBJECT,
    TYPES,
    VALIDATED,
    Audience,
    Publisher,
    events_of,
    feedback_of,
)
from loadtests.endpoint.sns import posting, responses, troubles
from loadtests.endpoint.sqs import queues
from loadtests.ports.local import LOOPBACK

ACCOUNT, REGION = "123456789012", "us-east-1"
AT = "@simulator.amazonses.com"
SENT = Sent("0100019a00000000-11111111-2222-3333-4444-555555555555-000000", 1_700_000_000.25)
MAIL = Message(
    "Sender <sender@example.com>",
    to=(f"Rita <success+1{AT}>",),
    cc=(f"bounce{AT}",),
    bcc=(f"complaint{AT}",),
    subject="Hello",
    headers=(("Reply-To", "answers@example.com"),),
    tags={"mail": "7"},
    configuration_set="tests",
)
EVERYTHING = frozenset(TYPES.values())


def events(**changes: Any) -> list[dict[str, Any]]:
    """The events of a mail that differs so from the usual one."""
    return events_of(replace(MAIL, **changes), SENT, ACCOUNT, REGION)


def to(name: str, **changes: Any) -> list[dict[str, Any]]:
    """The events of a mail to one mailbox of the simulator, save that it was sent."""
    first, *others = events(to=(f"{name}{AT}",), cc=(), bcc=(), **changes)
    assert first["eventType"] == "Send"
    return others


def test_each_recipient_has_events_of_its_own() -> None:
    """First that the mail was sent, then each recipient's lot, in the order of To, Cc and Bcc."""
    told = events()
    assert [event["eventType"] for event in told] == ["Send", "Delivery", "Bounce", "Delivery", "Complaint"]
    assert told[1]["delivery"]["recipients"] == [f"success+1{AT}"]
    assert told[2]["bounce"]["bouncedRecipients"][0]["emailAddress"] == f"bounce{AT}"
    assert told[3]["delivery"]["recipients"] == [f"complaint{AT}"]
    assert told[4]["complaint"]["complainedRecipients"] == [{"emailAddress": f"complaint{AT}"}]


def test_every_event_describes_the_mail() -> None:
    """In the same words: whose it is, to whom it went, its headers without the blind copy's, its tags as lists.

    What a provider's server has had names the address from which it came.
    """
    mails = [event["mail"] for event in events(operation="SendEmail")]
    delivered = {**mails[0], "tags": {**mails[0]["tags"], "ses:outgoing-ip": ["127.0.0.1"]}}
    assert all(mail == delivered for mail in mails[1:])
    assert mails[0] == {
        "timestamp": "2023-11-14T22:13:20.250Z",
        "source": "Sender <sender@example.com>",
        "sourceArn": "arn:aws:ses:us-east-1:123456789012:identity/sender@example.com",
        "sendingAccountId": ACCOUNT,
        "messageId": SENT.message_id,
        "destination": [f"success+1{AT}", f"bounce{AT}", f"complaint{AT}"],
        "headersTruncated": False,
        "headers": [
            {"name": "From", "value": "Sender <sender@example.com>"},
            {"name": "To", "value": f"Rita <success+1{AT}>"},
            {"name": "Cc", "value": f"bounce{AT}"},
            {"name": "Subject", "value": "Hello"},
            {"name": "Reply-To", "value": "answers@example.com"},
            {"name": "MIME-Version", "value": "1.0"},
        ],
        "commonHeaders": {
            "from": ["Sender <sender@example.com>"],
            "to": [f"Rita <success+1{AT}>"],
            "cc": [f"bounce{AT}"],
            "replyTo": ["answers@example.com"],
            "messageId": SENT.message_id,
            "subject": "Hello",
        },
        "tags": {
            "ses:operation": ["SendEmail"],
            "ses:configuration-set": ["tests"],
            "ses:source-ip": ["127.0.0.1"],
            "ses:from-domain": ["example.com"],
            "ses:caller-identity": ["seslab"],
            "mail": ["7"],
        },
    }


def test_a_mail_in_mime_has_its_own_headers() -> None:
    """With the sender's own date and message id; what is longer than 10 KB is cut off."""
    headers = (
        ("From", "a@example.com"),
        ("Date", "today"),
        ("Message-ID", "<1@example.com>"),
        ("X-Long", "x" * 10_240),
    )
    mail = events(raw=b"", headers=headers)[0]["mail"]
    assert [header["name"] for header in mail["headers"]] == ["From", "Date", "Message-ID"]
    assert mail["headersTruncated"]
    assert (mail["commonHeaders"]["date"], mail["commonHeaders"]["messageId"]) == ("today", "<1@example.com>")


def test_a_delivery_takes_a_moment() -> None:
    """Its time is the mail's and the milliseconds that the record names."""
    (event,) = to("success")
    assert event["delivery"] == {
        "timestamp": "2023-11-14T22:13:20.255Z",
        "processingTimeMillis": 5,
        "recipients": [f"success{AT}"],
        "smtpResponse": "250 2.6.0 Message received",
        "reportingMTA": "localhost",
    }


@pytest.mark.parametrize(
    ("name", "suppressed", "kind", "subkind"),
    [
        ("bounce", (), "Permanent", "General"),
        ("suppressionlist", (), "Permanent", "Suppressed"),
        ("success", (f"success{AT}",), "Permanent", "OnAccountSuppressionList"),
        ("ooto", (), "Transient", "General"),
    ],
)
def test_bounces_say_of_what_type_they_are(name: str, suppressed: tuple[str, ...], kind: str, subkind: str) -> None:
    """A bounce comes last, is permanent with a status or transient without, and has an id of its own."""
    bounce = to(name, suppressed=dict.fromkeys(suppressed, Withheld.BY_ACCOUNT))[-1]["bounce"]
    assert (bounce["bounceType"], bounce["bounceSubType"]) == (kind, subkind)
    (recipient,) = bounce["bouncedRecipients"]
    assert recipient["emailAddress"] == f"{name}{AT}"
    assert ("diagnosticCode" in recipient, "reportingMTA" in bounce) == (kind == "Permanent", kind == "Permanent")
    assert bounce["feedbackId"].startswith("0100019a00000000-")
    assert bounce["feedbackId"] != SENT.message_id


def test_a_delay_precedes_the_delivery() -> None:
    """And says until when SES would try."""
    delay, delivery = to("delay+soon")
    assert (delay["eventType"], delivery["eventType"]) == ("DeliveryDelay", "Delivery")
    assert delay["deliveryDelay"]["expirationTime"] == "2023-11-15T12:13:20.250Z"
    assert delay["deliveryDelay"]["delayedRecipients"][0]["emailAddress"] == f"delay+soon{AT}"


def test_what_is_not_sent_reaches_nobody() -> None:
    """A mail with a virus is rejected, one without its template's data fails, and that is all."""
    virus = r"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + r"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
    assert [(event["eventType"], event["reject"]) for event in to("success", text=virus)] == [
        ("Reject", {"reason": "Bad content"})
    ]
    why = "Attribute 'name' is missing."
    for template, named in (("hello", {"templateName": "hello"}), ("", {})):
        (failure,) = to("success", rendering_error=why, template=template)
        assert failure["eventType"] == "Rendering Failure"
        assert failure["failure"] == {"errorMessage": why, **named}


def test_feedback_is_about_bounces_complaints_and_deliveries() -> None:
    """For an identity's topics: no sends, no tags, headers where they are asked for, and another name for the type."""
    told = feedback_of(events())
    assert [one["notificationType"] for one in told] == ["Delivery", "Bounce", "Delivery", "Complaint"]
    assert all("eventType" not in one for one in told)
    assert set(told[0]["mail"]) == {"timestamp", "source", "sourceArn", "sendingAccountId", "messageId", "destination"}
    asked = feedback_of(events(), {"HeadersInBounceNotificationsEnabled": True})
    assert ["headers" in one["mail"] for one in asked] == [False, True, False, False]
    assert not any("tags" in one["mail"] for one in asked)


@pytest.fixture
def sns() -> Iterator[SNSBackend]:
    """Topics `a` and `b`, each with a queue of its own name that subscribes to it."""
    queues.install()
    responses.install()
    backend = sns_backends[ACCOUNT][REGION]
    backend.reset()
    for name in ("a", "b"):
        queue = sqs_backends[ACCOUNT][REGION].create_queue(name)
        backend.subscribe(backend.create_topic(name).arn, queue.queue_arn, "sqs")
    yield backend
    backend.reset()


def topic(name: str) -> str:
    """A topic's ARN."""
    return f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}"


def to_sns(name: str) -> Destination:
    """What hears of each mail that is sent."""
    return Destination(name, "SnsDestination", topic(name), frozenset({"SEND"}), True)


def heard(name: str) -> list[Any]:
    """What SNS has delivered to a queue, in the order of delivery."""
    return [json.loads(row["body"]) for row in queues.contents(ACCOUNT, REGION)[name]]


def published(*destinations: Destination, mails: int = 1) -> None:
    """Publish so many mails' events, and wait until that is done."""
    publisher = Publisher()
    for number in range(mails):
        make = partial(events, tags={"mail": str(number)})
        publisher.publish(make, Audience(Owner(ACCOUNT, REGION), destinations, {}))
    publisher.close()


@pytest.mark.usefixtures("sns")
def test_a_topic_hears_of_the_types_that_it_wants() -> None:
    """Each in a message of its own, whose text is JSON; a destination that is not enabled hears nothing."""
    published(
        Destination("bad news", "SnsDestination", topic("a"), frozenset({"BOUNCE", "COMPLAINT"}), True),
        Destination("off", "SnsDestination", topic("b"), EVERYTHING, False),
    )
    assert [notice["Subject"] for notice in heard("a")] == [SUBJECT] * 2
    assert [json.loads(notice["Message"])["eventType"] for notice in heard("a")] == ["Bounce", "Complaint"]
    assert heard("b") == []


@pytest.mark.usefixtures("sns")
def test_events_come_in_the_order_of_the_mails() -> None:
    """Whatever the number of topics."""
    published(*(to_sns(name) for name in "ab"), mails=20)
    for name in "ab":
        numbers = [json.loads(notice["Message"])["mail"]["tags"]["mail"] for notice in heard(name)]
        assert numbers == [[str(number)] for number in range(20)]


def test_trouble_with_one_topic_is_not_the_others(sns: SNSBackend, caplog: pytest.LogCaptureFixture) -> None:
    """A topic that is gone hears nothing, a queue that is gone is reported, and whoever is there hears everything."""
    sns.subscribe(topic("a"), f"arn:aws:sqs:{REGION}:{ACCOUNT}:gone", "sqs")
    sns.delete_topic(topic("b"))
    published(*(to_sns(name) for name in "ba"), mails=2)
    assert (len(heard("a")), len(heard("b"))) == (2, 0)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "gone" in caplog.text


@pytest.mark.usefixtures("sns")
def test_the_default_bus_hears_as_eventbridge_tells() -> None:
    """A rule by type leads a bounce to its queue, in EventBridge's envelope; what it does not ask for goes nowhere."""
    events = events_backends[ACCOUNT][REGION]
    bus = events.describe_event_bus("default").arn
    events.put_rule("bounces", event_pattern=json.dumps({"source": ["aws.ses"], "detail-type": ["Email Bounced"]}))
    events.put_targets("bounces", None, [{"Id": "1", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:a"}])
    try:
        published(Destination("bus", "EventBridgeDestination", bus, EVERYTHING, True))
    finally:
        events.reset()
    [told] = heard("a")
    assert (told["source"], told["detail-type"]) == ("aws.ses", "Email Bounced")
    assert (told["detail"]["eventType"], told["resources"]) == ("Bounce", [told["detail"]["mail"]["sourceArn"]])


@pytest.mark.usefixtures("sns")
def test_a_stream_hears_lines_of_json_and_one_that_is_gone_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """They lie in the stream's bucket, as Firehose leaves them there."""
    stores, firehose = s3_backends[ACCOUNT]["aws"], firehose_backends[ACCOUNT][REGION]
    bucket = stores.create_bucket("events", REGION)
    to_s3 = {"RoleARN": "arn:aws:iam::123456789012:role/any", "BucketARN": "arn:aws:s3:::events"}
    stream = firehose.create_delivery_stream(REGION, "kept", "DirectPut", {}, {}, to_s3, {}, {}, {}, {}, {}, {}, {}, [])
    gone = stream.replace("kept", "gone")
    try:
        published(
            Destination("gone", "KinesisFirehoseDestination", gone, EVERYTHING, True),
            Destination("kept", "KinesisFirehoseDestination", stream, frozenset({"SEND", "BOUNCE"}), True),
        )
        kept = [key.value for key in stores.list_objects(bucket, None, None, None, None)[0]]
    finally:
        firehose.reset()
        stores.reset()
    assert sorted(json.loads(text)["eventType"] for text in kept) == ["Bounce", "Send"]
    assert all(text.endswith(b"\n") for text in kept)
    assert "gone could not be told" in caplog.text


def test_trouble_is_told_at_once_and_then_now_and_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each subscriber, as one line with how often; beyond so many of them they share a line."""
    monkeypatch.setattr(troubles, "MOST_NAMED", 2)
    noted = troubles.Troubles()
    for name in (*"aaabbcd", "a"):
        noted.note(name, "gone\n")
    monkeypatch.setattr(troubles, "AGAIN_S", 0.0)
    noted.note("a", "gone")
    told = [record.getMessage().replace(" could not be told", "") for record in caplog.records]
    assert told == ["a: gone\\n", "b: gone\\n", f"{troubles.OTHERS}: gone\\n", "a 4 times: gone"]


def test_a_silent_subscriber_holds_up_nothing(sns: SNSBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Publishing returns at once, others hear all in order, and what is too much for those that wait is lost."""
    told: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Remember."""
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["Message"])
            self.send_response(204)
            self.end_headers()

    with HTTPServer((LOOPBACK, 0), Listener) as listener, socket.create_server((LOOPBACK, 0)) as silent:
        monkeypatch.setattr(posting, "END_S", 0.5)
        publisher = Publisher()
        for port in (silent.getsockname()[1], listener.server_port):
            wanted = sns.subscribe(topic("a"), f"http://{LOOPBACK}:{port}", "http")
            wanted.attributes["PendingConfirmation"] = False
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        for number in range(3):
            sns.publish(str(number), topic("a"))
        monkeypatch.setattr(posting, "MOST_BYTES", 0)
        sns.publish("too much", topic("a"))
        publisher.close()
        listener.shutdown()
    assert told == ["0", "1", "2"]
    assert len(heard("a")) == 4


@pytest.mark.usefixtures("sns")
def test_an_identity_s_topics_hear_what_they_are_for() -> None:
    """One for each type, and none for what has none."""
    publisher = Publisher()
    topics = {"Bounce": topic("a"), "Complaint": topic("b")}
    publisher.publish(events, Audience(Owner(ACCOUNT, REGION), (), topics))
    publisher.close()
    assert [json.loads(notice["Message"])["notificationType"] for notice in heard("a")] == ["Bounce"]
    assert [json.loads(notice["Message"])["notificationType"] for notice in heard("b")] == ["Complaint"]


@pytest.mark.usefixtures("sns")
def test_a_new_destination_s_topic_is_validated() -> None:
    """By a text that is not JSON."""
    publisher = Publisher()
    publisher.validate(topic("a"), ACCOUNT, REGION)
    publisher.close()
    assert [notice["Message"] for notice in heard("a")] == [VALIDATED]
