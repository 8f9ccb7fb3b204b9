"""What SES refuses, each kind in its words, code and status, by every interface and in every place that takes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.endpoint.ses import Ses
from loadtests.endpoint.v1.query import legible
from loadtests.endpoint.validation.mailbox import mailboxes
from tests.unit.strict import (
    NAMESPACE,
    OK,
    SENDER,
    TEXT,
    TO,
    Told,
    ask_v1,
    ask_v2,
    begun,
    refusals,
    smtp,
    told,
    v1_raw,
    v1_simple,
    v2_raw,
    v2_simple,
)

RAW = "From: me@example.com\r\nTo: you@example.org\r\n{}\r\nHello.\r\n"
LONG = f"Jo <{'a' * 320}@b>"


@pytest.fixture(scope="module")
def ses() -> Iterator[Ses]:
    """One for all that it refuses."""
    with begun() as running:
        yield running


def raw(*headers: str) -> str:
    """A mail with these headers more."""
    return RAW.format("".join(f"{header}\r\n" for header in headers))


ADDRESSES = [
    ("dån@example.org", "Local address contains control or whitespace"),
    ("a b@example.org", "Local address contains control or whitespace"),
    ("a\tb@example.org", "Local address contains control or whitespace"),
    ("Jo Doe", "Local address contains control or whitespace"),
    ("github:jo", "Local address contains illegal character"),
    ("To: a@example.org", "Local address contains illegal character"),
    ("a@münchen.example.org", "Domain contains control or whitespace"),
    ("a@exam ple.org", "Domain contains control or whitespace"),
    ("a@example.org\r\nBcc: b@example.org", "Domain contains control or whitespace"),
    ("a@b@example.org", "Domain contains illegal character"),
    ("a@exam_ple.org", "Domain contains illegal character"),
    ("a@example..org", "Domain contains dot-dot"),
    ("a@.example.org", "Domain starts with dot"),
    ("a@example.org.", "Domain ends with dot"),
    ("a@", "Missing domain"),
    ("@example.org", "Missing local name"),
    ("postmaster", "Missing final '@domain'"),
    ("<>", "Empty address"),
    ("<a@example.org> <b@example.org>", "Extra route-addr"),
    ("Jo <a@example.org", "Missing '>'"),
    ("a@example.org>", "Missing '<'"),
    ('"Jo <a@example.org>', "Missing '\"'"),
    ("a@example.org (Jo", "Missing ')'"),
    ("a@[127.0.0.1", "Missing ']'"),
    ('"a"b@example.org', "Quote not at end of local address"),
    ("a@example.org;b@example.org", "Illegal semicolon, not in group"),
    ("A: B: a@example.org;;", "Nested group"),
    ("a@example.org, b@example.org", "Illegal address"),
    ("Doe, Jo <jo@example.org>", "Illegal address"),
    ("undisclosed-recipients:;", "Illegal address"),
    (" ", "Invalid email address  ."),
    ('"Jo\r\nX-Y: z" <jo@example.org>', 'Invalid email address "Jo\r\nX-Y: z" <jo@example.org>.'),
    (LONG, f"Address length is more than 320 characters long: '{LONG}'."),
]
GOOD = (
    "a@xn--mnchen-3ya.example.org",
    "o'neil+x_1@example.org",
    '"a b"@example.org',
    '"Doe, Jo" <jo@example.org>',
    "=?utf-8?q?M=C3=BCller=2C_Jo?= <jo@example.org>",
    "Jörg <jo@example.org>",
    "jo@example.org (at (work), Jo)",
    "a..b.@example.org",  # of docomo's kind
    f"{'a' * 65}@example.org",
    "a@[127.0.0.1]",
)


@pytest.mark.parametrize(("address", "words"), ADDRESSES)
def test_addresses_are_refused(ses: Ses, address: str, words: str) -> None:
    """An element of a request, and a recipient of SMTP, is one mailbox in ASCII."""
    said = v1_simple(ses, address), v2_simple(ses, address), smtp(ses, raw(), address)
    assert said == refusals(words)


def test_no_answer_is_as_long_as_what_it_repeats(ses: Ses) -> None:
    """An address, or a header, of a million characters is not sent back."""
    long = f"{'a' * 1_000_000}@b"
    said = v1_simple(ses, long), v2_simple(ses, long), v1_raw(ses, raw(f"{'a' * 1_000_000} b: c"))
    assert [len(words) for _, _, words in said] == [10_000] * 3


@pytest.mark.parametrize("address", GOOD)
def test_odd_addresses_are_taken(ses: Ses, address: str) -> None:
    """Names may have any character, and local parts many; each counts once."""
    before = len(ses.run.observed().decisions)
    assert {v1_simple(ses, address), v2_simple(ses, address), smtp(ses, raw(), address)} == {OK}
    assert ses.run.observed().decisions["recipients"][before:].tolist() == [1, 1, 1]


BAD, WORDS = "a@example..org", "Domain contains dot-dot"
BULK_V1: dict[str, Any] = {"Source": SENDER, "Template": "hello", "DefaultTemplateData": "{}"}
BULK_V2 = {"FromEmailAddress": SENDER, "DefaultContent": {"Template": {"TemplateName": "hello", "TemplateData": "{}"}}}


@pytest.mark.parametrize(
    "wrong",
    [
        {"Source": BAD},
        {"ReturnPath": BAD},
        {"ReplyToAddresses": [SENDER, BAD]},
        *({"Destination": {"ToAddresses": [TO], f"{kind}Addresses": [TO, BAD]}} for kind in ("To", "Cc", "Bcc")),
    ],
)
def test_one_wrong_address_anywhere_refuses_a_mail(ses: Ses, wrong: dict[str, Any]) -> None:
    """Whichever member of a request it stands in, with a template or without, in v1 and in v2."""
    in_v1, in_v2, _ = refusals(WORDS)
    assert v1_simple(ses, **wrong) == in_v1
    template = {"Source": SENDER, "Destination": {"ToAddresses": [TO]}, "Template": "hello", "TemplateData": "{}"}
    assert ask_v1(ses, "SendTemplatedEmail", **(template | wrong)) == in_v1
    names = {"Source": "FromEmailAddress", "ReturnPath": "FeedbackForwardingEmailAddress"}
    wrong = {names.get(name, name): value for name, value in wrong.items()}
    contents = (
        {"Simple": TEXT},
        {"Template": {"TemplateName": "hello", "TemplateData": "{}"}},
        {"Raw": {"Data": "Og=="}},
    )
    assert [v2_simple(ses, Content=content, **wrong) for content in contents[:2]] == [in_v2] * 2


@pytest.mark.parametrize("field", ["From", "Sender", "Return-Path", "Reply-To", "To", "Cc", "Bcc"])
def test_one_wrong_address_in_a_header_refuses_a_mail(ses: Ses, field: str) -> None:
    """Whoever the recipients are."""
    mail = f"{field}: {SENDER}, {BAD}\r\n\r\nHello.\r\n"
    assert v1_raw(ses, mail, Source=SENDER, Destinations=[TO]) == refusals(WORDS)[0]
    named = {"FromEmailAddress": SENDER, "Destination": {"ToAddresses": [TO]}}
    assert v2_raw(ses, mail, **named) == refusals(WORDS)[1]
    assert smtp(ses, mail) == refusals(WORDS)[2]
    assert v1_raw(ses, raw(), Source=BAD) == v1_raw(ses, raw(), Destinations=[BAD]) == refusals(WORDS)[0]
    assert v2_raw(ses, raw(), FeedbackForwardingEmailAddress=BAD) == refusals(WORDS)[1]


def test_a_bulk_call_answers_for_its_sender_and_each_entry_for_its_recipients(ses: Ses) -> None:
    """A return path is the sender's too; a wrong Reply-To is every entry's fault."""
    entries = [{"Destination": {"ToAddresses": [address]}} for address in (TO, BAD)]
    for names, field in ((("Source", "ReturnPath"), 0), (("FromEmailAddress", "FeedbackForwardingEmailAddress"), 1)):
        for name in names:
            said = bulk(ses, field, entries, **{name: BAD})
            assert said == refusals(f"Invalid email address<{BAD}>.")[field]
        good, wrong = [("SUCCESS", None), ("INVALID_PARAMETER", WORDS)]
        assert bulk(ses, field, entries) == [good, wrong]
        assert bulk(ses, field, entries, ReplyToAddresses=[BAD]) == [wrong, wrong]


def bulk(ses: Ses, version: int, entries: list[Any], **more: Any) -> Any:
    """The status and error of each entry in v2's words, or what SES says of the call."""
    if version:
        answer = ask_v2(ses, "outbound-bulk-emails", **(BULK_V2 | {"BulkEmailEntries": entries} | more))
        if isinstance(answer, tuple):
            return answer
        return [(one["Status"], one.get("Error")) for one in answer["BulkEmailEntryResults"]]
    tree = ask_v1(ses, "SendBulkTemplatedEmail", **(BULK_V1 | {"Destinations": entries} | more))
    names = {"Success": "SUCCESS", "InvalidParameterValue": "INVALID_PARAMETER"}
    if isinstance(tree, tuple):
        return tree
    members = tree.iter(f"{NAMESPACE}member")
    return [(names[one.findtext(f"{NAMESPACE}Status")], one.findtext(f"{NAMESPACE}Error")) for one in members]


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        *(((f"{name}: x", f"{name}: y"), f"Duplicate header '{name}'.") for name in ("MIME-Version", "Subject")),
        (("Message-ID: <a@b>", "Message-Id: <a@b>"), "Duplicate header 'Message-Id'."),
        (("From: me@example.com",), "Duplicate header 'From'."),
        ((": nothing",), "Empty header names are illegal."),
        (("<!DOCTYPE html PUBLIC: y",), "Illegal header '<!DOCTYPE html PUBLIC'."),
        (("no colon here",), "Illegal header 'no colon here'."),
        (("Größe: x",), "Illegal header 'Größe'."),
        (("no colon", "Subject: x", "Subject: x"), "Duplicate header 'Subject'."),
        (("Cc: a@example.org; b@example.org",), "Illegal semicolon, not in group"),
        (("Cc: Doe, Jo <jo@example.org>",), "Missing final '@domain'"),
        ((f"Cc: {LONG}",), f"Address length is more than 320 characters long: '{LONG}'."),
        (
            ("X-SES-MESSAGE-TAGS: kind=a:b",),
            "Invalid tag value <a:b>: only alphanumeric ASCII characters, '_',  '-' , '.', '@' are allowed.",
        ),
        (("X-SES-MESSAGE-TAGS: kind",), "The tag value must be specified."),
        (
            ("X-SES-CONFIGURATION-SET: Não",),
            "Invalid configuration set name <Não>: only alphanumeric ASCII characters, '_', and '-' are allowed.",
        ),
        (("Content-Disposition: attachment; filename=RUN.EXE",), "Illegal filename 'RUN.EXE'."),
        (("Content-Type: text; charset=utf-8",), "Expected '/', got ;"),
        (("Content-Type: text/html: charset=utf-8",), "Expected ';', got \":\""),
        (("Content-Type: ",), "Expected MIME type, got null"),
        (("Content-Type: text/",), "Expected MIME subtype, got null"),
        (("Content-Type: text/plain; =x",), 'Expected parameter name, got "="'),
        (("Content-Type: text/plain; charset",), "Expected '=', got \"null\""),
        (("Content-Type: text/plain; charset=;",), 'Expected parameter value, got ";"'),
        (("Content-Disposition: =?utf-8?q?x?=",), "Expected disposition, got ="),
        (("Content-Disposition: attachment; filename=a b.txt",), "Expected ';', got \"b.txt\""),
        (("Content-Type: multipart/mixed; boundary=x",), "Missing start boundary"),
        (("Content-Type: multipart/mixed",), "Missing start boundary"),
    ],
)
def test_headers_of_a_mime_text_are_refused(ses: Ses, headers: tuple[str, ...], words: str) -> None:
    """In one voice, by whichever interface the text comes in."""
    text = raw(*headers)
    assert (v1_raw(ses, text), v2_raw(ses, text), smtp(ses, text)) == refusals(words)


