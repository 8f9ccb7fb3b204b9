"""Which suppression list a mail is compared with, and for which reasons.

What its configuration set says goes first, then what its tenant says, then the account (SES Developer Guide, "Using
tenant-level suppression lists in Amazon SES").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from weakref import WeakKeyDictionary

from loadtests.endpoint.message import Message, Withheld
from loadtests.endpoint.publishing.configuration import ConfigurationSets
from loadtests.endpoint.publishing.suppression import REASONS, SuppressionList
from loadtests.endpoint.tenants.tenants import Tenant, Tenants


class Policy(NamedTuple):
    """What holds for one mail: a list, the reasons in use, and what keeps a mail from an address on it."""

    entries: SuppressionList
    reasons: frozenset[str]
    why: Withheld

    def withheld(self, message: Message) -> Mapping[str, Withheld]:
        """The recipients whom SES will not bother, and why."""
        return dict.fromkeys(self.entries.among(message.recipients, self.reasons), self.why)

    def find(self, address: str, reason: str) -> None:
        """SES has found a reason, which it heeds if it is in use."""
        if reason in self.reasons:
            self.entries.find(address, reason)


class Suppression:
    """One account's: its own list and reasons, and what configuration sets and tenants say instead."""

    def __init__(self, configuration_sets: ConfigurationSets, tenants: Tenants) -> None:
        self.account, self.reasons = SuppressionList(), frozenset(REASONS)
        self._configuration_sets, self._tenants = configuration_sets, tenants
        self._of_tenants: WeakKeyDictionary[Tenant, SuppressionList] = WeakKeyDictionary()

    def of(self, tenant: Tenant) -> SuppressionList:
        """A tenant's own list, which goes with it."""
        return self._of_tenants.setdefault(tenant, SuppressionList())

    def policy(self, message: Message) -> Policy:
        """Of a mail whose configuration set is known; scope and reasons are decided each by itself."""
        options = self._configuration_sets.suppression(message.configuration_set)
        tenant = self._tenants.find(message.tenant)
        if tenant is not None:
            options = {**tenant.suppression, **options}
        reasons = frozenset(options.get("SuppressedReasons", self.reasons))
        if tenant is not None and options.get("SuppressionScope") == "TENANT":
            return Policy(self.of(tenant), reasons, Withheld.BY_TENANT)
        return Policy(self.account, reasons, Withheld.BY_ACCOUNT)

    def forget_found(self) -> None:
        """Only those stay on the lists whom requests have put there."""
        for one in (self.account, *self._of_tenants.values()):
            one.forget_found()
