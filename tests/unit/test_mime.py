"""What the endpoint reads in MIME: header fields first as addresses and then as text, however odd and long they are."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.endpoint.addresses import bare, is_verified
from loadtests.endpoint.message import Message
from loadtests.endpoint.parsing.encoded_words import decoded
from loadtests.endpoint.parsing.files import file_name, heads
from loadtests.endpoint.parsing.header_fields import MOST_LINES
from loadtests.endpoint.parsing.mime import MOST_CHARACTERS, message_from_mime
from loadtests.endpoint.refusals import Refused

ADDRESSED = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Return-Path")
NAMES = ("Müller, Jo", "Jo (Büro)", "Jo <Büro>", "Jo; Büro", 'Jo "Bü" Lee', "Büro: Jo", "jo@büro", "Doe, Jo", "Jo", "")
OTHERWISE = ("Return-Path", "Resent-To")  # Python writes no names into the one, and does into the other


def read(raw: bytes) -> Message:
    """A mail of which the request says nothing beside its text."""
    return message_from_mime(raw, None, None, {}, None)


def written(name: str) -> bytes:
    """A mail by Python's own writer, with this name wherever a header takes one."""
    mail = EmailMessage()
    for number, field in enumerate(ADDRESSED):
        mail[field.replace(*OTHERWISE)] = Address(name, f"x{number}", "example.org")
    mail["Subject"] = name
    mail.set_content("Hello.")
    return mail.as_bytes().replace(b"\nResent-To:", b"\nReturn-Path:")


def addresses(mail: Message) -> list[str]:
    """The one address of each field, in the order of `ADDRESSED`."""
    shown = dict(mail.headers)
    return [bare(shown[field]) for field in ADDRESSED]


@pytest.mark.parametrize("name", NAMES)
def test_an_encoded_name_separates_nothing(name: str) -> None:
    """Whatever stands in it, it belongs to one address, in every field that holds addresses, and is shown as it was."""
    mail = read(written(name))
    assert addresses(mail) == [f"x{number}@example.org" for number in range(len(ADDRESSED))]
    assert [bare(address) for address in (mail.source, *mail.recipients)] == [f"x{n}@example.org" for n in (0, 3, 4, 5)]
    assert mail.subject == name
    assert name.replace('"', r"\"") in mail.to[0]


@given(name=st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=120))
def test_any_name_belongs_to_its_address(name: str) -> None:
    """However Python folds and encodes it."""
    assert addresses(read(written(name))) == [f"x{number}@example.org" for number in range(len(ADDRESSED))]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=?utf-8?q?M=C3?= =?UTF-8?Q?=BCller?=", "Müller"),  # a character in two words
        ("=?utf-8?b?TcO8bGxlcg==?=\t=?latin-1?q?,_Jo?=", "Müller, Jo"),
        ("a =?utf-8?q?b?= c", "a b c"),
        ("=?utf-8*de?b?TcO8bGxlcg?=", "Müller"),  # RFC 2231's language; no padding
        ("=?nothing?q?a?= =?utf-8?q?b?=", "=?nothing?q?a?=b"),
        ("=?utf-8?b?a?=", "=?utf-8?b?a?="),
        ("=?utf-7?q?+2AA-?=", "?"),  # half a character
        ("=?utf-8?q?a", "=?utf-8?q?a"),
    ],
)
def test_encoded_words(text: str, shown: str) -> None:
    """Each is decoded, as far as it is one; what is shown can be written in UTF-8."""
    assert decoded(text) == shown
    assert read(f"Subject: {text}\r\n\r\n".encode()).subject == shown


