"""Whatever the scenario, strategy and settings: the account adds up, the limit holds, and a seed decides everything."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from scenarios.aws.limiter import TICKS_PER_S, exact
from scenarios.ledger.ledger import ACCEPTED, REJECTED, Ledger, assert_conserved, digest
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import arrivals
from sim.run import run
from strategies.heartbeat import MAX_RECEIVE_COUNT
from strategies.registry import STRATEGIES
from tests.properties.recount import calls_of, check_recount, fullest_window
from tests.properties.worlds import calm_faults, fair_buckets, scenarios

RUNS = settings(max_examples=60)
seeds = st.integers(0, 3)
strategies = pytest.mark.parametrize("strategy", list(STRATEGIES))
QUEUED = ("sqs-dlq", "lambda-concurrency", "heartbeat", "pacemaker")
MORTAL = ("pod_crash", "scale_pods")


@strategies
@RUNS
@given(data=st.data(), seed=seeds)
def test_any_run_adds_up(strategy: str, data: Any, seed: int) -> None:
    """Every recipient has one fate, every column is what the calls say, and everything happens in its order."""
    scenario = data.draw(scenarios(strategy))
    ledger = run(scenario, strategy, seed)
    assert_conserved(ledger)
    check_recount(ledger)
    check_order(ledger, scenario)
    check_outcomes(ledger)
    check_fates(ledger, scenario)
    check_quota(ledger, scenario)
    check_workload(ledger, scenario)
    assert all(count >= 0 for count in ledger.usage.values())


def check_order(ledger: Ledger, scenario: Scenario) -> None:
    """Intended, enqueued, started, decided, ended; calls in the order of decision; all before the horizon.

    Only a caller who gives up at the read timeout may have ended before SES decides.
    """
    assert ledger.ended_s <= scenario.horizon_s
    assert [call.decided_s for call in calls_of(ledger)] == sorted(ledger.calls["decided_s"].tolist())
    assert (ledger.calls["decided_s"] <= scenario.horizon_s).all()
    intended_s, enqueued_s = ledger.mails["intended_s"], ledger.mails["enqueued_s"]
    assert (ledger.calls["start_s"] >= intended_s[ledger.calls["mail"]]).all()
    assert (ledger.calls["start_s"] <= ledger.calls["decided_s"]).all()
    seen = ~np.isnan(ledger.calls["end_s"])
    start_s, decided_s, end_s = (ledger.calls[name][seen] for name in ("start_s", "decided_s", "end_s"))
    gave_up = end_s - start_s >= scenario.client.read_timeout_s
    assert ((decided_s <= end_s) | gave_up).all()
    assert (start_s <= end_s).all()
    assert (end_s <= ledger.ended_s).all()
    queued = ~np.isnan(enqueued_s)
    assert (enqueued_s[queued] >= intended_s[queued]).all()
    called = queued & (ledger.mails["attempts"] > 0)
    assert (ledger.mails["first_attempt_s"][called] >= enqueued_s[called]).all()


def check_outcomes(ledger: Ledger) -> None:
    """A call is of one to all recipients of a mail, and SES rejects only more than 50 and never accepts them."""
    for call in calls_of(ledger):
        assert 0 <= call.first < call.first + call.recipients <= ledger.mails["recipients"][call.mail]
        assert call.outcome != REJECTED or call.recipients > 50
        assert call.outcome != ACCEPTED or call.recipients <= 50


def check_fates(ledger: Ledger, scenario: Scenario) -> None:
    """Who can do what: pending is what the horizon cut off, and no queue loses a mail while no application pod dies."""
    mails = ledger.mails
    kinds = {fault.kind for fault in scenario.fault if getattr(fault, "of", "application") == "application"}
    if ledger.ended_s < scenario.horizon_s:
        assert not mails["pending"].any()
    if ledger.strategy not in QUEUED:
        assert not mails["dead_lettered"].any()
        assert not mails["receives"].any()
        assert np.isnan(mails["enqueued_s"]).all()
    elif ledger.settings.get("dispatch") != "async" and not kinds.intersection(MORTAL):
        assert not mails["lost"].any()
    check_retries(ledger)


def check_retries(ledger: Ledger) -> None:
    """Who does not retry loses what SES has not accepted; who dead-letters has received as often as it may."""
    mails = ledger.mails
    if ledger.settings.get("retry") == "none":
        refused = (ledger.calls["outcome"] != ACCEPTED) & (ledger.calls["end_s"] < ledger.ended_s)
        gone = np.bincount(ledger.calls["mail"][refused], ledger.calls["recipients"][refused], len(mails["mail"]))
        assert (mails["lost"] >= gone).all()
    if ledger.strategy in ("sqs-dlq", "lambda-concurrency"):
        most = ledger.settings.get("max_receive_count", MAX_RECEIVE_COUNT)
        assert (mails["receives"] <= most).all()
        assert (mails["receives"][mails["dead_lettered"] > 0] == most).all()


def check_quota(ledger: Ledger, scenario: Scenario) -> None:
    """Where a mail must fit into what is left of the 24 hours, they are never exceeded; else by less than one mail."""
    account, accepted = scenario.account, ledger.usage["ses_recipients"]
    if account.max_24h_send > 0:
        assert accepted <= account.max_24h_send + (0 if account.daily_edge == "strict" else 49)


def check_workload(ledger: Ledger, scenario: Scenario) -> None:
    """The ledger's mails are the workload's, in their order, whatever becomes of them."""
    mails, traffic = ledger.mails, arrivals(scenario.workload, ledger.seed)
    assert mails["intended_s"].tolist() == traffic.intended_s.tolist()
    assert mails["recipients"].tolist() == traffic.recipients.tolist()
    assert mails["mail"].tolist() == list(range(len(traffic.recipients)))
    assert all(sooner <= later for sooner, later in pairwise(mails["intended_s"].tolist()))


@strategies
@RUNS
@given(data=st.data(), seed=seeds)
def test_no_run_exceeds_the_limit(strategy: str, data: Any, seed: int) -> None:
    """A strict bucket without neighbours: at most B + R·t recipients accepted in any window of t seconds, to a tick."""
    scenario = data.draw(scenarios(strategy, fair_buckets, calm_faults, st.just(())))
    account = scenario.account
    rate = exact(account.max_send_rate_per_s) * exact(account.limiter.effective_rate)
    assert fullest_window(calls_of(run(scenario, strategy, seed)), rate) <= account.limiter.burst + rate / TICKS_PER_S


@strategies
@settings(max_examples=15)
@given(data=st.data(), seed=seeds)
def test_a_seed_decides_everything(strategy: str, data: Any, seed: int) -> None:
    """Two runs of one scenario and seed have one digest, one end and one bill."""
    scenario = data.draw(scenarios(strategy))
    once, again = (run(scenario, strategy, seed) for _ in range(2))
    assert digest(once) == digest(again)
    assert (once.ended_s, once.usage) == (again.ended_s, again.usage)
