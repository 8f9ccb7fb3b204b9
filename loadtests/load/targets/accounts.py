"""A scenario's accounts as a load test sends through them, and whose each of its mails is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from loadtests.load.assignment import Account, Pool, WorkerMails, all_mails
from loadtests.ports.local import REGION
from loadtests.ports.ses import source_of
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import NOBODY, numbered_slices_of, owners
from scenarios.traffic.workload import ALIKE, Arrivals, arrivals


def accounts_of(scenario: Scenario) -> tuple[Account, ...]:
    """None where the scenario names none."""
    return tuple(
        Account(
            name,
            account.region or REGION,
            source_of(account.identity) if account.identity else "",
            account.max_send_rate_per_s,
        )
        for name, account in scenario.accounts.items()
    )


def pool_of(scenario: Scenario) -> Pool | None:
    """Of these accounts those of [pool]; None without that table."""
    names = [*scenario.accounts]
    pooled = tuple(names.index(name) for name in scenario.arrangement.pooled)
    return None if scenario.pool is None else Pool(scenario.pool.routing, pooled)


def mails_of(scenario: Scenario, seed: int) -> WorkerMails:
    """All mails, and whose each is where there are several accounts."""
    mails = arrivals(scenario.workload, seed)
    if not scenario.accounts:
        return all_mails(mails)
    own = np.zeros(len(mails.recipients), np.int32)
    for _, numbers in numbered_slices_of(scenario, seed).values():
        own[numbers] = np.arange(len(numbers), dtype=np.int32)
    return all_mails(_labelled_by_part(scenario, mails, seed), _senders(scenario, seed), own)


def _labelled_by_part(scenario: Scenario, mails: Arrivals, seed: int) -> Arrivals:
    """With the ways and lanes that each account or pool counts: it has its own, and may lack some of the whole's."""
    lanes, ways = (np.zeros(len(mails.recipients), np.uint8) for _ in range(2))
    for part, numbers in numbered_slices_of(scenario, seed).values():
        its = arrivals(part.workload, seed)
        for column, own in ((lanes, its.lanes), (ways, its.ways)):
            if len(own):
                column[numbers] = own
    return mails._replace(lanes=lanes if lanes.any() else ALIKE, ways=ways if ways.any() else ALIKE)


def _senders(scenario: Scenario, seed: int) -> NDArray[np.uint8]:
    """The place of the account that sends each mail; the pool's mail is anybody's of it, whoever it is from."""
    pool, senders = pool_of(scenario), owners(scenario, seed)
    return senders if pool is None else np.where(np.isin(senders, pool.places), NOBODY, senders).astype(np.uint8)
