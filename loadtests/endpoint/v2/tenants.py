"""API v2: tenants, what they may send with, and their suppression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadtests.endpoint.addresses import ANYBODY
from loadtests.endpoint.control.pages import page_of, size_within
from loadtests.endpoint.refusals import Refused, invalid
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.templates import named
from loadtests.endpoint.tenants.resources import Resource, checked_type, resource_of, type_of
from loadtests.endpoint.tenants.tenants import Tenant
from loadtests.endpoint.v2.tagging import tag, tags_of, untag
from scenarios.ledger.ledger import REJECTED

MOST_ON_A_PAGE = 100
BOTH = ("SuppressedReasons", "SuppressionScope")


def create(ses: Ses, request: Request) -> dict[str, Any]:
    asked = request.document
    tenant = ses.tenants.create(asked["TenantName"], _suppression(asked.get("SuppressionAttributes", {})))
    tag(ses.backend, _resource(tenant), asked.get("Tags", []))
    return _whole(ses, tenant)


def get(ses: Ses, request: Request) -> dict[str, Any]:
    return {"Tenant": _whole(ses, ses.tenants.get(request.document["TenantName"]))}


def list_all(ses: Ses, request: Request) -> dict[str, Any]:
    wanted = request.document.get("Filter", {})
    part, status = wanted.get("TENANT_NAME_CONTAINS", ""), wanted.get("SENDING_STATUS")
    found = [one for one in ses.tenants.all() if part in one.name and status in (None, one.status)]
    page, more = page_of(found, request.document, size_within(request.document, MOST_ON_A_PAGE))
    return {"Tenants": [_info(one) for one in page], **more}


def delete(ses: Ses, request: Request) -> dict[str, Any]:
    untag(ses.backend, _resource(ses.tenants.remove(request.document["TenantName"])))
    return {}


def put_suppression(ses: Ses, request: Request) -> dict[str, Any]:
    """Neither of both clears what has been put."""
    suppression = _suppression(request.document)
    ses.tenants.get(request.document["TenantName"]).suppression = suppression
    return {}


def associate(ses: Ses, request: Request) -> dict[str, Any]:
    tenant, resource = _both(ses, request)
    _check_there(ses, resource)
    tenant.associate(resource.arn)
    return {}


def dissociate(ses: Ses, request: Request) -> dict[str, Any]:
    """What is not associated stays so without a word."""
    tenant, resource = _both(ses, request)
    tenant.resources.pop(resource.arn, None)
    return {}


def list_resources(ses: Ses, request: Request) -> dict[str, Any]:
    """By their ARNs."""
    tenant, wanted = ses.tenants.get(request.document["TenantName"]), request.document.get("Filter", {})
    kind = checked_type(wanted["RESOURCE_TYPE"]) if "RESOURCE_TYPE" in wanted else None
    arns = [arn for arn in sorted(tenant.resources) if kind in (None, type_of(arn))]
    page, more = page_of(arns, request.document, size_within(request.document, MOST_ON_A_PAGE))
    return {"TenantResources": [{"ResourceType": type_of(arn), "ResourceArn": arn} for arn in page], **more}


def list_tenants_of(ses: Ses, request: Request) -> dict[str, Any]:
    """Since when they may use a resource, the oldest first."""
    arn = resource_of(request.document["ResourceArn"], ses.account, ses.region).arn
    found = [tenant for tenant in ses.tenants.all() if arn in tenant.resources]
    found.sort(key=lambda tenant: tenant.resources[arn])
    page, more = page_of(found, request.document, size_within(request.document, MOST_ON_A_PAGE))
    tenants = [
        {
            "TenantName": tenant.name,
            "TenantId": tenant.id,
            "ResourceArn": arn,
            "AssociatedTimestamp": tenant.resources[arn],
        }
        for tenant in page
    ]
    return {"ResourceTenants": tenants, **more}


def _both(ses: Ses, request: Request) -> tuple[Tenant, Resource]:
    tenant = ses.tenants.get(request.document["TenantName"])
    return tenant, resource_of(request.document["ResourceArn"], ses.account, ses.region)


def _check_there(ses: Ses, resource: Resource) -> None:
    """Raises Refused if there is no such identity, configuration set or template."""
    identities = ses.backend.email_identities
    if resource.kind == "configuration-set":
        ses.configuration_sets.get(resource.name)
    elif resource.kind == "template":
        named(ses.backend, resource.name)
    elif resource.name not in identities and ANYBODY not in identities:
        raise Refused(REJECTED, "NotFoundException", f"Identity <{resource.name}> does not exist.")


def _suppression(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Reasons and scope, which go together; raises Refused for one without the other, or a reason twice."""
    reasons, scope = (attributes.get(key) for key in BOTH)
    if len(set(reasons or ())) < len(reasons or ()):
        raise invalid("Each suppressed reason can only be specified at most once")
    if scope is None and reasons == []:
        known = "Valid values are: TENANT, ACCOUNT"
        raise invalid(f"SuppressionScope is required when SuppressedReasons are provided. {known}")
    if scope is None and reasons:
        raise invalid("SuppressedReasons cannot be specified without SuppressionScope.")
    if scope is not None and reasons is None:
        raise invalid("SuppressionScope cannot be specified without SuppressedReasons.")
    return {key: attributes[key] for key in BOTH if key in attributes}


def _resource(tenant: Tenant) -> str:
    return f"tenant/{tenant.name}/{tenant.id}"


def _info(tenant: Tenant) -> dict[str, Any]:
    return {
        "TenantName": tenant.name,
        "TenantId": tenant.id,
        "TenantArn": tenant.arn,
        "CreatedTimestamp": tenant.created_unix_s,
        "SendingStatus": tenant.status,
    }


def _whole(ses: Ses, tenant: Tenant) -> dict[str, Any]:
    suppression = {"SuppressionAttributes": tenant.suppression} if tenant.suppression else {}
    return {**_info(tenant), "Tags": tags_of(ses.backend, _resource(tenant)), **suppression}
