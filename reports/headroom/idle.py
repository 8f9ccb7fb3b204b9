"""Numbers of a scenario that a search would move in vain: what is replaced, fixed, or read by nobody."""

from __future__ import annotations

from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from scenarios.schema.labels import ways_of
from scenarios.schema.model import Scenario


def refuse_idle(scenario: Scenario, contender: str, name: str) -> None:
    """Raises BadInput for a key that changes nothing for the contender."""
    if why := _why_idle(scenario, contender, name.split(".")):
        raise BadInput(f"--setting {printable(name)}: {why}")


def _why_idle(scenario: Scenario, contender: str, parts: list[str]) -> str | None:
    match parts:
        case ["seed"]:
            return "is chance; --seed says which, and --replications how many"
        case ["account", "limiter", *_]:
            return "each limiter that is tried takes its place; --limiters names a file of them"
        case ["account", "max_send_rate_per_s" | "max_24h_send"] if scenario.account.sandbox:
            return "is fixed in the sandbox; leave sandbox out to move it"
        case ["strategies" | "variants" as kind, who, *_] if f"{kind}.{who}" not in _read_by(scenario, contender):
            return f"is nothing that {contender} reads; name a setting of its own"
        case _:
            return None


def _read_by(scenario: Scenario, contender: str) -> set[str]:
    """The tables whose settings count where it sends: its own, its strategy's, and those of other ways."""
    senders = (contender, scenario.strategy_of(contender), *ways_of(scenario.workload))
    return {scenario.table_of(one) for one in senders}
