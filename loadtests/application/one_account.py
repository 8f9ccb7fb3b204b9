"""Places that send through one account of SES only."""

from __future__ import annotations

from scenarios.errors import BadInput
from scenarios.schema.model import Scenario


def refuse_several(scenario: Scenario, where: str) -> None:
    """Raises BadInput for a scenario of several accounts, which `where` could not tell apart."""
    if scenario.accounts:
        names = ", ".join(scenario.accounts)
        raise BadInput(
            f"{scenario.name}: has the accounts {names}, and {where} through one; use --on sim or --on moto, or a "
            "scenario with [account]"
        )
