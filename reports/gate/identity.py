"""What makes two scenarios the same experiment, whatever they are called and by whatever strategy mail is sent."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from scenarios.errors import BadInput
from scenarios.schema.model import Scenario
from scenarios.schema.traffic import Traffic

_ASIDE = {"name", "description", "strategies", "variants", "thresholds", "rank", "bill", "prices", "clock"}
"""Words, what is under test, what is asked of it and what it costs: none of them changes the experiment. Of a clock
counts what it amounts to."""


def identity_of(scenario: Scenario) -> str:
    """SHA-256 of everything that a strategy meets: account, mails, services, faults, seed. Raises BadInput.

    Of a trace counts what is in it, not where it lies, and of a clock time the second that it is. A key at its default
    is as good as absent, so that a key that a later seslab knows does not make every scenario another one.
    """
    table = scenario.model_dump(mode="json", by_alias=True, exclude=_ASIDE, exclude_defaults=True)
    for key, traffic in (("workload", scenario.workload), ("neighbour", scenario.neighbour)):
        table[key] = [_located(_timed(one, own)) for one, own in zip(traffic, table.get(key, ()), strict=True)]
    return f"sha256:{hashlib.sha256(json.dumps(table, sort_keys=True).encode()).hexdigest()}"


def _timed(traffic: Traffic, table: dict[str, Any]) -> dict[str, Any]:
    """Without its name, and with seconds for clock times; second 0 is the default."""
    bare = {key: value for key, value in table.items() if key not in ("name", "at", "every", "times")}
    seconds = traffic.begins_s if len(traffic.begins_s) > 1 else traffic.begins_s[0]
    return bare | ({traffic.BEGINS: seconds} if traffic.is_by_clock and seconds else {})


def _located(workload: dict[str, Any]) -> dict[str, Any]:
    return workload | {"path": _content(workload["path"])} if "path" in workload else workload


def _content(path: str) -> str:
    try:
        with open(path, "rb") as trace:
            return hashlib.file_digest(trace, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}; expected a trace") from error
