"""The tenants that a scenario names, as SES has them from the first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from loadtests.endpoint.tenants.tenants import Tenants
from scenarios.schema.accounts.accounts import Tenant


def declare(
    tenants: Tenants, declared: Mapping[str, Tenant], identities: Collection[str], reasons: Collection[str]
) -> None:
    """Each may send from all of these, by their ARNs; `reasons` are those for which a list of its own holds mail back.

    Whatever else they send with, requests associate.
    """
    for name, one in declared.items():
        tenant = tenants.create(name, _suppression(one, reasons))
        for arn in identities:
            tenant.associate(arn)


def _suppression(tenant: Tenant, reasons: Collection[str]) -> Mapping[str, Any]:
    """A list of its own is empty at first: which addresses a share of it would be, nothing says."""
    return {} if tenant.suppressed is None else {"SuppressedReasons": list(reasons), "SuppressionScope": "TENANT"}
