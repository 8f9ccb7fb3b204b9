"""The MIME text of a mail: the one that was handed in, or one such as SES builds."""

from __future__ import annotations

from email.generator import BytesGenerator
from email.header import Header
from email.message import Message as Part
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import formataddr, formatdate
from io import BytesIO

from loadtests.endpoint.addresses import address_list
from loadtests.endpoint.message import Attachment, Message, Sent

_OF_SES = ("date", "message-id")
"""Fields of the sender's that SES overwrites, as its guide says."""
_LINES = compat32.clone(linesep="\r\n", max_line_length=None)


def raw_of(message: Message, sent: Sent) -> bytes:
    """The text in bytes; of a mail that SES builds the blind copies do not stand in it."""
    if message.raw is not None:
        return message.raw
    written, mail = BytesIO(), _with_files(_body(message, sent), message.attachments, sent)
    for name, value in _head(message, sent):
        written.write(f"{name}: {value}\r\n".encode("ascii", errors="replace"))
    BytesGenerator(written, mangle_from_=False, policy=_LINES).flatten(mail)
    return written.getvalue()


def _head(message: Message, sent: Sent) -> list[tuple[str, str]]:
    """Each on one line: what a sender writes into one begins no other."""
    listed = [("From", (message.source,)), ("To", message.to), ("Cc", message.cc)]
    addressed = [(name, ", ".join(map(_address, addresses))) for name, addresses in listed if addresses]
    own = [header for header in message.headers if header[0].lower() not in _OF_SES]
    texts = [(name, _encoded(value)) for name, value in (("Subject", message.subject), *own)]
    return [
        ("Date", formatdate(sent.at_unix_s, usegmt=True)),
        ("Message-ID", f"<{sent.message_id}@email.amazonses.com>"),
        *addressed,
        *((_one_word(name), text) for name, text in texts),
    ]


def _address(address: str) -> str:
    """Its name in encoded words, if it has to be."""
    if address.isascii():
        return _one_line(address)
    return ", ".join(
        formataddr((_one_line(name), bare)) if bare.isascii() else bare for name, bare in address_list(address)
    )


def _encoded(text: str) -> str:
    line = _one_line(text)
    return line if line.isascii() else Header(line, "utf-8", maxlinelen=0).encode(linesep="")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _one_word(name: str) -> str:
    return "".join(character for character in name if "!" <= character <= "~" and character != ":") or "X"


def _body(message: Message, sent: Sent) -> Part:
    parts: list[Part] = [
        MIMEText(text, kind, "utf-8") for kind, text in (("plain", message.text), ("html", message.html)) if text
    ]
    if len(parts) == 1:
        return parts[0]
    return _multipart("alternative", parts, sent) if parts else MIMEText("", "plain", "utf-8")


def _with_files(body: Part, files: tuple[Attachment, ...], sent: Sent) -> Part:
    return _multipart("mixed", [body, *map(_file, files)], sent) if files else body


def _multipart(kind: str, parts: list[Part], sent: Sent) -> Part:
    """All parts are in base64, in which no boundary can stand."""
    whole = MIMEMultipart(kind, boundary=f"{kind}-{sent.message_id}")
    for part in parts:
        whole.attach(part)
    return whole


def _file(file: Attachment) -> Part:
    part = MIMEApplication(file.content)
    part.replace_header("Content-Type", _one_line(file.kind))
    part.add_header(
        "Content-Disposition",
        "inline" if file.is_inline else "attachment",
        filename=("utf-8", "", _one_line(file.name)),
    )
    if file.description:
        part["Content-Description"] = _encoded(file.description)
    if file.content_id:
        part["Content-ID"] = f"<{_one_line(file.content_id)}>"
    return part
