"""Scenarios for theory: every service constant, so that what is left is the queue under study."""

from __future__ import annotations

from typing import Any

from scenarios.schema.model import Scenario

CONSTANT: dict[str, Any] = {
    "ses_send": {"constant_ms": 50},
    "ses_throttle": {"constant_ms": 20},
    "sqs": {"constant_ms": 10},
    "lambda_cold_start": {"constant_ms": 200},
}


def scene(*workload: dict[str, Any], **tables: Any) -> Scenario:
    """A scenario of constant latencies on an unlimited account, unless the tables say otherwise."""
    usual = {"name": "theory", "horizon_s": 1e8, "account": {"max_24h_send": -1, "max_send_rate_per_s": 1000.0}}
    usual["latency"] = CONSTANT
    return Scenario.model_validate({**usual, "workload": workload, **tables})


def one_pod(rate_per_pod: float, *workload: dict[str, Any], **tables: Any) -> Scenario:
    """One leaky-bucket pod: a queue with one server that is busy n ÷ rate seconds with a call of n recipients."""
    settings = {"leaky-bucket": {"pods": 1, "rate_per_pod": rate_per_pod}}
    return scene(*workload, strategies=settings, **tables)
