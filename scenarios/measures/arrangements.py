"""The best possible where there are several accounts: as they are arranged, in slices, and out of a pool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.measures.bound import Bound, bound_of, bound_of_parts
from scenarios.measures.ideal.admissions import admissions_of
from scenarios.measures.ideal.slowest import Largest
from scenarios.schema.accounts.pool import Pool
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import NOBODY, numbered_slices_of, owners, slices_of
from scenarios.traffic.workload import Arrivals, arrivals


class Apart(NamedTuple):
    """What the ideal sender makes an account's own mail wait, 99th percentile: in its slice, and with the pool."""

    account: str
    slice_p99_s: float
    pool_p99_s: float


class Arrangements(NamedTuple):
    """The same mails in slices and with a pool, each sent by its ideal sender, first come first served."""

    slices: Bound
    pool: Bound
    accounts: tuple[Apart, ...]


def ideal_of(scenario: Scenario, seed: int) -> Bound:
    """The bound of a scenario under a seed, whatever accounts send its mail."""
    return bound_of_parts([(one, arrivals(one.workload, seed)) for one in slices_of(scenario).values()])


def arrangements_of(scenario: Scenario, seed: int) -> Arrangements | None:
    """Both arrangements of the accounts; None where there is one, or where nothing says whose some mail would be.

    A pool of some accounts leaves the others as they are; where the file has none, it is of all.
    """
    if len(scenario.accounts) < 2:
        return None
    whose = owners(scenario, seed)
    if (whose == NOBODY).any() or not len(whose):
        return None
    slices = {name: (one, arrivals(one.workload, seed)) for name, one in slices_of(_sliced(scenario)).items()}
    pooled = _pooled(scenario)
    waits_s = _waits_in(pooled, seed, whose)
    return Arrangements(
        bound_of_parts([*slices.values()]),
        ideal_of(pooled, seed),
        tuple(_apart(name, bound_of(*slices[name]), waits_s) for name in waits_s),
    )


def _sliced(scenario: Scenario) -> Scenario:
    return scenario.model_copy(update={"pool": None})


def _pooled(scenario: Scenario) -> Scenario:
    return scenario if scenario.pool is not None else scenario.model_copy(update={"pool": Pool()})


def _apart(name: str, alone: Bound, waits_s: Mapping[str, float]) -> Apart:
    return Apart(name, alone.latency_p99_s or 0.0, waits_s[name])


def _waits_in(pooled: Scenario, seed: int, whose: NDArray[np.uint8]) -> dict[str, float]:
    """For each account that has mail the 99th percentile of its recipients' waits, in the order of the file."""
    waits_s: dict[int, float] = {}
    for part, numbers in numbered_slices_of(pooled, seed).values():
        waits_s |= _waits_in_part(part, arrivals(part.workload, seed), whose[numbers])
    return {name: waits_s[place] for place, name in enumerate(pooled.accounts) if place in waits_s}


def _waits_in_part(part: Scenario, mails: Arrivals, whose: NDArray[np.uint8]) -> dict[int, float]:
    """The same of those that share a backlog, by number."""
    of_recipient = np.repeat(whose, mails.recipients)
    totals = np.bincount(of_recipient).tolist()
    slowest = {number: Largest(total - -(-99 * total // 100) + 1) for number, total in enumerate(totals) if total}
    done = 0
    for intended_s, admitted_s in admissions_of(part, mails):
        mine = of_recipient[done : done + len(intended_s)]
        done += len(intended_s)
        for number, largest in slowest.items():
            largest.add((admitted_s - intended_s)[mine == number])
    return {number: largest.smallest() for number, largest in slowest.items()}
