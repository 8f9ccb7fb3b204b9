"""API v2: reputation entities, which are the tenants: whether they may send, and by which policy SES would judge."""

from __future__ import annotations

from typing import Any

from loadtests.endpoint.control.kept import kept
from loadtests.endpoint.control.pages import page_of, size_within
from loadtests.endpoint.refusals import invalid
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.tenants.tenants import ENABLED, Tenant

MOST_ON_A_PAGE = 100
POLICIES = ("none", "standard", "strict")


def get(ses: Ses, request: Request) -> dict[str, Any]:
    return {"ReputationEntity": _shown(_tenant(ses, request))}


def list_all(ses: Ses, request: Request) -> dict[str, Any]:
    wanted = request.document.get("Filter", {})
    prefix, status = wanted.get("ENTITY_REFERENCE_PREFIX", ""), wanted.get("SENDING_STATUS")
    found = [one for one in ses.tenants.all() if one.arn.startswith(prefix) and status in (None, one.status)]
    listed, size = [] if "REPUTATION_IMPACT" in wanted else found, size_within(request.document, MOST_ON_A_PAGE)
    page, more = page_of(listed, request.document, size)
    return {"ReputationEntities": [_shown(one) for one in page], **more}


def put_status(ses: Ses, request: Request) -> dict[str, Any]:
    _tenant(ses, request).put_status(request.document["SendingStatus"])
    return {}


@kept
def put_policy(ses: Ses, request: Request) -> dict[str, Any]:
    """One of AWS's own, by its ARN."""
    policy: str = request.document["ReputationEntityPolicy"]
    owner, _, name = policy.rpartition(":reputation-policy/")
    if not owner.endswith(":aws") or name not in POLICIES:
        raise invalid(f"Reputation policy <{policy}> must be one of {', '.join(POLICIES)}.")
    _tenant(ses, request).policy = policy
    return {}


def _tenant(ses: Ses, request: Request) -> Tenant:
    return ses.tenants.by_arn(request.document["ReputationEntityReference"])


def _shown(tenant: Tenant) -> dict[str, Any]:
    """SES itself finds nothing here, and disables no tenant."""
    return {
        "ReputationEntityReference": tenant.arn,
        "ReputationEntityType": "RESOURCE",
        "ReputationManagementPolicy": tenant.policy,
        "CustomerManagedStatus": {"Status": tenant.status, "LastUpdatedTimestamp": tenant.status_unix_s},
        "AwsSesManagedStatus": {"Status": ENABLED, "LastUpdatedTimestamp": tenant.created_unix_s},
        "SendingStatusAggregate": tenant.status,
    }
