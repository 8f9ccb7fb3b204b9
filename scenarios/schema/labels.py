"""The kinds of mail of a scenario, and the ways that it goes: what its workloads say of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from strategies.resources import Lane


class Labelled(Protocol):
    """What a workload says of its mails' kind and way."""

    @property
    def lane(self) -> str: ...
    @property
    def priority(self) -> int: ...
    @property
    def strategy(self) -> str | None: ...


def lanes_of(workloads: Iterable[Labelled]) -> tuple[Lane, ...]:
    """Each lane once, the most urgent first; of equals the one that the file names first."""
    named = {workload.lane: Lane(workload.lane, workload.priority) for workload in workloads}
    return tuple(sorted(named.values(), key=lambda lane: -lane.priority))


def places_of(workloads: Sequence[Labelled]) -> list[int]:
    """For each workload the place of its lane among `lanes_of`."""
    place = {lane.name: index for index, lane in enumerate(lanes_of(workloads))}
    return [place[workload.lane] for workload in workloads]


def ways_of(workloads: Iterable[Labelled]) -> tuple[str, ...]:
    """The strategies that workloads name for themselves, each once, in the order of the file."""
    return tuple(dict.fromkeys(workload.strategy for workload in workloads if workload.strategy is not None))


def lanes_on(way: str | None, workloads: Iterable[Labelled]) -> tuple[Lane, ...]:
    """The lanes of the workloads that go one way; None stands for the contender's own."""
    return lanes_of(workload for workload in workloads if workload.strategy == way)


def place_on_way(workloads: Sequence[Labelled]) -> list[int]:
    """For each workload the place of its lane among those of its own way."""
    lanes = {way: lanes_on(way, workloads) for way in (None, *ways_of(workloads))}
    return [lanes[one.strategy].index(Lane(one.lane, one.priority)) for one in workloads]


def number_of_way(workloads: Sequence[Labelled]) -> list[int]:
    """For each workload the number of its way: 0 is the contender's own, then as in `ways_of`."""
    numbers = {way: number for number, way in enumerate((None, *ways_of(workloads)))}
    return [numbers[one.strategy] for one in workloads]
