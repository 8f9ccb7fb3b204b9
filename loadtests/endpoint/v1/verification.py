"""API v1: custom verification email templates and their mails, the same that v2 has."""

from __future__ import annotations

from typing import Any

from loadtests.endpoint.control.pages import page_of, size_within
from loadtests.endpoint.refusals import Refused
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.v2 import verification as v2
from loadtests.endpoint.v2.verification_mails import check_recipient, send
from loadtests.endpoint.verification.templates import MOST, read, unknown


def update(ses: Ses, request: Request) -> dict[str, Any]:
    """What the request does not name stays as it is."""
    asked = request.document
    there = ses.verification.get(asked["TemplateName"])
    ses.verification.update(read({**there.document(), **asked}, ses.backend.email_identities))
    return {}


def list_all(ses: Ses, request: Request) -> dict[str, Any]:
    page, more = page_of(
        ses.verification.all(), request.document, size_within(request.document, MOST, member="MaxResults")
    )
    return {v2.LISTED: [v2.shown(one) for one in page], **more}


def send_one(ses: Ses, request: Request) -> dict[str, Any]:
    name = request.document["TemplateName"]
    check_recipient(request.document["EmailAddress"])
    try:
        template = ses.verification.get(name)
    except Refused as refused:
        raise unknown(f"Template <{name}> does not exist") from refused
    return {"MessageId": send(ses, request, template, "v1").message_id}
