"""How long a service takes: four laws, each named in a scenario file by its parameters."""

from __future__ import annotations

import math
from functools import cached_property
from statistics import NormalDist
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Discriminator, Field, Tag, model_validator

from scenarios.schema.tables import Table, wrong

_Z_P99 = 2.3263478740408408
_SMALLEST_U = 2.0**-54  # half a step of the finest u in [0, 1), so that u = 0 has a finite quantile
_NORMAL = NormalDist()

_Ms = Annotated[float, Field(ge=0, le=86_400_000)]
_PositiveMs = Annotated[float, Field(ge=0.001, le=86_400_000)]


class Lognormal(Table):
    """Lognormal, from its median and its 99th percentile in milliseconds."""

    median_ms: _PositiveMs = Field(description="half of the latencies are at most this")
    p99_ms: _PositiveMs = Field(description="99 % of the latencies are at most this")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.p99_ms < self.median_ms:
            raise wrong("p99_ms", f"must be at least median_ms ({self.median_ms:g})")
        return self

    @cached_property
    def _mu(self) -> float:
        return math.log(self.median_ms / 1000)

    @cached_property
    def _sigma(self) -> float:
        return math.log(self.p99_ms / self.median_ms) / _Z_P99

    @property
    def median_s(self) -> float:
        """Median in seconds."""
        return self.median_ms / 1000

    def quantile(self, u: float) -> float:
        """Seconds that a share `u` of the latencies stays at or below; u in [0, 1)."""
        return math.exp(self._mu + self._sigma * _NORMAL.inv_cdf(max(u, _SMALLEST_U)))

    def sample(self, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        """`n` independent latencies in seconds."""
        return rng.lognormal(self._mu, self._sigma, n)


class Exponential(Table):
    """Exponential, from its mean in milliseconds."""

    mean_ms: _PositiveMs = Field(description="mean latency")

    @property
    def median_s(self) -> float:
        """Median in seconds."""
        return self.mean_ms / 1000 * math.log(2)

    def quantile(self, u: float) -> float:
        """Seconds that a share `u` of the latencies stays at or below; u in [0, 1)."""
        return -math.log1p(-u) * self.mean_ms / 1000

    def sample(self, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        """`n` independent latencies in seconds."""
        return rng.exponential(self.mean_ms / 1000, n)


class Constant(Table):
    """Always the same, in milliseconds."""

    constant_ms: _Ms = Field(description="every latency")

    @property
    def median_s(self) -> float:
        """Median in seconds."""
        return self.constant_ms / 1000

    def quantile(self, u: float) -> float:
        """The constant in seconds, whatever `u`."""
        return self.constant_ms / 1000

    def sample(self, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        """`n` times the constant, in seconds."""
        return np.full(n, self.constant_ms / 1000)


class Uniform(Table):
    """Anything between two bounds in milliseconds, all equally likely."""

    min_ms: _Ms = Field(description="shortest latency")
    max_ms: _Ms = Field(description="longest latency")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.max_ms < self.min_ms:
            raise wrong("max_ms", f"must be at least min_ms ({self.min_ms:g})")
        return self

    @property
    def median_s(self) -> float:
        """Median in seconds."""
        return (self.min_ms + self.max_ms) / 2000

    def quantile(self, u: float) -> float:
        """Seconds that a share `u` of the latencies stays at or below; u in [0, 1)."""
        return (self.min_ms + u * (self.max_ms - self.min_ms)) / 1000

    def sample(self, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        """`n` independent latencies in seconds."""
        return rng.uniform(self.min_ms / 1000, self.max_ms / 1000, n)


_LAWS: dict[frozenset[str], type[Table]] = {
    frozenset(law.model_fields): law for law in (Lognormal, Exponential, Constant, Uniform)
}


def _law(table: Any) -> str | None:
    """The name of the law whose parameters are exactly the table's keys."""
    if isinstance(table, Table):
        return type(table).__name__
    law = _LAWS.get(frozenset(table)) if isinstance(table, dict) else None
    return law.__name__ if law else None


Latency = Annotated[
    Annotated[Lognormal, Tag("Lognormal")]
    | Annotated[Exponential, Tag("Exponential")]
    | Annotated[Constant, Tag("Constant")]
    | Annotated[Uniform, Tag("Uniform")],
    Discriminator(
        _law,
        custom_error_type="rule",
        custom_error_message=(
            "must be one of { median_ms, p99_ms }, { mean_ms }, { constant_ms } and { min_ms, max_ms }"
        ),
    ),
]
