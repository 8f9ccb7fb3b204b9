"""What a scenario sets and a real world does not heed: said beside the result, because the figures would not tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scenarios.schema.faults import DuplicateDelivery, PodCrash, ScalePods
from scenarios.schema.model import Scenario

PROCESSORS = ("client.send_cpu_ms", "client.call_cpu_ms")
"""What a call takes of a processor that is real."""

NOT_OURS = (
    *PROCESSORS,
    "latency.sqs",
    "latency.table",
    "latency.lambda_cold_start",
    "lambda.ramp",
    "lambda.dispatch",
    "lambda.async_delay",
    "sqs.duplicate_probability",
    "sqs.empty_probability",
    "sqs.short_poll_share",
    "ticker.jitter",
    "ticker.transition",
)
"""What SQS, Lambda and Step Functions do where they are not ours."""

SES_S_OWN = (
    "account.max_24h_send",
    "account.daily_edge",
    "account.sandbox",
    "account.limiter",
    "latency.ses_send",
    "latency.ses_throttle",
)
"""What SES does where it is not ours."""

UNHEEDED = {"moto": PROCESSORS, "ministack": NOT_OURS, "aws": (*SES_S_OWN, *NOT_OURS)}
"""By world; in moto all but the processors is ours. Faults and neighbours are told apart."""

OF_PODS = (PodCrash, ScalePods)
ONE_MAIL = {"process": "batch", "messages": 1}


def unheeded_in(world: str, scenario: Scenario) -> tuple[str, ...]:
    """A sentence with the keys that are set otherwise than by default, if there are any, and one about delivery."""
    keys = [*_changed(UNHEEDED.get(world, ()), scenario), *_faults(world, scenario), *_neighbours(world, scenario)]
    heedless = (f"{world} does not heed these keys of the scenario: {', '.join(keys)}",) if keys else ()
    return (*heedless, *_delivery(world, scenario))


def _delivery(world: str, scenario: Scenario) -> Iterator[str]:
    if world == "aws" and scenario.delivery is not None:
        yield "what the scenario says of delivery is left out: what became of mail on aws, SES's own events tell"


def _changed(keys: tuple[str, ...], scenario: Scenario) -> Iterator[str]:
    account = {"max_send_rate_per_s": scenario.account.max_send_rate_per_s}  # the burst follows from it
    plain = Scenario.model_validate({"name": "plain", "workload": (ONE_MAIL,), "account": account})
    return (key for key in keys if _at(key, scenario) != _at(key, plain))


def _at(key: str, scenario: Scenario) -> Any:
    value: Any = scenario
    for name in key.split("."):
        value = getattr(value, "lambda_" if name == "lambda" else name)
    return value


def _faults(world: str, scenario: Scenario) -> Iterator[str]:
    """Only the application's pods are ours everywhere; SES is in ministack, and queues are in moto."""
    for kind in dict.fromkeys(type(fault) for fault in scenario.fault):
        if (world == "ministack" and kind is DuplicateDelivery) or (world == "aws" and kind not in OF_PODS):
            yield f"fault.{next(fault.kind for fault in scenario.fault if type(fault) is kind)}"


def _neighbours(world: str, scenario: Scenario) -> Iterator[str]:
    if world == "aws" and scenario.neighbour:
        yield "neighbour"
