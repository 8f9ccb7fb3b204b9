"""Addresses as SES reads them, in its words where it does not.

The words that public reports quote are those of JavaMail's `InternetAddress`, strict, and before 1.6: it knows ASCII
only, and nothing of dots in a local part (docomo's addresses have two in a row). Where no report quotes any, the words
are that class's too. Sources: egulias/EmailValidator#414, monde-sistemas/delphi-aws-ses#22,
hcengineering/platform#7864, soto-project/soto#331, arithmetric/aws-lambda-ses-forwarder#91, #103,
open-falcon/mail-provider#30, mageplaza/magento-2-smtp#217, medplum/medplum#5320; domdomegg/aws-ses-v2-local#44 for an
empty address; for the length, a line break in quotes and bulk senders floci-io/floci, which has asked SES.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from loadtests.endpoint.refusals import Refused, invalid

MOST_CHARACTERS = 320  # of an address with its name

NO_DOMAIN, ILLEGAL = "Missing final '@domain'", "Illegal address"
_LOCAL = r"[!#-'*+\--9=?A-Z^-~]"  # a character of a local part: no blank, none of ()<>,;:\"[]@
_DOMAIN = r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
_QUOTED = r'"(?:[^"\\]|\\.)*+"'

PLAIN = re.compile(rf"{_LOCAL}+@{_DOMAIN}")
"""An address without anything beside it, as most are: nothing else has to be looked at."""

DOMAIN = re.compile(_DOMAIN)

_BEFORE_AT = re.compile(rf"(?:{_LOCAL}|\\.|{_QUOTED})*+", re.DOTALL)
_QUOTED_ONLY = re.compile(_QUOTED, re.DOTALL)
_AFTER_AT = re.compile(rf"{_DOMAIN}|\[[!-Z\\^-~]*\]")
_WRONG_IN_DOMAIN = re.compile(r"(?P<blank>[^!-~])|(?P<dots>\.\.)|(?P<illegal>[^A-Za-z0-9.-])")
_OF_DOMAIN = {
    "blank": "Domain contains control or whitespace",
    "dots": "Domain contains dot-dot",
    "illegal": "Domain contains illegal character",
}
_TOKEN = re.compile(
    rf"(?P<quoted>{_QUOTED})"
    rf'|(?P<route><(?:[^">\\]|\\.|{_QUOTED})*+>)'
    r"|(?P<literal>\[(?:[^\]\\]|\\.)*+\])"
    r"|(?P<blank>[ \t\r\n]+)"
    r'|(?P<mark>["<>\[(),:;])'
    r'|(?P<text>[^"<>\[(),:; \t\r\n]+)',
    re.DOTALL,
)
_PARTNERS = {'"': '"', "<": ">", ">": "<", "[": "]", ")": "("}
_IN_COMMENT = re.compile(r"\\.|[()]", re.DOTALL)
_SIMPLE_NAME = re.compile(r'[^][\\()<>@,:;".]*')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Mailbox(NamedTuple):
    """One of those that a text lists; encoded words in its name are not decoded."""

    name: str
    address: str

    def __str__(self) -> str:
        return written(self.name, self.address)


def written(name: str, address: str) -> str:
    """An address with its name, which is quoted if it has special characters (RFC 5322)."""
    if not name:
        return address
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f"{name} <{address}>" if _SIMPLE_NAME.fullmatch(name) else f'"{escaped}" <{address}>'


def check_one(text: str) -> None:
    """Raises Refused if the text, an element of a request, is not one mailbox."""
    if len(text) <= MOST_CHARACTERS and PLAIN.fullmatch(text):
        return
    if not text.strip():
        raise invalid(f"Invalid email address {text}.")
    found = mailboxes(text)
    if len(found) != 1:
        raise invalid(ILLEGAL)
    check(found)
    if "\r" in text or "\n" in text:
        raise invalid(f"Invalid email address {text}.")


def check_sender_of_many(text: str) -> None:
    """The same, as bulk calls say it of a sender or a return path."""
    try:
        check_one(text)
    except Refused as refused:
        raise invalid(f"Invalid email address<{text}>.") from refused


def check(found: list[Mailbox]) -> None:
    """Raises Refused if one has no domain, or is too long with its name."""
    for mailbox in found:
        if _flaw(mailbox.address):
            raise invalid(NO_DOMAIN)
        text = str(mailbox)
        if len(text) > MOST_CHARACTERS:
            raise invalid(f"Address length is more than {MOST_CHARACTERS} characters long: '{text}'.")


def mailboxes(text: str) -> list[Mailbox]:
    """Those that the text lists, members of groups too; raises Refused if it cannot be read."""
    if PLAIN.fullmatch(text):
        return [Mailbox("", text)]
    return _Reader(text).read()


class _Reader:
    """Goes through a list of mailboxes once, from the left."""

    def __init__(self, text: str) -> None:
        self._text, self._found = text, list[Mailbox]()
        self._group: int | None = None  # where the group begins that is open
        self._begin()

    def _begin(self) -> None:
        """Another mailbox may follow."""
        self._start: int | None = None
        self._end: int | None = None
        self._route: re.Match[str] | None = None
        self._comment = ""

    def read(self) -> list[Mailbox]:
        at = 0
        while match := _TOKEN.match(self._text, at):
            at = match.end()
            if match[0] == "(":
                at = self._after_comment(match.start())
            elif match.lastgroup == "mark":
                self._mark(match[0], match.start())
            elif match.lastgroup == "route":
                self._take_route(match)
            elif match.lastgroup != "blank" and self._start is None:
                self._start = match.start()
        self._add(at)
        if self._group is not None:
            raise invalid(_flaw(self._text[self._group :].strip()) or ILLEGAL)
        return self._found

    def _after_comment(self, start: int) -> int:
        """Comments may stand in one another; the first one names a mailbox that has no other name."""
        depth = 0
        for match in _IN_COMMENT.finditer(self._text, start):
            depth += {"(": 1, ")": -1}.get(match[0], 0)
            if depth == 0:
                self._comment = self._comment or self._text[start + 1 : match.start()].strip()
                self._end = start if self._end is None and self._start is not None else self._end
                return match.end()
        raise invalid("Missing ')'")

    def _take_route(self, match: re.Match[str]) -> None:
        if self._route is not None:
            raise invalid("Extra route-addr")
        self._route = match

    def _mark(self, mark: str, at: int) -> None:
        if mark in _PARTNERS:
            raise invalid(f"Missing '{_PARTNERS[mark]}'")
        if mark == ",":
            self._add(at)
        elif mark == ":":
            self._open(at)
        elif self._start is not None or self._route is not None or self._group is not None:
            self._close(at)

    def _open(self, at: int) -> None:
        """What stands before is the name of a group."""
        if self._group is not None:
            raise invalid("Nested group")
        self._group = at if self._start is None else self._start
        self._begin()

    def _close(self, at: int) -> None:
        if self._group is None:
            raise invalid("Illegal semicolon, not in group")
        self._add(at)
        self._group = None

    def _add(self, at: int) -> None:
        """The mailbox that ends here, if there is one."""
        mailbox = self._mailbox(at)
        self._begin()
        if mailbox is None:
            return
        flaw = _flaw(mailbox.address)
        if flaw not in ("", NO_DOMAIN):
            raise invalid(flaw)
        self._found.append(mailbox)

    def _mailbox(self, at: int) -> Mailbox | None:
        if self._route is not None:
            before = self._text[self._start : self._route.start()].strip() if self._start is not None else ""
            return Mailbox(_unquoted(before) or self._comment, self._route[0][1:-1].strip())
        if self._start is None:
            return None
        return Mailbox(self._comment, self._text[self._start : self._end or at].strip())


def _unquoted(name: str) -> str:
    return _ESCAPED.sub(r"\1", name[1:-1]) if _QUOTED_ONLY.fullmatch(name) else name


def _flaw(address: str) -> str:
    """What is wrong with an address that has no name beside it; empty if nothing is."""
    if PLAIN.fullmatch(address):
        return ""
    if not address:
        return "Empty address"
    local = _local(address)
    rest = address[len(local) :]
    if not rest:
        return NO_DOMAIN
    if rest[0] != "@":
        return _not_in_local(rest[0])
    if not local:
        return "Missing local name"
    if '"' in local and not _QUOTED_ONLY.fullmatch(local):
        return "Quote not at end of local address" if local[0] == '"' else "Quote not at start of local address"
    return _flaw_of_domain(rest[1:])


def _local(address: str) -> str:
    """As much of it as may stand before the @."""
    match = _BEFORE_AT.match(address)
    return match[0] if match else ""


def _not_in_local(character: str) -> str:
    if character == '"':
        return "Unterminated quote"
    is_legible = "!" <= character <= "~"
    return f"Local address contains {'illegal character' if is_legible else 'control or whitespace'}"


def _flaw_of_domain(domain: str) -> str:
    if not domain:
        return "Missing domain"
    if _AFTER_AT.fullmatch(domain):
        return ""
    if domain.startswith("."):
        return "Domain starts with dot"
    wrong = _WRONG_IN_DOMAIN.search(domain)
    return _OF_DOMAIN[str(wrong.lastgroup)] if wrong else "Domain ends with dot"
