"""API v2: the account's suppression list."""

from __future__ import annotations

from typing import Any

from loadtests.endpoint.publishing.suppression import REASONS, Suppressed
from loadtests.endpoint.refusals import Refused, invalid
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from scenarios.ledger.ledger import REJECTED

PAGE = 1000


def put_account_suppression(ses: Ses, request: Request) -> dict[str, Any]:
    ses.suppression.reasons = frozenset(map(_reason, request.document.get("SuppressedReasons") or ()))
    return {}


def put_suppressed(ses: Ses, request: Request) -> dict[str, Any]:
    address = request.document.get("EmailAddress") or ""
    if "@" not in address:
        raise invalid("EmailAddress must be an address.")
    ses.suppression.put(address, _reason(request.document.get("Reason")))
    return {}


def get_suppressed(ses: Ses, _request: Request, address: str) -> dict[str, Any]:
    entry = ses.suppression.get(address)
    if entry is None:
        raise _unknown(address)
    return {"SuppressedDestination": _shown(entry)}


def delete_suppressed(ses: Ses, _request: Request, address: str) -> dict[str, Any]:
    if not ses.suppression.delete(address):
        raise _unknown(address)
    return {}


def list_suppressed(ses: Ses, request: Request) -> dict[str, Any]:
    """A page of those that are on the list for one of the reasons; the token is where the next page begins."""
    query = request.query
    entries = ses.suppression.entries(query.get("Reason") or REASONS)
    start, size = (_number(query, name, default) for name, default in (("NextToken", 0), ("PageSize", PAGE)))
    page = {"SuppressedDestinationSummaries": [_shown(entry) for entry in entries[start : start + size]]}
    return page if start + size >= len(entries) else {**page, "NextToken": str(start + size)}


def _number(query: dict[str, list[str]], name: str, default: int) -> int:
    text = query.get(name, [str(default)])[0]
    if not text.isdecimal():
        raise invalid(f"{name} is invalid.")
    return int(text)


def _reason(reason: Any) -> str:
    if reason not in REASONS:
        raise invalid(f"Reason must be one of {', '.join(REASONS)}.")
    return str(reason)


def _shown(entry: Suppressed) -> dict[str, Any]:
    return {"EmailAddress": entry.address, "Reason": entry.reason, "LastUpdateTime": entry.at_unix_s}


def _unknown(address: str) -> Refused:
    return Refused(
        REJECTED, "NotFoundException", f"Email address {address} does not exist on your account-level suppression list."
    )
