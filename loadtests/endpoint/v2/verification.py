"""API v2: custom verification email templates and their mails, the same that v1 has."""

from __future__ import annotations

from typing import Any

from loadtests.endpoint.control.pages import page_of, size_within
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.v2.tagging import tag, tags_of, untag
from loadtests.endpoint.v2.verification_mails import check_recipient, send
from loadtests.endpoint.verification.templates import MOST, Template, read

LISTED = "CustomVerificationEmailTemplates"
RESOURCE = "custom-verification-email-template"


def create(ses: Ses, request: Request) -> dict[str, Any]:
    template = read(request.document, ses.backend.email_identities)
    ses.verification.create(template)
    tag(ses.backend, f"{RESOURCE}/{template.name}", request.document.get("Tags", []))
    return {}


def get(ses: Ses, request: Request) -> dict[str, Any]:
    template = ses.verification.get(request.document["TemplateName"])
    return {**template.document(), "Tags": tags_of(ses.backend, f"{RESOURCE}/{template.name}")}


def update(ses: Ses, request: Request) -> dict[str, Any]:
    ses.verification.update(read(request.document, ses.backend.email_identities))
    return {}


def delete(ses: Ses, request: Request) -> dict[str, Any]:
    name = request.document["TemplateName"]
    ses.verification.delete(name)
    untag(ses.backend, f"{RESOURCE}/{name}")
    return {}


def list_all(ses: Ses, request: Request) -> dict[str, Any]:
    page, more = page_of(ses.verification.all(), request.document, size_within(request.document, MOST))
    return {LISTED: [shown(one) for one in page], **more}


def shown(template: Template) -> dict[str, str]:
    """A row of a list, which has no content."""
    return {key: value for key, value in template.document().items() if key != "TemplateContent"}


def send_one(ses: Ses, request: Request) -> dict[str, Any]:
    check_recipient(request.document["EmailAddress"])
    template = ses.verification.get(request.document["TemplateName"])
    return {"MessageId": send(ses, request, template, "v2").message_id}
