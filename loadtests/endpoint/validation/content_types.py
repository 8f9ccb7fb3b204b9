"""Content-Type and Content-Disposition of a MIME text and its parts, in SES's words where they cannot be read.

The words that senders quote are those of JavaMail before 1.5, whose grammar is followed: "Expected '/', got ;"
(go-gomail/gomail#131), "Expected ';', got ":"" (deliciousbrains/wp-offload-ses-lite#9, sentinl/sentinl#266), "Expected
disposition, got =" (mageplaza/magento-2-smtp#202), and "Missing start boundary" of a multipart text without a part
(swiftmailer/swiftmailer#563, nodemailer/nodemailer#1440).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from loadtests.endpoint.refusals import invalid

_SPECIAL = r'()<>@,;:\\"\[\]/?='
_TOKEN = re.compile(
    r'[ \t\r\n]*(?:(?P<quoted>"((?:[^"\\]|\\.)*+)")'
    rf"|(?P<mark>[{_SPECIAL}])"
    rf"|(?P<atom>[^\x00-\x20\x7f-\uffff{_SPECIAL}]+)"
    r"|(?P<other>.))",
    re.DOTALL,
)
_COMMENT = re.compile(r"[ \t\r\n]*\((?:[^()\\]|\\.)*+\)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Token(NamedTuple):
    """One of a field's: an atom, a quoted text, a mark of its own, or the end, whose value SES calls null."""

    kind: str
    value: str


END = Token("end", "null")


class ContentType(NamedTuple):
    """What a text is, and where its parts begin."""

    kind: str
    boundary: str | None


def content_type(text: str) -> ContentType:
    """Raises Refused if it cannot be read."""
    tokens = _tokens(text)
    main = _next(tokens)
    if main.kind != "atom":
        raise invalid(f"Expected MIME type, got {main.value}")
    if (slash := _next(tokens)).kind != "/":
        raise invalid(f"Expected '/', got {slash.value}")
    if (sub := _next(tokens)).kind != "atom":
        raise invalid(f"Expected MIME subtype, got {sub.value}")
    parameters = _parameters(tokens)
    return ContentType(f"{main.value}/{sub.value}".lower(), parameters.get("boundary"))


def check_disposition(text: str) -> None:
    """Raises Refused if it cannot be read."""
    tokens = _tokens(text)
    if (first := _next(tokens)).kind != "atom":
        raise invalid(f"Expected disposition, got {first.value}")
    _parameters(tokens)


def check_start(found: ContentType, raw: bytes) -> None:
    """Raises Refused if a text of several parts has none."""
    if not found.kind.startswith("multipart/"):
        return
    start = b"--" + (found.boundary or "").encode(errors="replace")
    if not (raw.startswith(start) or b"\n" + start in raw or b"\r" + start in raw):
        raise invalid("Missing start boundary")


def _parameters(tokens: Iterator[Token]) -> dict[str, str]:
    """By name, in small letters; a semicolon may come last."""
    parameters: dict[str, str] = {}
    while (token := _next(tokens)) is not END:
        if token.kind != ";":
            raise invalid(f"Expected ';', got \"{token.value}\"")
        if (name := _next(tokens)) is END:
            break
        if name.kind != "atom":
            raise invalid(f'Expected parameter name, got "{name.value}"')
        if (equals := _next(tokens)).kind != "=":
            raise invalid(f"Expected '=', got \"{equals.value}\"")
        if (value := _next(tokens)).kind not in ("atom", "quoted"):
            raise invalid(f'Expected parameter value, got "{value.value}"')
        parameters[name.value.lower()] = value.value
    return parameters


def _next(tokens: Iterator[Token]) -> Token:
    return next(tokens, END)


def _tokens(text: str) -> Iterator[Token]:
    """Comments are none."""
    text, at = text.strip(" \t\r\n"), 0
    while at < len(text):
        match = _COMMENT.match(text, at)
        if match is not None:
            at = match.end()
            continue
        match = _TOKEN.match(text, at)
        if match is None:
            return
        at = match.end()
        if match["quoted"] is not None:
            yield Token("quoted", _ESCAPED.sub(r"\1", match[2]))
        else:
            value = match["mark"] or match["atom"] or match["other"]
            yield Token(value if match["mark"] else "atom" if match["atom"] else "other", value)
