"""Latency laws: what a scenario says about a latency holds of its quantiles and of its samples."""

from __future__ import annotations

import math

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from pydantic import TypeAdapter, ValidationError

from scenarios.schema.latency import Constant, Exponential, Latency, Lognormal, Uniform

LAWS: list[Latency] = [
    Lognormal(median_ms=50, p99_ms=250),
    Lognormal(median_ms=50, p99_ms=50),
    Exponential(mean_ms=30),
    Constant(constant_ms=7),
    Constant(constant_ms=0),
    Uniform(min_ms=5, max_ms=30),
]
ADAPTER: TypeAdapter[Latency] = TypeAdapter(Latency)

laws = pytest.mark.parametrize("law", LAWS, ids=repr)
milliseconds = st.floats(0.001, 86_400_000)
shares = st.floats(0, 1, exclude_max=True)


@given(milliseconds, milliseconds)
def test_lognormal_has_its_median_and_p99(one: float, other: float) -> None:
    """The two numbers of a lognormal are its quantiles at 0.5 and 0.99."""
    median_ms, p99_ms = sorted((one, other))
    law = Lognormal(median_ms=median_ms, p99_ms=p99_ms)
    assert math.isclose(law.quantile(0.5), median_ms / 1000, rel_tol=1e-9)
    assert math.isclose(law.quantile(0.99), p99_ms / 1000, rel_tol=1e-9)


@laws
@given(one=shares, other=shares)
def test_quantiles_are_finite_and_rise(law: Latency, one: float, other: float) -> None:
    """A quantile is finite and not negative for every u in [0, 1), 0 and the largest included, and rises with u."""
    values = [law.quantile(u) for u in (0.0, *sorted((one, other)), 1 - 2**-53)]
    assert all(0 <= value < math.inf for value in values)
    assert values == sorted(values)


@laws
def test_median_is_the_quantile_of_one_half(law: Latency) -> None:
    """`median_s` and `quantile(0.5)` say the same."""
    assert law.median_s == pytest.approx(law.quantile(0.5))


@laws
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_samples_follow_the_quantiles(law: Latency, share: float) -> None:
    """Of 40,000 samples a share u lies at or below quantile(u), within five standard errors (the seed is fixed)."""
    n = 40_000
    below = (law.sample(np.random.default_rng(5), n) <= law.quantile(share) * (1 + 1e-12)).mean()
    spread = law.quantile(0.9) - law.quantile(0.1) > 1e-9
    assert below == (pytest.approx(share, abs=5 * math.sqrt(share * (1 - share) / n)) if spread else 1.0)


@pytest.mark.parametrize(
    ("table", "law"),
    [
        ({"median_ms": 50, "p99_ms": 250}, LAWS[0]),
        ({"mean_ms": 30}, LAWS[2]),
        ({"constant_ms": 7}, LAWS[3]),
        ({"min_ms": 5, "max_ms": 30}, LAWS[5]),
    ],
)
def test_keys_select_the_law(table: dict[str, float], law: Latency) -> None:
    """A table becomes the law whose parameters it names."""
    assert ADAPTER.validate_python(table) == law


@pytest.mark.parametrize("table", [{}, {"median_ms": 5}, {"mean_ms": 5, "p99_ms": 9}, {"medain_ms": 5, "p99_ms": 9}, 5])
def test_wrong_mix_of_keys_is_one_error(table: object) -> None:
    """Keys that name no law give one error, which lists the laws."""
    with pytest.raises(ValidationError) as caught:
        ADAPTER.validate_python(table)
    assert caught.value.error_count() == 1
    assert "{ median_ms, p99_ms }, { mean_ms }, { constant_ms } and { min_ms, max_ms }" in str(caught.value)


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_equality_outlives_use(law: Latency) -> None:
    """A law that has been asked equals one that has not: what it remembers is no part of it."""
    law.quantile(0.5)
    assert ADAPTER.validate_python(law.model_dump()) == law
