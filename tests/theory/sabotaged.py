"""Simulators that are wrong: each breaks one law, as a defect of the real one would."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scenarios.ledger.ledger import Ledger
from scenarios.runs import Watch
from scenarios.schema.model import Scenario
from sim.run import run


def _with_mails(ledger: Ledger, **columns: Any) -> Ledger:
    return replace(ledger, mails={**ledger.mails, **columns})


def begins_late(scenario: Scenario, strategy: str, seed: int, watch: Watch | None = None) -> Ledger:
    """Each mail is taken two ticks of the clock later than it says, and a bit."""
    ledger = run(scenario, strategy, seed, watch)
    return _with_mails(ledger, first_attempt_s=ledger.mails["first_attempt_s"] + 2e-9)


def serves_slowly(scenario: Scenario, strategy: str, seed: int, watch: Watch | None = None) -> Ledger:
    """A paced pod takes a twentieth longer for each mail."""
    paced = scenario.settings_of(strategy)
    slower = {strategy: replace(paced, rate_per_pod=0.95 * paced.rate_per_pod)}
    return run(scenario.model_copy(update={"strategies": slower}), strategy, seed, watch)


def has_one_more_server(scenario: Scenario, strategy: str, seed: int, watch: Watch | None = None) -> Ledger:
    """A client keeps a connection more open than it may."""
    client = scenario.settings_of(strategy)
    more = {strategy: replace(client, workers=client.workers + 1)}
    return run(scenario.model_copy(update={"strategies": more}), strategy, seed, watch)


def is_late_for_arrivals(scenario: Scenario, strategy: str, seed: int, watch: Watch | None = None) -> Ledger:
    """Mails are said to have come a millisecond later than they did."""
    ledger = run(scenario, strategy, seed, watch)
    return _with_mails(ledger, intended_s=ledger.mails["intended_s"] + 0.001)


def forgets_mails(scenario: Scenario, strategy: str, seed: int, watch: Watch | None = None) -> Ledger:
    """Every tenth mail is missing from what was accepted."""
    ledger = run(scenario, strategy, seed, watch)
    return _with_mails(ledger, accepted=ledger.mails["accepted"] * (ledger.mails["mail"] % 10 > 0))


def decides_early(scenario: Scenario, strategy: str, seed: int, watch: Watch | None = None) -> Ledger:
    """SES is said to have decided a tenth of a second before it did."""
    ledger = run(scenario, strategy, seed, watch)
    return replace(ledger, calls={**ledger.calls, "decided_s": ledger.calls["decided_s"] - 0.1})


def admits_one_more(scenario: Scenario, strategy: str, seed: int, watch: Watch | None = None) -> Ledger:
    """A bucket holds a recipient more than it should, and so does a window."""
    account = scenario.account
    limiter = account.limiter.model_copy(update={"burst": account.limiter.burst + 1})
    rate_per_s = account.max_send_rate_per_s + (limiter.kind != "token-bucket")
    wider = account.model_copy(update={"limiter": limiter, "max_send_rate_per_s": rate_per_s})
    return run(scenario.model_copy(update={"account": wider}), strategy, seed, watch)


def admits_nobody(scenario: Scenario, strategy: str, seed: int, watch: Watch | None = None) -> Ledger:
    """No mail is ever tried."""
    ledger = run(scenario, strategy, seed, watch)
    return _with_mails(ledger, first_attempt_s=ledger.mails["first_attempt_s"] * float("nan"))
