"""Which pods live when: the stretches are those of a model that lives through one change after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import inf
from typing import NamedTuple

import hypothesis.strategies as st
from hypothesis import given, settings

from scenarios.aws.pod_lives import Stretch, stretches
from scenarios.schema.faults import Outage, PodCrash, ScalePods

EIGHTHS = st.integers(0, 12).map(lambda eighths: eighths / 8)
WINDOW = {"start_s": EIGHTHS, "duration_s": EIGHTHS.filter(bool)}

crashes = st.builds(PodCrash, kind=st.just("pod_crash"), pod=st.integers(0, 4), **WINDOW)
scalings = st.builds(ScalePods, kind=st.just("scale_pods"), pods=st.integers(1, 5), reshare=st.booleans(), **WINDOW)
others = st.builds(Outage, kind=st.just("outage"), **WINDOW)

Fault = PodCrash | ScalePods | Outage


class Deployment:
    """What a deployment would do that learns of its faults one by one."""

    def __init__(self, replicas: int) -> None:
        self._declared = self._wanted = self.told = replicas
        self._crashed = Counter[int]()

    def change(self, fault: Fault, begins: bool) -> None:
        """A fault begins or ends."""
        if isinstance(fault, PodCrash):
            self._crashed[fault.pod] += 1 if begins else -1
        elif isinstance(fault, ScalePods):
            self._wanted = fault.pods if begins else self._declared
            self.told = self._wanted if fault.reshare else self.told

    def living(self) -> tuple[int, ...]:
        """Those that it wants and that are not down."""
        return tuple(pod for pod in range(self._wanted) if not self._crashed[pod])


class Edge(NamedTuple):
    """A beginning or an end; of two at one instant that of the later fault comes last."""

    at_s: float
    place: int
    begins: bool


def model(replicas: int, faults: list[Fault]) -> Iterator[Stretch]:
    """The stretches, change by change."""
    of_pods = [fault for fault in faults if not isinstance(fault, Outage)]
    edges = [Edge(fault.start_s, place, True) for place, fault in enumerate(of_pods)]
    edges += [Edge(fault.end_s, place, False) for place, fault in enumerate(of_pods)]
    deployment = Deployment(replicas)
    yield Stretch(-inf, deployment.living(), deployment.told)
    for at_s in sorted({edge.at_s for edge in edges}):
        for edge in sorted(edge for edge in edges if edge.at_s == at_s):
            deployment.change(of_pods[edge.place], edge.begins)
        yield Stretch(at_s, deployment.living(), deployment.told)


@settings(max_examples=200)
@given(replicas=st.integers(1, 3), faults=st.lists(st.one_of(crashes, scalings, others), max_size=6))
def test_the_stretches_are_the_models(replicas: int, faults: list[Fault]) -> None:
    """Overlapping, touching and repeated faults included, and what has nothing to do with pods left out."""
    assert stretches(replicas, faults) == list(model(replicas, faults))
