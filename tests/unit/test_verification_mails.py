"""Custom verification emails: the same templates in both APIs, in SES's words, and a mail that makes an identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from loadtests.endpoint.ses import Ses
from loadtests.endpoint.v2.verification_mails import DISCLAIMER
from tests.unit.strict import ACCOUNT, NAMESPACE, OK, REGION, SENDER, ask_v1, ask_v2, begun, told

PATH, SEND = "custom-verification-email-templates", "outbound-custom-verification-emails"
TEMPLATE = {
    "TemplateName": "welcome",
    "FromEmailAddress": SENDER,
    "TemplateSubject": "Please confirm",
    "TemplateContent": "<p>Hello.</p>",
    "SuccessRedirectionURL": "https://www.example.com/yes",
    "FailureRedirectionURL": "https://www.example.com/no",
}
NONE = "Custom verification email template <none> does not exist"


@pytest.fixture
def ses() -> Iterator[Ses]:
    """With a template that v2 has made."""
    with begun() as running:
        assert ask_v2(running, PATH, **TEMPLATE, Tags=[{"Key": "a", "Value": "b"}]) == {}
        yield running


def texts(tree: Any, name: str) -> list[str]:
    """What v1's answer says under a name."""
    return [str(one.text) for one in tree.iter(f"{NAMESPACE}{name}")]


def test_a_template_is_the_same_in_both_apis(ses: Ses) -> None:
    """Made in one, read, changed and deleted in the other; a list tells all but the content."""
    assert ask_v2(ses, f"{PATH}/welcome", "GET") == {**TEMPLATE, "Tags": [{"Key": "a", "Value": "b"}]}
    read = ask_v1(ses, "GetCustomVerificationEmailTemplate", TemplateName="welcome")
    assert [texts(read, key) for key in TEMPLATE] == [[value] for value in TEMPLATE.values()]
    change = ask_v1(ses, "UpdateCustomVerificationEmailTemplate", TemplateName="welcome", TemplateSubject="Anew")
    assert told(change) == OK
    anew = {**TEMPLATE, "TemplateSubject": "Anew"}
    rows = ask_v2(ses, PATH, "GET")["CustomVerificationEmailTemplates"]
    assert rows == [{key: value for key, value in anew.items() if key != "TemplateContent"}]
    assert told(ask_v1(ses, "DeleteCustomVerificationEmailTemplate", TemplateName="welcome")) == OK
    assert told(ask_v1(ses, "CreateCustomVerificationEmailTemplate", **anew)) == OK
    assert ask_v2(ses, f"{PATH}/welcome", "GET") == {**anew, "Tags": []}
    assert texts(ask_v1(ses, "ListCustomVerificationEmailTemplates"), "TemplateName") == ["welcome"]


def test_there_are_fifty_templates_and_as_many_on_a_page(ses: Ses) -> None:
    """One more is refused, and a page of more."""
    for number in range(49):
        assert ask_v2(ses, PATH, **{**TEMPLATE, "TemplateName": f"t{number:02}"}) == {}
    assert ask_v2(ses, PATH, **{**TEMPLATE, "TemplateName": "t50"})[1] == "LimitExceededException"
    page = ask_v2(ses, PATH, "GET", "PageSize=49")
    rest = ask_v2(ses, PATH, "GET", f"NextToken={page['NextToken']}")
    assert [one["TemplateName"] for one in rest["CustomVerificationEmailTemplates"]] == ["welcome"]
    assert ask_v2(ses, PATH, "GET", "PageSize=51")[:2] == (400, "BadRequestException")


