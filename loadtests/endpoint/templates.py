"""Mail templates: kept where moto keeps v1's, for both APIs, and rendered by moto's engine."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

from moto.ses.exceptions import MissingRenderingAttributeException
from moto.ses.models import SESBackend
from moto.ses.template import parse_template

from loadtests.endpoint.refusals import Refused, invalid
from scenarios.ledger.ledger import REJECTED


class Content(NamedTuple):
    """What a template is made of, or a mail that was made of one."""

    subject: str
    text: str
    html: str


class Rendered(NamedTuple):
    """A mail's content, or why there is none."""

    content: Content
    error: str


class _False(str):
    """A value that prints, and that `{{#if}}` takes for false."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


def named(backend: SESBackend, name: str) -> Content:
    """The template of this name; raises Refused if there is none."""
    kept = backend.templates.get(name)
    if kept is None:
        raise Refused(REJECTED, "TemplateDoesNotExist", f"Template {name} does not exist.")
    return Content(*(str(kept[part] or "") for part in ("subject_part", "text_part", "html_part")))


def keep(backend: SESBackend, name: str, content: Content) -> None:
    """As moto keeps it."""
    kept: dict[str, Any] = {
        "template_name": name,
        "subject_part": content.subject,
        "text_part": content.text,
        "html_part": content.html,
        "Timestamp": datetime.now(UTC),
    }
    backend.templates[name] = kept


def render(template: Content, *data: str | None) -> Rendered:
    """Fill in the data, of which the later goes before the earlier; raises Refused if some is not a JSON object."""
    values = {key: value for text in data if text for key, value in parsed(text).items()}
    try:
        return Rendered(Content(*(parse_template(part, values) for part in template)), "")
    except MissingRenderingAttributeException as error:
        return Rendered(template, str(error.message))


def parsed(text: str) -> dict[str, Any]:
    """Template data; raises Refused if it is not a JSON object."""
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise invalid("Template rendering data is invalid")
    return {key: _printable(value) for key, value in data.items()}


def _printable(value: Any) -> Any:
    """Moto's engine knows text only: numbers and truth values become what JSON calls them."""
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_printable(item) for item in value]
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value) if value else _False(json.dumps(value))
