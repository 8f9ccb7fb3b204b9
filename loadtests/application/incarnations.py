"""Which pod lives when, and which mails are dealt to it: all known before a real run begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from math import inf

import numpy as np
from numpy.typing import NDArray

from scenarios.aws.weighted_round_robin import Turns
from scenarios.schema.faults import PodCrash, ScalePods
from scenarios.schema.model import Scenario
from strategies.resources import Pods

Living = tuple[int, ...]


@dataclass
class Incarnation:
    """One life of a pod; `mails` are those that it is dealt, in order."""

    pod: int
    born_s: float
    dies_s: float
    mails: NDArray[np.int32]


def incarnations(pods: Pods, scenario: Scenario, intended_s: NDArray[np.float64]) -> list[Incarnation]:
    """Mails go round-robin, or by weight, to the pods that live when they are due; if none does, to the next ones."""
    lives: list[Incarnation] = []
    dealt = 0
    for born_s, until_s, living in _stretches(pods, scenario):
        _begin(lives, born_s, living)
        if living:
            due = int(np.searchsorted(intended_s, until_s, side="right"))
            _deal(lives, pods.weights, living, range(dealt, due))
            dealt = due
    return lives


def _stretches(pods: Pods, scenario: Scenario) -> Iterable[tuple[float, float, Living]]:
    """From when until when the same pods live."""
    changes = [(fault.start_s, fault.end_s) for fault in _of_pods(scenario)]
    instants = sorted({-inf, *chain.from_iterable(changes)})
    for born_s, until_s in zip(instants, [*instants[1:], inf], strict=True):
        yield born_s, until_s, _living(pods.replicas, _of_pods(scenario), born_s)


def _of_pods(scenario: Scenario) -> list[PodCrash | ScalePods]:
    return [fault for fault in scenario.fault if isinstance(fault, PodCrash | ScalePods)]


def _living(replicas: int, faults: Sequence[PodCrash | ScalePods], at_s: float) -> Living:
    crashed = {fault.pod for fault in faults if isinstance(fault, PodCrash) and fault.start_s <= at_s < fault.end_s}
    return tuple(pod for pod in range(replicas_at(replicas, faults, at_s)) if pod not in crashed)


def replicas_at(replicas: int, faults: Iterable[object], at_s: float) -> int:
    """How many pods the deployment wants: what the last scaling that began or ended by then says."""
    changes = [
        change
        for fault in faults
        if isinstance(fault, ScalePods)
        for change in ((fault.start_s, fault.pods), (fault.end_s, replicas))
        if change[0] <= at_s
    ]
    return max(reversed(changes), key=lambda change: change[0])[1] if changes else replicas


def _begin(lives: list[Incarnation], at_s: float, living: Living) -> None:
    """End the lives that end then, and begin the new ones."""
    going_on = {life.pod: life for life in lives if life.dies_s == inf}
    for pod in going_on.keys() - set(living):
        going_on[pod].dies_s = at_s
    lives += [Incarnation(pod, at_s, inf, np.zeros(0, np.int32)) for pod in living if pod not in going_on]


def _deal(lives: list[Incarnation], weights: Sequence[float], living: Living, mails: range) -> None:
    numbers, places = np.arange(mails.start, mails.stop, dtype=np.int32), _places(weights, living, len(mails))
    for place, pod in enumerate(living):
        life = next(life for life in lives if life.pod == pod and life.dies_s == inf)
        life.mails = np.concatenate((life.mails, numbers[places == place]))


def _places(weights: Sequence[float], living: Living, mails: int) -> NDArray[np.int32]:
    """Whose turn it is for each mail."""
    if not weights:
        return np.arange(mails, dtype=np.int32) % np.int32(len(living))
    turns = Turns(weights, living)
    return np.fromiter((turns.next() for _ in range(mails)), np.int32, mails)