@pytest.mark.parametrize(
    ("change", "v1_code", "v2", "words"),
    [
        ({}, "CustomVerificationEmailTemplateAlreadyExists", (400, "AlreadyExistsException"), None),
        (
            {"TemplateSubject": " "},
            "InvalidParameterValue",
            (400, "BadRequestException"),
            "TemplateSubject is required.",
        ),
        (
            {"FromEmailAddress": "you@example.net"},
            *("FromEmailAddressNotVerified", (404, "NotFoundException")),
            "The from email address <you@example.net> is not verified",
        ),
        (
            {"SuccessRedirectionURL": "javascript:alert(1)"},
            *("InvalidParameterValue", (400, "BadRequestException"), "The success redirection URL is invalid"),
        ),
        (
            {"FailureRedirectionURL": "https://"},
            *("InvalidParameterValue", (400, "BadRequestException"), "The failure redirection URL is invalid"),
        ),
        (
            {"TemplateContent": "x" * 10 * 2**20},
            *("CustomVerificationEmailInvalidContent", (400, "BadRequestException")),
            f"Template length must be less than {10 * 2**20} bytes: '{10 * 2**20 + 88}'.",
        ),
    ],
)
def test_what_ses_would_not_send_is_not_kept(
    ses: Ses, change: dict[str, str], v1_code: str, v2: tuple[int, str], words: str | None
) -> None:
    """The same in both APIs, each with its codes."""
    said = words or "Custom verification email template <welcome> already exists"
    assert ask_v1(ses, "CreateCustomVerificationEmailTemplate", **{**TEMPLATE, **change}) == (400, v1_code, said)
    assert ask_v2(ses, PATH, **{**TEMPLATE, **change}) == (*v2, said)


def test_what_is_not_there_is_told(ses: Ses) -> None:
    """A send of v1 has words of its own."""
    missing, gone = (404, "NotFoundException", NONE), "CustomVerificationEmailTemplateDoesNotExist"
    none = {**TEMPLATE, "TemplateName": "none"}
    assert ask_v2(ses, f"{PATH}/none", "PUT", **TEMPLATE) == ask_v2(ses, f"{PATH}/none", "DELETE") == missing
    assert ask_v1(ses, "UpdateCustomVerificationEmailTemplate", **none) == (400, gone, NONE)
    asked = {"EmailAddress": "new@example.org", "TemplateName": "none"}
    assert ask_v2(ses, SEND, **asked) == missing
    assert ask_v1(ses, "SendCustomVerificationEmail", **asked) == (400, gone, "Template <none> does not exist")
    for address, words in (("", "Email address not specified."), ("a@@b", "Invalid email address<a@@b>.")):
        assert ask_v2(ses, SEND, EmailAddress=address, TemplateName="none") == (400, "BadRequestException", words)


def test_a_mail_is_sent_and_its_recipient_becomes_an_identity(ses: Ses) -> None:
    """It takes its place in quota, log and inbox like any other, and tells where it leads."""
    asked = {"EmailAddress": "new@Example.org", "TemplateName": "welcome"}
    assert told(ask_v2(ses, SEND, **asked)) == told(ask_v1(ses, "SendCustomVerificationEmail", **asked)) == OK
    assert ses.quota().sent_last_24h == 2
    assert ses.identities.is_known("new@Example.org")
    kept = ses.backend.sent_messages[-1]
    assert (kept.source, kept.subject) == (SENDER, "Please confirm")
    link = '<a href="https://www.example.com/yes">https://www.example.com/yes</a>'
    assert kept.body == f"<p>Hello.</p><p>{link}</p><p>{DISCLAIMER}</p>"


def test_nothing_is_sent_where_nothing_may_be() -> None:
    """With a set that is not there, while sending is off, from who is not verified any more, in the sandbox."""
    asked = {"EmailAddress": "new@example.org", "TemplateName": "welcome"}
    with begun() as ses:
        ask_v2(ses, PATH, **TEMPLATE)
        assert ask_v2(ses, SEND, **asked, ConfigurationSetName="no")[:2] == (404, "NotFoundException")
        ses.sending_enabled = False
        assert ask_v2(ses, SEND, **asked)[1] == "SendingPausedException"
        ses.sending_enabled = True
        ses.identities.delete(SENDER)
        words = (
            f"Email address is not verified. The following identities failed the check in region US-EAST-1: {SENDER}"
        )
        assert ask_v1(ses, "SendCustomVerificationEmail", **asked) == (400, "FromEmailAddressNotVerified", words)
        assert not ses.identities.is_known("new@example.org")
    with begun(sandbox=True) as ses:
        ask_v2(ses, PATH, **TEMPLATE)
        assert ask_v1(ses, "SendCustomVerificationEmail", **asked)[1] == "ProductionAccessNotGranted"


def test_tags_of_a_template_are_told(ses: Ses) -> None:
    """By its ARN."""
    arn = f"arn:aws:ses:{REGION}:{ACCOUNT}:custom-verification-email-template/welcome"
    assert ask_v2(ses, "tags", "GET", f"ResourceArn={arn}")["Tags"] == [{"Key": "a", "Value": "b"}]
