"""What the same seeds do for the difference of two strategies, and what they do not."""

from __future__ import annotations

from typing import Any

import numpy as np

from reports.verify.closed_forms import Floats
from scenarios.schema.model import Scenario
from sim.run import run

SEEDS = range(1, 13)


def makespans_s(strategy: str, **mails: Any) -> Floats:
    """One for each seed, on an account of 30 recipients a second."""
    account = {"max_send_rate_per_s": 30.0}
    scenario = Scenario.model_validate({"name": "paired", "account": account, "workload": (mails,)})
    runs = (run(scenario, strategy, seed) for seed in SEEDS)
    return np.array([one.mails["last_accepted_s"].max() - one.mails["intended_s"][0] for one in runs])


def paired_share(one: Floats, other: Floats) -> float:
    """The variance of the difference, as a share of what it would be under independent seeds."""
    return float((one - other).var() / (one.var() + other.var()))


def test_chance_in_the_mails_leaves_the_difference() -> None:
    """Where more mail comes than the limit holds, how much decides both makespans, and hardly their difference."""
    mails = {"process": "poisson", "messages_per_s": 40.0, "duration_s": 10.0}
    leaky, shared = (makespans_s(strategy, **mails) for strategy in ("leaky-bucket", "shared-bucket"))
    assert leaky.std() > 0.3
    assert paired_share(leaky, shared) < 0.05


def test_chance_in_a_strategys_own_queues_and_functions_does_not() -> None:
    """In a broadcast the mails are no chance: a difference is as uncertain as under independent seeds."""
    mails = {"process": "batch", "messages": 200}
    leaky, mapped = (makespans_s(strategy, **mails) for strategy in ("leaky-bucket", "sqs-dlq"))
    assert paired_share(leaky, mapped) > 0.8
