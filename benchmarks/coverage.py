"""How often a fit's 95 % intervals hold what is true: `python -m benchmarks.coverage [REPETITIONS]`.

Each repetition is another limiter and another sender's calls, fitted under the supposition that is true: an interval is
of a parameter, not of the kind. Rates and costs are continuous; a burst, or what a window holds, is a whole number, so
that its interval holds the truth more often: it cannot end between two of them. Half of the repetitions know the
instants of decisions exactly, as a simulation does, half to within some milliseconds. It takes some minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.limiters import is_in
from benchmarks.printing import console
from scenarios.aws.limiter import build_limiter
from scenarios.inference.calls import Calls, calls_of
from scenarios.inference.fit import Explanation, fitted
from scenarios.inference.suppositions import Supposition
from scenarios.schema.accounts.account import LimiterHypothesis, resolved

REPETITIONS = 200
RATE_PER_S = 40.0
CALLS = 240
OFFERED = 1.6  # of the rate
WITHIN_S = 0.004
SUPPOSED = (
    Supposition("token-bucket"),
    Supposition("debt"),
    Supposition("token-bucket", costly=True),
    Supposition("fixed-window"),
    Supposition("sliding-window"),
    Supposition("token-bucket", shards=2),
    Supposition("debt", shards=2),
)


class Held(NamedTuple):
    """Whether the interval of a parameter has held the truth."""

    parameter: str
    instants: str
    is_held: bool


def main(repetitions: int = REPETITIONS) -> None:
    """Print a row for each parameter, and how often its interval has held the truth."""
    numbers = track(range(repetitions), console=Console(stderr=True), disable=not sys.stderr.isatty())
    held = [one for number in numbers for one in _held(number)]
    table = Table(title=f"95 % intervals of {repetitions} fits", box=None)
    for heading in ("parameter", "instants", "intervals", "hold the truth"):
        table.add_column(heading, justify="right")
    for parameter, instants in sorted({one[:2] for one in held}):
        mine = [one.is_held for one in held if one[:2] == (parameter, instants)]
        table.add_row(parameter, instants, str(len(mine)), f"{np.mean(mine):.1%}")
    console.print(table)


def _held(number: int) -> Iterator[Held]:
    chance = np.random.default_rng(number)
    # both kinds of instants meet each supposition
    supposed, is_exact = SUPPOSED[number // 2 % len(SUPPOSED)], number % 2 == 0
    truth = _truth(supposed, chance)
    calls = _calls(truth, 0.0 if is_exact else WITHIN_S, number, chance)
    found = fitted(calls, RATE_PER_S, among=(supposed,)).explanations[0]
    instants = "exact" if is_exact else f"within {1000 * WITHIN_S:g} ms"
    for parameter, is_held in _parameters(supposed, truth, found):
        yield Held(parameter, instants, is_held)


def _truth(supposed: Supposition, chance: np.random.Generator) -> LimiterHypothesis:
    keys: dict[str, object] = {"effective_rate": float(chance.uniform(0.7, 1.0)), "shards": supposed.shards}
    if supposed.has_burst:
        keys["burst"] = int(chance.integers(5, 3 * int(RATE_PER_S)))
    else:
        keys["kind"] = supposed.kind
    if supposed.kind == "debt":
        keys["admission"] = "debt"
    if supposed.costly:
        keys["refusal_cost"] = float(chance.uniform(0.0, 1.0))
    return resolved(LimiterHypothesis.model_validate(keys), RATE_PER_S)


def _calls(truth: LimiterHypothesis, within_s: float, seed: int, chance: np.random.Generator) -> Calls:
    """A sender's that has calls at random, of one to five recipients, and has noted each anywhere within `within_s`."""
    sizes = chance.integers(1, 6, CALLS)
    decided_s = np.cumsum(chance.exponential(sizes.mean() / (OFFERED * RATE_PER_S), CALLS) + 2 * within_s)
    exact = build_limiter(truth, RATE_PER_S, seed)
    accepted = [exact.admit(float(at_s), int(size)) for at_s, size in zip(decided_s, sizes, strict=True)]
    return calls_of(decided_s + within_s * chance.uniform(-1, 1, CALLS), sizes, accepted, within_s)


def _parameters(supposed: Supposition, truth: LimiterHypothesis, found: Explanation) -> Iterator[tuple[str, bool]]:
    rate_per_s = RATE_PER_S * truth.effective_rate
    shards = "one shard" if supposed.shards == 1 else "two shards"
    if supposed.has_burst:
        yield f"rate, {shards}", is_in(rate_per_s, found.rate_per_s)
        yield f"burst, {shards}", is_in(float(truth.burst or 0), found.capacity)
    else:
        yield "what a window holds", is_in(float(int(rate_per_s + 1e-9)), found.capacity)
    if supposed.costly:
        yield "refusal cost", is_in(truth.refusal_cost, found.refusal_cost)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
