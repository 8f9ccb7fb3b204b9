"""The kinds of mail of a scenario: which lanes its workloads name, and in which order they matter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from strategies.resources import Lane


class InLane(Protocol):
    """What a workload says of its mails' kind."""

    @property
    def lane(self) -> str: ...
    @property
    def priority(self) -> int: ...


def lanes_of(workloads: Iterable[InLane]) -> tuple[Lane, ...]:
    """Each lane once, the most urgent first; of equals the one that the file names first."""
    named = {workload.lane: Lane(workload.lane, workload.priority) for workload in workloads}
    return tuple(sorted(named.values(), key=lambda lane: -lane.priority))


def places_of(workloads: Sequence[InLane]) -> list[int]:
    """For each workload the place of its lane among `lanes_of`."""
    place = {lane.name: index for index, lane in enumerate(lanes_of(workloads))}
    return [place[workload.lane] for workload in workloads]
