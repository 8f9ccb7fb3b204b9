"""Questions that are asked of one account of SES, or of one pool, because each has a limit and a quota of its own."""

from __future__ import annotations

from scenarios.errors import BadInput
from scenarios.schema.model import Scenario


def refuse_apart(source: str, scenario: Scenario, command: str) -> None:
    """Raises BadInput for accounts that share nothing; one, and a pool of all, are as good as one."""
    if len(scenario.accounts) > 1 and len(scenario.arrangement.pooled) < len(scenario.accounts):
        raise BadInput(f"{_has(source, scenario, command)}; give it the scenario of one of them, or [pool] all")


def _has(source: str, scenario: Scenario, command: str) -> str:
    return f"{source}: has the accounts {', '.join(scenario.accounts)}, and {command} looks at one"
