"""Pods in real time, started, crashed and scaled as the scenario says: the application's, and workers beside it."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.application.application_log import ApplicationLog
from loadtests.application.run_request import RunRequest
from loadtests.ports.kernel import Clock, Group, Host
from loadtests.ports.outbox import Outbox
from loadtests.ports.request_threads import RequestThreads
from scenarios.aws.incarnations import Incarnation, incarnations, kept
from scenarios.aws.pod_lives import Stretch, stretches
from scenarios.ledger.fates import Pieces
from scenarios.traffic.workload import Arrivals
from strategies.ports import Ports
from strategies.resources import Pods

PortsOf = Callable[[Pods, Outbox, Callable[[], Group], "Share"], tuple[Ports, Sequence[RequestThreads]]]
"""What a new pod of a declaration may use, made of what is its own, and the threads that carry its requests."""

LOOK_EVERY_S = 0.02


class Share:
    """What the pods are told of how many they are: those that the deployment learns of."""

    def __init__(self, clock: Clock, stretches: Sequence[Stretch]) -> None:
        self._clock, self._stretches = clock, stretches
        self._begins_s = [stretch.begins_s for stretch in stretches]

    @property
    def replicas(self) -> int:
        return self._stretches[bisect_right(self._begins_s, self._clock.now()) - 1].told


@dataclass
class Pod:
    """One life of a pod: it works until its main ends, unless it dies before."""

    life: Incarnation
    host: Host
    threads: Sequence[RequestThreads] = ()
    working: bool = True

    def abandon(self) -> None:
        self.host.abandon()
        for threads in self.threads:
            threads.close()


class Deployment:
    """All pods of a declaration, and who still holds which mail."""

    def __init__(
        self,
        pods: Pods,
        lives: Sequence[Stretch],
        mails: Arrivals,
        numbers: NDArray[np.int32],
        clock: Clock,
        given_up: Pieces,
        ports_of: PortsOf,
    ) -> None:
        self._declared, self._mails, self._clock = pods, mails, clock
        self._given_up, self._ports_of = given_up, ports_of
        self._share = Share(clock, lives)
        self._pods = [Pod(life, Host()) for life in incarnations(lives, pods.weights, mails.intended_s, numbers)]

    async def work(self) -> None:
        """Run every pod from its birth to its end or death; raises the first error of one."""
        lives = [asyncio.ensure_future(self._live(pod)) for pod in self._pods]  # noqa: TID251 (awaited right here)
        try:
            await asyncio.gather(*lives)
        finally:
            for life in lives:
                life.cancel()

    async def _live(self, pod: Pod) -> None:
        await self._clock.sleep(max(0.0, max(0.0, pod.life.born_s) - self._clock.now()))
        outbox = Outbox(self._clock, self._mails, pod.life.mails, self._given_up)
        ports, pod.threads = self._ports_of(self._declared, outbox, partial(Group, pod.host), self._share)
        main = pod.host.start(self._declared.main(ports))
        left_s = pod.life.dies_s - self._clock.now()
        done, _ = await asyncio.wait([main], timeout=left_s if left_s < np.inf else None)
        if done:
            main.result()
            pod.working = False
        else:
            pod.abandon()
            await self._outlive(pod)

    async def _outlive(self, pod: Pod) -> None:
        """A dead pod's requests go on: the run is not over before services have answered those under way."""
        while not all(threads.is_quiet for threads in pod.threads):
            await self._clock.sleep(LOOK_EVERY_S)

    def raise_unraised(self, ended_s: float) -> None:
        """Raise the first error of a task whose pod works on and never leaves its group."""
        for pod in self._at_work(ended_s):
            if pod.host.unraised:
                raise pod.host.unraised[0]

    def abandon(self) -> None:
        """Stop every pod where it stands; what is on the wire, SES may still decide upon."""
        for pod in self._pods:
            pod.abandon()

    def kept(self, ended_s: float) -> NDArray[np.bool_]:
        """Which mails are not due yet, or are with a pod that lives and works."""
        return kept(self._mails.intended_s, ended_s, [pod.life for pod in self._at_work(ended_s)])

    def _at_work(self, ended_s: float) -> list[Pod]:
        return [pod for pod in self._pods if pod.working and pod.life.dies_s > ended_s]


class Application:
    """A plan's pods, to which mails are dealt way by way, and its workers, which no run waits for."""

    def __init__(self, request: RunRequest, clock: Clock, log: ApplicationLog, ports_of: PortsOf) -> None:
        def deployment(pods: Pods, of: str, numbers: NDArray[np.int32]) -> Deployment:
            lives = stretches(pods.replicas, request.scenario.fault, of)
            return Deployment(pods, lives, request.mails, numbers, clock, log.given_up, ports_of)

        self._pods = [
            deployment(pods, "application", request.on_way(way)) for way, pods in enumerate(request.plan.applications())
        ]
        self._workers = [deployment(pods, "workers", request.numbers[:0]) for pods in request.plan.workers]

    async def work(self) -> None:
        """Run the pods that mails are dealt to; raises the first error of one."""
        await asyncio.gather(*(pods.work() for pods in self._pods))

    def work_beside(self) -> list[Coroutine[Any, Any, None]]:
        """The same for each kind of worker; they are abandoned when the run is over."""
        return [workers.work() for workers in self._workers]

    def raise_unraised(self, ended_s: float) -> None:
        """Raise the first error of a task whose pod works on and never leaves its group."""
        for deployment in (*self._pods, *self._workers):
            deployment.raise_unraised(ended_s)

    def abandon(self) -> None:
        """Stop every pod where it stands; what is on the wire, SES may still decide upon."""
        for deployment in (*self._pods, *self._workers):
            deployment.abandon()

    def kept(self, ended_s: float) -> NDArray[np.bool_]:
        """Which mails are not due yet, or are with a pod that lives and works."""
        kept_by: NDArray[np.bool_] = np.logical_or.reduce([pods.kept(ended_s) for pods in self._pods])
        return kept_by
