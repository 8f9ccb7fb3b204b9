"""The lives of an application's pods, and the mails that each is dealt: known before a run begins, in every world."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from scenarios.aws.pod_lives import Stretch
from scenarios.aws.weighted_round_robin import WeightedRoundRobin, round_robin


@dataclass
class Incarnation:
    """One life of a pod; `mails` are those that it is dealt, in order."""

    pod: int
    born_s: float
    dies_s: float
    mails: NDArray[np.int32]


def incarnations(
    stretches: Sequence[Stretch],
    weights: Sequence[float],
    intended_s: NDArray[np.float64],
    numbers: NDArray[np.int32],
) -> list[Incarnation]:
    """Mails go round-robin, or by weight, to the pods that live when they are due; if none does, to the next ones.

    Of all mails, whose instants these are, those of the `numbers` are dealt.
    """
    lives = _dealt(stretches, weights, intended_s[numbers])
    for life in lives:
        life.mails = numbers[life.mails]
    return lives


def _dealt(
    stretches: Sequence[Stretch], weights: Sequence[float], intended_s: NDArray[np.float64]
) -> list[Incarnation]:
    lives: list[Incarnation] = []
    dealt = 0
    ends_s = [*(stretch.begins_s for stretch in stretches[1:]), inf]
    for stretch, until_s in zip(stretches, ends_s, strict=True):
        _begin(lives, stretch)
        if stretch.living:
            due = int(
                np.searchsorted(intended_s, until_s, side="left")
            )  # at the instant of a change the new pods are there
            _deal(lives, weights, stretch.living, range(dealt, due))
            dealt = due
    return lives


def kept(intended_s: NDArray[np.float64], ended_s: float, at_work: Iterable[Incarnation]) -> NDArray[np.bool_]:
    """Which mails are not due yet, or are with a life that is at work at the end of a run, or still to begin.

    What falls due while no pod lives is in no memory that could die: whatever asked for the mail has it, a database
    or a caller that tries again, until the pods that begin next take it over.
    """
    with_a_sender = intended_s > ended_s
    for life in at_work:
        with_a_sender[life.mails] = True
    return with_a_sender


def _begin(lives: list[Incarnation], stretch: Stretch) -> None:
    """End the lives that end then, and begin the new ones."""
    going_on = {life.pod: life for life in lives if life.dies_s == inf}
    for pod in going_on.keys() - set(stretch.living):
        going_on[pod].dies_s = stretch.begins_s
    born = (pod for pod in stretch.living if pod not in going_on)
    lives += [Incarnation(pod, stretch.begins_s, inf, np.zeros(0, np.int32)) for pod in born]


def _deal(lives: list[Incarnation], weights: Sequence[float], living: Sequence[int], mails: range) -> None:
    going_on = {life.pod: life for life in lives if life.dies_s == inf}
    for place, numbers in _by_weight(weights, living, mails) if weights else _in_turn(living, mails):
        life = going_on[living[place]]
        life.mails = np.concatenate((life.mails, numbers))


def _in_turn(living: Sequence[int], mails: range) -> Iterator[tuple[int, NDArray[np.int32]]]:
    for place, numbers in round_robin(mails, len(living)):
        yield place, np.arange(numbers.start, numbers.stop, numbers.step, dtype=np.int32)


def _by_weight(
    weights: Sequence[float], living: Sequence[int], mails: range
) -> Iterator[tuple[int, NDArray[np.int32]]]:
    turns, numbers = WeightedRoundRobin(weights, living), np.arange(mails.start, mails.stop, dtype=np.int32)
    places = np.fromiter((turns.next() for _ in mails), np.int32, len(mails))
    for place in range(len(living)):
        yield place, numbers[places == place]
