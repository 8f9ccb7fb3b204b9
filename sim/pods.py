"""The application's pods, started, crashed and scaled as the scenario says; each incarnation has its own memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from scenarios.aws.open_work import OpenWork
from scenarios.aws.pod_lives import Stretch, stretches
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
        self.incarnations: list[Pod] = []

    def start(self, scenario: Scenario) -> None:
        """Start the pods and arm the scenario's crashes and scalings."""
        first, *later = stretches(self._declared.replicas, scenario.fault)
        for stretch in later:
            self._world.call_at(stretch.begins_s, partial(self._enter, stretch))
        self._enter(first)

    def _enter(self, stretch: Stretch) -> None:
        """Bury the pods that live no longer, deal among those that do, start the new ones."""
        self._share.replicas = stretch.told
        dead = [self._living.pop(index) for index in sorted(self._living) if index not in stretch.living]
        born = [self._conceive(index) for index in stretch.living if index not in self._living]
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
