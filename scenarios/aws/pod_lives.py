"""Which pods of the application live when, and how many they are told they are: known before a run begins.

Every world starts and ends its pods by these stretches. Which mail a pod is dealt follows from them and from the order
in which mails fall due; `weighted_round_robin` says whose turn it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from math import inf
from typing import NamedTuple

from scenarios.schema.faults import PodCrash, ScalePods


class Stretch(NamedTuple):
    """From `begins_s` until the next stretch the same pods live, by number; `told` is what they know as replicas.

    What falls due at the very instant at which a stretch begins still goes to the pods of the one before.
    """

    begins_s: float
    living: tuple[int, ...]
    told: int


def stretches(replicas: int, faults: Iterable[object], of: str = "application") -> list[Stretch]:
    """In the order of time; the first one has always been. Crashes and scalings at one instant are one change.

    `of` says whose faults count: the application's, or those of the workers beside it.
    """
    crashes = [fault for fault in faults if isinstance(fault, PodCrash) and fault.of == of]
    scalings = [fault for fault in faults if isinstance(fault, ScalePods) and fault.of == of]
    edges = chain.from_iterable((fault.start_s, fault.end_s) for fault in (*crashes, *scalings))
    told = [fault for fault in scalings if fault.reshare]
    return [
        Stretch(at_s, _living(_wanted(replicas, scalings, at_s), crashes, at_s), _wanted(replicas, told, at_s))
        for at_s in sorted({-inf, *edges})
    ]


def _living(wanted: int, crashes: Iterable[PodCrash], at_s: float) -> tuple[int, ...]:
    crashed = {fault.pod for fault in crashes if fault.start_s <= at_s < fault.end_s}
    return tuple(pod for pod in range(wanted) if pod not in crashed)


def _wanted(replicas: int, scalings: Iterable[ScalePods], at_s: float) -> int:
    """How many pods the deployment wants: what the last scaling that began or ended by then says.

    Of scalings that began or ended at the same instant, that is the one that stands last in the scenario.
    """
    past = [change for change in _changes(replicas, scalings) if change[0] <= at_s]
    return max(reversed(past), key=lambda change: change[0])[1] if past else replicas


def _changes(replicas: int, scalings: Iterable[ScalePods]) -> Iterator[tuple[float, int]]:
    for fault in scalings:
        yield fault.start_s, fault.pods
        yield fault.end_s, replicas
