"""API v2: identities, which moto keeps, the same that v1 has; what SES refuses of them is refused here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadtests.endpoint.control.pages import MOST, page_of, size_within
from loadtests.endpoint.publishing.identities import canonical, check_identity
from loadtests.endpoint.refusals import Refused
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.v2.identity_attributes import dkim_of, known, mail_from_of, origin_of
from loadtests.endpoint.v2.tagging import IDENTITY, tags_of, untag
from scenarios.ledger.ledger import REJECTED

FILTERS = {"IDENTITY_TYPE": "IdentityType", "VERIFICATION_STATUS": "VerificationStatus"}
"""What of an identity must be as a filter says."""


def create(ses: Ses, request: Request) -> dict[str, Any]:
    """It is verified at once, though the answer does not know it yet."""
    asked, name = request.document, canonical(request.document["EmailIdentity"])
    check_identity(name)
    if ses.identities.is_known(name):
        raise Refused(REJECTED, "AlreadyExistsException", f"Email identity {name} already exist.")
    configuration_set = asked.get("ConfigurationSetName")
    if configuration_set:
        ses.configuration_sets.get(configuration_set)
    signing = asked.get("DkimSigningAttributes")
    made = ses.backend.create_email_identity_v2(name, asked.get("Tags"), signing, configuration_set)
    return {
        "IdentityType": made.identity_type,
        "VerifiedForSendingStatus": False,
        "DkimAttributes": {**made.dkim_attributes, **origin_of(made)},
    }


def get(ses: Ses, request: Request) -> dict[str, Any]:
    identity = known(ses, request)
    shown: dict[str, Any] = identity.get_response_object
    kept = {name: value for name, value in shown.items() if value is not None}
    forwards = ses.identities.forwards(identity.email_identity)
    return {
        **kept,
        "Tags": tags_of(ses.backend, f"{IDENTITY}/{identity.email_identity}"),
        "FeedbackForwardingStatus": forwards,
        "VerifiedForSendingStatus": True,
        "DkimAttributes": dkim_of(ses, identity),
        "MailFromAttributes": mail_from_of(ses, identity),
    }


def delete(ses: Ses, request: Request) -> dict[str, Any]:
    name = known(ses, request).email_identity
    ses.tenants.check_unused(ses.arn("identity", name))
    ses.identities.delete(name)
    untag(ses.backend, f"{IDENTITY}/{name}")
    return {}


def list_all(ses: Ses, request: Request) -> dict[str, Any]:
    asked, every = request.document, list(ses.backend.email_identities.values())
    kept = [shown for shown in (one.list_response_object for one in every) if _passes(shown, asked.get("Filter", {}))]
    page, more = page_of(kept, asked, size_within(asked, MOST, least=0))
    return {"EmailIdentities": page, **more}


def _passes(shown: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
    """Whether it has the type and the status that a filter asks for, and the part of a name."""
    has_part = asked.get("IDENTITY_NAME_CONTAINS", "") in shown["IdentityName"]
    return has_part and all(asked.get(key, shown[name]) == shown[name] for key, name in FILTERS.items())
