"""How often a fit's 95 % intervals hold what is true: `python -m benchmarks.coverage CLASS [FIRST] [LAST]`.

Each repetition is another limiter and another sender's calls. Of most classes it is fitted under the supposition that
is true: an interval is of a parameter, not of the kind. Of `any` it is fitted as a user's calls are, under all of them,
and the best explanation's intervals count, of limiters as `benchmarks.limiters` draws them.

Rates and costs are continuous. A burst, or what a window holds, is a whole number, whose interval cannot end between
two of them and so holds the truth more often. Whether its probabilities are right is told by ends that are drawn: each
end counts with the part of its probability that 95 % in all takes. It takes some seconds a repetition.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.stats import binomtest

from benchmarks.limiters import is_in
from benchmarks.printing import console
from scenarios.aws.limiter import build_limiter
from scenarios.inference.calls import Calls, Floats, calls_of
from scenarios.inference.fit import SIDES, Explanation, Interval, fitted
from scenarios.inference.suppositions import KINDS, Supposition, suppositions
from scenarios.schema.accounts.account import LimiterHypothesis, resolved
from tests.unit.inference.virtual_account import at_random

REPETITIONS = 200
RATE_PER_S = 40.0
CALLS = 240
OFFERED = 1.6  # of the rate
WITHIN_S = 0.004
BUCKETS = (Supposition("token-bucket"), Supposition("debt"))
WINDOWS = (Supposition("fixed-window"), Supposition("sliding-window"))


class Case(NamedTuple):
    """A limiter, how exactly its calls are known, and under what they are fitted."""

    limiter: LimiterHypothesis
    rate_per_s: float
    within_s: float
    among: Sequence[Supposition]


class Held(NamedTuple):
    """Whether the interval of a parameter has held the truth, as it is and with ends that are drawn."""

    parameter: str
    is_held: bool
    is_held_by_drawn_ends: bool


def main(name: str, first: str = "0", last: str = str(REPETITIONS)) -> None:
    """Print a row for each parameter, and how often its interval has held the truth."""
    numbers = range(int(first), int(last))
    watched = track(numbers, console=Console(stderr=True), disable=not sys.stderr.isatty())
    held = [one for number in watched for one in _held(name, number)]
    table = Table(title=f"95 % intervals of the fits {first} to {int(last) - 1}, {name}", box=None)
    for heading in ("parameter", "intervals", "hold the truth", "of so many, 95 %", "with drawn ends", "95 %"):
        table.add_column(heading, justify="right")
    for parameter in sorted({one.parameter for one in held}):
        mine = [one for one in held if one.parameter == parameter]
        drawn = [one.is_held_by_drawn_ends for one in mine]
        table.add_row(parameter, str(len(mine)), *_counted([one.is_held for one in mine]), *_counted(drawn))
    console.print(table)


def _counted(held: Sequence[bool]) -> tuple[str, str]:
    """How many, and between what shares that leaves the one which they are drawn from (Clopper and Pearson)."""
    between = binomtest(sum(held), len(held)).proportion_ci(0.95, "exact")
    return f"{sum(held)}", f"{between.low:.1%} to {between.high:.1%}"


def _held(name: str, number: int) -> Iterator[Held]:
    chance = np.random.default_rng(number)
    case = CLASSES[name](number, chance)
    calls = _calls(case, number, chance)
    found = fitted(calls, case.rate_per_s, among=case.among).explanations[0]
    yield from _parameters(case, found, chance)


def _supposed(among: Sequence[Supposition], within_s: float = 0.0) -> Callable[[int, np.random.Generator], Case]:
    """Each of them in its turn, fitted as what it is."""

    def case(number: int, chance: np.random.Generator) -> Case:
        supposed = among[number % len(among)]
        keys: dict[str, object] = {"effective_rate": float(chance.uniform(0.7, 1.0)), "shards": supposed.shards}
        if supposed.has_burst:
            keys["burst"] = int(chance.integers(5, 3 * int(RATE_PER_S)))
        else:
            keys["kind"] = supposed.kind
        if supposed.kind == "debt":
            keys["admission"] = "debt"
        if supposed.costly:
            keys["refusal_cost"] = float(chance.uniform(0.0, 1.0))
        limiter = resolved(LimiterHypothesis.model_validate(keys), RATE_PER_S)
        return Case(limiter, RATE_PER_S, within_s, (supposed,))

    return case


def _any(number: int, chance: np.random.Generator) -> Case:
    """Half of the senders know instants exactly."""
    truth = at_random(number)
    within_s = WITHIN_S * float(chance.integers(2))
    return Case(resolved(truth.limiter, truth.rate_per_s), truth.rate_per_s, within_s, tuple(suppositions()))


def _sharded(shards: int) -> tuple[Supposition, ...]:
    return tuple(Supposition(kind, shards) for kind in KINDS[:2])


CLASSES: Mapping[str, Callable[[int, np.random.Generator], Case]] = {
    "exact": _supposed(BUCKETS),
    "blurred": _supposed(BUCKETS, WITHIN_S),
    "costly": _supposed([one._replace(costly=True) for one in BUCKETS]),
    "windows": _supposed(WINDOWS, WITHIN_S),
    "two-shards": _supposed(_sharded(2)),
    "three-shards": _supposed(_sharded(3)),
    "four-shards": _supposed(_sharded(4)),
    "any": _any,
}


def _calls(case: Case, seed: int, chance: np.random.Generator) -> Calls:
    """A sender's that has calls at random, of one to five recipients, and has noted each anywhere within a bound."""
    sizes, within_s = chance.integers(1, 6, CALLS), case.within_s
    decided_s = np.cumsum(chance.exponential(sizes.mean() / (OFFERED * case.rate_per_s), CALLS) + 2 * within_s)
    exact = build_limiter(case.limiter, case.rate_per_s, seed)
    accepted = [exact.admit(float(at_s), int(size)) for at_s, size in zip(decided_s, sizes, strict=True)]
    return calls_of(decided_s + within_s * chance.uniform(-1, 1, CALLS), sizes, accepted, within_s)


def _parameters(case: Case, found: Explanation, chance: np.random.Generator) -> Iterator[Held]:
    """What a window holds is its rate too."""
    truth, rate_per_s, points = case.limiter, case.rate_per_s * case.limiter.effective_rate, found.points
    if truth.kind != "token-bucket":
        rate_per_s = float(int(rate_per_s + 1e-9))
    rates = points.rate_per_s if found.supposition.has_burst else points.capacity
    yield _judged("rate", rate_per_s, found.rate_per_s, rates, found.weights, chance)
    if truth.kind == "token-bucket":
        yield _judged("burst", float(truth.burst or 0), found.capacity, points.capacity, found.weights, chance)
    if found.supposition.costly:
        costs = found.points.refusal_cost
        yield _judged("refusal cost", truth.refusal_cost, found.refusal_cost, costs, found.weights, chance)


def _judged(
    parameter: str, value: float, interval: Interval, values: Floats, weights: Floats, chance: np.random.Generator
) -> Held:
    below, at = weights[values < value - 1e-9].sum(), weights[np.abs(values - value) <= 1e-9].sum()
    return Held(parameter, is_in(value, interval), bool(SIDES[0] <= below + chance.random() * at <= SIDES[1]))


if __name__ == "__main__":
    main(*sys.argv[1:])
