"""What a comparison that is kept does beside its runs, as shares of their time."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeVar

from benchmarks.scale import CATALOGUE_MAILS, day
from strategies.registry import STRATEGIES

PARTS = ("runs", "Parquet", "figures", "curves", "pictures and page")
T = TypeVar("T")


class Kept(NamedTuple):
    """Seconds of processor time, by part of the work."""

    mails: int
    seconds: dict[str, float]

    def share(self, part: str) -> float:
        """Of the time of the runs themselves."""
        return self.seconds[part] / self.seconds["runs"]

    @property
    def share_beside(self) -> float:
        """Of all that is not a run."""
        return sum(map(self.share, PARTS[1:]))


def measure(mails: int = CATALOGUE_MAILS) -> Kept:
    """A day of so many mails by all strategies, one after the other in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.keeping", str(mails)]
    return Kept(*json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def _here(mails: int, strategies: Sequence[str]) -> Kept:
    """As `seslab compare --out` works, whose parts these are."""
    from reports.compare import document, folder
    from reports.figures.curves import taking
    from reports.running.experiment import Result, summarise
    from reports.running.keeping import keep
    from scenarios.measures.bound import bound_of
    from scenarios.measures.cost import load_prices
    from scenarios.measures.measured import measured
    from scenarios.schema.scenario_file import as_toml
    from scenarios.traffic.workload import arrivals
    from sim.run import run

    scenario, watch, results, curves = day(mails), Watch(), list[Result](), {}
    with TemporaryDirectory(prefix="seslab-bench-") as name:
        out = Path(name)
        for strategy in strategies:
            ledger = watch.timed("runs", run, scenario, strategy, scenario.seed)
            watch.timed("Parquet", keep, ledger, scenario, out)
            ideal = watch.timed("figures", lambda: bound_of(scenario, arrivals(scenario.workload, scenario.seed)))
            entry = watch.timed("figures", measured, scenario, ledger, ideal, load_prices())
            curves[strategy] = watch.timed("curves", taking(scenario), ledger)
            results.append(Result(entry, ideal))
            del ledger
        entries, bound = summarise(results)
        comparison = document.document(scenario, "sim", scenario.seed, 1, bound, entries)
        folder.save(out, comparison, as_toml(scenario))
        watch.timed("pictures and page", folder.draw, out, comparison, curves)
    return Kept(mails, watch.seconds)


class Watch:
    """Adds up what each part takes."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(PARTS, 0.0)

    def timed(self, part: str, work: Callable[..., T], *arguments: Any) -> T:
        """What the work comes to."""
        started_s = time.process_time()
        result = work(*arguments)
        self.seconds[part] += time.process_time() - started_s
        return result


if __name__ == "__main__":
    print(json.dumps(_here(int(sys.argv[1]), sys.argv[2:] or [*STRATEGIES])))
