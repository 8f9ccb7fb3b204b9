"""One run of a deployed strategy: the application's pods here, everything else in its stack."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.application.access import Access
from loadtests.application.application_log import ApplicationLog
from loadtests.application.pods import Deployment
from loadtests.application.run_lifecycle import RunLifecycle, Services
from loadtests.application.run_request import RunRequest
from loadtests.deploy.harvest import messages_of
from loadtests.deploy.run_site import RunSite, Witness
from loadtests.deploy.stack.names import logical
from loadtests.deploy.stack.publishing import SET as WITNESS_SET
from loadtests.moto.queues import depth
from loadtests.ports.kernel import Clock
from loadtests.record.function_log import FunctionLog
from scenarios.ledger.fates import Custody, Pieces
from strategies.resources import Plan

HARNESS_CONNECTIONS = 8


class World:
    """A run in the making, from its time zero on."""

    def __init__(
        self, request: RunRequest, site: RunSite, outputs: Mapping[str, str], witness: Witness, clock: Clock
    ) -> None:
        self._request, self._site, self._witness, self._clock = request, site, witness, clock
        self.lifecycle, self._services = RunLifecycle(clock), Services()
        self.application_log = ApplicationLog(clock, len(request.mails.recipients))
        self._queues, self._dead = (_by_name(request.plan, outputs, what) for what in ("Queue", "Dead"))
        functions = {f.name: outputs[logical(f.name, "Function")] for f in request.plan.functions}
        connect = site.connector(request.scenario.client.read_timeout_s)
        envelope = site.envelope._replace(configuration_set=outputs.get(WITNESS_SET, ""))
        self._sqs = connect("sqs", HARNESS_CONNECTIONS)
        self.access = Access(connect, request, clock, self.application_log, self._queues, functions, envelope)
        self.deployment = Deployment(request, clock, self.application_log.given_up, self.access.ports)

    async def work(self) -> None:
        """Run to the end; pods then stop where they stand."""
        self._services.start(self._keep_looking())
        try:
            horizon_s = self._request.scenario.horizon_s
            await self.lifecycle.run(self.deployment.work(), self._drained, self._services, horizon_s)
            if not self.lifecycle.interrupted:
                self.deployment.raise_unraised(self.lifecycle.ended_s)
        finally:
            self.deployment.abandon()
            self._services.host.abandon()
            self.access.close()

    async def _keep_looking(self) -> None:
        while True:
            await self._clock.sleep(max(1.0, self._site.look_s))
            await asyncio.to_thread(self._witness.look)

    async def _drained(self) -> bool:
        """Nothing in any queue, and that for as long as it takes to be sure."""
        quiet_until_s = self._clock.now() + self._quiet_s()
        while not await asyncio.to_thread(self.queued):
            if self._clock.now() >= quiet_until_s:
                return True
            await self._clock.sleep(self._site.look_s)
        await self._clock.sleep(self._site.look_s)
        return False

    def _quiet_s(self) -> float:
        """What a function was handed asynchronously is in no queue of ours until it has ended."""
        plan = self._request.plan
        called = {name for function in plan.functions for name in function.uses}
        longest_s = max((function.timeout_s for function in plan.functions if function.name in called), default=0.0)
        return max(self._site.quiet_s, longest_s)

    def queued(self) -> int:
        """Messages in the queues, dead-letter queues excepted, in whatever state."""
        return sum(depth(self._sqs, url) for url in self._queues.values())

    def custody(self, witness: NDArray[Any], function_log: FunctionLog, in_lambda: Pieces) -> Custody:
        """Who holds what SES has not accepted. What a consumer holds at the end is still in its queue."""
        ended_s = self.lifecycle.ended_s
        custody = self.access.custody(self.deployment.kept(ended_s), witness, function_log, ended_s)
        custody.held.extend(in_lambda)
        in_flight = self.queued()
        for url in self._queues.values():
            found = messages_of(self._sqs, url, self._site.poll_s)
            in_flight -= len(found.columns()[0])
            custody.held.extend(found)
        for url in self._dead.values():
            custody.dead.extend(messages_of(self._sqs, url, self._site.poll_s))
        if in_flight > 0:
            self._hold_all(custody)
        return custody

    def _hold_all(self, custody: Custody) -> None:
        """Which messages they are cannot be read: of all that a queue ever had, what has no other fate is pending."""
        for mail in np.flatnonzero(~np.isnan(self.application_log.enqueued_s(self.lifecycle.ended_s))):
            custody.held.add(int(mail), 0, int(self._request.mails.recipients[mail]))


def _by_name(plan: Plan, outputs: Mapping[str, str], what: str) -> dict[str, str]:
    """The queues' URLs by declared name, as far as the stack has them."""
    names = {queue.name: logical(queue.name, what) for queue in plan.queues}
    return {name: outputs[output] for name, output in names.items() if output in outputs}
