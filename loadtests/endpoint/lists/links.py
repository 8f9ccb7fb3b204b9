"""The link by which a recipient unsubscribes: in the texts of a mail, and in its header.

Source: Amazon SES Developer Guide, "Using subscription management": the link is for a single recipient, its placeholder
counts twice, in HTML and in text (in each of them, which is an inference), and the header fields take the place of the
sender's. AWS's List-Unsubscribe also has a mailto: link; here no mail comes in.
"""

from __future__ import annotations

from base64 import encodebytes
from dataclasses import replace
from email import message_from_bytes
from email.generator import BytesGenerator
from email.message import Message as Part
from email.policy import compat32
from io import BytesIO
from quopri import encodestring

from loadtests.endpoint.message import Message

PLACEHOLDER = "{{amazonSESUnsubscribeUrl}}"
TWICE = 2
MOST_LINES = 1_000_000  # of a MIME text whose parts are looked at; the parser keeps each by itself

_NAMES = ("list-unsubscribe", "list-unsubscribe-post")
_LINES = compat32.clone(linesep="\r\n", max_line_length=None)


def with_link(message: Message, url: str) -> Message:
    """The mail with the link."""
    fields = (("List-Unsubscribe", f"<{url}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    others = tuple(header for header in message.headers if header[0].lower() not in _NAMES)
    linked = replace(message, headers=(*others, *fields))
    if message.raw is not None:
        return replace(linked, raw=_in_mime(message.raw, url, fields))
    return replace(linked, text=_put(message.text, url), html=_put(message.html, url))


def _put(text: str, url: str) -> str:
    return text.replace(PLACEHOLDER, url, TWICE)


def _in_mime(raw: bytes, url: str, fields: tuple[tuple[str, str], ...]) -> bytes:
    """What is nested or cut beyond all use stays as it is."""
    if max(raw.count(b"\r"), raw.count(b"\n")) > MOST_LINES:
        return raw
    try:
        mail = message_from_bytes(raw, policy=_LINES)
        for part in mail.walk():
            _put_into(part, url)
        for name, value in fields:
            del mail[name]
            mail[name] = value
        written = BytesIO()
        BytesGenerator(written, mangle_from_=False, maxheaderlen=0, policy=_LINES).flatten(mail)
    except RecursionError:
        return raw
    return written.getvalue()


def _put_into(part: Part, url: str) -> None:
    """Into a text that is no file, in the encoding that it has."""
    if part.get_content_maintype() != "text" or part.is_multipart() or part.get_content_disposition() == "attachment":
        return
    content = part.get_payload(decode=True)
    placeholder = PLACEHOLDER.encode()
    if not isinstance(content, bytes) or placeholder not in content:
        return
    content = content.replace(placeholder, url.encode(), TWICE)
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if encoding == "base64":
        content = encodebytes(content)
    elif encoding == "quoted-printable":
        content = encodestring(content)
    part.set_payload(content.decode("ascii", errors="surrogateescape"))