@pytest.mark.parametrize("bit", ["[", "(", "a:", "=?utf-8?q?=C3=BC?= ", "=?", '"', '\\"', "\\", "<", "@", "a@b,", "é"])
@pytest.mark.parametrize("field", ["To", "Subject", "X-SES-MESSAGE-TAGS"])
def test_length_and_depth_are_no_trouble(field: str, bit: str) -> None:
    """A field of 100,000 brackets, words or anything else is read, or refused as too long, and so is one of 2 MB."""
    for many in (MOST_CHARACTERS // len(bit) - 1, 2_000_000 // len(bit)):
        raw = f"From: me@example.com\r\n{field}: {bit * many}\r\n\r\n".encode()
        if field == "To" and len(bit) * many > MOST_CHARACTERS:
            with pytest.raises(Refused, match="longer"):
                read(raw)
        else:
            assert read(raw).source in ("me@example.com", "")  # or there is a flaw
    with pytest.raises(Refused, match="Header section too long"):
        read(f"{field}: x\r\n".encode() * (MOST_LINES + 2))


@pytest.mark.parametrize("to", ["a@x.org; b@x.org", "a@x.org;", '"Jo: Doe" <a@x.org>; b@x.org'])
def test_a_semicolon_that_ends_no_group_is_refused(to: str) -> None:
    """As SES does, in its words; in a name, a comment or behind a group it is as it should be."""
    flaw = read(f"From: me@example.com\r\nTo: {to}\r\n\r\n".encode()).flaw
    assert flaw is not None
    assert flaw.text == "Illegal semicolon, not in group"
    right = b'From: me@example.com\r\nTo: "Doe; Jo" <a@x.org> (at; work), Team: b@x.org, c@x.org;;, d@x.org\r\n\r\n'
    assert [bare(address) for address in read(right).recipients] == ["a@x.org", "b@x.org", "c@x.org", "d@x.org"]


def test_raw_bytes_and_odd_addresses_are_read() -> None:
    """UTF-8 in names, Latin-1 anywhere, groups, comments, line breaks in encoded words: each counts once."""
    to = "Jörg <a@example.org>,\r\n\tTeam: b@example.org, c@example.org;, d@example.org (Ann, at work)"
    cc = b"Cc: B\xfcro =?utf-8?q?a=0D=0Ab?= <jo@b.de>, undisclosed-recipients:;\r\nSubject: caf\xe9\r\n\r\n"
    mail = read(f"To: {to}\r\n".encode() + cc)
    assert mail.to == ("Jörg <a@example.org>", "b@example.org", "c@example.org", '"Ann, at work" <d@example.org>')
    assert mail.cc == ("B\ufffdro a b <jo@b.de>",)
    assert mail.subject == "caf\ufffd"


def test_an_element_of_the_header_is_a_field_of_its_own() -> None:
    """A continued line belongs to the field before it, whichever way lines end; a line without a colon is a name."""
    for end in ("\r\n", "\n", "\r"):
        head = end.join(("From: me@example.com", "Subject : a", "\tb", " c", "X-Empty:", "word", "", "To: text"))
        assert read(head.encode()).headers == (
            ("From", "me@example.com"),
            ("Subject", "a\tb c"),
            ("X-Empty", ""),
            ("word", ""),
        )


@pytest.mark.parametrize(
    ("parts", "names"),
    [
        ((b"Content-Disposition: attachment; filename=a.exe",), ["a.exe"]),
        ((b'Content-Type: text/plain; name="=?utf-8?q?=C3=BC.exe?="',), ["ü.exe"]),
        ((b"Content-Disposition: attachment;\r\n filename*=utf-8''%C3%BC%2Eexe",), ["ü.exe"]),
        ((b"Content-Disposition: attachment; filename*0=a.; filename*1=exe", b"X: filename=c.txt"), ["a.exe"]),
        ((b"Content-Type: text/plain\r\n\r\nfilename=a.exe",), []),
        (
            (b'Content-Type: multipart/mixed; boundary="in"\r\n\r\n--in\r\nContent-Type: a/b; name=c.js\r\n',),
            ["c.js"],
        ),
        ((b"Content-Type: a/b; name*=nothing''%ff",), ["ÿ"]),
        ((b"Content-Type: a/b; name*=idna''%ff",), []),
    ],
)
def test_files_are_found_by_their_names(parts: tuple[bytes, ...], names: list[str]) -> None:
    """In the headers of parts, however they are spelled, and not in texts; boundaries are those that are declared."""
    body = b"".join(
        b"\r\n--out\r\n" + part + b"\r\n\r\nText\r\n--other\r\nContent-Type: a/b; name=x.exe\r\n" for part in parts
    )
    raw = b"Content-Type: multipart/mixed; boundary=out\r\n\r\n" + body + b"\r\n--out--\r\n"
    assert list(filter(None, map(file_name, heads(raw)))) == names
    assert list(filter(None, map(file_name, heads(b"Subject: x\r\n\r\n" + body)))) == []


@pytest.mark.parametrize("address", ["", "(" * 100 * 100 + " <a@b>", "x" * 1000 + " <a@b>", "a" * 1000 + "@b", "[ "])
def test_an_address_that_cannot_be_read_is_none(address: str) -> None:
    """Not even an identity without a name covers it: moto keeps one for what it cannot read."""
    assert not is_verified(address, {"", "b"})


def test_a_domain_of_dots_is_looked_up_at_once() -> None:
    """No longer domain than DNS has is looked for among the identities."""
    assert is_verified("a@x.b", {"b"})
    assert not is_verified("a@" + "." * 900 + "b", {"b"})