@pytest.mark.parametrize(
    "headers",
    [
        ("Received: from a by b", "Received: from b by c", "X-A: 1", "X-A: 2"),
        ("Cc: =?utf-8?q?M=C3=BCller=2C_Jo?= <jo@example.org>, Team: a@b.c;",),
        ("X-SES-MESSAGE-TAGS: kind=a, \r\n who=a.b@c,", "Subject : spaced"),
        ("Content-Disposition: attachment; filename=exe", "Content-Type: text/plain; name=a.pdf"),
        ('Content-Type: text/plain (a "comment) ; charset="a\\"b";', "Content-Disposition: inline"),
        ("Content-Type: text/plain;\r\n\tformat=flowed; name*0*=utf-8''a%20b; name*1=c",),
    ],
)
def test_headers_of_a_mime_text_are_taken(ses: Ses, headers: tuple[str, ...]) -> None:
    """Several of those that may be several, encoded commas, what is folded, files that are no programs."""
    assert {v1_raw(ses, raw(*headers)), v2_raw(ses, raw(*headers)), smtp(ses, raw(*headers))} == {OK}


@pytest.mark.parametrize("lines", ["", "\r\n", "\n"])
def test_each_part_is_looked_at(ses: Ses, lines: str) -> None:
    """Its type and its disposition, wherever the text of several parts begins; what stands in texts does not count."""
    head = raw("Content-Type: multipart/mixed; boundary=x").rpartition("Hello.")[0]
    part = "--x\r\nContent-Type: {}\r\n\r\nContent-Type: =\r\n--x--\r\n"
    assert v1_raw(ses, f"{head}{lines}{part.format('text/plain')}") == OK
    assert v1_raw(ses, f"{head}{lines}{part.format('text')}") == refusals("Expected '/', got null")[0]


