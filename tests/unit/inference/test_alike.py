"""Kinds that are the same function of calls of some sizes are told apart by none, and weigh alike."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reports.fit.document import document
from scenarios.aws.limiter import build_limiter
from scenarios.inference.alike import alike
from scenarios.inference.calls import Calls, calls_of
from scenarios.inference.fit import fitted
from scenarios.inference.suppositions import Supposition
from scenarios.schema.accounts.account import LimiterHypothesis, resolved
from tests.unit.inference.test_fit import SINGLE

BUCKET: dict[str, Any] = {"kind": "token-bucket"}
DEBT: dict[str, Any] = {"kind": "token-bucket", "admission": "debt"}
SLIDING: dict[str, Any] = {"kind": "sliding-window"}


def outcomes(keys: dict[str, Any], rate_per_s: float, sizes: list[int], seed: int = 1) -> Calls:
    """Of calls at any instants, some after a pause, on which the exact limiter decides."""
    chance = np.random.default_rng(seed)
    limiter = build_limiter(resolved(LimiterHypothesis.model_validate(keys), rate_per_s), rate_per_s, 1)
    at_s = np.cumsum(chance.exponential(np.mean(sizes) / 4, 300) * chance.choice([0.2, 1.0, 5.0], 300))
    asked = chance.choice(sizes, 300)
    return calls_of(at_s, asked, [limiter.admit(float(at), int(n)) for at, n in zip(at_s, asked, strict=True)])


@pytest.mark.parametrize(
    ("one", "rate_per_s", "other", "other_per_s", "sizes"),
    [
        (BUCKET | {"burst": 9}, 6.0, DEBT | {"burst": 7}, 6.0, [3]),
        (BUCKET | {"burst": 1}, 1.0, SLIDING, 1.0, [1]),
        (DEBT | {"burst": 1}, 1.0, SLIDING, 1.0, [1]),
        (SLIDING, 5.0, BUCKET | {"burst": 3}, 3.0, [3]),
        (SLIDING, 3.0, BUCKET | {"burst": 3}, 3.0, [3, 4, 7]),
    ],
)
def test_those_that_are_said_to_decide_alike_do(
    one: dict[str, Any], rate_per_s: float, other: dict[str, Any], other_per_s: float, sizes: list[int]
) -> None:
    """The exact limiters, over any calls of these sizes."""
    first, second = outcomes(one, rate_per_s, sizes), outcomes(other, other_per_s, sizes)
    assert 0 < first.refused < 300
    assert np.array_equal(first.accepted, second.accepted)
    for keys, per_s, its_other in ((one, rate_per_s, other), (other, other_per_s, one)):
        of = Supposition("debt" if "admission" in keys else keys["kind"])
        kind = "debt" if "admission" in its_other else its_other["kind"]
        assert kind in {each.kind for each in alike(first, of, keys.get("burst", int(per_s)))}


@pytest.mark.parametrize(
    ("keys", "rate_per_s", "sizes"), [(SLIDING, 2.0, [1]), (BUCKET | {"burst": 2}, 1.0, [1, 2]), (DEBT, 4.0, [1, 4])]
)
def test_those_that_calls_tell_apart_are_not_said_to_be_alike(
    keys: dict[str, Any], rate_per_s: float, sizes: list[int]
) -> None:
    """Where a second call fits, or a larger one."""
    one = Supposition("debt" if "admission" in keys else keys["kind"])
    assert alike(outcomes(keys, rate_per_s, sizes), one, keys.get("burst", int(rate_per_s))) == ()


@pytest.mark.parametrize("keys", [BUCKET | {"burst": 1}, SLIDING])
def test_in_the_sandbox_nothing_is_decided_by_single_recipients(keys: dict[str, Any]) -> None:
    """A window has no rate, and would lead by that alone; all that decide alike are as probable, which is said."""
    made = document(fitted(outcomes(keys, 1.0, [1]).first(40), 1.0, among=SINGLE), "-", 1.0, 0, 0)
    assert made["verdict"] == "undecided"
    assert {one["name"] for one in made["explanations"]} == {"sliding-window", "debt", "token-bucket"}
    assert all(one["weight"] == pytest.approx(1 / 3, abs=0.01) for one in made["explanations"])
    assert any(line.endswith("they decide alike on those") for line in made["cannot_tell"])
