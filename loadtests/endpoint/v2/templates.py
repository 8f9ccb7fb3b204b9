"""API v2: templates, the same that v1 has."""

from __future__ import annotations

from typing import Any

from loadtests.endpoint import templates
from loadtests.endpoint.control.pages import page_of, size_within
from loadtests.endpoint.refusals import invalid
from loadtests.endpoint.rendering.data import parsed
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.templates import MOST_ON_A_PAGE, ON_A_PAGE, given, named, preview
from loadtests.endpoint.v2.tagging import tag, tags_of, untag

NO_JSON = "Unable to parse template data (invalid JSON)."


def create(ses: Ses, request: Request) -> dict[str, Any]:
    name = request.document["TemplateName"]
    if not name:
        raise invalid("TemplateName is required.")
    templates.create(ses.backend, name, given(request.document["TemplateContent"]))
    tag(ses.backend, f"template/{name}", request.document.get("Tags", []))
    return {}


def get(ses: Ses, request: Request) -> dict[str, Any]:
    name = request.document["TemplateName"]
    content = named(ses.backend, name)
    parts = {"Subject": content.subject, "Text": content.text, "Html": content.html}
    return {"TemplateName": name, "TemplateContent": parts, "Tags": tags_of(ses.backend, f"template/{name}")}


def update(ses: Ses, request: Request) -> dict[str, Any]:
    templates.update(ses.backend, request.document["TemplateName"], given(request.document["TemplateContent"]))
    return {}


def delete(ses: Ses, request: Request) -> dict[str, Any]:
    name = request.document["TemplateName"]
    named(ses.backend, name)
    ses.tenants.check_unused(ses.arn("template", name))
    del ses.backend.templates[name]
    untag(ses.backend, f"template/{name}")
    return {}


def list_all(ses: Ses, request: Request) -> dict[str, Any]:
    kept: list[dict[str, Any]] = ses.backend.list_templates()
    page, more = page_of(kept, request.document, size_within(request.document, MOST_ON_A_PAGE, usual=ON_A_PAGE))
    return {
        "TemplatesMetadata": [
            {"TemplateName": each["template_name"], "CreatedTimestamp": each["Timestamp"].timestamp()} for each in page
        ],
        **more,
    }


def render_one(ses: Ses, request: Request) -> dict[str, Any]:
    template = named(ses.backend, request.document["TemplateName"])
    return {"RenderedTemplate": preview(template, parsed(request.document["TemplateData"], invalid(NO_JSON)))}
