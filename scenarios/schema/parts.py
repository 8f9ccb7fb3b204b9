"""Parts of a scenario's mail that thresholds may be about: several workloads, lanes and accounts, and tenants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scenarios.figures import in_two
from scenarios.schema.labels import lanes_of
from scenarios.schema.processes import Workload


def parts_of(workloads: Sequence[Workload], accounts: Iterable[str] = (), tenants: Iterable[str] = ()) -> list[str]:
    """As the names of their figures begin; a workload that has a name may be counted all the same."""
    lanes = [f"lanes.{lane.name}." for lane in lanes_of(workloads)]
    words = [*map(str, range(len(workloads))), *_names(workloads)]
    return [
        *(f"workloads.{word}." for word in words if len(workloads) > 1),
        *(lanes if len(lanes) > 1 else ()),
        *(f"accounts.{name}." for name in accounts),
        *(f"tenants.{name}." for name in tenants),
    ]


def parts_instead(
    whose: str, workloads: Sequence[Workload], accounts: Iterable[str] = (), tenants: Iterable[str] = ()
) -> str:
    """What there is where a threshold asks for another lane, workload, account or tenant."""
    if whose.startswith("tenants."):
        named = ", ".join(tenants)
        return f"the tenants are {named}" if named else "figures per tenant need tables [tenants.NAME]"
    if whose.startswith("accounts."):
        named = ", ".join(accounts)
        return f"the accounts are {named}" if named else "figures per account need tables [accounts.NAME]"
    return _lanes(workloads) if whose.startswith("lanes.") else _workloads(workloads)


def by_word(figure: str, workloads: Sequence[Workload]) -> str:
    """The name of a figure as runs have it, where a workload that has a name is counted instead."""
    whose, of_it = in_two(figure)
    named = {f"workloads.{number}.": one.name for number, one in enumerate(workloads) if one.name is not None}
    return f"workloads.{named[whose]}.{of_it}" if whose in named else figure


def _names(workloads: Sequence[Workload]) -> list[str]:
    return [one.name for one in workloads if one.name is not None]


def _workloads(workloads: Sequence[Workload]) -> str:
    if len(workloads) == 1:
        return "figures per workload need several"
    called = f", or called {', '.join(names)}" if (names := _names(workloads)) else ""
    return f"workloads are counted from 0 to {len(workloads) - 1}{called}"


def _lanes(workloads: Sequence[Workload]) -> str:
    lanes = lanes_of(workloads)
    if len(lanes) == 1:
        return f"figures per lane need several, and the only lane is {lanes[0].name}"
    return f"the lanes are {', '.join(lane.name for lane in lanes)}"
