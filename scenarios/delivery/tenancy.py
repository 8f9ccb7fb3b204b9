"""Tenants of SES: which one each mail is of, and what the recipients are like whose mail a tenant sends.

Each tenant has a reputation of its own, and may have a suppression list of its own; one that is paused stops no other.
Rate and quota are the account's. Source, read in November 2026: docs.aws.amazon.com/ses/latest/dg/tenants.html, and
TenantSuppressionAttributes in SES's API reference: without a list of its own a tenant uses the account's.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from scenarios.delivery.recipients import PLACES, Nature, Population
from scenarios.schema.accounts.accounts import Tenant
from scenarios.schema.delivery.delivery import Delivery
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import origins


class Tenancy:
    """The tenants by number: 0 is the account itself, whose all mail is that no tenant sends."""

    def __init__(
        self,
        delivery: Delivery,
        seed: int,
        tenants: Mapping[str, Tenant] | None = None,
        of_mail: NDArray[np.uint8] | None = None,
    ) -> None:
        known = tenants or {}
        self.names = ("", *known)
        self.populations = [
            Population(one, seed) for one in (delivery, *(_own(delivery, one) for one in known.values()))
        ]
        self._of_mail = None if of_mail is None else of_mail.data

    def of_mail(self, mail: int) -> int:
        """The tenant that sends a mail; what is no mail of the run is no tenant's."""
        return self._of_mail[mail] if self._of_mail is not None and 0 <= mail < len(self._of_mail) else 0

    def of(self, key: int) -> int:
        """The tenant that sends to the recipient with this key."""
        return self.of_mail(key // PLACES)

    def nature(self, key: int) -> Nature:
        """What the recipient with this key is like to the tenant that sends to it."""
        return self.populations[self.of(key)].nature(key)


def _own(delivery: Delivery, tenant: Tenant) -> Delivery:
    """What becomes of a tenant's mail: its own list of those who get none, if it has one."""
    return delivery if tenant.suppressed is None else delivery.model_copy(update={"suppressed": tenant.suppressed})


def tenancy_of(scenario: Scenario, delivery: Delivery, seed: int) -> Tenancy:
    """The tenants of a run's mails, by their numbers."""
    if not scenario.tenants:
        return Tenancy(delivery, seed)
    return Tenancy(delivery, seed, scenario.tenants, tenants_of_mails(scenario, seed))


def tenants_of_mails(scenario: Scenario, seed: int) -> NDArray[np.uint8]:
    """For each mail the number of the tenant that sends it, from 1 in the order of the file; 0 for none."""
    number = {name: index for index, name in enumerate(scenario.tenants, 1)}
    of_workload = np.array([0 if one.tenant is None else number[one.tenant] for one in scenario.workload], np.uint8)
    of_mail: NDArray[np.uint8] = of_workload[origins(scenario.workload, seed)]
    return of_mail
