"""API v2: the account's suppression list."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from math import inf, isfinite
from typing import Any

from loadtests.endpoint.control.pages import page_of, size_up_to
from loadtests.endpoint.publishing.suppression import REASONS, Suppressed, SuppressionList
from loadtests.endpoint.refusals import Refused, invalid
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.validation.mailbox import MOST_CHARACTERS
from scenarios.ledger.ledger import REJECTED


def put_account_suppression(ses: Ses, request: Request) -> dict[str, Any]:
    ses.suppression.reasons = frozenset(request.document.get("SuppressedReasons", ()))
    return {}


def put_suppressed(ses: Ses, request: Request) -> dict[str, Any]:
    address = request.document["EmailAddress"]
    if "@" not in address:
        raise invalid("EmailAddress must be an address.")
    if len(address) > MOST_CHARACTERS:
        raise invalid(f"Address length is more than {MOST_CHARACTERS} characters long.")
    if ses.sandbox:
        raise invalid("The account must have production access before an address can be suppressed.")
    _entries(ses, request).put(address, request.document["Reason"])
    return {}


def get_suppressed(ses: Ses, request: Request) -> dict[str, Any]:
    address = request.document["EmailAddress"]
    entry, tenant = _entries(ses, request).get(address), request.document.get("TenantName")
    if entry is None:
        raise _unknown(address, request)
    return {"SuppressedDestination": {**_shown(entry), **({"TenantName": tenant} if tenant else {})}}


def delete_suppressed(ses: Ses, request: Request) -> dict[str, Any]:
    address = request.document["EmailAddress"]
    if not _entries(ses, request).delete(address):
        raise _unknown(address, request)
    return {}


def list_suppressed(ses: Ses, request: Request) -> dict[str, Any]:
    """A page of those that came for one of the reasons in a span of time."""
    asked = request.document
    since_unix_s, until_unix_s = _instant(asked, "StartDate", -inf), _instant(asked, "EndDate", inf)
    listed = _entries(ses, request).entries(asked.get("Reasons", REASONS))
    entries = [entry for entry in listed if since_unix_s <= entry.at_unix_s < until_unix_s]
    page, more = page_of(entries, asked, size_up_to(asked), "InvalidNextTokenException")
    return {"SuppressedDestinationSummaries": [_shown(entry) for entry in page], **more}


def _entries(ses: Ses, request: Request) -> SuppressionList:
    """The account's list, or that of the tenant that is named; raises Refused if there is none."""
    name = request.document.get("TenantName")
    return ses.suppression.account if name is None else ses.suppression.of(ses.tenants.get(name))


def _instant(asked: dict[str, Any], key: str, otherwise: float) -> float:
    """Unix time of a member in ISO 8601, as SDKs write it, or in seconds; without a zone it is of UTC."""
    if key not in asked:
        return otherwise
    text = str(asked[key])
    with suppress(ValueError):
        if isfinite(seconds := float(text)):
            return seconds
    try:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise invalid(f"{key} must be an instant in ISO 8601.") from error


def _shown(entry: Suppressed) -> dict[str, Any]:
    return {"EmailAddress": entry.address, "Reason": entry.reason, "LastUpdateTime": entry.at_unix_s}


def _unknown(address: str, request: Request) -> Refused:
    level = "tenant" if "TenantName" in request.document else "account"
    text = f"Email address {address} does not exist on your {level}-level suppression list."
    return Refused(REJECTED, "NotFoundException", text)
