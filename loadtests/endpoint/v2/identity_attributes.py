"""API v2: what an identity signs with, its MAIL FROM domain and its configuration set."""

from __future__ import annotations

from typing import Any

from moto.ses.models import EmailIdentity

from loadtests.endpoint.refusals import Refused, invalid
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from scenarios.ledger.ledger import REJECTED

OWN_KEY, HOSTED_ZONE = "EXTERNAL", "dkim.amazonses.com"
ON_MX_FAILURE = {"USE_DEFAULT_VALUE": "UseDefaultValue", "REJECT_MESSAGE": "RejectMessage"}
"""As v2 and v1 call what SES does without an MX record."""


def known(ses: Ses, request: Request) -> EmailIdentity:
    """The identity that the request names; raises Refused for one that is not there."""
    name = request.document["EmailIdentity"]
    found = ses.identities.get(name)
    if found is None:
        raise Refused(REJECTED, "NotFoundException", f"Email identity {name} does not exist.")
    return found


def put_mail_from(ses: Ses, request: Request) -> dict[str, Any]:
    """A MAIL FROM domain, or none any more; its records are taken to be there."""
    identity, asked = known(ses, request), request.document
    domain, on_failure = asked.get("MailFromDomain"), asked.get("BehaviorOnMxFailure", "USE_DEFAULT_VALUE")
    if on_failure not in ON_MX_FAILURE:
        raise invalid(f"BehaviorOnMxFailure must be one of {', '.join(ON_MX_FAILURE)}.")
    if not domain:
        ses.backend.identity_mail_from_domains.pop(identity.email_identity, None)
        return {}
    own = identity.email_identity.rpartition("@")[2]
    if not domain.endswith(f".{own}"):
        raise invalid(f"Provided MAIL-FROM domain <{domain}> is not subdomain of the domain of the identity <{own}>.")
    ses.backend.identity_mail_from_domains[identity.email_identity] = {
        "mail_from_domain": domain,
        "behavior_on_mx_failure": ON_MX_FAILURE[on_failure],
    }
    return {}


def put_configuration_set(ses: Ses, request: Request) -> dict[str, Any]:
    """The set that its mails have if they name none, or none any more."""
    identity, name = known(ses, request), request.document.get("ConfigurationSetName")
    if name:
        ses.configuration_sets.get(name)
    identity.configuration_set_name = name
    return {}


def origin_of(identity: EmailIdentity) -> dict[str, Any]:
    """That a key is its owner's, where moto does not know it."""
    own = _own_key(identity)
    is_own = own.get("DomainSigningSelector") and "DomainSigningAttributesOrigin" not in own
    return {"SigningAttributesOrigin": OWN_KEY} if is_own else {}


def _own_key(identity: EmailIdentity) -> dict[str, Any]:
    given = identity.dkim_signing_attributes
    return given if isinstance(given, dict) else {}


def dkim_of(ses: Ses, identity: EmailIdentity) -> dict[str, Any]:
    """As SES has it from the first: a domain signs, with Easy DKIM's tokens, which moto's v1 gives, or with its own."""
    if selector := _own_key(identity).get("DomainSigningSelector"):
        return {**identity.dkim_attributes, **origin_of(identity), "Tokens": [selector]}
    name = identity.email_identity
    tokens = ses.backend.get_identity_dkim_attributes([name])[name].get("DkimTokens")
    if tokens is None:
        return dict(identity.dkim_attributes)
    signs = {"SigningEnabled": True, "Status": "SUCCESS", "SigningHostedZone": HOSTED_ZONE}
    return {**identity.dkim_attributes, **signs, "Tokens": tokens}


def mail_from_of(ses: Ses, identity: EmailIdentity) -> dict[str, Any]:
    """Its own MAIL FROM domain, if it has one, and what SES does without an MX record."""
    kept = ses.backend.identity_mail_from_domains.get(identity.email_identity, {})
    named = {name: ours for ours, name in ON_MX_FAILURE.items()}
    on_failure = {"BehaviorOnMxFailure": named.get(str(kept.get("behavior_on_mx_failure")), "USE_DEFAULT_VALUE")}
    if not kept.get("mail_from_domain"):
        return on_failure
    return {"MailFromDomain": kept["mail_from_domain"], "MailFromDomainStatus": "SUCCESS", **on_failure}
