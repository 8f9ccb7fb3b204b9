"""A scenario at another volume: as many times the mail, at the same times of the day."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.aws.admission import day_before
from scenarios.schema.accounts.account import Account
from scenarios.schema.clock import DAY_S
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import changed
from scenarios.traffic.workload import Arrivals

ALL = Fraction(1)
DIGITS = 6  # of a sum of shares: what is beyond them, arithmetic has added
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


def most_in_a_day(mails: Arrivals, account: Account, dealt: Fraction = ALL) -> int:
    """Most recipients of an account within any 24 hours: its share of what falls due, and those before second 0."""
    return _most_within(mails, float(DAY_S), dealt, [*day_before(account.sent_last_24h)])


def most_at_once(mails: Arrivals) -> int:
    """Most recipients that fall due within a second."""
    return _most_within(mails, 1.0, ALL, [])


def _most_within(mails: Arrivals, span_s: float, dealt: Fraction, before: Sequence[tuple[float, int]]) -> int:
    at_s = np.concatenate(([at for at, _ in before], mails.intended_s))
    recipients = np.concatenate(([count for _, count in before], float(dealt) * mails.recipients))
    so_far: NDArray[np.float64] = np.concatenate(([0], np.cumsum(recipients)))
    ends = np.searchsorted(at_s, at_s + span_s)
    return ceil(round(float((so_far[ends] - so_far[:-1]).max(initial=0)), DIGITS))
