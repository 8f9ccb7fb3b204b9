"""A scenario of several accounts for real: one local AWS, a run and a key for each account, and one ledger of all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import loadtests.moto.run
import sim.run
from loadtests.record import run_registry
from loadtests.record.logs import DecisionRows
from loadtests.record.recovery import ledger_of_witness
from loadtests.record.run_name import EXAMPLE, of_slice
from reports.running.accounts import Across
from scenarios.errors import BadInput
from scenarios.ledger.ledger import ACCEPTED, ACCOUNT, FATES, REASON, Ledger
from scenarios.schema.delivery.delivery import Delivery
from scenarios.traffic.slices import owners
from scenarios.traffic.workload import arrivals
from tests.contract.arms import SEED, scenario

TABLES: dict[str, Any] = {
    "accounts": {
        "us": {"max_send_rate_per_s": 40.0},
        "de": {"max_send_rate_per_s": 20.0, "region": "eu-central-1", "identity": "de.example"},
        "fr": {"max_send_rate_per_s": 20.0, "limiter": {"burst": 3}, "identity": "news@fr.example"},
    },
    "pool": {"accounts": ("us", "de")},
    "workload": (
        {"process": "batch", "messages": 30},
        {"process": "batch", "messages": 9, "account": "fr"},
        {"process": "batch", "messages": 12, "strategy": "sqs-dlq"},
    ),
}
THREE = scenario(**TABLES)
US, DE, FR = range(3)


def fates_of(ledger: Ledger, mails: NDArray[np.bool_]) -> dict[str, int]:
    """Recipients by fate, of some of the mail."""
    return {fate: int(ledger.mails[fate][mails].sum()) for fate in FATES}


@pytest.mark.real_time
@pytest.mark.xdist_group("local_aws")
def test_a_pool_and_an_account_send_at_the_same_time_each_through_its_own_limits() -> None:
    """In both worlds all is accepted, an account's own mail by that account, the pool's by both of it; calls say so.

    So do those of functions. All of them began at the same second, and what was made for them on this machine is gone.
    """
    of_fr, by_functions = owners(THREE, SEED) == FR, arrivals(THREE.workload, SEED).ways == 1
    simulated, real = (world(THREE, "pacemaker", SEED) for world in (Across(sim.run.run), loadtests.moto.run.run))
    assert real.accounts == simulated.accounts == ("us", "de", "fr")
    assert real.calls.keys() - {REASON} == simulated.calls.keys() - {REASON}
    for ledger in (simulated, real):
        assert [fates_of(ledger, mails)["accepted"] for mails in (~of_fr, of_fr)] == [42, 9]
        assert np.array_equal(ledger.calls[ACCOUNT] == FR, of_fr[ledger.calls["mail"]])
        accepted = ledger.calls["outcome"] == ACCEPTED
        for mails, count in ((~of_fr & ~by_functions, 30), (by_functions, 12)):
            calls = accepted & mails[ledger.calls["mail"]]
            dealt = [int((calls & (ledger.calls[ACCOUNT] == number)).sum()) for number in (US, DE)]
            assert count / 2 <= dealt[0] < count
            assert sum(dealt) == count
    assert max(np.nanmin(real.calls["decided_s"][real.calls[ACCOUNT] == number]) for number in (US, DE, FR)) < 5.0
    assert real.usage["sqs_requests"] > 0
    assert not [path for name in TABLES["accounts"] for path in run_registry.directory().glob(f"*-{name}*")]


def test_what_a_killed_run_had_noted_of_each_account_is_one_ledger(tmp_path: Path) -> None:
    """What the accounts' witnesses tell is accepted, by the mails' numbers in the whole; all else is pending."""
    followed = THREE.model_copy(update={"delivery": Delivery()})
    witness, of_fr = tmp_path / "run.calls", owners(THREE, SEED) == FR
    for name, mails in (("us", (0, 2)), ("de", (1,)), ("fr", (4,))):
        with of_slice(witness, name).open("wb", buffering=0) as file:
            rows = DecisionRows(file)
            for call, mail in enumerate(mails):
                rows.add(call, mail, 0, 1, 0.5 + call, ACCEPTED)
    record = run_registry.begun_here(EXAMPLE, "moto", "direct", SEED, followed, None)
    ledger = ledger_of_witness(record, witness, followed)
    pooled, own = np.flatnonzero(~of_fr), np.flatnonzero(of_fr)
    assert np.flatnonzero(ledger.mails["accepted"]).tolist() == sorted([*pooled[:3], own[4]])
    assert dict(zip(ledger.calls["mail"], ledger.calls[ACCOUNT], strict=True)) == dict(
        zip([*pooled[:3], own[4]], (US, DE, US, FR), strict=True)
    )
    assert fates_of(ledger, of_fr | True) == {"accepted": 4, "dead_lettered": 0, "lost": 0, "pending": 47}
    assert ledger.interrupted
    assert ledger.delivered is not None
    assert len(ledger.delivered.copies["mail"]) == 4
    assert {one.account for one in ledger.delivered.judgements} == {"us", "de", "fr"}


def test_what_a_real_world_cannot_do_with_several_accounts_is_said_before() -> None:
    """All calls at once must be no more than the machine can carry."""
    crowd = scenario(
        accounts={f"a{number}": {} for number in range(9)},
        split={"by": "overflow", "order": tuple(f"a{number}" for number in range(9))},
        workload=({"process": "batch", "messages": 900},),
        strategies={"direct": {"workers": 128}},
    )
    with pytest.raises(BadInput, match="1152 calls at once of 9 accounts: at most 1024"):
        loadtests.moto.run.check(crowd, "direct")
