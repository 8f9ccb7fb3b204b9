"""Intervals hold what they say they hold in 95 of 100 repetitions, where a makespan is a mixture too."""

from __future__ import annotations

from statistics import fmean, median, stdev

import numpy as np
import pytest

from reports.statistics.medians import differences, median_interval
from scenarios.schema.model import Scenario
from sim.run import run

REPETITIONS, SEEDS = 200, 8
NEAR_A_TIMEOUT = Scenario.model_validate(
    {
        "name": "near-a-timeout",
        "account": {"max_send_rate_per_s": 10.0, "limiter": {"kind": "token-bucket", "burst": 11}},
        "workload": ({"process": "batch", "messages": 40},),
        "strategies": {"sqs-dlq": {"visibility_timeout_s": 10.0}},
    }
)
"""Whether SES refuses a call is luck, and a mail that it refuses comes back ten seconds later."""


@pytest.fixture(scope="module")
def makespans_s() -> dict[str, list[float]]:
    """Of each strategy under the same seeds."""
    seeds = range(REPETITIONS * SEEDS)
    return {
        strategy: [float(np.nanmax(run(NEAR_A_TIMEOUT, strategy, seed).mails["last_accepted_s"])) for seed in seeds]
        for strategy in ("sqs-dlq", "leaky-bucket")
    }


def _held(values: list[float]) -> float:
    """In which share of the repetitions the interval holds the median of all seeds."""
    true = median(values)
    intervals = [median_interval(values[at : at + SEEDS]) for at in range(0, len(values), SEEDS)]
    return fmean(interval is not None and interval[0] <= true <= interval[1] for interval in intervals)


def test_the_makespan_is_a_mixture(makespans_s: dict[str, list[float]]) -> None:
    """A few runs in a hundred pay the timeout, so that their spread tells nothing of the others."""
    late = fmean(makespan_s > median(makespans_s["sqs-dlq"]) + 5 for makespan_s in makespans_s["sqs-dlq"])
    assert 0.02 < late < 0.2
    assert stdev(makespans_s["sqs-dlq"]) > 1


def test_intervals_of_replications_cover(makespans_s: dict[str, list[float]]) -> None:
    """Of a mixture as of anything else."""
    for values in makespans_s.values():
        assert 0.92 <= _held(values) <= 0.98


def test_intervals_of_paired_differences_cover(makespans_s: dict[str, list[float]]) -> None:
    """They decide who is tied."""
    assert 0.92 <= _held(differences(makespans_s["leaky-bucket"], makespans_s["sqs-dlq"])) <= 0.98
