"""API v2: sending, and the account that sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from loadtests.endpoint import bulk
from loadtests.endpoint.message import Message, Recipients
from loadtests.endpoint.parsing.mime import message_from_mime
from loadtests.endpoint.refusals import Refused, bulk_v2, invalid
from loadtests.endpoint.rendering.data import NOTHING, parsed
from loadtests.endpoint.rendering.engine import BULK_S, Room
from loadtests.endpoint.requests import (
    Request,
    answered,
    attachments,
    headers,
    list_management,
    recipients,
    replaced,
    senders_in,
    tags,
)
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.sizes import bytes_of, bytes_of_attachments
from loadtests.endpoint.templates import Content, Rendered, inline, named, parts_of, render
from loadtests.endpoint.v2.global_endpoints import through
from loadtests.endpoint.v2.templates import NO_JSON
from loadtests.endpoint.validation.charsets import check_charsets
from scenarios.delivery.reputation import Standing

ENFORCEMENT: Mapping[Standing, str] = {"healthy": "HEALTHY", "under review": "PROBATION", "paused": "SHUTDOWN"}

FEEDBACK = "FeedbackForwardingEmailAddress"


def send_email(ses: Ses, request: Request) -> dict[str, Any]:
    addressed = recipients(request.document.get("Destination", {}))
    return through(ses, request, _size(addressed), partial(_send_email, request=request))


def _send_email(ses: Ses, request: Request) -> dict[str, Any]:
    content = request.document["Content"]
    if len(content) != 1:
        raise invalid("Content must be one of Simple, Raw and Template.")
    ((kind, its),) = content.items()
    message = replace(_MADE_OF[kind](ses, request.document, its), **request.came("v2", "SendEmail"))
    listed = list_management(request.document) or message.list_management
    tenant = request.document.get("TenantName") or message.tenant
    message = replace(message, list_management=listed, tenant=tenant)
    return {"MessageId": ses.submit(message).message_id}


def _size(addressed: Recipients) -> int:
    """As many as a call counts for; one that names them elsewhere, such as in its MIME text, counts for one."""
    return max(1, sum(len(one) for one in (addressed["to"], addressed["cc"], addressed["bcc"])))


def _simple(_ses: Ses, document: Mapping[str, Any], simple: Mapping[str, Any]) -> Message:
    check_charsets((simple["Subject"], *simple["Body"].values()))
    parts, own_headers = parts_of(simple), headers(document, simple.get("Headers", ()))
    return Message(
        source=document.get("FromEmailAddress", ""),
        **recipients(document.get("Destination", {})),
        subject=parts.subject,
        **answered(document, FEEDBACK),
        headers=own_headers,
        more_senders=senders_in(own_headers),
        tags=tags(document.get("EmailTags", ())),
        configuration_set=document.get("ConfigurationSetName"),
        text=parts.text,
        html=parts.html,
        attachments=attachments(simple.get("Attachments", ())),
        built_bytes=_built_bytes(parts, simple),
    )


def _raw(_ses: Ses, document: Mapping[str, Any], raw: Mapping[str, Any]) -> Message:
    addressed = recipients(document.get("Destination", {}))
    listed = addressed if any(addressed.values()) else None
    message = message_from_mime(
        raw["Data"],
        document.get("FromEmailAddress"),
        listed,
        tags(document.get("EmailTags", ())),
        document.get("ConfigurationSetName"),
    )
    return replace(message, **answered(document, FEEDBACK))


def _templated(ses: Ses, document: Mapping[str, Any], template: Mapping[str, Any]) -> Message:
    rendered = render(_template(ses, template), _values(template.get("TemplateData")))
    its_tags = tags(document.get("EmailTags", ()))
    return _rendered(document, document.get("Destination", {}), template, rendered, its_tags)


_MADE_OF = {"Simple": _simple, "Raw": _raw, "Template": _templated}
"""The mail of each kind of content."""


def _rendered(
    document: Mapping[str, Any],
    destination: Mapping[str, Any],
    template: Mapping[str, Any],
    rendered: Rendered,
    its_tags: Mapping[str, str],
) -> Message:
    own_headers = headers(document, template.get("Headers", ()))
    return Message(
        source=document.get("FromEmailAddress", ""),
        **recipients(destination),
        subject=rendered.content.subject,
        **answered(document, FEEDBACK),
        headers=own_headers,
        more_senders=senders_in(own_headers),
        tags=its_tags,
        configuration_set=document.get("ConfigurationSetName"),
        text=rendered.content.text,
        html=rendered.content.html,
        attachments=attachments(template.get("Attachments", ())),
        built_bytes=_built_bytes(rendered.content, template),
        template=_name(template),
        rendering_error=rendered.error,
    )


def send_bulk_email(ses: Ses, request: Request) -> dict[str, Any]:
    """The default content is the template; each entry has its own recipients, tags, headers and data."""
    addressed = (recipients(entry["Destination"]) for entry in request.document["BulkEmailEntries"])
    return through(ses, request, sum(map(_size, addressed)), partial(_send_bulk_email, request=request))


def _send_bulk_email(ses: Ses, request: Request) -> dict[str, Any]:
    document = request.document
    template = document["DefaultContent"].get("Template", {})
    sender = Message(
        source=document.get("FromEmailAddress", ""),
        **answered(document, FEEDBACK),
        configuration_set=document.get("ConfigurationSetName"),
        tenant=document.get("TenantName"),
        template=_name(template),
    )
    content, defaults = _template(ses, template), _values(template.get("TemplateData"))
    room = Room(BULK_S)
    entries = [
        partial(_entry, request, template, content, defaults, room, entry) for entry in document["BulkEmailEntries"]
    ]
    return {"BulkEmailEntryResults": [_result(verdict) for verdict in bulk.submit(ses, sender, entries)]}


def _entry(
    request: Request,
    template: Mapping[str, Any],
    content: Content,
    defaults: Mapping[str, Any],
    room: Room,
    entry: Mapping[str, Any],
) -> Message:
    document = request.document
    replacement = entry.get("ReplacementEmailContent", {}).get("ReplacementTemplate", {})
    rendered = render(content, _values(replacement.get("ReplacementTemplateData"), defaults), room)
    its_tags = tags(document.get("DefaultEmailTags", ())) | tags(entry.get("ReplacementTags", ()))
    its_headers = replaced(template.get("Headers", ()), entry.get("ReplacementHeaders", ()))
    with_headers = {**template, "Headers": its_headers}
    message = _rendered(document, entry["Destination"], with_headers, rendered, its_tags)
    return replace(message, **request.came("v2", "SendBulkEmail"), tenant=document.get("TenantName"))


def _result(verdict: bulk.Verdict) -> dict[str, Any]:
    if isinstance(verdict, Refused):
        return {"Status": bulk_v2(verdict), "Error": verdict.text}
    return {"Status": "SUCCESS", "MessageId": verdict.message_id}


def _template(ses: Ses, template: Mapping[str, Any]) -> Content:
    """The template that the request names, or that it holds itself."""
    content = template.get("TemplateContent")
    if content:
        return inline(content)
    name = _name(template)
    if not name:
        raise invalid("A template must be named or given.")
    return named(ses.backend, name)


def _values(data: str | None, defaults: Mapping[str, Any] = NOTHING) -> Mapping[str, Any]:
    return parsed(data, invalid(NO_JSON), defaults)


def _name(template: Mapping[str, Any]) -> str:
    """The name of a template that the request does not hold itself."""
    name: str = template.get("TemplateName") or template.get("TemplateArn", "").rpartition("template/")[2]
    return name


def _built_bytes(parts: Content, content: Mapping[str, Any]) -> int:
    return bytes_of(*parts) + bytes_of_attachments(content.get("Attachments", ()))


def get_account(ses: Ses, _request: Request) -> dict[str, Any]:
    quota = ses.quota()
    return {
        "DedicatedIpAutoWarmupEnabled": False,
        "EnforcementStatus": ENFORCEMENT[ses.standing()],
        "ProductionAccessEnabled": not ses.sandbox,
        "SendQuota": {
            "Max24HourSend": quota.max_24h_send,
            "MaxSendRate": quota.max_send_rate_per_s,
            "SentLast24Hours": quota.sent_last_24h,
        },
        "SendingEnabled": ses.may_send,
        "SuppressionAttributes": {"SuppressedReasons": sorted(ses.suppression.reasons)},
    }


def put_account_sending(ses: Ses, request: Request) -> dict[str, Any]:
    """The owner's own pause; one of AWS's this does not end."""
    ses.sending_enabled = request.document.get("SendingEnabled", False)
    return {}
