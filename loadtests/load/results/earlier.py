"""What earlier loads have left behind at a server that is not a run's own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.delivery.tenancy import tenants_of_mails
from scenarios.ledger.delivered import Delivered, Judged
from scenarios.ledger.ledger import ACCOUNT, PAUSED, Ledger
from scenarios.schema.model import Scenario


def paused_before(ledger: Ledger, scenario: Scenario) -> Iterator[str]:
    """Whose mail was refused as a paused sender's, though none of this run's mail was bad enough for that.

    A mail is its tenant's, or of an account that has it sent by none.
    """
    paused = ledger.calls["outcome"] == PAUSED
    if ledger.delivered is None or not paused.any():
        return
    whose = tenants_of_mails(scenario, ledger.seed)[ledger.calls["mail"][paused]]
    by = ledger.calls[ACCOUNT][paused] if ACCOUNT in ledger.calls else np.zeros_like(whose)
    for place, account in enumerate(ledger.accounts or ("",)):
        for number, tenant in enumerate(("", *scenario.tenants)):
            count = int(np.count_nonzero((by == place) & (whose == number)))
            judged = _judged(ledger.delivered, account, tenant)
            if count and judged is not None and judged.paused_s is None:
                yield _told(ledger.strategy, count, _called(account, tenant))


def _judged(delivered: Delivered, account: str, tenant: str) -> Judged | None:
    """A tenant, or an account without its tenants."""
    by_itself = None if tenant else delivered.judged_itself(account)
    return by_itself or delivered.judged_of(account, tenant)


def _called(account: str, tenant: str) -> str:
    if tenant:
        return f"tenant {tenant}"
    return f"account {account}" if account else "the account"


def _told(user: str, count: int, whom: str) -> str:
    calls = f"{count} calls were" if count > 1 else "1 call was"
    return (
        f"{user}: {calls} refused because {whom} had been paused by earlier mail; "
        "start seslab serve anew, or let it forget with POST /_seslab/start"
    )
