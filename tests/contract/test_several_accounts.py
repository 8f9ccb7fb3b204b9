"""A scenario of several accounts for real: one local AWS, a run and a key for each account, and one ledger of all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import loadtests.moto.run
import sim.run
from loadtests.record import run_registry
from loadtests.record.logs import DecisionRows
from loadtests.record.recovery import ledger_of_witness
from loadtests.record.run_name import EXAMPLE, of_slice
from reports.running.accounts import Across
from scenarios.errors import BadInput
from scenarios.ledger.ledger import ACCEPTED, ACCOUNT, FATES, REASON, Ledger
from scenarios.traffic.slices import owners
from tests.contract.arms import SEED, scenario

TABLES: dict[str, Any] = {
    "accounts": {
        "us": {"max_send_rate_per_s": 40.0},
        "de": {"max_send_rate_per_s": 20.0, "limiter": {"burst": 3}, "region": "eu-central-1", "identity": "x.example"},
    },
    "split": {"by": "share", "shares": {"us": 0.7, "de": 0.3}},
    "workload": ({"process": "batch", "messages": 30},),
}
TWO = scenario(**TABLES)


def fates_by_account(ledger: Ledger) -> list[dict[str, int]]:
    """Recipients by fate, of each account's own mail."""
    whose = owners(TWO, SEED)
    return [{fate: int(ledger.mails[fate][whose == number].sum()) for fate in FATES} for number in (0, 1)]


@pytest.mark.real_time
@pytest.mark.xdist_group("local_aws")
def test_accounts_send_at_the_same_time_and_each_through_its_own_limit() -> None:
    """In both worlds each account accepts its own mail, what its limiter refuses is of it alone, and calls say whose.

    All of it takes the longer of the two and not their sum: both began to send at the same second.
    """
    simulated, real = (world(TWO, "pacemaker", SEED) for world in (Across(sim.run.run), loadtests.moto.run.run))
    accepted = [{"accepted": mails, "dead_lettered": 0, "lost": 0, "pending": 0} for mails in (21, 9)]
    assert fates_by_account(simulated) == fates_by_account(real) == accepted
    assert real.accounts == simulated.accounts == ("us", "de")
    assert real.calls.keys() - {REASON} == simulated.calls.keys() - {REASON}
    assert np.array_equal(real.calls[ACCOUNT], owners(TWO, SEED)[real.calls["mail"]])
    decided_s = [np.nanmin(real.calls["decided_s"][real.calls[ACCOUNT] == number]) for number in (0, 1)]
    assert max(decided_s) < 5.0
    assert real.usage["sqs_requests"] > 0
    assert not list(run_registry.directory().glob("*-us*"))


def test_what_a_killed_run_had_noted_of_each_account_is_one_ledger(tmp_path: Path) -> None:
    """What the accounts' witnesses tell is accepted, by the mails' numbers in the whole; all else is pending."""
    witness, whose = tmp_path / "run.calls", owners(TWO, SEED)
    for name, mails in (("us", (0, 2)), ("de", (1,))):
        with of_slice(witness, name).open("wb", buffering=0) as file:
            rows = DecisionRows(file)
            for call, mail in enumerate(mails):
                rows.add(call, mail, 0, 1, 0.5 + call, ACCEPTED)
    record = run_registry.begun_here(EXAMPLE, "moto", "direct", SEED, TWO, None)
    ledger = ledger_of_witness(record, witness, TWO)
    own = [np.flatnonzero(whose == number) for number in (0, 1)]
    assert np.flatnonzero(ledger.mails["accepted"]).tolist() == sorted([own[0][0], own[0][2], own[1][1]])
    assert [int(ledger.mails[fate].sum()) for fate in FATES] == [3, 0, 0, 27]
    assert ledger.interrupted


def test_what_real_worlds_cannot_do_with_several_accounts_is_said_before() -> None:
    """A pool is only simulated, and all accounts' calls at once must be no more than the machine can carry."""
    pooled = scenario(accounts=TABLES["accounts"], pool={})
    with pytest.raises(BadInput, match=r"\[pool\]: is only simulated"):
        loadtests.moto.run.check(pooled, "direct")
    crowd = scenario(**TABLES, strategies={"direct": {"workers": 150}})
    with pytest.raises(BadInput, match=r"direct.workers = 150: must be at most 128 .*, which 2 accounts share"):
        loadtests.moto.run.check(crowd, "direct")
