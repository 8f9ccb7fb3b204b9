"""The application's pods in real time, until they end, the horizon comes or somebody presses Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from loadtests.kernel import Clock, Group, Host
from loadtests.logs import ClientLog
from loadtests.outbox import Outbox, deal
from loadtests.ses import Mailer
from scenarios.chance import Chance
from scenarios.settle import Custody, Pieces
from scenarios.workload import Arrivals
from strategies.ports import Ports
from strategies.resources import Pods


@dataclass(frozen=True, slots=True)
class Share:
    """What the pods are told of how many they are."""

    replicas: int


class Pod:
    """A host with a client of its own; it works until its main ends."""

    def __init__(self, mailer: Mailer) -> None:
        self.host, self.mailer = Host(), mailer
        self.working = True

    async def work(self, main: Coroutine[Any, Any, None]) -> None:
        await main
        self.working = False


class Deployment:
    """All pods of a plan, and what they leave behind."""

    def __init__(self, pods: Pods, mails: Arrivals, client: Any, clock: Clock, seed: int) -> None:
        self._declared, self._mails, self._clock, self._chance = pods, mails, clock, Chance(seed)
        self._pod_of = deal(len(mails.recipients), pods.replicas, pods.weights)
        self.log, self._given_up = ClientLog(), Pieces()
        self._pods = [Pod(Mailer(client, clock, self.log, pods.connections)) for _ in range(pods.replicas)]
        self.interrupted, self.ended_s = False, 0.0

    async def work(self, horizon_s: float) -> None:
        """Run the pods; what is on the wire at the end, SES may still decide upon. Raises a pod's own error."""
        if threading.current_thread() is threading.main_thread():
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self._interrupt)
        await self._clock.sleep(-self._clock.now())
        if self.interrupted:
            return
        mains = [
            pod.host.start(pod.work(self._declared.main(self._ports(index)))) for index, pod in enumerate(self._pods)
        ]
        left_s = horizon_s - self._clock.now()
        done, _ = await asyncio.wait(mains, timeout=left_s, return_when=asyncio.FIRST_EXCEPTION)
        self.ended_s = min(horizon_s, self._clock.now())
        self._abandon()
        for main in done:
            if not main.cancelled():
                main.result()

    def _interrupt(self) -> None:
        self.interrupted = True
        self._abandon()

    def _abandon(self) -> None:
        for pod in self._pods:
            pod.host.abandon()
            pod.mailer.close()

    def _ports(self, index: int) -> Ports:
        pod, numbers = self._pods[index], np.flatnonzero(self._pod_of == index)
        return Ports(
            clock=self._clock,
            chance=self._chance,
            mailer=pod.mailer,
            outbox=Outbox(self._clock, self._mails, numbers, self._given_up),
            group=partial(Group, pod.host),
            share=Share(self._declared.replicas),
            queues={},
            functions={},
        )

    def custody(self) -> Custody:
        """What a pod that still works was dealt, and what was not due yet, is not lost."""
        working = np.asarray([pod.working for pod in self._pods])
        kept = working[self._pod_of] | (self._mails.intended_s > self.ended_s)
        return Custody(kept, given_up=self._given_up)