@pytest.mark.parametrize("charset", ["string", "rot13", "base64", "unicode_escape", "ü", "\0"])
def test_a_charset_has_a_name_that_is_known(ses: Ses, charset: str) -> None:
    """Of a subject and of a text alike; those that there are may be spelled as usual."""
    for part in ("Subject", "Text"):
        for name, expected in ((charset, refusals(f"Unsupported charset '{charset}'.")), ("utf8", (OK, OK))):
            content = {"Data": "Hello.", "Charset": name}
            body = {"Text": content} if part == "Text" else TEXT["Body"]
            message = {"Subject": content if part == "Subject" else TEXT["Subject"], "Body": body}
            assert v2_simple(ses, Content={"Simple": message}) == expected[1]
            if charset != "\0":
                assert v1_simple(ses, Message=message) == expected[0]


def test_what_a_mail_lacks(ses: Ses) -> None:
    """A parameter stands for the header; a text that begins with an empty line has none."""
    for text, field in ((f"To: {TO}\r\n\r\n", "From"), ("\r\n" + raw(), "From"), (f"From: {SENDER}\r\n\r\n", "To")):
        said = v1_raw(ses, text), v2_raw(ses, text)
        assert said == refusals(f"Missing required header '{field}'.")[:2]
    assert v1_raw(ses, "", Source=SENDER, Destinations=[TO]) == OK


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("my:kind", "x", "Invalid tag name <my:kind>: only alphanumeric ASCII characters, '_',  '-' are allowed."),
        ("a@b", "x", "Invalid tag name <a@b>: only alphanumeric ASCII characters, '_',  '-' are allowed."),
        ("kind", "ü", "Invalid tag value <ü>: only alphanumeric ASCII characters, '_',  '-' , '.', '@' are allowed."),
        (
            "kind",
            "a b",
            "Invalid tag value <a b>: only alphanumeric ASCII characters, '_',  '-' , '.', '@' are allowed.",
        ),
        ("", "", "The tag name must be specified."),
        ("kind", "", "The tag value must be specified."),
        ("n" * 256, "x", "Tag name cannot exceed 255 characters."),
        ("kind", "x" * 256, "Tag value cannot exceed 255 characters."),
    ],
)
def test_tags_are_refused(ses: Ses, name: str, value: str, words: str) -> None:
    """With every content, in both APIs, and of a bulk call its own as those of its entries."""
    in_v1, in_v2, _ = refusals(words)
    tags = [{"Name": "good", "Value": "x"}, {"Name": name, "Value": value}]
    assert (v1_simple(ses, Tags=tags), v1_raw(ses, raw(), Tags=tags)) == (in_v1, in_v1)
    assert (v2_simple(ses, EmailTags=tags), v2_raw(ses, raw(), EmailTags=tags)) == (in_v2, in_v2)
    to = {"Destination": {"ToAddresses": [TO]}}
    assert bulk(ses, 0, [to], DefaultTags=tags) == bulk(ses, 0, [{**to, "ReplacementTags": tags}])
    for answer in (bulk(ses, 1, [to], DefaultEmailTags=tags), bulk(ses, 1, [{**to, "ReplacementTags": tags}])):
        assert answer == [("INVALID_PARAMETER", words)]


