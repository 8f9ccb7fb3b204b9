"""Accounts that share nothing: a run of several is the runs of each, and each can be told apart again."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from reports.running.accounts import Across
from reports.running.experiment import Job, perform
from scenarios.entries.inboxes import InboxFigures
from scenarios.hypotheses.hypothesis import Hypothesis, under
from scenarios.ledger import store
from scenarios.ledger.join import part_of
from scenarios.ledger.ledger import ACCOUNT, Ledger, assert_conserved, digest
from scenarios.measures.arrangements import arrangements_of, ideal_of
from scenarios.measures.bound import bound_of
from scenarios.measures.cost import load_prices
from scenarios.measures.measured import measured
from scenarios.runs import Watch
from scenarios.schema.accounts.account import Account, LimiterHypothesis
from scenarios.schema.accounts.pool import Pool
from scenarios.schema.model import Scenario
from scenarios.traffic import division
from scenarios.traffic.recorded import recorded
from scenarios.traffic.slices import numbered_slices_of, slices_of
from scenarios.traffic.workload import Arrivals, arrivals
from sim.run import run
from tests.unit.scenario_files import loaded

ACCOUNTS = "horizon_s = 60\n[accounts.us]\nmax_send_rate_per_s = 30\n[accounts.de]\nmax_send_rate_per_s = 15\n"
MAIL = """
[[workload]]
process = "batch"
messages = 90
account = "us"
[[workload]]
process = "poisson"
duration_s = 5
messages_per_s = 8
recipients = { values = [1, 3], weights = [2, 1] }
account = "de"
"""
SHARED = '[[workload]]\nprocess = "batch"\nmessages = 150\n[split]\nby = "share"\nshares = { us = 0.6, de = 0.4 }\n'
DELIVERY = "[delivery]\nhard_bounce = 0.3\nreputation = { representative_volume = 100 }\n"
across = Across(run)


@pytest.mark.parametrize("strategy", ["direct", "shared-bucket", "heartbeat"])
@pytest.mark.parametrize("mail", [MAIL, SHARED])
def test_each_slice_is_what_it_is_alone(tmp_path: Path, strategy: str, mail: str) -> None:
    """A slice's mails and calls, taken out of the whole's ledger, are those of a run of that account alone."""
    scenario = loaded(tmp_path, ACCOUNTS + mail)
    whole = across(scenario, strategy, 1)
    assert_conserved(whole)
    assert digest(across(scenario, strategy, 1)) == digest(whole)
    for name, (part, numbers) in numbered_slices_of(scenario, 1).items():
        assert digest(part_of(whole, numbers, name)) == digest(run(part, strategy, 1))


def test_who_makes_runs_has_one_name_in_every_process() -> None:
    """Kept runs are found again by it, and processes are given it."""
    assert repr(across) == "Across(sim.run.run)"
    assert pickle.loads(pickle.dumps(across)) == across


def test_a_hypothesis_is_of_each_account(tmp_path: Path) -> None:
    """What is supposed of the whole limit is supposed of each slice of it: a burst lasts as long."""
    scenario, limiter = loaded(tmp_path, ACCOUNTS + MAIL), LimiterHypothesis(burst=90, shards=3)
    tried = under(scenario, Hypothesis("wide", limiter, "", "", None))
    assert [one.limiter.burst for one in tried.accounts.values()] == [60, 30]
    assert (tried.account.limiter.burst, tried.accounts["us"].limiter.shards) == (90, 3)


def test_one_account_that_has_a_name_sends_as_one_that_has_none(tmp_path: Path) -> None:
    """What is measured is the same, save that the account is also told apart."""
    named = loaded(
        tmp_path, '[accounts.us]\nmax_send_rate_per_s = 30\n[[workload]]\nprocess = "batch"\nmessages = 90\n'
    )
    plain = loaded(tmp_path, '[account]\nmax_send_rate_per_s = 30\n[[workload]]\nprocess = "batch"\nmessages = 90\n')
    entries = [measured(one, across(one, "heartbeat", 1), ideal_of(one, 1), load_prices()) for one in (named, plain)]
    assert [entries[0].pop("accounts")[0]["recipients"]] == [entries[1]["recipients"]]
    for entry in entries:
        del entry["wall_s"], entry["digest"]
    assert entries[0] == entries[1]


def test_the_accounts_add_up_to_the_whole(tmp_path: Path) -> None:
    """Recipients and calls of the accounts, each fate and each outcome, are together those of the whole."""
    scenario = loaded(tmp_path, ACCOUNTS + MAIL)
    ledger = across(scenario, "direct", 1)
    entry = measured(scenario, ledger, ideal_of(scenario, 1), load_prices())
    for table in ("recipients", "calls"):
        for key, total in entry[table].items():
            assert sum(one[table][key] for one in entry["accounts"]) == total  # type: ignore[literal-required]
    assert [one["bound_s"] for one in entry["accounts"]] == [
        bound_of(part, arrivals(part.workload, 1)).makespan_s for part in slices_of(scenario).values()
    ]


@pytest.mark.parametrize("pool", ["", "[pool]\n"])
def test_what_becomes_of_each_accounts_mail_adds_up_to_the_whole(tmp_path: Path, pool: str) -> None:
    """Copies by fate, those not reached, and the first pause of any; also of ledgers that were kept."""
    scenario = loaded(tmp_path, ACCOUNTS + MAIL + pool + DELIVERY)
    ledger = across(scenario, "leaky-bucket", 1)
    entry = measured(scenario, ledger, ideal_of(scenario, 1), load_prices())
    for fate, total in entry["delivery"].items():
        if fate != "within_deadline":
            assert sum(one["delivery"][fate] for one in entry["accounts"]) == total  # type: ignore[literal-required]
    paused_s = [one["reputation"]["paused_s"] for one in entry["accounts"]]
    assert entry["reputation"]["paused_s"] == min(at_s for at_s in paused_s if at_s is not None)
    store.write(ledger, tmp_path)
    assert store.read(tmp_path, "leaky-bucket").delivered.judgements == ledger.delivered.judgements  # type: ignore[union-attr]


def test_what_becomes_of_a_slices_mail_is_what_becomes_of_it_alone(tmp_path: Path) -> None:
    """Its inboxes and its reputation, whatever the account beside it sends."""
    scenario = loaded(tmp_path, ACCOUNTS + MAIL + DELIVERY)
    entry = measured(scenario, across(scenario, "leaky-bucket", 1), ideal_of(scenario, 1), load_prices())
    for one, part in zip(entry["accounts"], slices_of(scenario).values(), strict=True):
        alone = measured(part, run(part, "leaky-bucket", 1), ideal_of(part, 1), load_prices())
        for table in InboxFigures.__annotations__:
            assert one[table] == alone[table]  # type: ignore[literal-required]


def broken_off(scenario: Scenario, strategy: str, seed: int, watch: Watch | None = None) -> Ledger:
    """A run into which the user broke."""
    return replace(run(scenario, strategy, seed, watch), interrupted=True)


def test_ctrl_c_leaves_the_mail_of_the_other_accounts_pending(tmp_path: Path) -> None:
    """What was done is kept, nothing new is begun, and all recipients have a fate."""
    ledger = Across(broken_off)(loaded(tmp_path, ACCOUNTS + MAIL), "heartbeat", 1)
    assert_conserved(ledger)
    assert ledger.interrupted
    assert set(ledger.calls[ACCOUNT].tolist()) == {0}
    assert ledger.mails["accepted"].sum() == 90
    assert ledger.mails["pending"].sum() == ledger.mails["recipients"].sum() - 90


def test_progress_is_that_of_all_accounts(tmp_path: Path) -> None:
    """While the second of two accounts runs, half of the work is done at least, and at the end all of it."""
    told: list[Callable[[], float]] = []
    across(loaded(tmp_path, ACCOUNTS + MAIL), "direct", 1, told.append)
    assert [progress() for progress in told] == [0.5, 1.0]


def test_which_account_decided_is_kept(tmp_path: Path) -> None:
    """A ledger of several accounts is read as it was written."""
    ledger = across(loaded(tmp_path, ACCOUNTS + MAIL), "direct", 1)
    store.write(ledger, tmp_path)
    again = store.read(tmp_path, "direct")
    assert again.accounts == ledger.accounts == ("us", "de")
    assert np.array_equal(again.calls[ACCOUNT], ledger.calls[ACCOUNT])
    assert digest(again) == digest(ledger)


def flow(tmp_path: Path, us_per_s: float, de_per_s: float) -> Scenario:
    """A hundred seconds of even mail for each of two accounts."""
    lines = "[[workload]]\nprocess = 'constant'\nduration_s = 100\n"
    mail = "".join(
        f"{lines}messages_per_s = {rate}\naccount = '{name}'\n" for name, rate in (("us", us_per_s), ("de", de_per_s))
    )
    return loaded(tmp_path, ACCOUNTS + mail)


def test_constant_traffic_in_slices_and_in_a_pool(tmp_path: Path) -> None:
    """Mail at a rate λ beyond R ends at (λ·T - B) ÷ R: in slices of the fullest account, in a pool of all together."""
    found = arrangements_of(flow(tmp_path, 60, 10), 1)
    assert found is not None
    assert found.slices.makespan_s == pytest.approx((6000 - 30) / 30)
    assert found.pool.makespan_s == pytest.approx((7000 - 45) / 45)
    slack = arrangements_of(flow(tmp_path, 20, 10), 1)
    assert slack is not None
    assert (slack.slices.latency_p99_s, slack.pool.latency_p99_s) == (0, 0)
    assert slack.slices.makespan_s == slack.pool.makespan_s


def test_slicing_protects_who_has_no_peak(tmp_path: Path) -> None:
    """In its slice mail below its own rate waits for nobody; in a pool it waits with the others, at most as they do."""
    found = arrangements_of(flow(tmp_path, 60, 10), 1)
    assert found is not None
    us, de = found.accounts
    assert de.slice_p99_s == 0
    assert de.pool_p99_s == pytest.approx((7000 * 0.99 - 45) / 45 - 99, abs=0.5)
    assert us.pool_p99_s < us.slice_p99_s


def test_a_pool_of_some_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    """What stays apart waits with a pool as in slices, and the pooled wait as they do alone."""
    three = flow(tmp_path, 60, 10)
    apart = Account(max_send_rate_per_s=20)
    mail = three.workload[1].model_copy(update={"account": "fr", "messages_per_s": 40})
    some = three.model_copy(
        update={
            "accounts": {**three.accounts, "fr": apart},
            "workload": (*three.workload, mail),
            "pool": Pool(accounts=("us", "de")),
        }
    )
    found, of_two = arrangements_of(some, 1), arrangements_of(three, 1)
    assert found is not None
    assert of_two is not None
    *pooled, fr = found.accounts
    assert pooled == [*of_two.accounts]
    assert fr.pool_p99_s == fr.slice_p99_s > 0


def test_recorded_mails_go_where_they_went(tmp_path: Path) -> None:
    """Mails that are kept for other seeds have the accounts that they had, whatever divides them."""
    (tmp_path / "trace.csv").write_text("at_s,recipients,country\n0,1,DE\n1,2,US\n1,1,DE\n2,1,FR\n")
    trace = '[[workload]]\nprocess = "trace"\npath = "trace.csv"\n'
    country = '[split]\nby = "attribute"\nattribute = "country"\naccounts = { US = "us" }\ndefault = "de"\n'
    overflow = '[split]\nby = "overflow"\norder = ["us", "de"]\n'
    for mail in (MAIL, SHARED, trace + country, '[[workload]]\nprocess = "batch"\nmessages = 150\n' + overflow):
        scenario = loaded(tmp_path, ACCOUNTS + mail)
        kept = recorded(scenario)
        for name, part in slices_of(scenario).items():
            for seed in (1, 2):
                assert_same(arrivals(slices_of(kept)[name].workload, seed), arrivals(part.workload, 1))


def assert_same(one: Arrivals, other: Arrivals) -> None:
    """The same mails at the same instants."""
    assert np.array_equal(one.intended_s, other.intended_s)
    assert np.array_equal(one.recipients, other.recipients)


def test_an_account_is_used_as_much_as_alone_though_its_mail_begins_late(tmp_path: Path) -> None:
    """Its share is of the time from its own first mail on."""
    late = MAIL.replace('"batch"', '"batch"\nat_s = 10')
    scenario = loaded(tmp_path, ACCOUNTS + late)
    entry = measured(scenario, across(scenario, "leaky-bucket", 1), ideal_of(scenario, 1), load_prices())
    for one in entry["accounts"]:
        part = slices_of(scenario)[one["account"]]
        alone = measured(part, run(part, "leaky-bucket", 1), ideal_of(part, 1), load_prices())
        assert one["utilisation"] == pytest.approx(alone["utilisation"])


def test_who_sends_is_worked_out_once_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An overflow follows every mail: run, figures and bound ask whose each is, and one answer does for all."""
    watched = Mock(wraps=division.overflow)
    monkeypatch.setattr(division, "overflow", watched)
    mail = '[[workload]]\nprocess = "batch"\nmessages = 150\n[split]\nby = "overflow"\norder = ["us", "de"]\n'
    perform(Job(across, loaded(tmp_path, ACCOUNTS + mail + DELIVERY), "direct", 1, load_prices()))
    watched.assert_called_once()
