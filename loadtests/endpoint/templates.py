"""Mail templates: kept where moto keeps v1's, for both APIs, and rendered by moto's engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from moto.ses.exceptions import MissingRenderingAttributeException
from moto.ses.models import SESBackend

from loadtests.endpoint.parsing.json_text import loaded, well_formed
from loadtests.endpoint.parsing.rendering import Room, TooMuch, filled
from loadtests.endpoint.refusals import Refused, invalid
from scenarios.ledger.ledger import REJECTED

NOTHING: Mapping[str, Any] = {}


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


def given(template: Mapping[str, str]) -> Content:
    """A template that a request of v2 holds itself."""
    return Content(*(template.get(part, "") for part in ("Subject", "Text", "Html")))


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


def render(
    template: Content, data: str | None, defaults: Mapping[str, Any] = NOTHING, room: Room | None = None
) -> Rendered:
    """Fill in the data, which goes before the defaults that were parsed; raises Refused if it is no JSON object.

    The mails of a bulk call share its `room`.
    """
    values, room = {**defaults, **parsed(data)}, room or Room()
    try:
        return Rendered(Content(*(filled(part, values, room) for part in template)), "")
    except MissingRenderingAttributeException as error:
        return Rendered(template, str(error.message))
    except TooMuch as error:
        return Rendered(template, str(error))
    except MemoryError:
        raise
    except Exception:  # moto's engine fails in many ways on what it does not know
        return Rendered(template, "The template cannot be rendered here, at least not with data of this kind.")


def parsed(text: str | None) -> dict[str, Any]:
    """Template data, which may be left out; raises Refused if it is not a JSON object."""
    if not text:
        return {}
    try:
        data = loaded(text)
        if isinstance(data, dict):
            return {key: _printable(value) for key, value in data.items()}
    except (ValueError, RecursionError):
        pass
    raise invalid("Template rendering data is invalid")


def _printable(value: Any) -> Any:
    """Moto's engine knows text only: numbers and truth values become what JSON calls them."""
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_printable(item) for item in value]
    if isinstance(value, str):
        return well_formed(value)
    if value is None:
        return None
    return json.dumps(value) if value else _False(json.dumps(value))
