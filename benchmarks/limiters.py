"""Sixty limiters drawn at random, each probed on a virtual clock: `python -m benchmarks.limiters [FIRST] [LAST]`.

Kind, rate and burst of each are set beside what was said; the last line counts. It takes some minutes.
"""

from __future__ import annotations

import sys
from time import process_time
from typing import NamedTuple

from rich.table import Table

from benchmarks.printing import console
from scenarios.inference.fit import Explanation, Interval
from tests.unit.inference.virtual_account import Truth, at_random, probed

NUMBER = 60
SURE = 0.95
NEAR = 0.02


class Judged(NamedTuple):
    """What was said of a limiter, beside what it is."""

    kind: str
    said: str
    weight: float
    rate_off: float
    is_rate_right: bool
    is_burst_right: bool
    is_rate_covered: bool
    is_burst_covered: bool
    used_s: float
    cpu_s: float


def main(first: int = 0, last: int = NUMBER) -> None:
    """Print a row for each limiter, and how many were right."""
    table = Table(title="Limiters drawn at random, and what a probe says of them", box=None)
    for heading in ("number", "is", "said", "probability", "rate off by", "burst right", "recipients ÷ R", "CPU, s"):
        table.add_column(heading, justify="right")
    judged = [_judged(number) for number in range(first, last)]
    for number, one in enumerate(judged, first):
        burst = "yes" if one.is_burst_right else "no"
        cells = (one.kind, one.said, f"{one.weight:.3f}", f"{one.rate_off:+.2%}", burst, f"{one.used_s:.1f}")
        table.add_row(str(number), *cells, f"{one.cpu_s:.1f}")
    console.print(table)
    right, wrong = sum(one.said == one.kind for one in judged), [one for one in judged if one.said != one.kind]
    console.print(
        f"of {len(judged)}: kind right {right}, undecided {sum(one.weight < SURE for one in wrong)}, "
        f"wrong and sure {sum(one.weight >= SURE for one in wrong)}; rate within {NEAR:.0%} "
        f"{sum(one.is_rate_right for one in judged)}; burst right {sum(one.is_burst_right for one in judged)}"
    )
    console.print(
        f"95 % intervals of the best explanation hold the rate in {sum(one.is_rate_covered for one in judged)}, "
        f"and the burst, where there is one, in {sum(one.is_burst_covered for one in judged)}, of {len(judged)}"
    )


def _judged(number: int) -> Judged:
    truth, begun_s = at_random(number), process_time()
    found, used = probed(truth, seed=number)
    best = found.fit.explanations[0]
    kinds: dict[str, float] = {}
    for one in found.fit.explanations:
        kinds[one.supposition.kind] = kinds.get(one.supposition.kind, 0.0) + one.weight
    said = max(kinds, key=lambda kind: kinds[kind])
    off = best.rate_per_s.median / truth.in_the_long_run_per_s - 1
    return Judged(
        truth.kind,
        said,
        kinds[said],
        off,
        abs(off) <= NEAR,
        _is_burst_right(truth, best),
        _is_in(truth.in_the_long_run_per_s, best.rate_per_s),
        "burst" not in truth.keys or _is_in(truth.limiter.burst, best.capacity),
        used / truth.rate_per_s,
        process_time() - begun_s,
    )


def _is_in(value: float, interval: Interval) -> bool:
    """With a crumb for floats."""
    return interval.low - 1e-9 <= value <= interval.high + 1e-9


def _is_burst_right(truth: Truth, best: Explanation) -> bool:
    """Within a recipient, or inside the interval; a window has none."""
    if "burst" not in truth.keys:
        return True
    capacity, burst = best.capacity, truth.limiter.burst
    return abs(capacity.median - burst) <= 1 or _is_in(burst, capacity)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
