"""All strategies under a dozen hypotheses of the limiter, eight seeds each: what deciding between them would run."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from reports.running.experiment import Job, Result, jobs
from reports.running.opening import opened
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import load
from sim.run import run
from strategies.registry import STRATEGIES

SEEDS = 8
HYPOTHESES: tuple[dict[str, Any], ...] = (
    *({"burst": burst} for burst in (1, 14, 28, 100)),
    *({"effective_rate": share} for share in (0.9, 0.98)),
    *({"refusal_cost": cost} for cost in (0.1, 1.0)),
    {"admission": "debt"},
    {"shards": 2},
    {"kind": "fixed-window"},
    {"kind": "sliding-window"},
)


class Sweep(NamedTuple):
    """What it took; `share_in_runs` is the runs' own part of the processors' time, `again_s` what the store takes.

    `processor_s` is that of all processes, which says the same on a busy machine.
    """

    runs: int
    seconds: float
    share_in_runs: float
    again_s: float
    processor_s: float


def measure() -> Sweep:
    """In as many processes as there are processors, with a store that is empty at first, and then has all."""
    wanted = list(chain.from_iterable(map(_jobs, HYPOTHESES)))
    with TemporaryDirectory() as folder:
        before_s = _processor_s()
        results, seconds = _timed(wanted, Path(folder))
        processor_s = _processor_s() - before_s
        _, again_s = _timed(wanted, Path(folder))
    in_runs_s = sum(result.entry["wall_s"] or 0.0 for result in results)
    return Sweep(len(results), seconds, in_runs_s / (seconds * (os.cpu_count() or 1)), again_s, processor_s)


def _processor_s() -> float:
    """Of this process and of all that have ended under it."""
    return sum(os.times()[:4])


def _timed(wanted: Sequence[Job], folder: Path) -> tuple[Sequence[Result], float]:
    started_s = time.perf_counter()
    with opened(folder) as executor:
        results = executor.perform(wanted, lambda _number, _share: None).results
    return results, time.perf_counter() - started_s


def _jobs(hypothesis: dict[str, Any]) -> list[Job]:
    return jobs(run, _under(hypothesis), [*STRATEGIES], SEEDS, load_prices(), None)[:]


def _under(hypothesis: dict[str, Any]) -> Scenario:
    plain = load("broadcast-900").model_dump(by_alias=True, exclude_unset=True)
    account = {**plain.get("account", {}), "limiter": hypothesis}
    return Scenario.model_validate({**plain, "account": account})