def test_tags_of_a_parameter_leave_none_of_the_header(ses: Ses) -> None:
    """They are not joined, and those of the header are not even looked at; the longest names and values are taken."""
    text = raw("X-SES-MESSAGE-TAGS: kind=header, bad=a:b")
    longest = {"Name": "n" * 255, "Value": "v." * 127}
    assert v1_raw(ses, text, Tags=[longest, {"Name": "ses:feedback-id-a", "Value": "x"}]) == OK
    assert ses._common.store.newer_than(0)[0].besides.tags == {"n" * 255: "v." * 127, "ses:feedback-id-a": "x"}
    many = [{"Name": f"n{number}", "Value": "x"} for number in range(51)]
    assert (v2_simple(ses, EmailTags=many[1:]), v2_simple(ses, EmailTags=many)[:2]) == (
        OK,
        (400, "BadRequestException"),
    )


STRANGE = "stranger@example.net"


def unverified(*addresses: str) -> str:
    """What SES says of them."""
    return "Email address is not verified. The following identities failed the check in region US-EAST-1: " + ", ".join(
        addresses
    )


def test_all_whom_a_mail_claims_to_come_from_are_verified(ses: Ses) -> None:
    """From, Sender and Return-Path, as they are written, and where bounces go; all that failed are named at once."""
    rejected = (400, "MessageRejected")
    for name in ("Source", "ReturnPath"):
        assert v1_simple(ses, **{name: STRANGE}) == (*rejected, unverified(STRANGE))
    for name in ("FromEmailAddress", "FeedbackForwardingEmailAddress"):
        assert v2_simple(ses, **{name: STRANGE}) == (*rejected, unverified(STRANGE))
    for name in ("Sender", "Return-Path"):
        said = v1_raw(ses, raw(f"{name}: {STRANGE}")), v2_raw(ses, raw(f"{name}: {STRANGE}"))
        assert said == ((*rejected, unverified(STRANGE)),) * 2
    text = f"From: Jo <{STRANGE}>, {SENDER}\r\nTo: {TO}\r\n\r\nHello.\r\n"
    words = f"Message rejected: {unverified(f'Jo <{STRANGE}>', STRANGE)}"
    assert smtp(ses, text, sender=STRANGE) == (554, "", words)
    assert v1_raw(ses, text, Source=SENDER) == (*rejected, unverified(f"Jo <{STRANGE}>"))
    assert (
        bulk(ses, 1, [{"Destination": {"ToAddresses": [TO]}}], FeedbackForwardingEmailAddress=STRANGE)[:2] == rejected
    )


