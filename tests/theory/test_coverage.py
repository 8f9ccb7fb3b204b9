"""Intervals hold what they say they hold in 95 of 100 repetitions, where a makespan is a mixture too."""

from __future__ import annotations

from statistics import fmean, median, stdev

import numpy as np
import pytest

from reports.gate.simulated import SEEDS as GATED
from reports.statistics.intervals import interval
from reports.statistics.medians import apart, differences, median_interval
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


def test_independent_runs_are_apart_as_often_as_they_should(makespans_s: dict[str, list[float]]) -> None:
    """Of two versions under other seeds; both intervals together are wider than need be."""
    true = median(makespans_s["sqs-dlq"]) - median(makespans_s["leaky-bucket"])
    held = 0
    for at in range(0, REPETITIONS * SEEDS - SEEDS, SEEDS):
        band = apart(makespans_s["leaky-bucket"][at : at + SEEDS], makespans_s["sqs-dlq"][at + SEEDS : at + 2 * SEEDS])
        assert band is not None
        held += band[0] <= true <= band[1]
    assert held / (REPETITIONS - 1) >= 0.95


@pytest.mark.parametrize("few", [3, 5, GATED])
def test_a_gate_fails_by_accident_in_one_case_of_twenty_at_most(makespans_s: dict[str, list[float]], few: int) -> None:
    """If nothing changed but the luck, base and head could change places: Student's interval holds zero then."""
    luck = differences(makespans_s["sqs-dlq"][::2], makespans_s["sqs-dlq"][1::2])
    intervals = [interval(luck[at : at + few]) for at in range(0, len(luck) - few + 1, few)]
    assert fmean(low <= 0 <= high for low, high in intervals) >= 0.95
