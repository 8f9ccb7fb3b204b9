"""What one machine can really run: more would measure the machine, not the strategy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from loadtests.application.access import calls_at_once
from scenarios.errors import BadInput
from scenarios.schema.model import Scenario
from strategies.resources import Plan
from strategies.settings import scaling

MOST_CALLS_AT_ONCE = 256  # threads of the local server: more would only compete for its one interpreter
MOST_TOGETHER = 1_024  # of several accounts, which seldom have all that they may have
MOST_ENVIRONMENTS = 200  # processes
SPARE_THREADS = 64  # of the server: for pollers that wait, and for functions


def threads(plan: Plan) -> int:
    """How many requests the server must be able to hold at once."""
    functions = max((function.connections for function in plan.functions), default=0)
    return calls_at_once(plan) + functions + max(_environments(plan), default=0) + SPARE_THREADS * bool(plan.queues)


def _environments(plan: Plan) -> Iterator[int]:
    """At once, as far as a mapping or a function bounds them."""
    for mapping in plan.mappings:
        yield mapping.maximum_concurrency or 0
    for function in plan.functions:
        yield function.reserved_concurrency or 0


def refuse_too_much(scenario: Scenario, strategy: str, plans: Sequence[Plan]) -> None:
    """Raises BadInput that names the setting; the plans of all accounts are carried out at the same time."""
    where = f"{scenario.name}: {scenario.table_of(strategy)}"
    for plan in plans:
        if calls_at_once(plan) > MOST_CALLS_AT_ONCE:
            raise BadInput(f"{where}{_too_many(plan)}")
    if (together := sum(map(calls_at_once, plans))) > MOST_TOGETHER:
        raise BadInput(
            f"{where}: {together} calls at once of {len(plans)} accounts: at most {MOST_TOGETHER} in the moto world, "
            "whose one server holds a thread for each; declare fewer pods or connections, or use --on sim"
        )
    environments = sum(max(_environments(plan), default=0) for plan in plans)
    if environments > MOST_ENVIRONMENTS:
        raise BadInput(
            f"{where}: {environments} invocations at once: at most {MOST_ENVIRONMENTS} processes run on this machine "
            "in the moto world; lower the concurrency, or use --on sim"
        )


def _too_many(plan: Plan) -> str:
    """What asks for too many calls at once, a setting if one counts them, and what would be right."""
    why = f"in the moto world, where more than {MOST_CALLS_AT_ONCE} calls at once would wait for its one server"
    for setting in scaling(plan.settings, "calls", "pods"):
        value = getattr(plan.settings, setting.name)
        most = value * MOST_CALLS_AT_ONCE // calls_at_once(plan)
        return f".{setting.name} = {value}: must be at most {most} {why}; use --on sim"
    return f": {calls_at_once(plan)} calls at once: too many {why}; declare fewer pods or connections, or use --on sim"
