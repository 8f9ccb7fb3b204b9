"""API v2: templates, the same that v1 has."""

from __future__ import annotations

from typing import Any

from loadtests.endpoint.refusals import Refused, invalid
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.templates import Content, given, keep, named, render
from scenarios.ledger.ledger import REJECTED


def create(ses: Ses, request: Request) -> dict[str, Any]:
    name = request.document["TemplateName"]
    if not name:
        raise invalid("TemplateName is required.")
    if name in ses.backend.templates:
        raise Refused(REJECTED, "AlreadyExistsException", f"Template {name} already exists.")
    keep(ses.backend, name, _content(request))
    return {}


def get(ses: Ses, request: Request) -> dict[str, Any]:
    name = request.document["TemplateName"]
    content = named(ses.backend, name)
    parts = {"Subject": content.subject, "Text": content.text, "Html": content.html}
    return {"TemplateName": name, "TemplateContent": parts}


def update(ses: Ses, request: Request) -> dict[str, Any]:
    name = request.document["TemplateName"]
    named(ses.backend, name)
    keep(ses.backend, name, _content(request))
    return {}


def delete(ses: Ses, request: Request) -> dict[str, Any]:
    name = request.document["TemplateName"]
    named(ses.backend, name)
    del ses.backend.templates[name]
    return {}


def list_all(ses: Ses, _request: Request) -> dict[str, Any]:
    kept: list[dict[str, Any]] = ses.backend.list_templates()
    return {
        "TemplatesMetadata": [
            {"TemplateName": each["template_name"], "CreatedTimestamp": each["Timestamp"].timestamp()} for each in kept
        ]
    }


def render_one(ses: Ses, request: Request) -> dict[str, Any]:
    rendered = render(named(ses.backend, request.document["TemplateName"]), request.document["TemplateData"])
    if rendered.error:
        raise invalid(rendered.error)
    content = rendered.content
    return {"RenderedTemplate": f"Subject: {content.subject}\r\n\r\n{content.html or content.text}"}


def _content(request: Request) -> Content:
    return given(request.document["TemplateContent"])
