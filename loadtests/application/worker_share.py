"""One strategy on several workers: each has every n-th mail and an n-th of the account's rate."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.runs import account_of, planned
from scenarios.schema.model import Scenario
from strategies.resources import Account, Plan
from strategies.settings import shared_out


class WorkerShare(NamedTuple):
    """Every `of`-th mail, from number `place` on."""

    place: int = 0
    of: int = 1

    def numbers(self, mails: int) -> NDArray[np.int32]:
        """Which of so many mails these are."""
        return np.arange(self.place, mails, self.of, dtype=np.int32)

    def account(self, scenario: Scenario) -> Account:
        """What a strategy is told of the account: the limit is shared out."""
        whole = account_of(scenario)
        return whole._replace(max_send_rate_per_s=whole.max_send_rate_per_s / self.of)

    def plan(self, scenario: Scenario, strategy: str) -> Plan:
        """The strategy's parts, resolved for such an account; raises BadInput for an unknown strategy."""
        return planned(strategy, shared_out(scenario.settings_of(strategy), self.of), self.account(scenario))


WHOLE = WorkerShare()
