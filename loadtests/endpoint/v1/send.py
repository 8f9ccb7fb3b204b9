"""API v1: sending, and the account that sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from loadtests.endpoint import bulk
from loadtests.endpoint.message import V1_MOST_BYTES, Message
from loadtests.endpoint.refusals import Refused, bulk_v1
from loadtests.endpoint.requests import (
    Request,
    envelope,
    from_base64,
    message_from_mime,
    recipients,
    reply_to,
    tags,
    text_of,
)
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.sizes import bytes_of
from loadtests.endpoint.templates import Content, named, render


def send_email(ses: Ses, request: Request) -> dict[str, Any]:
    content = request.document.get("Message") or {}
    body = content.get("Body") or {}
    parts = Content(*map(text_of, (content.get("Subject"), body.get("Text"), body.get("Html"))))
    return _sent(ses, _message("SendEmail", request, request.document.get("Destination"), parts))


def send_raw_email(ses: Ses, request: Request) -> dict[str, Any]:
    document = request.document
    message = message_from_mime(
        from_base64((document.get("RawMessage") or {}).get("Data") or "", "RawMessage.Data"),
        document.get("Source"),
        envelope(document.get("Destinations") or ()),
        tags(document.get("Tags") or ()),
        document.get("ConfigurationSetName"),
        f"v1 SendRawEmail {request.client}",
    )
    return _sent(ses, replace(message, most_bytes=V1_MOST_BYTES))


def send_templated_email(ses: Ses, request: Request) -> dict[str, Any]:
    document = request.document
    destination = document.get("Destination")
    template = named(ses.backend, document.get("Template") or "")
    return _sent(ses, _templated("SendTemplatedEmail", request, destination, template, document.get("TemplateData")))


def send_bulk_templated_email(ses: Ses, request: Request) -> dict[str, Any]:
    document = request.document
    ses.check_sender(Message(source=document.get("Source") or ""))
    template = named(ses.backend, document.get("Template") or "")
    messages = [_bulk_entry(request, template, entry) for entry in document.get("Destinations") or ()]
    return {"Status": [_status(verdict) for verdict in bulk.submit(ses, messages)]}


def _bulk_entry(request: Request, template: Content, entry: Mapping[str, Any]) -> Message:
    data = (request.document.get("DefaultTemplateData"), entry.get("ReplacementTemplateData"))
    entry_tags = tags(request.document.get("DefaultTags") or ()) | tags(entry.get("ReplacementTags") or ())
    return _templated("SendBulkTemplatedEmail", request, entry.get("Destination"), template, *data, tags=entry_tags)


def _templated(
    action: str,
    request: Request,
    destination: Mapping[str, Any] | None,
    template: Content,
    *data: str | None,
    tags: Mapping[str, str] | None = None,
) -> Message:
    rendered = render(template, *data)
    message = _message(action, request, destination, rendered.content, tags)
    return replace(message, template=request.document.get("Template") or "", rendering_error=rendered.error)


def _message(
    action: str,
    request: Request,
    destination: Mapping[str, Any] | None,
    content: Content,
    its_tags: Mapping[str, str] | None = None,
) -> Message:
    document = request.document
    return Message(
        source=document.get("Source") or "",
        **recipients(destination or {}),
        subject=content.subject,
        headers=reply_to(document.get("ReplyToAddresses")),
        tags=tags(document.get("Tags") or ()) if its_tags is None else its_tags,
        configuration_set=document.get("ConfigurationSetName"),
        caller=f"v1 {action} {request.client}",
        body=content.html or content.text,
        built_bytes=bytes_of(*content),
        most_bytes=V1_MOST_BYTES,
    )


def _sent(ses: Ses, message: Message) -> dict[str, Any]:
    return {"MessageId": ses.submit(message).message_id}


def _status(verdict: bulk.Verdict) -> dict[str, Any]:
    if isinstance(verdict, Refused):
        return {"Status": bulk_v1(verdict), "Error": verdict.text}
    return {"Status": "Success", "MessageId": verdict.message_id}


def get_send_quota(ses: Ses, _request: Request) -> dict[str, Any]:
    quota = ses.quota()
    return {
        "Max24HourSend": float(quota.max_24h_send),
        "MaxSendRate": float(quota.max_send_rate_per_s),
        "SentLast24Hours": float(quota.sent_last_24h),
    }


def get_account_sending_enabled(ses: Ses, _request: Request) -> dict[str, Any]:
    return {"Enabled": ses.sending_enabled}


def update_account_sending_enabled(ses: Ses, request: Request) -> dict[str, Any]:
    ses.sending_enabled = request.document.get("Enabled") == "true"
    return {}
