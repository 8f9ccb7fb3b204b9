"""What a real run is asked to do, wherever it takes place, and what follows from that alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from loadtests.application.run_lifecycle import RunLifecycle
from loadtests.application.worker_share import WHOLE, WorkerShare
from loadtests.ports.kernel import Clock
from loadtests.ports.ses import Envelope
from loadtests.record import run_registry
from loadtests.record.logs import CallListener, ClientLog, ignore_call
from loadtests.record.numbering import number_of
from scenarios.ledger.build_ledger import Evidence, Subject, build_ledger
from scenarios.ledger.ledger import Ledger
from scenarios.measures.bound import expected_s
from scenarios.measures.warnings import warnings_of
from scenarios.runs import SATURATED_S, Watch, plan_of
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals, arrivals
from strategies.resources import Plan


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What one run is asked to do; without more, to play all mails for itself alone."""

    scenario: Scenario
    strategy: str
    plan: Plan
    seed: int
    mails: Arrivals  # of the whole scenario, of which `share` is played
    share: WorkerShare = WHOLE
    envelope: Envelope = field(default_factory=Envelope)
    number: int = 0  # in the upper half of its calls' numbers, so that they mix with no other run's
    hear: CallListener = ignore_call

    @classmethod
    def of(cls, scenario: Scenario, strategy: str, seed: int) -> Self:
        """All mails of a scenario, sent by a strategy. Raises BadInput and RunFailed."""
        mails, envelope = arrivals(scenario.workload, seed), Envelope(archive=scenario.archive)
        return cls(scenario, strategy, plan_of(scenario, strategy), seed, mails, envelope=envelope)

    @property
    def numbers(self) -> NDArray[np.int32]:
        """Which mails are played."""
        return self.share.numbers(len(self.mails.recipients))

    def on_way(self, way: int) -> NDArray[np.int32]:
        """Which of them go that way."""
        return self.mails.on_way(self.numbers, way)

    def client_logs(self, senders: int) -> list[ClientLog]:
        """An empty one for each sender's calls, whose numbers no other sender's and no other share's calls have."""
        place, of = self.share
        numbers = [number_of(self.number, place + of * sender) for sender in range(senders)]
        return [ClientLog(first, of * senders, self.hear) for first in numbers]

    def record(self, name: str, world: str, out: Path | None, witness: Path | None) -> run_registry.RunRecord:
        """What is noted of a run of that name, made by this process, before it begins."""
        noted = None if witness is None else str(witness)
        return run_registry.begun_here(name, world, self.strategy, self.seed, self.scenario, out, witness=noted)

    def watched(self, clock: Clock, watch: Watch | None) -> None:
        """Show a watch how far it is, going by the best possible makespan."""
        if watch is not None:
            ends_s = expected_s(self.scenario, self.mails)
            watch(lambda: min(0.99, max(0.0, clock.now() / ends_s)))

    def warnings(self, lifecycle: RunLifecycle) -> tuple[str, ...]:
        """What stands beside the result: what the scenario asks in vain, and whether the harness kept up."""
        return (*warnings_of(self.scenario, self.plan, self.mails), *_busy(self.strategy, lifecycle.lag_s))

    def ledger(self, evidence: Evidence, world: str) -> Ledger:
        """The same ledger as the simulator's, of the mails that were played."""
        subject = Subject(self.strategy, self.scenario.name, self.seed, world, asdict(self.plan.settings))
        return build_ledger(subject, self.mails, evidence, self.numbers)


def _busy(strategy: str, lag_s: float) -> Iterator[str]:
    """Says that the harness itself was saturated."""
    if lag_s > SATURATED_S:
        yield (
            f"{strategy}: this machine was saturated: the harness woke up to {lag_s:.2f} s late; "
            "the figures of this strategy judge nothing"
        )
