"""What a scenario asks of an account."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.preflight.facts import Traffic
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import arrivals

DAY_S = 86_400.0


def traffic_of(scenario: Scenario) -> Traffic:
    """Its account's rate, and the most recipients that fall due within 24 hours. Raises BadInput as `arrivals` does."""
    mails = arrivals(scenario.workload, scenario.seed)
    rate_per_s = scenario.account.max_send_rate_per_s
    return Traffic(scenario.name, rate_per_s, most_within(mails.intended_s, mails.recipients, DAY_S))


def most_within(at_s: NDArray[Any], recipients: NDArray[Any], span_s: float) -> int:
    """The most recipients of any half-open window of that length; instants are sorted."""
    if not len(at_s):
        return 0
    total = np.concatenate(([0], np.cumsum(recipients, dtype=np.int64)))
    ends = np.searchsorted(at_s, at_s + span_s, side="left")
    return int(np.max(total[ends] - total[:-1]))
