"""A scenario at another volume: as many times the mail, at the same times of the day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from scenarios.errors import BadInput
from scenarios.schema.clock import DAY_S
from scenarios.schema.complaints import complaint
from scenarios.schema.files import printable
from scenarios.schema.model import Scenario, know_strategies
from scenarios.traffic.workload import arrivals

_WHOLE, _RATES = ("messages",), ("messages_per_s", "from_per_s", "to_per_s", "volume")


def at_volume(scenario: Scenario, factor: float) -> Scenario:
    """Each workload has so many times the mail; neighbours stay as they are. Raises BadInput where that cannot be."""
    know_strategies()
    table = scenario.model_dump(by_alias=True, exclude_unset=True)
    table["workload"] = tuple(_grown(one, factor) for one in table["workload"])
    try:
        return Scenario.model_validate(table, context={"base": Path()})
    except ValidationError as error:
        raise BadInput(printable(f"{scenario.name} × {factor:.6g}: {complaint(error, table)}")) from error


def _grown(workload: dict[str, Any], factor: float) -> dict[str, Any]:
    volume = {"volume": 1.0} if workload["process"] == "trace" else {}
    grown = {**volume, **workload}
    return {
        key: max(1, round(value * factor)) if key in _WHOLE else value * factor if key in _RATES else value
        for key, value in grown.items()
    }


def most_in_a_day(scenario: Scenario) -> int:
    """Most recipients that fall due within 24 hours. Raises BadInput as `arrivals` does."""
    mails = arrivals(scenario.workload, scenario.seed)
    before: NDArray[np.int64] = np.concatenate(([0], np.cumsum(mails.recipients, dtype=np.int64)))
    ends = np.searchsorted(mails.intended_s, mails.intended_s + DAY_S)
    return int((before[ends] - before[:-1]).max(initial=0))
