"""The experiment that best tells apart what is still believed, for the recipients that it takes.

Limiters drawn from what is believed answer each experiment in a simulation. The more pairs of them it would part, the
more it tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from scenarios.aws.limiter import Limiter, build_limiter
from scenarios.inference.fit import Explanation, Fit
from scenarios.inference.probing.experiments import MOST_RECIPIENTS, Experiment, Pace, Steps, drain, poll, tempt
from scenarios.inference.written import drawn, limiter
from scenarios.traffic.chance import generator

SURE = 0.97
"""The weight of a kind that needs no more probing."""
NARROW = 0.01
"""Of a rate: an interval as wide as that to either side needs no more probing."""
DRAWN = 24
PARTED = 0.05
"""Of the pairs: an experiment that parts fewer tells nothing worth its recipients."""
LOOKS = 12
"""How often the accepted recipients of an experiment are counted."""
REST_S = 1.2
"""Beyond the time that a bucket needs to be full: windows are empty by then."""


class Drawn(NamedTuple):
    """A limiter that is believed in."""

    limiter: Limiter
    phase_s: float


def is_known(fit: Fit) -> bool:
    """Whether one supposition is left, and its parameters are narrowed down."""
    best = fit.explanations[0]
    if best.weight < SURE or not fit.is_explained:
        return False
    low, median, high, _ = best.rate_per_s
    return high - low <= 2 * NARROW * median and best.capacity.high - best.capacity.low <= 1


def next_experiment(fit: Fit, pace: Pace, recipients: int, last: str = "") -> Experiment | None:
    """None where no experiment tells more for so many recipients.

    The `last` one is not made again at once: a cheap one that parts limiters by their bursts says nothing of rates,
    however often it is made.
    """
    rest_s = max(one.capacity.high / one.rate_per_s.low for one in fit.alive) + REST_S
    told = [(_told(fit, one, pace, recipients), one) for one in _experiments(pace, rest_s) if one.name != last]
    best, chosen = max(told, key=lambda pair: pair[0])
    return chosen if best > 0 else None


def _experiments(pace: Pace, rest_s: float) -> Iterator[Experiment]:
    large = max(pace.temptation, min(MOST_RECIPIENTS, round(pace.rate_per_s / 3)))
    yield Experiment("emptied in large steps", rest_s, lambda: drain(pace, min(MOST_RECIPIENTS, 2 * pace.stride)))
    yield Experiment("emptied in small steps", rest_s, lambda: drain(pace, pace.least))
    yield Experiment("kept empty", rest_s, lambda: _emptied(pace, 4.0))
    yield Experiment("kept empty for longer", rest_s, lambda: _emptied(pace, 8.0))
    yield Experiment("tempted", rest_s, lambda: _tempted(pace, large))


def _emptied(pace: Pace, for_s: float) -> Steps:
    yield from drain(pace, pace.stride)
    yield from poll(pace, pace.step, for_s)
    yield from drain(pace, pace.step)


def _tempted(pace: Pace, large: int) -> Steps:
    yield from drain(pace, pace.stride)
    yield from tempt(pace, large, 5)


def _told(fit: Fit, experiment: Experiment, pace: Pace, recipients: int) -> float:
    """The share of pairs that it parts, by the square root of what it takes; 0 if that is too much or too little.

    Two limiters are parted where they differ by more than one of them differs from itself, with other shards met.
    """
    seen, again = (np.array([_answer(one, experiment, pace) for one in _draw(fit, pace, run)]) for run in range(2))
    used = max(int(seen.max()), int(again.max()))
    if used > recipients:
        return 0.0
    by_chance = np.abs(seen - again).max(axis=1)
    differ = np.abs(seen[:, None, :] - seen[None, :, :]).max(axis=2)
    share = float((differ > np.maximum(by_chance[:, None], by_chance[None, :])).mean())
    return share / max(1.0, float(used)) ** 0.5 if share >= PARTED else 0.0


def _draw(fit: Fit, pace: Pace, run: int) -> Iterator[Drawn]:
    """Limiters by their weight, always the same ones; which shards they meet is another matter in each run."""
    chance = generator(len(fit.calls.at_s), "design")
    alive: Sequence[Explanation] = fit.alive
    weights = np.array([one.weight for one in alive])
    for number in range(DRAWN):
        one = alive[int(chance.choice(len(alive), p=weights / weights.sum()))]
        point = int(chance.choice(len(one.weights), p=one.weights))
        hypothesis = limiter(one, drawn(one, point), pace.rate_per_s)
        yield Drawn(build_limiter(hypothesis, pace.rate_per_s, DRAWN * run + number), float(one.points.phase_s[point]))


def _answer(drawn: Drawn, experiment: Experiment, pace: Pace) -> list[int]:
    """How many recipients were accepted by each of some instants, the last one being the end."""
    steps, outcome, now_s, accepted = experiment.steps(), None, 2.0 - drawn.phase_s, 0
    counts: list[tuple[float, int]] = []
    while True:
        try:
            ask = next(steps) if outcome is None else steps.send(outcome)
        except StopIteration:
            break
        now_s += max(ask.after_s, pace.call_s)
        outcome = drawn.limiter.admit(now_s, ask.recipients)
        accepted += ask.recipients * outcome
        counts.append((now_s, accepted))
    at = np.linspace(0, len(counts) - 1, LOOKS).astype(int)
    return [counts[index][1] for index in at]
