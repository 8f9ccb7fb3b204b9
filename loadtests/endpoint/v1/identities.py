"""API v1: identities, which moto keeps, and their notifications."""

from __future__ import annotations

from typing import Any

from loadtests.endpoint.control.kept import kept
from loadtests.endpoint.control.pages import MOST, page_of, size_within
from loadtests.endpoint.publishing.identities import (
    FORWARDS,
    TYPES,
    canonical,
    check_address,
    check_domain,
    check_type,
    headers_in,
    strange,
)
from loadtests.endpoint.refusals import Refused, invalid, rejected
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.v1.query import Entries
from loadtests.endpoint.v2.tagging import IDENTITY, untag

KINDS = {"EmailAddress": "EMAIL_ADDRESS", "Domain": "DOMAIN"}
"""What the two APIs call an identity's type."""
FEEDBACK = ("Bounce", "Complaint")
"""The types of notification that reach the sender by mail, or else must have topics."""


def verify_address(_ses: Ses, request: Request) -> None:
    """Moto makes it, if it is not there."""
    check_address(request.document["EmailAddress"])


def verify_domain(_ses: Ses, request: Request) -> None:
    """Moto makes it, if it is not there."""
    check_domain(request.document["Domain"])


def delete(ses: Ses, request: Request) -> dict[str, Any]:
    """One that is not there is no error."""
    name = request.document["Identity"]
    ses.tenants.check_unused(ses.arn("identity", name))
    ses.identities.delete(name)
    untag(ses.backend, f"{IDENTITY}/{canonical(name)}")
    return {}


def list_all(ses: Ses, request: Request) -> dict[str, Any]:
    asked, kind = request.document, request.document.get("IdentityType")
    kept = list(ses.backend.email_identities.values())
    names = [one.email_identity for one in kept if kind is None or one.identity_type == KINDS[kind]]
    page, more = page_of(names, asked, size_within(asked, MOST, member="MaxItems"))
    return {"Identities": page, **more}


def set_mail_from(ses: Ses, request: Request) -> dict[str, Any] | None:
    """Without a domain it has none any more, whether or not it had one; moto does all else."""
    name = canonical(request.document["Identity"])
    if request.document.get("MailFromDomain") or not ses.identities.is_known(name):
        return None
    ses.backend.identity_mail_from_domains.pop(name, None)
    return {}


def notifications(ses: Ses, request: Request) -> dict[str, Any]:
    """Identities that are not there are left out, as SES leaves them out."""
    known = filter(ses.identities.is_known, request.document["Identities"])
    return {"NotificationAttributes": Entries((name, _notifications(ses, name)) for name in known)}


def _notifications(ses: Ses, name: str) -> dict[str, Any]:
    told = ses.identities.told(name)
    topics = {f"{kind}Topic": told[kind] for kind in TYPES if kind in told}
    headers = {headers_in(kind): bool(told.get(headers_in(kind))) for kind in TYPES}
    return {**topics, "ForwardingEnabled": ses.identities.forwards(name), **headers}


def set_topic(ses: Ses, request: Request) -> dict[str, Any]:
    """Without a topic there are no notifications any more."""
    name, kind = request.document["Identity"], request.document["NotificationType"]
    topic = request.document.get("SnsTopic")
    check_type(kind)
    _check_known(ses, name)
    if topic is not None and not ses.teller.reaches(topic):
        raise invalid(f"SNS topic {topic} is invalid.")
    if topic is None and kind in FEEDBACK and not ses.identities.forwards(name):
        raise _unheard(name)
    ses.identities.tell(name, kind, topic)
    return {}


@kept
def set_forwarding(ses: Ses, request: Request) -> dict[str, Any]:
    """No mail tells of feedback here."""
    name = request.document["Identity"]
    _check_known(ses, name)
    enabled = request.document["ForwardingEnabled"]
    if not enabled and not all(kind in ses.identities.told(name) for kind in FEEDBACK):
        raise _unheard(name)
    ses.identities.tell(name, FORWARDS, enabled)
    return {}


def set_headers(ses: Ses, request: Request) -> dict[str, Any]:
    """The refusals are those that localstack has recorded of AWS."""
    name, kind = request.document["Identity"], request.document["NotificationType"]
    check_type(kind)
    if not ses.identities.is_known(name):
        raise rejected(f"Identity {name} is not verified or does not exist.")
    ses.identities.tell(name, headers_in(kind), request.document["Enabled"])
    return {}


def _unheard(name: str) -> Refused:
    """Feedback would be told nowhere; the rule is the API reference's, the words are ours."""
    return invalid(f"Identity {name} must have feedback forwarding enabled, or SNS topics for Bounce and Complaint.")


def _check_known(ses: Ses, name: str) -> None:
    if not ses.identities.is_known(name):
        raise strange(name)
