"""Where a load test's mails go on AWS: SES's own events are the witness."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.deploy import staging
from loadtests.deploy.cloud import Cloud, speaking_plainly
from loadtests.deploy.events import EventsQueue
from loadtests.deploy.harvest import messages_of
from loadtests.deploy.on_aws import QUIET_S, EventsWitness
from loadtests.deploy.run_site import Witness
from loadtests.load.assignment import Assignment, Channel
from loadtests.load.targets.target import dead_name, ours
from loadtests.moto.queues import depth
from loadtests.record.logs import DECISION
from scenarios.budget import Budget
from scenarios.ledger.fates import Custody
from scenarios.measures.unheeded import unheeded_in
from scenarios.schema.model import Scenario
from scenarios.system.held import temporary_folder

POLL_S = 2


class AwsTarget:
    """Events come through channels that are made for each run, or into the queue `events`, which was there before.

    Each of a strategy's shares reads a channel of its own: what it is told is in its ledger.
    """

    quiet_s = QUIET_S

    def __init__(self, cloud: Cloud, budget: Budget, shares: int, events: str | None, say: staging.Show) -> None:
        self._cloud, self._budget, self._shares, self._events, self._say = cloud, budget, shares, events, say
        self._reader: Witness | None = None

    def opened(self, scenario: Scenario, assignment: Assignment) -> AbstractContextManager[Assignment]:
        if self._events is None:
            return self._channelled(scenario, assignment)
        return self._listened(assignment, self._events)

    @contextmanager
    def _listened(self, assignment: Assignment, events: str) -> Iterator[Assignment]:
        """Reads a queue of the user's own; which events reach it was set up before."""
        with temporary_folder("seslab-events-") as folder:
            self._reader = EventsWitness(
                EventsQueue(self._cloud.client("sqs"), events, folder / "events"), self._budget
            )
            yield assignment

    @contextmanager
    def _channelled(self, scenario: Scenario, assignment: Assignment) -> Iterator[Assignment]:
        request, envelope = staging.asked(scenario, assignment.user, assignment.seed), assignment.envelope
        shares = self._shares if assignment.scenario else 1
        with staging.channels(request, shares, self._cloud, envelope, self._budget, self._say) as made:
            if assignment.scenario:
                self._reader = None
                channels = (Channel(one.outputs, one.budget_recipients) for one in made)
                yield replace(assignment, channels=tuple(channels))
            else:
                self._reader = made[0].reader
                yield replace(assignment, configuration_set=made[0].configuration_set)

    def look(self) -> None:
        """AWS answers."""

    def warnings(self, scenario: Scenario) -> tuple[str, ...]:
        """The account's rate was compared with the scenario's before the user was asked."""
        return unheeded_in(self._cloud.world, scenario)

    def decisions(self, zero_unix_s: float, expected: int) -> list[NDArray[Any]]:
        if self._reader is None:
            return [np.zeros(0, DECISION)]
        with speaking_plainly(self._cloud.world):
            self._reader.begin(int(zero_unix_s))
            return [self._reader.calls(expected)]

    def is_waiting(self, assignment: Assignment, _mails: int) -> bool:
        with speaking_plainly(self._cloud.world):
            return depth(self._cloud.client("sqs"), str(assignment.place.queue)) > 0

    def queued(self, assignment: Assignment, mails: int) -> Custody:
        """Messages that a function holds cannot be read: then all that has no other fate is still in the queue."""
        sqs, url = self._cloud.client("sqs"), str(assignment.place.queue)
        with speaking_plainly(self._cloud.world):
            waiting = depth(sqs, url)
            held = messages_of(sqs, url, POLL_S)
            custody = Custody(np.full(mails, waiting > len(held.columns()[0])), ours(held, assignment, mails))
            if dead := dead_name(assignment):
                found = messages_of(sqs, sqs.get_queue_url(QueueName=dead)["QueueUrl"], POLL_S)
                custody.dead.extend(ours(found, assignment, mails))
        return custody
