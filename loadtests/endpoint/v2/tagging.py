"""API v2: tags of resources, where moto keeps them.

Source: floci-io/floci, which has asked SES for the words, their order, and that an ARN's partition and service do not
count. A list of tags is the same whatever the ARN's region; SES says so of identities and templates only.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from moto.ses.models import SESBackend
from moto.ses.utils import get_arn

from loadtests.endpoint.refusals import Refused, invalid
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.validation.resource_tags import check_count
from scenarios.ledger.ledger import REJECTED

IDENTITY = "email-identity"
"""What moto calls an identity in the ARN under which it keeps tags."""
KINDS = {
    "configuration-set": "ConfigurationSet",
    "contact-list": "ContactList",
    "custom-verification-email-template": "CustomVerificationEmailTemplate",
    "dedicated-ip-pool": "DedicatedIpPool",
    IDENTITY: "EmailIdentity",
    "template": "Template",
    "tenant": "Tenant",
}
"""What has tags, as ARNs and as refusals call it."""


def tag_resource(ses: Ses, request: Request) -> dict[str, Any]:
    """What has a key already has a new value."""
    resource, asked = _resource(ses, request), request.document["Tags"]
    _check_region(ses, request, "tag")
    check_count(len({each["Key"] for each in (*tags_of(ses.backend, resource), *asked)}))
    tag(ses.backend, resource, asked)
    return {}


def untag_resource(ses: Ses, request: Request) -> dict[str, Any]:
    """Keys that are not there are no error."""
    resource = _resource(ses, request)
    _check_region(ses, request, "untag")
    ses.backend.tagger.untag_resource_using_names(get_arn(ses.backend, "ses", resource), request.document["TagKeys"])
    return {}


def list_tags(ses: Ses, request: Request) -> dict[str, Any]:
    return {"Tags": tags_of(ses.backend, _resource(ses, request))}


def tag(backend: SESBackend, resource: str, tags: list[dict[str, str]]) -> None:
    """The resource is named as in its ARN: `contact-list/letters`."""
    if tags:
        backend.tagger.tag_resource(get_arn(backend, "ses", resource), tags)


def tags_of(backend: SESBackend, resource: str) -> list[dict[str, Any]]:
    tags: list[dict[str, Any]] = backend.tagger.list_tags_for_resource(get_arn(backend, "ses", resource))["Tags"]
    return tags


def untag(backend: SESBackend, resource: str) -> None:
    """The resource is gone."""
    backend.tagger.delete_all_tags_for_resource(get_arn(backend, "ses", resource))


def _resource(ses: Ses, request: Request) -> str:
    """What the ARN names, as moto does; raises Refused for what is none of the account's."""
    parts = request.document["ResourceArn"].split(":", 5)
    kind, _, named = parts[-1].partition("/")
    kind = IDENTITY if kind == "identity" else kind
    if len(parts) < 6 or parts[0] != "arn" or kind not in KINDS or not named.strip():
        raise invalid("ResourceArn is not the expected format")
    if parts[4] != ses.account:
        raise invalid("Operations on a resource created in a different account is not allowed")
    if named not in _those_there(ses, kind):
        raise Refused(REJECTED, "NotFoundException", f"No {KINDS[kind]} present with name: {named}")
    return f"{kind}/{named}"


def _those_there(ses: Ses, kind: str) -> Container[str]:
    """The names of an account's resources of a kind."""
    backend = ses.backend
    kept: dict[str, Container[str]] = {
        "configuration-set": backend.config_sets,
        "contact-list": [one.name for one in ses.lists.all()],
        "custom-verification-email-template": [one.name for one in ses.verification.all()],
        "dedicated-ip-pool": backend.dedicated_ip_pools,
        IDENTITY: backend.email_identities,
        "template": backend.templates,
        "tenant": [f"{one.name}/{one.id}" for one in ses.tenants.all()],
    }
    return kept[kind]


def _check_region(ses: Ses, request: Request, verb: str) -> None:
    if request.document["ResourceArn"].split(":")[3] != ses.region:
        raise invalid(f"Failed to {verb} resource")
