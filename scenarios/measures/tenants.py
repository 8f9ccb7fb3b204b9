"""Figures of each tenant of SES apart, where there are any."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from scenarios.delivery.tenancy import tenants_of_mails
from scenarios.entries.accounts import TenantEntry
from scenarios.ledger.ledger import Ledger
from scenarios.ledger.recipients import Acceptances, acceptances
from scenarios.measures.accounts import calls_by_outcome
from scenarios.measures.apart import figures_of_mails
from scenarios.measures.delivery import Inboxes, delivery_of_tenant
from scenarios.schema.model import Scenario


def tenants_apart(ledger: Ledger, scenario: Scenario, inboxes: Inboxes | None) -> list[TenantEntry]:
    """Each tenant in the order of the file: its own mail, the calls for it, and what AWS made of the tenant."""
    if not scenario.tenants:
        return []
    whose, accepted = tenants_of_mails(scenario, ledger.seed), acceptances(ledger)
    return [
        _tenant(name, tenant.account, whose == number, ledger, accepted, inboxes)
        for number, (name, tenant) in enumerate(scenario.tenants.items(), 1)
    ]


def _tenant(
    name: str,
    account: str | None,
    mine: NDArray[np.bool_],
    ledger: Ledger,
    accepted: Acceptances,
    inboxes: Inboxes | None,
) -> TenantEntry:
    entry = {
        "tenant": name,
        **({"account": account} if account else {}),
        **figures_of_mails(ledger, accepted, mine),
        "calls": calls_by_outcome(ledger.calls["outcome"][mine[ledger.calls["mail"]]]),
        **delivery_of_tenant(inboxes, mine, name),
    }
    return cast(TenantEntry, entry)
