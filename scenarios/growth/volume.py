"""A scenario at another volume: as many times the mail, at the same times of the day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.aws.admission import day_before
from scenarios.schema.clock import DAY_S
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import changed
from scenarios.traffic.workload import arrivals

_WHOLE, _RATES = ("messages",), ("messages_per_s", "from_per_s", "to_per_s", "volume")


def at_volume(scenario: Scenario, factor: float) -> Scenario:
    """Each workload has so many times the mail; neighbours stay as they are. Raises BadInput where that cannot be."""
    table = scenario.model_dump(by_alias=True, exclude_unset=True)
    table["workload"] = tuple(_grown(one, factor) for one in table["workload"])
    return changed(table, f"{scenario.name} × {factor:.6g}")


def _grown(workload: dict[str, Any], factor: float) -> dict[str, Any]:
    volume = {"volume": 1.0} if workload["process"] == "trace" else {}
    grown = {**volume, **workload}
    return {
        key: max(1, round(value * factor)) if key in _WHOLE else value * factor if key in _RATES else value
        for key, value in grown.items()
    }


def most_in_a_day(scenario: Scenario) -> int:
    """Most recipients within any 24 hours: of those that fall due, and of those that were sent before second 0.

    Raises BadInput as `arrivals` does.
    """
    return _most_within(scenario, float(DAY_S), [*day_before(scenario.account.sent_last_24h)])


def most_at_once(scenario: Scenario) -> int:
    """Most recipients that fall due within a second. Raises BadInput as `arrivals` does."""
    return _most_within(scenario, 1.0, [])


def _most_within(scenario: Scenario, span_s: float, before: Sequence[tuple[float, int]]) -> int:
    mails = arrivals(scenario.workload, scenario.seed)
    at_s = np.concatenate(([at for at, _ in before], mails.intended_s))
    recipients = np.concatenate(([count for _, count in before], mails.recipients)).astype(np.int64)
    so_far: NDArray[np.int64] = np.concatenate(([0], np.cumsum(recipients)))
    ends = np.searchsorted(at_s, at_s + span_s)
    return int((so_far[ends] - so_far[:-1]).max(initial=0))
