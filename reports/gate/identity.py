"""What makes two scenarios the same experiment, whatever they are called and by whatever strategy mail is sent."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from scenarios.errors import BadInput
from scenarios.schema.model import Scenario

_ASIDE = {"name", "description", "strategies", "variants", "thresholds", "rank"}
"""Words, what is under test, and what is asked of it: none of them changes the experiment."""


def identity_of(scenario: Scenario) -> str:
    """SHA-256 of everything that a strategy meets: account, mails, services, faults, seed. Raises BadInput.

    Of a trace counts what is in it, not where it lies. A key at its default is as good as absent, so that a key that a
    later seslab knows does not make every scenario another one.
    """
    table = scenario.model_dump(mode="json", by_alias=True, exclude=_ASIDE, exclude_defaults=True)
    for key in ("workload", "neighbour"):
        table[key] = [_located(traffic) for traffic in table.get(key, ())]
    return f"sha256:{hashlib.sha256(json.dumps(table, sort_keys=True).encode()).hexdigest()}"


def _located(workload: dict[str, Any]) -> dict[str, Any]:
    return workload | {"path": _content(workload["path"])} if "path" in workload else workload


def _content(path: str) -> str:
    try:
        with open(path, "rb") as trace:
            return hashlib.file_digest(trace, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}; expected a trace") from error
