"""API v1: templates, the same that v2 has; moto gets them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadtests.endpoint import templates
from loadtests.endpoint.control.pages import page_of, size_up_to
from loadtests.endpoint.refusals import Refused
from loadtests.endpoint.rendering.data import parsed
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.templates import MOST_ON_A_PAGE, ON_A_PAGE, Content
from loadtests.endpoint.v2.tagging import untag
from scenarios.ledger.ledger import REJECTED


def create(ses: Ses, request: Request) -> dict[str, Any]:
    template = request.document["Template"]
    templates.create(ses.backend, template["TemplateName"], _content(template))
    return {}


def update(ses: Ses, request: Request) -> dict[str, Any]:
    template = request.document["Template"]
    templates.update(ses.backend, template["TemplateName"], _content(template))
    return {}


def delete(ses: Ses, request: Request) -> dict[str, Any]:
    """One that is not there is no error in the service's model."""
    name = request.document["TemplateName"]
    ses.tenants.check_unused(ses.arn("template", name))
    ses.backend.templates.pop(name, None)
    untag(ses.backend, f"template/{name}")
    return {}


def list_all(ses: Ses, request: Request) -> dict[str, Any]:
    kept: list[dict[str, Any]] = ses.backend.list_templates()
    asked = request.document
    page, more = page_of(kept, asked, size_up_to(asked, MOST_ON_A_PAGE, usual=ON_A_PAGE, member="MaxItems"))
    return {
        "TemplatesMetadata": [
            {"Name": each["template_name"], "CreatedTimestamp": each["Timestamp"].isoformat()} for each in page
        ],
        **more,
    }


def test_render(ses: Ses, request: Request) -> dict[str, Any]:
    template = templates.named(ses.backend, request.document["TemplateName"])
    wrong = Refused(REJECTED, "InvalidRenderingParameter", "Template rendering data is invalid")
    return {"RenderedTemplate": templates.preview(template, parsed(request.document["TemplateData"], wrong))}


def _content(template: Mapping[str, str]) -> Content:
    return Content(*(template.get(f"{part}Part", "") for part in ("Subject", "Text", "Html")))
