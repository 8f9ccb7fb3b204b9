"""The points of a sweep: every combination of values, a Latin hypercube through their ranges, or Saltelli's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import product
from math import prod
from typing import Any, NamedTuple

from reports.sweep import sobol
from reports.sweep.dimensions import LIMITER, Dimension, Value
from scenarios.errors import BadInput, RunFailed
from scenarios.formats.dotted import with_value
from scenarios.hypotheses.hypothesis import under
from scenarios.hypotheses.sets import Chosen
from scenarios.runs import plan_of
from scenarios.schema.accounts.account import Account
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import changed

Limiters = Callable[[Account], Chosen]
"""The hypotheses about the limiter of an account."""


class Point(NamedTuple):
    """Values in the order of the dimensions, and the scenario that has them."""

    values: tuple[Value, ...]
    scenario: Scenario


def grid(dimensions: Sequence[Dimension], most: int) -> list[tuple[Value, ...]]:
    """All combinations, the last dimension running fastest. Raises BadInput for a range without steps, or too many."""
    for one in dimensions:
        if not one.values:
            raise BadInput(f"--vary {one.name}: a range needs steps, such as lo..hi/5, or --sample to draw from it")
    if (many := prod(len(one.values) for one in dimensions)) > most:
        raise BadInput(f"--vary: {many:,} combinations; at most {most:,}, or draw some of them with --sample")
    return list(product(*(one.values for one in dimensions)))


def latin_hypercube(dimensions: Sequence[Dimension], many: int, seed: int) -> list[tuple[Value, ...]]:
    """So many points of which each dimension's values are spread as evenly as if it were alone (McKay et al., 1979).

    SciPy's own: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.qmc.LatinHypercube.html
    """
    import numpy as np
    from scipy.stats import qmc

    shares = qmc.LatinHypercube(len(dimensions), rng=np.random.default_rng(seed)).random(many)
    return _at(dimensions, shares)


def saltelli(dimensions: Sequence[Dimension], base: int, seed: int) -> list[tuple[Value, ...]]:
    """Those from which Sobol indices are told: `base` times two more than there are dimensions."""
    return _at(dimensions, sobol.points(len(dimensions), base, seed))


def _at(dimensions: Sequence[Dimension], shares: Any) -> list[tuple[Value, ...]]:
    """A point for each row, whose columns say how far along its dimension it lies."""
    return [tuple(one.at(float(share)) for one, share in zip(dimensions, row, strict=True)) for row in shares]


def scenarios_of(
    scenario: Scenario,
    contenders: Sequence[str],
    dimensions: Sequence[Dimension],
    points: Sequence[tuple[Value, ...]],
    limiters: Limiters,
) -> Iterator[Point]:
    """Each point's scenario, checked as any other, in which its contenders can run.

    Raises BadInput, which names the point, before anything is run.
    """
    told, resolved = (scenario.model_dump(by_alias=True, exclude_unset=unset) for unset in (True, False))
    for values in points:
        yield Point(values, _scenario(told, resolved, contenders, dimensions, values, limiters))


def _scenario(
    told: dict[str, Any],
    resolved: dict[str, Any],
    contenders: Sequence[str],
    dimensions: Sequence[Dimension],
    values: tuple[Value, ...],
    limiters: Limiters,
) -> Scenario:
    called = " ".join(spelt(dimensions, values))
    for one, value in zip(dimensions, values, strict=True):
        if one.place is not None:
            told = with_value(told, one.place, value, resolved)
    world = changed(told, called)
    for one, value in zip(dimensions, values, strict=True):
        if one.name == LIMITER:
            world = _under(world, str(value), limiters, called)
    for contender in contenders:
        with suppress(RunFailed):  # which is said of its own run
            try:
                plan_of(world, contender)
            except BadInput as error:
                raise BadInput(f"{called}: {error}") from error
    return world


def _under(scenario: Scenario, name: str, limiters: Limiters, called: str) -> Scenario:
    chosen = limiters(scenario.account)
    for one in chosen.hypotheses:
        if one.name == name:
            return under(scenario, one)
    why = next((one.why for one in chosen.left_out if one.name == name), "is not there")
    raise BadInput(f"{called}: this account cannot have the limiter {name}: {why}")


def spelt(dimensions: Sequence[Dimension], values: Sequence[Value]) -> list[str]:
    """As `--vary` takes each."""
    return [f"{one.name}={text(value)}" for one, value in zip(dimensions, values, strict=True)]


def text(value: Value) -> str:
    """A value as it is typed and shown; typed again it is the same."""
    return str(value).lower() if isinstance(value, bool) else str(value).removesuffix(".0")
