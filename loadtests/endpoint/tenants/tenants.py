"""The tenants of an account, by name.

SES judges each tenant's reputation by findings of its own, of which nothing is published that could be modelled: here
only the account's owner disables a tenant. Source of the forms of ids and ARNs, of words and of their order:
floci-io/floci#2644, #2710, #2743 and #2815, which have asked SES in August 2026.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from moto.utilities.utils import get_partition

from loadtests.endpoint.refusals import Refused, invalid
from scenarios.ledger.ledger import REJECTED

ENABLED, DISABLED = "ENABLED", "DISABLED"
MOST_CHARACTERS = 64  # of a name

_NAME = re.compile("[A-Za-z0-9_-]+")


@dataclass(eq=False, slots=True, weakref_slot=True)
class Tenant:
    """One of them; `resources` are ARNs, each since when it may be used."""

    name: str
    id: str
    arn: str
    policy: str
    suppression: Mapping[str, Any] = field(default_factory=dict)
    status: str = ENABLED
    status_unix_s: float = field(default_factory=time.time)
    created_unix_s: float = field(default_factory=time.time)
    resources: dict[str, float] = field(default_factory=dict)

    def put_status(self, status: str) -> None:
        """Whether it may send, as the account's owner wants it."""
        self.status, self.status_unix_s = status, time.time()

    def associate(self, arn: str) -> None:
        """Raises Refused if it is already."""
        if arn in self.resources:
            text = f"Resources {arn} has already been associated with tenant {self.name}"
            raise Refused(REJECTED, "AlreadyExistsException", text)
        self.resources[arn] = time.time()

    def check(self, arns: Iterable[str]) -> None:
        """Raises Refused if it may not send, or not with all of these resources."""
        if self.status == DISABLED:
            text = f"Sending is disabled for the tenant <{self.name}>."
            raise Refused(REJECTED, "TenantSendingPausedException", text)
        missing = [arn for arn in arns if arn not in self.resources]
        if missing:
            text = f"Tenant not associated with resources [{', '.join(missing)}]."
            raise Refused(REJECTED, "AccessDenied", text)


class Tenants:
    """Of one account and region."""

    def __init__(self, account: str, region: str) -> None:
        self.account, self.region = account, region
        self._all: dict[str, Tenant] = {}
        self._changes = Lock()

    def all(self) -> list[Tenant]:
        """By name, as SES lists them."""
        return [tenant for _, tenant in sorted(self._all.items())]

    def create(self, name: str, suppression: Mapping[str, Any]) -> Tenant:
        """Raises Refused if there is one of this name, or none can be called so."""
        _check_name(name)
        with self._changes:
            if name in self._all:
                text = f"Tenant with name {name} already exists in account {self.account}"
                raise Refused(REJECTED, "AlreadyExistsException", text)
            tenant_id = f"tn-{secrets.token_hex(15)}"
            arn = f"{self._arn(self.account)}:tenant/{name}/{tenant_id}"
            policy = f"{self._arn('aws')}:reputation-policy/standard"
            self._all[name] = Tenant(name, tenant_id, arn, policy, suppression)
            return self._all[name]

    def _arn(self, owner: str) -> str:
        return f"arn:{get_partition(self.region)}:ses:{self.region}:{owner}"

    def find(self, name: str | None) -> Tenant | None:
        return None if name is None else self._all.get(name)

    def get(self, name: str) -> Tenant:
        """Raises Refused if there is none."""
        _check_name(name)
        found = self.find(name)
        if found is None:
            raise _missing(f"The requested tenant <{name}> does not exist.")
        return found

    def sending(self, name: str) -> Tenant:
        """The tenant of a mail; raises Refused, in other words, if there is none."""
        found = self.find(name)
        if found is None:
            raise _missing(f"Tenant {name} for AwsAccountId {self.account} not found.")
        return found

    def by_arn(self, arn: str) -> Tenant:
        """Raises Refused if there is none."""
        found = next((tenant for tenant in self.all() if tenant.arn == arn), None)
        if found is None:
            raise _missing(f"The reputation entity <{arn}> does not exist.")
        return found

    def remove(self, name: str) -> Tenant:
        """Its associations go with it; raises Refused if there is none."""
        with self._changes:
            self.get(name)
            return self._all.pop(name)

    def check_unused(self, arn: str) -> None:
        """Raises Refused if a tenant may send with a resource that is to be deleted."""
        if any(arn in tenant.resources for tenant in self.all()):
            why = "because it has tenant associations. Remove all tenant associations and try again."
            raise invalid(f"Cannot delete <{arn}> {why}")


def _check_name(name: str) -> None:
    if not name.strip():
        raise invalid("TenantName cannot be empty")
    if len(name) > MOST_CHARACTERS:
        raise invalid(f"TenantName cannot exceed {MOST_CHARACTERS} characters.")
    if not _NAME.fullmatch(name):
        raise invalid(f"Invalid tenant name <{name}>: only alphanumeric ASCII characters, '_', and '-' are allowed.")


def _missing(text: str) -> Refused:
    return Refused(REJECTED, "NotFoundException", text)
