"""What a request asks for beside its mail is obeyed, by every interface, and told in events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from loadtests.endpoint.decision_log import STRANGER
from loadtests.endpoint.inbox.documents import whole
from loadtests.endpoint.message import Message, Sent
from loadtests.endpoint.publishing.events import accepted_mail
from loadtests.endpoint.publishing.mailbox import DELAYS, Fate
from loadtests.endpoint.publishing.mailroom import Mailroom, course_of
from loadtests.endpoint.ses import Ses
from tests.unit.strict import OK, SENDER, TO, ask_v1, ask_v2, begun, smtp, v1_raw, v1_simple, v2_raw, v2_simple

RAW = f"From: {SENDER}\r\nTo: {TO}\r\nSubject: Hi\r\n{{}}\r\nHello.\r\n"


@pytest.fixture
def ses() -> Iterator[Ses]:
    """An account of its own for each law."""
    with begun() as running:
        yield running


def events(ses: Ses) -> list[dict[str, Any]]:
    """Those of the newest mail."""
    told: list[dict[str, Any]] = whole(ses._common.store.newer_than(0)[0])["events"]
    return told


def tags(ses: Ses) -> dict[str, str]:
    """Those that the first event of the newest mail has."""
    return {name: value for name, (value,) in events(ses)[0]["mail"]["tags"].items()}


def test_events_name_the_operation_and_where_it_came_from(ses: Ses) -> None:
    """Each interface has its own name, as SES's records have it; a sender's tag cannot take its place."""
    template = {"Template": {"TemplateName": "hello", "TemplateData": "{}"}}
    many: dict[str, Any] = {"FromEmailAddress": SENDER, "BulkEmailEntries": [{"Destination": {"ToAddresses": [TO]}}]}
    old = {"Source": SENDER, "Template": "hello"}
    sends: dict[str, list[Callable[[], Any]]] = {
        "SendEmail": [lambda: v1_simple(ses), lambda: v2_simple(ses), lambda: v2_raw(ses, RAW.format(""))],
        "SendRawEmail": [lambda: v1_raw(ses, RAW.format(""))],
        "SendSmtpEmail": [lambda: smtp(ses, RAW.format(""))],
        "SendBulkEmail": [lambda: ask_v2(ses, "outbound-bulk-emails", DefaultContent=template, **many)],
        "SendTemplatedEmail": [
            lambda: ask_v1(ses, "SendTemplatedEmail", **old, TemplateData="{}", Destination={"ToAddresses": [TO]})
        ],
    }
    for operation, ways in sends.items():
        for send in ways:
            send()
            assert (tags(ses)["ses:operation"], tags(ses)["ses:source-ip"]) == (operation, "127.0.0.1")
    assert "ses:outgoing-ip" not in tags(ses)
    assert v2_simple(ses, EmailTags=[{"Name": "ses:operation", "Value": "x"}])[0] == 400


SET = "configuration-sets/letters/{}"


def put(ses: Ses, path: str, **document: Any) -> Any:
    """What v2 says of a PUT, as `ask_v2` has it."""
    return ask_v2(ses, path, "PUT", **document)


def fates(ses: Ses, to: str = TO) -> list[tuple[str, str | None]]:
    """What becomes of a mail with the set, beside that it is sent."""
    assert v2_simple(ses, to, ConfigurationSetName="letters") == OK
    return [(event["eventType"], event.get("bounce", {}).get("bounceSubType")) for event in events(ses)[1:]]


DELIVERED, LISTED = [("Delivery", None)], [("Bounce", "OnAccountSuppressionList")]


def test_a_configuration_sets_reasons_go_before_the_accounts(ses: Ses) -> None:
    """Whether the set is made with them or is given them; none at all keeps mail from nobody, and can be read."""
    put(ses, "suppression/addresses", EmailAddress=TO, Reason="BOUNCE")
    options: dict[str, Any] = {"SuppressedReasons": ["COMPLAINT"]}
    assert ask_v2(ses, "configuration-sets", ConfigurationSetName="letters", SuppressionOptions=options) == {}
    assert fates(ses) == DELIVERED
    assert v2_simple(ses) == OK
    assert events(ses)[1]["bounce"]["bounceSubType"] == "OnAccountSuppressionList"
    for reasons, expected in ((["BOUNCE"], LISTED), ([], DELIVERED), (["COMPLAINT", "BOUNCE"], LISTED)):
        assert put(ses, SET.format("suppression-options"), SuppressedReasons=reasons) == {}
        assert fates(ses) == expected
        shown = ask_v2(ses, "configuration-sets/letters", "GET")
        assert shown["SuppressionOptions"] == {"SuppressedReasons": reasons}


@pytest.mark.parametrize(
    ("option", "key", "document", "words"),
    [
        ("delivery", "DeliveryOptions", {"SendingPoolName": "none"}, "SendingPool <none> doesn't exist"),
        ("delivery", "DeliveryOptions", {"SendingPoolName": " "}, "sendingPoolName can't be blank."),
        ("delivery", "DeliveryOptions", {"MaxDeliverySeconds": 299}, "greater than or equal to 300"),
        (
            "delivery",
            "DeliveryOptions",
            {"TlsPolicy": "MAYBE"},
            "Member must satisfy enum value set: [REQUIRE, OPTIONAL]",
        ),
        (
            "tracking",
            "TrackingOptions",
            {"CustomRedirectDomain": "x.example.net"},
            "Domain <x.example.net> is not verified",
        ),
        ("tracking", "TrackingOptions", {"CustomRedirectDomain": ""}, "CustomRedirectDomain must be specified."),
        ("suppression", "SuppressionOptions", {"SuppressedReasons": ["SPITE"]}, "[BOUNCE, COMPLAINT]"),
        ("suppression", "SuppressionOptions", {"SuppressionScope": "WORLD"}, "[ACCOUNT, TENANT]"),
        (
            "suppression",
            "SuppressionOptions",
            {"ValidationOptions": {"ConditionThreshold": {"ConditionThresholdEnabled": "ENABLED"}}},
            "validates no addresses",
        ),
    ],
)
def test_an_option_that_cannot_be_is_refused(
    ses: Ses, option: str, key: str, document: dict[str, Any], words: str
) -> None:
    """A set is not made with it, and one that is there does not get it."""
    made: dict[str, Any] = {"ConfigurationSetName": "letters", key: document}
    status, code, said = ask_v2(ses, "configuration-sets", **made)
    assert (status, code, words in said) == (400, "BadRequestException", True)
    assert ask_v2(ses, "configuration-sets/letters", "GET")[0] == 404
    assert ask_v2(ses, "configuration-sets", ConfigurationSetName="letters") == {}
    status, code, said = put(ses, SET.format(f"{option}-options"), **document)
    assert (status, code, words in said) == (400, "BadRequestException", True)
    assert key not in ask_v2(ses, "configuration-sets/letters", "GET")


def test_what_is_not_here_is_refused_and_not_kept(ses: Ses) -> None:
    """There is no archive and no certificate, so that no mail can be thought to be archived or signed."""
    arn = f"arn:aws:ses:us-east-1:123456789012:mailmanager-archive/a-{'0' * 24}"
    assert ask_v2(ses, "configuration-sets", ConfigurationSetName="letters") == {}
    assert put(ses, SET.format("archiving-options"), ArchiveArn=arn)[:2] == (404, "NotFoundException")
    assert put(ses, SET.format("archiving-options")) == {}
    signed: dict[str, Any] = {"SigningScheme": {"SmimeScheme": {}}}
    updated = ask_v2(ses, "update-configuration-sets", ConfigurationSetName="letters", MessageSecurityOptions=signed)
    assert updated[:2] == (400, "BadRequestException")


@pytest.mark.parametrize("to", ["421+900s", "bounce+full"])
def test_a_configuration_sets_patience_ends_before_ses_s(to: str) -> None:
    """After its MaxDeliverySeconds mail is given up, and the bounce says whose patience it was."""
    message = Message(SENDER, (f"{to}@fates.test",), max_delivery_s=300.0)
    mailroom, sent = Mailroom(course_of(None), 1), Sent("id", 1_000.0)
    mailroom.take(0.0, message, sent, STRANGER, mailroom.follows(message, STRANGER), b"")
    assert list(mailroom.due(299.9))[-1].happening.fate in DELAYS
    (last,) = mailroom.due(300.0)
    assert (last.happening.fate, last.happening.at_unix_s, last.is_last) == (Fate.TIMED_OUT, 1_300.0, True)
    mail = accepted_mail(message, sent, "123456789012", "us-east-1")
    bounce = mail.at_mailbox(last.happening, to)["bounce"]
    assert (bounce["bounceType"], bounce["bounceSubType"]) == ("Transient", "CustomTimeoutExceeded")


def test_both_apis_have_the_same_options(ses: Ses) -> None:
    """What v2 puts v1 describes, in its own words, and the other way round."""
    names = ("trackingOptions", "deliveryOptions", "reputationOptions")
    ses.backend.create_email_identity_v2("example.com", None, None, None)
    assert ask_v2(ses, "configuration-sets", ConfigurationSetName="letters") == {}
    assert put(ses, SET.format("tracking-options"), CustomRedirectDomain="t.example.com") == {}
    assert put(ses, SET.format("reputation-options"), ReputationMetricsEnabled=True) == {}
    assert put(ses, SET.format("delivery-options"), MaxDeliverySeconds=300) == {}
    mine = {"ConfigurationSetName": "letters"}
    ask_v1(ses, "PutConfigurationSetDeliveryOptions", **mine, DeliveryOptions={"TlsPolicy": "Require"})
    described = ask_v1(ses, "DescribeConfigurationSet", **mine, ConfigurationSetAttributeNames=names)
    said = {part.tag.rpartition("}")[2]: part.text for part in described.iter() if part.text}
    assert (said["CustomRedirectDomain"], said["TlsPolicy"], said["ReputationMetricsEnabled"]) == (
        *("t.example.com", "Require", "true"),
    )
    shown = ask_v2(ses, "configuration-sets/letters", "GET")
    assert shown["DeliveryOptions"] == {"MaxDeliverySeconds": 300, "TlsPolicy": "REQUIRE"}
    tracking = {"CustomRedirectDomain": "t.example.com"}
    again = ask_v1(ses, "CreateConfigurationSetTrackingOptions", **mine, TrackingOptions=tracking)
    assert again[1] == "TrackingOptionsAlreadyExistsException"
    ask_v1(ses, "DeleteConfigurationSetTrackingOptions", **mine)
    for action in ("UpdateConfigurationSetTrackingOptions", "DeleteConfigurationSetTrackingOptions"):
        gone = ask_v1(ses, action, **mine, TrackingOptions=tracking)
        assert gone[1] == "TrackingOptionsDoesNotExistException"
