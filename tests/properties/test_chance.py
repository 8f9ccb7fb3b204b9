"""Same seed, same network, same bytes: across strategies, runs and processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from scenarios.ledger.ledger import ACCEPTED, THROTTLED, Ledger, digest
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import load
from scenarios.traffic.chance import PerMail
from sim.run import run
from strategies.dice import uniform
from strategies.registry import STRATEGIES

ROOT = Path(__file__).parents[2]
ALIKE = 1e-9  # seconds: the same latency, added to different instants


def answer_s(ledger: Ledger, outcome: int) -> dict[int, float]:
    """Mail → time from SES's decision to the answer, of first attempts that ended so."""
    _, first = np.unique(ledger.calls["mail"], return_index=True)
    ended_so = first[ledger.calls["outcome"][first] == outcome]
    took_s = ledger.calls["end_s"][ended_so] - ledger.calls["decided_s"][ended_so]
    return dict(zip(ledger.calls["mail"][ended_so].tolist(), took_s.tolist(), strict=True))


def stream(per_s: float, rate_per_s: float) -> Scenario:
    """Poisson mails of one recipient, some of which are throttled."""
    workload = ({"process": "poisson", "messages_per_s": per_s, "duration_s": 10.0},)
    account = {"max_send_rate_per_s": rate_per_s, "limiter": {"burst": 2}}
    return Scenario.model_validate({"name": "stream", "workload": workload, "account": account})


def assert_alike(some: dict[int, float], others: dict[int, float]) -> None:
    """The mails that are in both took equally long."""
    common = some.keys() & others.keys()
    assert all(abs(some[mail] - others[mail]) < ALIKE for mail in common)


@settings(max_examples=15)
@given(per_s=st.sampled_from([3.0, 12.0, 30.0]), rate_per_s=st.sampled_from([2.0, 10.0]), seed=st.integers(0, 1000))
def test_a_mail_meets_the_same_network_under_every_strategy(per_s: float, rate_per_s: float, seed: int) -> None:
    """Common random numbers: mail i's first attempt, if it ends alike, is answered after equally long."""
    ledgers = [run(stream(per_s, rate_per_s), strategy, seed) for strategy in STRATEGIES]
    for outcome in (ACCEPTED, THROTTLED):
        direct, *others = (answer_s(ledger, outcome) for ledger in ledgers)
        for other in others:
            assert_alike(direct, other)


def test_direct_and_the_leaky_bucket_share_first_attempts() -> None:
    """The same, where it is certain that many mails are accepted by both; and it is the latency drawn for the mail."""
    scenario = stream(12.0, 10.0)
    direct, leaky = (answer_s(run(scenario, name, 5), ACCEPTED) for name in ("direct", "leaky-bucket"))
    assert len(direct.keys() & leaky.keys()) > 60
    assert_alike(direct, leaky)
    accepts, refusals = (first(scenario, name) for name in ("ses_send", "ses_throttle"))
    drawn = {mail: accepts[mail] - min(accepts[mail], refusals[mail]) / 2 for mail in leaky}
    assert_alike(leaky, drawn)


def first(scenario: Scenario, name: str, seed: int = 5) -> Any:
    """The latencies of first attempts."""
    return PerMail(getattr(scenario.latency, name), seed, name, 1000).first


def test_another_seed_is_another_network() -> None:
    """The law above is not that all mails are alike: with another seed mail i takes another time."""
    one, other = (answer_s(run(stream(3.0, 10.0), "direct", seed), ACCEPTED) for seed in (1, 2))
    common = one.keys() & other.keys()
    assert common
    assert all(abs(one[mail] - other[mail]) > ALIKE for mail in common)


names = st.tuples(
    st.integers(0, 2**63 - 1), st.sampled_from(["backoff", "ses_send"]), st.integers(0, 10**8), st.integers(0, 10**6)
)


@settings(max_examples=200)
@given(name=names)
def test_uniform_is_a_function_of_its_names_in_the_unit_interval(name: tuple[int, str, int, int]) -> None:
    """The same names give the same number, which is at least 0 and below 1."""
    assert 0.0 <= uniform(*name) < 1.0
    assert uniform(*name) == uniform(*name)


def mean_of(draws: Iterable[float]) -> NDArray[np.float64]:
    """Their empirical moments, as an array."""
    some = np.fromiter(draws, np.float64)
    return np.array([some.mean(), some.var()])


def test_uniform_is_uniform() -> None:
    """Over mails, and over attempts, mean and variance are ½ and 1/12 to four standard errors of 20,000 draws."""
    over_mails = mean_of(uniform(1, "backoff", mail, 1) for mail in range(20_000))
    over_attempts = mean_of(uniform(1, "backoff", 1, attempt) for attempt in range(20_000))
    errors = 4 * np.sqrt(np.array([1 / 12, 1 / 180]) / 20_000)
    for made in (over_mails, over_attempts):
        assert (np.abs(made - np.array([1 / 2, 1 / 12])) < errors).all()


NAMES = ("press-release", "lost-responses")
PROGRAM = """
import sys
from scenarios.ledger.ledger import digest
from scenarios.schema.scenario_file import load
from sim.run import run
from strategies.registry import STRATEGIES
for name in sys.argv[1:]:
    for strategy in STRATEGIES:
        print(digest(run(load(name), strategy, 3)))
"""


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_writes_the_same_bytes(hash_seed: str) -> None:
    """The digests of all strategies do not depend on the process, nor on how it hashes strings."""
    here = [digest(run(load(name), strategy, 3)) for name in NAMES for strategy in STRATEGIES]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", PROGRAM, *NAMES]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split() == here
