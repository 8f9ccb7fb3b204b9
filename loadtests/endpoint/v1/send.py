"""API v1: sending, and the account that sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from loadtests.endpoint import bulk
from loadtests.endpoint.message import V1_MOST_BYTES, Message
from loadtests.endpoint.parsing.mime import message_from_mime
from loadtests.endpoint.refusals import Refused, bulk_v1, invalid
from loadtests.endpoint.rendering.data import NOTHING, parsed
from loadtests.endpoint.rendering.engine import BULK_S, Room
from loadtests.endpoint.requests import Request, answered, envelope, headers, recipients, tags
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.sizes import bytes_of
from loadtests.endpoint.templates import Content, Rendered, named, parts_of, render
from loadtests.endpoint.validation.charsets import check_charsets

NO_JSON = "The template data is invalid"


def send_email(ses: Ses, request: Request) -> dict[str, Any]:
    message = request.document["Message"]
    check_charsets((message["Subject"], *message["Body"].values()))
    parts = parts_of(message)
    return _sent(ses, _message("SendEmail", request, request.document["Destination"], parts))


def send_raw_email(ses: Ses, request: Request) -> dict[str, Any]:
    document = request.document
    message = message_from_mime(
        document["RawMessage"]["Data"],
        document.get("Source"),
        envelope(document.get("Destinations", ())),
        tags(document.get("Tags", ())),
        document.get("ConfigurationSetName"),
    )
    return _sent(ses, replace(message, **request.came("v1", "SendRawEmail"), most_bytes=V1_MOST_BYTES))


def send_templated_email(ses: Ses, request: Request) -> dict[str, Any]:
    document = request.document
    template = named(ses.backend, document["Template"])
    rendered = render(template, _values(document["TemplateData"]))
    return _sent(ses, _templated("SendTemplatedEmail", request, document["Destination"], rendered))


def send_bulk_templated_email(ses: Ses, request: Request) -> dict[str, Any]:
    document = request.document
    sender = Message(
        source=document["Source"],
        **answered(document, "ReturnPath"),
        configuration_set=document.get("ConfigurationSetName"),
    )
    template, defaults = named(ses.backend, document["Template"]), _values(document["DefaultTemplateData"])
    room = Room(BULK_S)
    entries = [partial(_bulk_entry, request, template, defaults, room, entry) for entry in document["Destinations"]]
    return {"Status": [_status(verdict) for verdict in bulk.submit(ses, sender, entries)]}


def _bulk_entry(
    request: Request, template: Content, defaults: Mapping[str, Any], room: Room, entry: Mapping[str, Any]
) -> Message:
    entry_tags = tags(request.document.get("DefaultTags", ())) | tags(entry.get("ReplacementTags", ()))
    rendered = render(template, _values(entry.get("ReplacementTemplateData"), defaults), room)
    return _templated("SendBulkTemplatedEmail", request, entry["Destination"], rendered, entry_tags)


def _templated(
    action: str,
    request: Request,
    destination: Mapping[str, Any],
    rendered: Rendered,
    tags: Mapping[str, str] | None = None,
) -> Message:
    message = _message(action, request, destination, rendered.content, tags)
    return replace(message, template=request.document["Template"], rendering_error=rendered.error)


def _message(
    action: str,
    request: Request,
    destination: Mapping[str, Any],
    content: Content,
    its_tags: Mapping[str, str] | None = None,
) -> Message:
    document = request.document
    return Message(
        source=document["Source"],
        **recipients(destination),
        subject=content.subject,
        **answered(document, "ReturnPath"),
        headers=headers(document),
        tags=tags(document.get("Tags", ())) if its_tags is None else its_tags,
        configuration_set=document.get("ConfigurationSetName"),
        **request.came("v1", action),
        text=content.text,
        html=content.html,
        built_bytes=bytes_of(*content),
        most_bytes=V1_MOST_BYTES,
    )


def _values(data: str | None, defaults: Mapping[str, Any] = NOTHING) -> Mapping[str, Any]:
    return parsed(data, invalid(NO_JSON), defaults)


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
    return {"Enabled": ses.may_send}


def get_send_statistics(ses: Ses, _request: Request) -> dict[str, Any] | None:
    """Moto's, where providers are not modelled."""
    points = ses.statistics()
    return None if points is None else {"SendDataPoints": points}


def update_account_sending_enabled(ses: Ses, request: Request) -> dict[str, Any]:
    """The owner's own pause; one of AWS's this does not end."""
    ses.sending_enabled = request.document.get("Enabled", False)
    return {}
