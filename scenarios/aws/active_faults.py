"""What goes wrong, as questions that the models ask at an instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import TypeVar

from scenarios.schema.faults import DuplicateDelivery, ExtraThrottling, LostResponse, Outage, Slow
from scenarios.schema.model import Scenario
from strategies.dice import uniform

FaultKind = TypeVar("FaultKind", Outage, Slow, LostResponse, ExtraThrottling, DuplicateDelivery)


def during(faults: Sequence[FaultKind], now_s: float) -> list[FaultKind]:
    """Those of the faults that last from their start up to, not including, their end."""
    return [fault for fault in faults if fault.start_s <= now_s < fault.end_s]


class ActiveFaults:
    """The faults that SES's callers meet. Each question is answered for one mail and attempt, under every strategy."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._seed = seed
        self._outages = _of_kind(scenario, Outage)
        self._slow = _of_kind(scenario, Slow)
        self._lossy = _of_kind(scenario, LostResponse)
        self._strict = _of_kind(scenario, ExtraThrottling)

    @property
    def fair(self) -> bool:
        """Whether nothing will ever go wrong."""
        return not (self._outages or self._slow or self._lossy or self._strict)

    def slowness(self, now_s: float) -> float:
        """What latencies are multiplied by."""
        return prod((fault.factor for fault in during(self._slow, now_s)), start=1.0)

    def is_out(self, now_s: float) -> bool:
        return bool(during(self._outages, now_s))

    def throttles(self, now_s: float, mail: int, attempt: int) -> bool:
        return self._hits(self._strict, "extra_throttling", now_s, mail, attempt)

    def loses_response(self, now_s: float, mail: int, attempt: int) -> bool:
        return self._hits(self._lossy, "lost_response", now_s, mail, attempt)

    def _hits(
        self,
        faults: Sequence[LostResponse] | Sequence[ExtraThrottling],
        purpose: str,
        now_s: float,
        mail: int,
        attempt: int,
    ) -> bool:
        return any(
            uniform(self._seed, f"{purpose}/{index}", mail, attempt) < fault.probability
            for index, fault in enumerate(faults)
            if fault.start_s <= now_s < fault.end_s
        )


class Duplicates:
    """Whether SQS delivers a message once more: by the scenario's probability, or that of a fault if it is higher."""

    def __init__(self, scenario: Scenario, chance: Iterator[float]) -> None:
        self._chance, self._always = chance, scenario.sqs.duplicate_probability
        self._faults = _of_kind(scenario, DuplicateDelivery)

    @property
    def never(self) -> bool:
        """Whether none ever is."""
        return not (self._always or self._faults)

    def once_more(self, now_s: float) -> bool:
        probability = self._always
        if self._faults:
            probability = max([probability, *(fault.probability for fault in during(self._faults, now_s))])
        return probability > 0.0 and next(self._chance) < probability


def _of_kind(scenario: Scenario, kind: type[FaultKind]) -> list[FaultKind]:
    return [fault for fault in scenario.fault if isinstance(fault, kind)]
