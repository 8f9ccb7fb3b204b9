"""Which kind of mail each mail is, where figures tell kinds apart: lanes, else workloads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reports.figures.series import Kind
from scenarios.ledger.ledger import Ledger
from scenarios.schema.labels import lanes_of, places_of
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import origins

MOST = 4  # panels: more are not looked at


class Kinds(NamedTuple):
    """Names, the most urgent first, and for each mail the place of its own."""

    names: list[str]
    of_mail: NDArray[Any]


def kinds_of(scenario: Scenario, seed: int) -> Kinds | None:
    """None where there is one kind only, or are too many."""
    workloads, lanes = scenario.workload, lanes_of(scenario.workload)
    many = len(lanes) if len(lanes) > 1 else len(workloads)
    if not 1 < many <= MOST:
        return None
    origin = origins(workloads, seed)
    if len(lanes) > 1:
        return Kinds([lane.name for lane in lanes], np.array(places_of(workloads))[origin])
    return Kinds([one.name or f"[{place}]" for place, one in enumerate(workloads)], origin)


def apart(ledger: Ledger, kinds: Kinds | None) -> list[Kind]:
    """The ledger of each kind alone; none where the kinds are of other mails."""
    if kinds is None or len(kinds.of_mail) != len(ledger.mails["mail"]):
        return []
    return [Kind(name, _only(ledger, kinds.of_mail == at)) for at, name in enumerate(kinds.names)]


def _only(ledger: Ledger, mine: NDArray[np.bool_]) -> Ledger:
    """Of these mails alone, which are numbered anew."""
    number, chosen = np.cumsum(mine) - 1, mine[ledger.calls["mail"]]
    calls = {name: column[chosen] for name, column in ledger.calls.items()}
    calls["mail"] = number[calls["mail"]]
    return replace(ledger, mails={name: column[mine] for name, column in ledger.mails.items()}, calls=calls)
