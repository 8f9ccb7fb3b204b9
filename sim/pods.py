"""The application's pods, started, crashed and scaled as the scenario says; each incarnation has its own memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from scenarios.aws.open_work import OpenWork
from scenarios.schema.faults import PodCrash, ScalePods
from scenarios.schema.model import Scenario
from sim.kernel import Host, World, begin
from sim.outbox import Dealer, Outbox
from strategies.ports import Ports
from strategies.resources import Pods

PortsOf = Callable[[Host, Outbox], Ports]


@dataclass
class Share:
    """What the pods are told of how many they are."""

    replicas: int


class Pod:
    """One incarnation of a pod: it lives until it crashes or is scaled away, and works until its main ends."""

    def __init__(self, index: int, holder: int, dealer: Dealer) -> None:
        self.index, self.host, self.outbox = index, Host(), Outbox(dealer, index, holder)
        self.working = True


class Deployment:
    """Keeps as many pods running as it should; mails are dealt to those that live."""

    def __init__(
        self,
        world: World,
        pods: Pods,
        dealer: Dealer,
        share: Share,
        ports_of: PortsOf,
        open_work: OpenWork,
        on_death: Callable[[Host], None],
    ) -> None:
        self._world, self._declared, self._dealer, self._share = world, pods, dealer, share
        self._ports_of, self._open_work, self._on_death = ports_of, open_work, on_death
        self._living: dict[int, Pod] = {}
        self._crashed = Counter[int]()
        self._wanted = pods.replicas
        self.incarnations: list[Pod] = []

    def start(self, scenario: Scenario) -> None:
        """Start the pods and arm the scenario's crashes and scalings."""
        for fault in scenario.fault:
            if isinstance(fault, PodCrash):
                self._world.call_at(fault.start_s, partial(self._crash, fault.pod))
                self._world.call_at(fault.end_s, partial(self._restart, fault.pod))
            elif isinstance(fault, ScalePods):
                self._world.call_at(fault.start_s, partial(self._scale, fault.pods, fault.reshare))
                self._world.call_at(fault.end_s, partial(self._scale, self._declared.replicas, fault.reshare))
        self._reconcile()

    def _scale(self, pods: int, reshare: bool) -> None:
        self._wanted = pods
        if reshare:
            self._share.replicas = pods
        self._reconcile()

    def _crash(self, index: int) -> None:
        self._crashed[index] += 1
        self._reconcile()

    def _restart(self, index: int) -> None:
        self._crashed[index] -= 1
        self._reconcile()

    def _reconcile(self) -> None:
        """Bury the pods that should not live, deal among those that do, start the new ones."""
        should = [index for index in range(self._wanted) if not self._crashed[index]]
        dead = [self._living.pop(index) for index in sorted(self._living) if index not in should]
        born = [self._conceive(index) for index in should if index not in self._living]
        self._bury(dead)
        self._dealer.among([self._living[index].outbox for index in sorted(self._living)])
        for pod in born:
            begin(self._declared.main(self._ports_of(pod.host, pod.outbox)), pod.host, partial(self._end, pod))

    def _conceive(self, index: int) -> Pod:
        pod = Pod(index, len(self.incarnations) + 1, self._dealer)
        self.incarnations.append(pod)
        self._living[index] = pod
        self._open_work.add()
        return pod

    def _bury(self, dead: list[Pod]) -> None:
        for pod in dead:
            pod.host.alive = False
            self._on_death(pod.host)
            if pod.working:
                self._end(pod, None, None)

    def _end(self, pod: Pod, _value: None, error: BaseException | None) -> None:
        if error is not None:
            raise error
        pod.working = False
        self._open_work.done()

    def keeping(self) -> list[int]:
        """Holder numbers of the pods that still work: what they hold is not lost."""
        return [pod.outbox.holder for pod in self.incarnations if pod.host.alive and pod.working]
