"""Limiters drawn at random, each probed on a virtual clock: `python -m benchmarks.limiters [FIRST] [LAST] [CALL_MS]`.

Kind, rate and burst of each are set beside what was said; the last line counts. It takes some minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from time import process_time
from typing import NamedTuple

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.printing import console
from scenarios.inference.fit import Explanation, Interval
from scenarios.inference.probing.probe import Probed
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


def main(first: int = 0, last: int = NUMBER, call_ms: int = 8) -> None:
    """Print a row for each limiter, and how many were right."""
    rows = {}
    for number in track(range(first, last), console=Console(stderr=True), disable=not sys.stderr.isatty()):
        truth, begun_s = at_random(number), process_time()
        found, used = probed(truth, call_ms / 1000, number)
        rows[number] = judged(truth, found, used, process_time() - begun_s)
    show(rows, f"Limiters drawn at random, and what a probe says of them whose calls take {call_ms} ms")


def show(rows: Mapping[int, Judged], title: str) -> None:
    """A row each, by their numbers, and how many were right."""
    table = Table(title=title, box=None)
    for heading in ("number", "is", "said", "probability", "rate off by", "burst right", "recipients ÷ R", "CPU, s"):
        table.add_column(heading, justify="right")
    for number, one in rows.items():
        burst = "yes" if one.is_burst_right else "no"
        cells = (one.kind, one.said, f"{one.weight:.3f}", f"{one.rate_off:+.2%}", burst, f"{one.used_s:.1f}")
        table.add_row(str(number), *cells, f"{one.cpu_s:.1f}")
    console.print(table)
    every = [*rows.values()]
    wrong = [one for one in every if one.said != one.kind]
    console.print(
        f"of {len(every)}: kind right {len(every) - len(wrong)}, undecided {sum(one.weight < SURE for one in wrong)}, "
        f"wrong and sure {sum(one.weight >= SURE for one in wrong)}; rate within {NEAR:.0%} "
        f"{sum(one.is_rate_right for one in every)}; burst right {sum(one.is_burst_right for one in every)}"
    )
    console.print(
        f"95 % intervals of the best explanation hold the rate in {sum(one.is_rate_covered for one in every)}, "
        f"and the burst, where there is one, in {sum(one.is_burst_covered for one in every)}, of {len(every)}"
    )


def judged(truth: Truth, found: Probed, used: int, cpu_s: float) -> Judged:
    """Of the kind that is most probable, over shards and costs, and of the best explanation's parameters."""
    best = found.fit.explanations[0]
    kinds: dict[str, float] = {}
    for one in found.fit.explanations:
        kinds[one.supposition.kind] = kinds.get(one.supposition.kind, 0.0) + one.weight
    said = max(kinds, key=lambda kind: kinds[kind])
    off = best.rate_per_s.median / truth.in_the_long_run_per_s - 1
    return Judged(
        kind=truth.kind,
        said=said,
        weight=kinds[said],
        rate_off=off,
        is_rate_right=abs(off) <= NEAR,
        is_burst_right=_is_burst_right(truth, best),
        is_rate_covered=is_in(truth.in_the_long_run_per_s, best.rate_per_s),
        is_burst_covered="burst" not in truth.keys or is_in(truth.limiter.burst, best.capacity),
        used_s=used / truth.rate_per_s,
        cpu_s=cpu_s,
    )


def is_in(value: float, interval: Interval) -> bool:
    """With a crumb for floats."""
    return interval.low - 1e-9 <= value <= interval.high + 1e-9


def _is_burst_right(truth: Truth, best: Explanation) -> bool:
    """Within a recipient, or inside the interval; a window has none."""
    if "burst" not in truth.keys:
        return True
    capacity, burst = best.capacity, truth.limiter.burst
    return abs(capacity.median - burst) <= 1 or is_in(burst, capacity)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