def test_a_sandbox_names_all_who_are_not_verified() -> None:
    """The sender and the recipients together."""
    with begun(sandbox=True) as ses:
        assert v1_simple(ses, TO, Source=STRANGE) == (400, "MessageRejected", unverified(STRANGE, TO))


CONSTRAINT = "1 validation error detected: Value {}at 'content.simple.{}' failed to satisfy constraint: Member must {}"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            {"Headers": [{"Name": "X-A", "Value": "x\r\nBcc: a@b.c"}]},
            ("'x\r\nBcc: a@b.c' ", "headers.1.member.value", "satisfy regular expression pattern: [ -~]*"),
        ),
        (
            {"Headers": [{"Name": "X-A", "Value": "ü"}]},
            ("'ü' ", "headers.1.member.value", "satisfy regular expression pattern: [ -~]*"),
        ),
        (
            {"Headers": [{"Name": "X A", "Value": "x"}]},
            ("'X A' ", "headers.1.member.name", "satisfy regular expression pattern: ^[!-9;-@A-~]+$"),
        ),
        ({"Headers": [{"Name": "", "Value": "x"}]}, None),
        (
            {"Headers": [{"Name": "X" * 127, "Value": "x"}]},
            (f"'{'X' * 127}' ", "headers.1.member.name", "have length less than or equal to 126"),
        ),
        (
            {"Headers": [{"Name": f"X-{number}", "Value": "x"} for number in range(16)]},
            ("", "headers", "have length less than or equal to 15"),
        ),
        (
            {"Attachments": [{"FileName": "a" * 256, "RawContent": ""}]},
            (f"'{'a' * 256}' ", "attachments.1.member.fileName", "have length less than or equal to 255"),
        ),
    ],
)
def test_what_the_model_limits(ses: Ses, content: dict[str, Any], words: tuple[str, str, str] | None) -> None:
    """Lengths, numbers and patterns of v2's members, in AWS's words; among them line breaks in a header."""
    status, code, said = v2_simple(ses, Content={"Simple": TEXT | content})
    assert (status, code) == (400, "BadRequestException")
    assert words is None or said == CONSTRAINT.format(*words)


