"""How soon the page of `seslab play` has an answer, by what was changed; without HTTP, which takes milliseconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from reports.play.answering import Answering
from reports.play.question import Asked
from reports.play.simulator import Simulation, Simulator
from reports.play.trace_files import TraceFiles
from scenarios.measures.cost import load_prices
from scenarios.schema.files import frozen
from seslab import worlds
from strategies.registry import STRATEGIES

ROUNDS = 7
SIZES = (900, 10_000)
RATES, FILLS = count(100), (1 - place / 100 for place in count(1))


class Answers(NamedTuple):
    """Seconds until an answer was there: where all strategies are run, one is, and none is."""

    mails: int
    all_s: float
    one_s: float
    none_s: float


def measure() -> list[Answers]:
    """The median of some rounds each; a first question starts the processes."""
    simulation = Simulation(worlds.suitable_simulator, load_prices(), worlds.standing)
    with TemporaryDirectory() as folder, closing(Simulator(simulation)) as simulator:
        answering = Answering(simulator, TraceFiles(Path(folder), {}))
        _took_s(answering, SIZES[0], next(RATES), 1.0)
        return [_answers(answering, mails) for mails in SIZES]


def _answers(answering: Answering, mails: int) -> Answers:
    rounds = [list(_round(answering, mails, next(RATES), next(FILLS))) for _ in range(ROUNDS)]
    return Answers(mails, *map(median, zip(*rounds, strict=True)))


def _round(answering: Answering, mails: int, rate_per_s: float, fill: float) -> Iterator[float]:
    yield _took_s(answering, mails, rate_per_s, 1.0)
    yield _took_s(answering, mails, rate_per_s, fill)
    yield _took_s(answering, mails, rate_per_s, 1.0)


def _took_s(answering: Answering, mails: int, rate_per_s: float, fill: float) -> float:
    scenario = {
        "account": {"max_send_rate_per_s": rate_per_s},
        "workload": [{"process": "batch", "messages": mails}],
        "strategies": {"heartbeat": {"fill": fill}},
    }
    now: Any = frozen({"name": "mails", "scenario": scenario, "contenders": [*STRATEGIES]})
    seconds: float = answering.answer(Asked.model_validate({"now": now}), lambda _share: None, lambda: False)["took_s"]
    return seconds
