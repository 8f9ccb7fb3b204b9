"""One run of a deployed strategy: the application's pods here, everything else in its stack."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.application.access import Access, Names, Sender
from loadtests.application.application_log import ApplicationLog
from loadtests.application.pods import Application
from loadtests.application.run_lifecycle import RunLifecycle, Services
from loadtests.application.run_request import RunRequest
from loadtests.deploy.harvest import messages_of
from loadtests.deploy.run_site import RunSite, Witness
from loadtests.deploy.stack.names import dead_letters_of, logical
from loadtests.deploy.stack.publishing import SET as WITNESS_SET
from loadtests.moto.queues import depth
from loadtests.ports.kernel import Clock
from loadtests.record.function_log import FunctionLog
from scenarios.ledger.fates import Custody, Pieces
from strategies.resources import Function, Plan, Pods, Queue, Table

HARNESS_CONNECTIONS = 8


class World:
    """A run in the making, from its time zero on."""

    def __init__(
        self, request: RunRequest, site: RunSite, outputs: Mapping[str, str], witness: Witness, clock: Clock
    ) -> None:
        self._request, self._site, self._witness, self._clock = request, site, witness, clock
        self.lifecycle, self._services = RunLifecycle(clock), Services()
        self.application_log = ApplicationLog(clock, len(request.mails.recipients))
        names = _names(request.plan, outputs)
        self._queues, self._dead = names.queues, _dead(request.plan, outputs)
        connect = site.connector(request.scenario.client.read_timeout_s)
        envelope = site.envelope._replace(configuration_set=outputs.get(WITNESS_SET, ""))
        self._sqs = connect("sqs", HARNESS_CONNECTIONS)
        self.access = Access(connect, request, clock, self.application_log, names, [Sender(connect, envelope)])
        self.application = Application(request, clock, self.application_log, self.access.ports)

    async def work(self) -> None:
        """Run to the end; pods then stop where they stand."""
        for beside in (self._keep_looking(), *self.application.work_beside()):
            self._services.start(beside)
        try:
            horizon_s = self._request.scenario.horizon_s
            await self.lifecycle.run(self.application.work(), self._drained, self._services, horizon_s)
            if not self.lifecycle.interrupted:
                self.application.raise_unraised(self.lifecycle.ended_s)
        finally:
            self.application.abandon()
            self._services.host.abandon()
            self.access.close()

    async def _keep_looking(self) -> None:
        while True:
            await self._clock.sleep(max(1.0, self._site.look_s))
            await asyncio.to_thread(self._witness.look)

    async def _drained(self) -> bool:
        """Nothing in any queue or on a pod's way to SES, and that for as long as it takes to be sure."""
        quiet_until_s = self._clock.now() + self._quiet_s()
        while not (self.access.is_sending or await asyncio.to_thread(self.queued) > 0):
            if self._clock.now() >= quiet_until_s:
                return True
            await self._clock.sleep(self._site.look_s)
        await self._clock.sleep(self._site.look_s)
        return False

    def _quiet_s(self) -> float:
        """What a function was handed asynchronously is in no queue of ours until it has ended."""
        plan = self._request.plan
        users: tuple[Pods | Function, ...] = (*plan.all_pods(), *plan.functions)
        called = {name for user in users for name in user.uses}
        longest_s = max((function.timeout_s for function in plan.functions if function.name in called), default=0.0)
        return max(self._site.quiet_s, longest_s)

    def queued(self) -> int:
        """Messages in the queues, dead-letter queues excepted, in whatever state."""
        return sum(depth(self._sqs, url) for url in self._queues.values())

    def custody(self, witness: NDArray[Any], function_log: FunctionLog, in_lambda: Pieces) -> Custody:
        """Who holds what SES has not accepted. What a consumer holds at the end is still in its queue."""
        ended_s = self.lifecycle.ended_s
        custody = self.access.custody(self.application.kept(ended_s), witness, function_log, ended_s)
        custody.held.extend(in_lambda)
        in_flight = self.queued()
        for url in self._queues.values():
            found = messages_of(self._sqs, url, self._site.poll_s)
            in_flight -= len(found.columns()[0])
            custody.held.extend(found)
        for url in self._dead:
            custody.dead.extend(messages_of(self._sqs, url, self._site.poll_s))
        if in_flight > 0:
            self._hold_all(custody)
        return custody

    def _hold_all(self, custody: Custody) -> None:
        """Which messages they are cannot be read: of all that a queue ever had, what has no other fate is pending."""
        for mail in np.flatnonzero(~np.isnan(self.application_log.enqueued_s(self.lifecycle.ended_s))):
            custody.held.add(int(mail), 0, int(self._request.mails.recipients[mail]))


def _names(plan: Plan, outputs: Mapping[str, str]) -> Names:
    """What the parts of the stack are called, as far as it has them."""

    def of(parts: Sequence[Queue | Function | Table], what: str) -> dict[str, str]:
        ids = {part.name: logical(part.name, what) for part in parts}
        return {name: outputs[one] for name, one in ids.items() if one in outputs}

    return Names(of(plan.queues, "Queue"), of(plan.functions, "Function"), of(plan.tables, "Table"))


def _dead(plan: Plan, outputs: Mapping[str, str]) -> set[str]:
    """The URLs of the dead-letter queues."""
    return {outputs[one] for queue in plan.queues if (one := dead_letters_of(queue)) in outputs}