def test_what_a_request_adds_to_a_mail(ses: Ses) -> None:
    """A header that SES writes, or that is there already, is one too many; no file may be a program."""

    def said(**content: Any) -> Any:
        return v2_simple(ses, Content={"Simple": TEXT | content})

    twice = [{"Name": "List-Unsubscribe", "Value": "<https://example.com>"}] * 2
    assert said(Headers=twice) == refusals("Duplicate header 'List-Unsubscribe'.")[1]
    assert said(Headers=[{"Name": "subject", "Value": "x"}]) == refusals("Duplicate header 'subject'.")[1]
    assert said(Headers=[{"Name": "X-A", "Value": "x"}] * 2) == OK
    for name in ("To", "cc", "BCC", "From", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"):
        assert said(Headers=[{"Name": name, "Value": TO}]) == refusals(f"Duplicate header '{name}'.")[1]
    file = {"FileName": "macro.VBS", "RawContent": "eA=="}
    assert said(Attachments=[file]) == refusals("Illegal filename 'macro.VBS'.")[1]


@pytest.mark.parametrize("kind", ["foo", "text/", ";", "text/plain; charset", "text/plain; a=b c", "text/plain; a=b"])
def test_an_attachment_s_type_is_that_of_a_part(ses: Ses, kind: str) -> None:
    """What no part of a MIME text can be, no attachment of v2 is."""
    file = {"FileName": "a.txt", "RawContent": "eA==", "ContentType": kind}
    parts = f"--b\r\nContent-Type: {kind}\r\n\r\nx\r\n--b--\r\n"
    in_mime = f'From: {SENDER}\r\nTo: {TO}\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n{parts}'
    assert v2_simple(ses, Content={"Simple": TEXT | {"Attachments": [file]}}) == v2_raw(ses, in_mime)


@pytest.mark.parametrize("member", ["FileName", "ContentType", "ContentId", "ContentDescription"])
@pytest.mark.parametrize("control", ["\r\nBcc: a@b.c", "\n b", "\0"])
def test_what_is_said_of_an_attachment_stands_on_a_line(ses: Ses, member: str, control: str) -> None:
    """A line break would begin another field, or fold this one."""
    file = {"FileName": "a.txt", "RawContent": "eA==", "ContentType": "text/plain", member: f"text/plain{control}"}
    words = f"Control characters are not allowed in {member}."
    assert v2_simple(ses, Content={"Simple": TEXT | {"Attachments": [file]}}) == refusals(words)[1]


@pytest.mark.parametrize("name", ["Sender", "return-path", "Reply-To"])
def test_addresses_in_added_headers_are_those_of_a_mime_text(ses: Ses, name: str) -> None:
    """What no header of a MIME text may say, none of v2's Headers says: no address, a sender that is not verified."""
    for value in ("nobody", "a@b.c <", f"Jo <{STRANGE}>", f"Me <{SENDER}>"):
        own = [{"Name": name, "Value": value}]
        in_mime = v2_raw(ses, f"From: {SENDER}\r\nTo: {TO}\r\n{name}: {value}\r\n\r\nHello.\r\n")
        assert v2_simple(ses, Content={"Simple": TEXT | {"Headers": own}}) == in_mime
        template = {"Template": {"TemplateName": "hello", "TemplateData": "{}", "Headers": own}}
        assert v2_simple(ses, Content=template) == in_mime
        entry = {"Destination": {"ToAddresses": [TO]}, "ReplacementHeaders": own}
        assert (bulk(ses, 1, [entry])[0][0] == "SUCCESS") == (in_mime == OK)


def test_an_entry_s_own_headers_go_before_the_call_s(ses: Ses) -> None:
    """By their names, in whatever capitals; the others stay."""
    template: dict[str, Any] = BULK_V2["DefaultContent"]["Template"]  # type: ignore[index]
    headers = [{"Name": "X-A", "Value": "all"}, {"Name": "List-Unsubscribe", "Value": "all"}]
    entry = {"Destination": {"ToAddresses": [TO]}, "ReplacementHeaders": [{"Name": "list-unsubscribe", "Value": "own"}]}
    assert bulk(ses, 1, [entry], DefaultContent={"Template": template | {"Headers": headers}}) == [("SUCCESS", None)]
    assert ses._common.store.newer_than(0)[0].besides.headers == (("X-A", "all"), ("list-unsubscribe", "own"))


TAG = {"Key": "k", "Value": "v"}


@pytest.mark.parametrize(
    ("path", "document", "long"),
    [
        ("contact-lists/letters/contacts", {"EmailAddress": TO}, {"AttributesData": "x" * 70_000}),
        ("identities/me@example.com/policies/p", {"Policy": "{}"}, {"Policy": "x" * 4_097}),
        ("configuration-sets", {"ConfigurationSetName": "one"}, {"Tags": [TAG] * 51}),
        ("configuration-sets", {"ConfigurationSetName": "two"}, {"Tags": [TAG | {"Value": "x" * 257}]}),
        ("tenants", {"TenantName": "t"}, {"Tags": [TAG | {"Key": "x" * 129}]}),
        ("dedicated-ip-pools", {"PoolName": "p"}, {"PoolName": "x" * 65}),
    ],
)
def test_what_is_kept_of_a_request_has_a_bound(path: str, document: dict[str, Any], long: dict[str, Any]) -> None:
    """So that no single request takes much of the endpoint's memory for ever; what is within it is taken."""
    with begun() as ses:
        assert ask_v2(ses, "contact-lists", ContactListName="letters") == {}
        refused = ask_v2(ses, path, **document | long)
        assert (refused[:2], len(refused[2]) < 1_000) == ((400, "BadRequestException"), True)
        if not path.endswith(("/p", "pools")):  # which moto answers
            assert told(ask_v2(ses, path, **document)) == OK


def test_a_suppressed_address_has_the_length_of_one() -> None:
    """And an identity has so many policies."""
    with begun() as ses:
        put = {"Reason": "BOUNCE"}
        refused = ask_v2(ses, "suppression/addresses", "PUT", **put, EmailAddress=f"{'x' * 321}@example.com")
        assert refused[:2] == (400, "BadRequestException")
        assert ask_v2(ses, "suppression/addresses", "PUT", **put, EmailAddress=f"{'x' * 300}@example.com") == {}
        ses.backend.email_identities[SENDER].policies = dict.fromkeys(map(str, range(20)), "{}")
        refused = ask_v2(ses, f"identities/{SENDER}/policies/p", Policy="{}")
        assert refused[:2] == (400, "LimitExceededException")
        assert ask_v2(ses, f"identities/{SENDER}/policies/p", "PUT", Policy="{}")[:2] == (404, "NotFoundException")


PIECES = (
    '"',
    "<",
    ">",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    ":",
    "@",
    ".",
    "..",
    "\\",
    " ",
    "\t",
    "\r\n",
    "\r",
    "\n",
    "a",
    "B-c",
    "é",
)
WHOLE = ("a@b.c", "Jo", "=?utf-8?q?=2C?=", "\x00", "\x7f", "\u2028", "x" * 330)
TEXTS = st.lists(st.sampled_from(PIECES + WHOLE), max_size=9).map("".join)
HEADERS = st.tuples(st.sampled_from(("To", "From", "X-SES-MESSAGE-TAGS", "Subject", "", "x")), TEXTS)


def agree(in_v1: Told, in_v2: Told, in_smtp: Told) -> None:
    """All three take a mail, or refuse it alike; XML cannot say everything, and a reply has one line."""
    words = legible(in_v2[2].encode()).decode()
    rejected = (400, "MessageRejected", words)
    said = in_v1, (*in_v2[:2], words), (*in_smtp[:2], legible(in_smtp[2].encode()).decode())
    assert said in ((OK,) * 3, refusals(words), (rejected, rejected, (554, "", f"Message rejected: {words}")))


@given(address=TEXTS)
def test_all_interfaces_agree_on_addresses(ses: Ses, address: str) -> None:
    """What one refuses all refuse, in the same words; whatever they take is one mailbox."""
    in_v1 = v1_simple(ses, address)
    agree(in_v1, v2_simple(ses, address), smtp(ses, raw(), address))
    assert in_v1 != OK or len(mailboxes(address)) == 1


@given(headers=st.lists(HEADERS, max_size=3))
def test_all_interfaces_agree_on_mime_texts(ses: Ses, headers: list[tuple[str, str]]) -> None:
    """Whatever stands in the header."""
    text = raw("X-First: x", *(f"{name}: {value}" if name != "x" else value for name, value in headers))
    named = {"FromEmailAddress": SENDER, "Destination": {"ToAddresses": [TO]}}
    agree(v1_raw(ses, text, Source=SENDER, Destinations=[TO]), v2_raw(ses, text, **named), smtp(ses, text))
