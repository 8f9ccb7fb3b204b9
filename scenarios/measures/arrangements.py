"""The best possible where there are several accounts: as they are arranged, in slices, and in one pool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.measures.bound import Bound, Largest, admissions_of, bound_of, bound_of_parts
from scenarios.schema.accounts.pool import Pool
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import NOBODY, owners, slices_of
from scenarios.traffic.workload import Arrivals, arrivals


class Apart(NamedTuple):
    """What the ideal sender makes an account's own mail wait, 99th percentile: in its slice, and in one pool."""

    account: str
    slice_p99_s: float
    pool_p99_s: float


class Arrangements(NamedTuple):
    """The same mails in slices and in one pool, each sent by its ideal sender, first come first served."""

    slices: Bound
    pool: Bound
    accounts: tuple[Apart, ...]


def ideal_of(scenario: Scenario, seed: int) -> Bound:
    """The bound of a scenario under a seed, whatever accounts send its mail."""
    return bound_of_parts([(one, arrivals(one.workload, seed)) for one in slices_of(scenario).values()])


def arrangements_of(scenario: Scenario, seed: int) -> Arrangements | None:
    """Both arrangements of all accounts; None where there is one, or where nothing says whose some mail would be."""
    if len(scenario.accounts) < 2:
        return None
    whose = owners(scenario, seed)
    if (whose == NOBODY).any() or not len(whose):
        return None
    sliced, pooled = _sliced(scenario), scenario.model_copy(update={"pool": Pool()})
    slices = {name: (one, arrivals(one.workload, seed)) for name, one in slices_of(sliced).items()}
    waits_s = _waits_in_pool(pooled, arrivals(scenario.workload, seed), whose)
    return Arrangements(
        bound_of_parts([*slices.values()]),
        ideal_of(pooled, seed),
        tuple(_apart(name, bound_of(*slices[name]), waits_s) for name in waits_s),
    )


def _sliced(scenario: Scenario) -> Scenario:
    return scenario.model_copy(update={"pool": None})


def _apart(name: str, alone: Bound, waits_s: Mapping[str, float]) -> Apart:
    return Apart(name, alone.latency_p99_s or 0.0, waits_s[name])


def _waits_in_pool(pooled: Scenario, mails: Arrivals, whose: NDArray[np.uint8]) -> dict[str, float]:
    """For each account that has mail the 99th percentile of its recipients' waits, one backlog being sent."""
    of_recipient = np.repeat(whose, mails.recipients)
    totals = np.bincount(of_recipient, minlength=len(pooled.accounts)).tolist()
    slowest = {number: Largest(total - -(-99 * total // 100) + 1) for number, total in enumerate(totals) if total}
    done = 0
    for intended_s, admitted_s in admissions_of(pooled, mails):
        mine = of_recipient[done : done + len(intended_s)]
        done += len(intended_s)
        for number, largest in slowest.items():
            largest.add((admitted_s - intended_s)[mine == number])
    names = [*pooled.accounts]
    return {names[number]: largest.smallest() for number, largest in slowest.items()}
