"""Mail templates: kept where moto keeps v1's, for both APIs, and rendered as SES does it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, NamedTuple
from uuid import uuid4

from moto.ses.models import SESBackend

from loadtests.endpoint.refusals import Refused, invalid
from loadtests.endpoint.rendering.engine import Missing, Room, Unrendered, check, is_simple
from loadtests.endpoint.rendering.plain import fill
from scenarios.ledger.ledger import REJECTED

MOST_TEMPLATES = 20_000
MOST_BYTES, MOST_INLINE_BYTES = 500 * 1024, 1024 * 1024
"""Of text and HTML together. Source: SES Developer Guide, "Using templates to send personalized email"."""
MOST_ON_A_PAGE, ON_A_PAGE = 100, 10
"""Of a list of templates, and where a request does not say how many; that v2 has v1's usual number is an inference."""


class Content(NamedTuple):
    """What a template is made of, or a mail that was made of one."""

    subject: str
    text: str
    html: str


class Rendered(NamedTuple):
    """A mail's content, or why there is none."""

    content: Content
    error: str


def given(template: Mapping[str, str]) -> Content:
    """A template as v2 describes it."""
    return Content(*(template.get(part, "") for part in ("Subject", "Text", "Html")))


def inline(template: Mapping[str, str]) -> Content:
    """A template that a request of v2 holds itself; raises Refused if it has more than plain variables."""
    content = given(template)
    _check_size(content, MOST_INLINE_BYTES)
    try:
        simple = is_simple(content)
    except Unrendered as error:
        raise _no_template(str(error)) from error
    if not simple:
        raise invalid("Template contains unsupported operations.")
    return content


def parts_of(message: Mapping[str, Any]) -> Content:
    """The content of a mail without a template, as both APIs describe it."""
    text, html = (message["Body"].get(kind, {}).get("Data", "") for kind in ("Text", "Html"))
    return Content(message["Subject"]["Data"], text, html)


def named(backend: SESBackend, name: str) -> Content:
    """The template of this name; raises Refused if there is none."""
    kept = backend.templates.get(name)
    if kept is None:
        raise Refused(REJECTED, "TemplateDoesNotExist", f"Template {name} does not exist.")
    return Content(*(str(kept[part] or "") for part in ("subject_part", "text_part", "html_part")))


def create(backend: SESBackend, name: str, content: Content) -> None:
    """Keep a new one; raises Refused."""
    if name in backend.templates:
        raise Refused(REJECTED, "AlreadyExists", f"Template {name} already exists.")
    if len(backend.templates) >= MOST_TEMPLATES:
        raise Refused(REJECTED, "LimitExceeded", f"There are {MOST_TEMPLATES} templates already.")
    _keep(backend, name, content)


def update(backend: SESBackend, name: str, content: Content) -> None:
    """Keep another in the place of the one of this name; raises Refused."""
    named(backend, name)
    _keep(backend, name, content)


def _keep(backend: SESBackend, name: str, content: Content) -> None:
    """As moto keeps it, if it can ever be rendered."""
    _check(content)
    kept: dict[str, Any] = {
        "template_name": name,
        "subject_part": content.subject,
        "text_part": content.text,
        "html_part": content.html,
        "Timestamp": datetime.now(UTC),
    }
    backend.templates[name] = kept


def _check(content: Content) -> None:
    if not content.subject:
        raise invalid("The subject must be specified.")
    _check_size(content, MOST_BYTES)
    try:
        check(content)
    except Unrendered as error:
        raise _no_template(str(error)) from error


def _check_size(content: Content, most_bytes: int) -> None:
    length = len(content.text.encode()) + len(content.html.encode())
    if length > most_bytes:
        raise _no_template(f"Template length is more than {most_bytes} bytes long: '{length}'.")


def _no_template(why: str) -> Refused:
    return Refused(REJECTED, "InvalidTemplate", why)


def render(template: Content, values: Mapping[str, Any], room: Room | None = None) -> Rendered:
    """Fill in the values. The mails of a bulk call share their `room`."""
    try:
        return Rendered(Content(*fill(template, values, room)), "")
    except Unrendered as error:
        return Rendered(template, str(error))


def preview(template: Content, values: Mapping[str, Any]) -> str:
    """The MIME text of a mail with these values; raises Refused if there is none."""
    try:
        return _mime(Content(*fill(template, values)))
    except Missing as missing:
        raise Refused(REJECTED, "MissingRenderingAttribute", str(missing)) from missing
    except Unrendered as error:
        raise Refused(REJECTED, "InvalidRenderingParameter", str(error)) from error


def _mime(content: Content) -> str:
    """With one part, or with both as alternatives, and legible: nothing is encoded."""
    subject = " ".join(content.subject.splitlines())
    begin = f"Date: {format_datetime(datetime.now(UTC))}\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
    bodies = [_part(kind, body) for kind, body in (("plain", content.text), ("html", content.html)) if body]
    if len(bodies) == 1:
        return f"{begin}{bodies[0]}"
    border = f"----={uuid4().hex}"
    inner = "".join(f"--{border}\r\n{body}\r\n" for body in bodies)
    return f'{begin}Content-Type: multipart/alternative; boundary="{border}"\r\n\r\n{inner}--{border}--\r\n'


def _part(kind: str, body: str) -> str:
    encoding = "7bit" if body.isascii() else "8bit"
    return f"Content-Type: text/{kind}; charset=UTF-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}"
