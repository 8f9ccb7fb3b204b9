"""The strategies by name: the one place to add a new one."""

from __future__ import annotations

from types import ModuleType

from strategies import aimd, direct, heartbeat, lambda_concurrency, leaky_bucket, pacemaker, shared_bucket, sqs_dlq

STRATEGIES: dict[str, ModuleType] = {
    "direct": direct,
    "leaky-bucket": leaky_bucket,
    "aimd": aimd,
    "shared-bucket": shared_bucket,
    "sqs-dlq": sqs_dlq,
    "lambda-concurrency": lambda_concurrency,
    "heartbeat": heartbeat,
    "pacemaker": pacemaker,
}
"""Each module exports `Settings` and `plan(settings, account) -> Plan`; its docstring is its one-line summary."""


def module_of(strategy: str) -> str:
    """What Python calls the module of a strategy; any other word is a module already."""
    return STRATEGIES[strategy].__name__ if strategy in STRATEGIES else strategy
