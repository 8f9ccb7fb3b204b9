"""The application's pods, started, crashed and scaled as the scenario says; each incarnation has its own memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from scenarios.aws.incarnations import Incarnation, incarnations, kept
from scenarios.aws.open_work import OpenWork
from scenarios.aws.pod_lives import Stretch
from scenarios.ledger.fates import Pieces
from scenarios.traffic.workload import Arrivals
from sim.kernel import Host, World, begin
from sim.outbox import Outbox
from strategies.ports import Ports
from strategies.resources import Pods

PortsOf = Callable[[Host, Outbox, int], Ports]
"""What a pod may use: its host, its mails, and the number under which it draws its latencies."""


@dataclass
class Share:
    """What the pods are told of how many they are."""

    replicas: int


class Pod:
    """One life of a pod: it works until its main ends, unless it crashes or is scaled away before."""

    def __init__(self, number: int, life: Incarnation) -> None:
        self.number, self.life, self.host = number, life, Host()
        self.working = True


class Deployment:
    """Keeps as many pods running as it should; each is dealt the mails that fall due while it lives."""

    def __init__(
        self,
        world: World,
        pods: Pods,
        lives: Sequence[Stretch],
        traffic: Arrivals,
        numbers: NDArray[np.int32],
        given_up: Pieces,
        share: Share,
        ports_of: PortsOf,
        open_work: OpenWork,
        on_death: Callable[[Host], None],
    ) -> None:
        self._world, self._declared, self._traffic, self._given_up = world, pods, traffic, given_up
        self._share, self._ports_of, self._open_work, self._on_death = share, ports_of, open_work, on_death
        self._stretches = lives
        dealt = incarnations(lives, pods.weights, traffic.intended_s, numbers)
        self.pods = [Pod(number, life) for number, life in enumerate(dealt, 1)]

    def start(self) -> None:
        """Start the pods and arm the scenario's crashes and scalings; the run is not over before all with mails end."""
        self._open_work.add(sum(_has_mails(pod) for pod in self.pods))
        first, *later = self._stretches
        for stretch in later:
            self._world.call_at(stretch.begins_s, partial(self._enter, stretch))
        self._enter(first)

    def _enter(self, stretch: Stretch) -> None:
        """Bury the pods that live no longer, start the new ones."""
        self._share.replicas = stretch.told
        born = [pod for pod in self.pods if pod.life.born_s == stretch.begins_s]
        self._open_work.add(sum(not _has_mails(pod) for pod in born))
        for pod in self.pods:
            if pod.life.dies_s == stretch.begins_s:
                self._bury(pod)
        for pod in born:
            self._start(pod)

    def _start(self, pod: Pod) -> None:
        outbox = Outbox(self._world, self._traffic, pod.life.mails, self._given_up)
        ports = self._ports_of(pod.host, outbox, pod.number)
        begin(self._declared.main(ports), pod.host, partial(self._end, pod))

    def _bury(self, pod: Pod) -> None:
        pod.host.alive = False
        self._on_death(pod.host)
        if pod.working:
            self._end(pod, None, None)

    def _end(self, pod: Pod, _value: None, error: BaseException | None) -> None:
        if error is not None:
            raise error
        pod.working = False
        self._open_work.done()

    def raise_unraised(self) -> None:
        """Raise the first error of a task whose pod works on and never leaves its group."""
        for pod in self._at_work():
            if pod.host.unraised:
                raise pod.host.unraised[0]

    def kept(self, ended_s: float) -> NDArray[np.bool_]:
        """Which mails are not due yet, or are with a pod that lives and works."""
        return kept(self._traffic.intended_s, ended_s, [pod.life for pod in self._at_work()])

    def _at_work(self) -> list[Pod]:
        return [pod for pod in self.pods if pod.host.alive and pod.working]


def _has_mails(pod: Pod) -> bool:
    return len(pod.life.mails) > 0
