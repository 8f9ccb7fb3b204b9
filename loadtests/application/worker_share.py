"""One strategy on several workers: each has every n-th mail and an n-th of the account's rate."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.errors import BadInput
from scenarios.runs import account_of, plan_of
from scenarios.schema.model import Scenario
from strategies.resources import Account, Plan
from strategies.settings import scaling

ROUNDING = 1e-9


class WorkerShare(NamedTuple):
    """Every `of`-th mail, from number `place` on."""

    place: int = 0
    of: int = 1

    def numbers(self, mails: int) -> NDArray[np.int32]:
        """Which of so many mails these are."""
        return np.arange(self.place, mails, self.of, dtype=np.int32)

    def account(self, scenario: Scenario) -> Account:
        """What a strategy is told of the account: the limit is shared out."""
        return account_of(scenario, shares=self.of)

    def plan(self, scenario: Scenario, strategy: str) -> Plan:
        """The strategy's parts, resolved for such an account; raises BadInput for an unknown strategy."""
        return plan_of(scenario, strategy, self.of)


WHOLE = WorkerShare()


def refuse_indivisible(scenario: Scenario, strategy: str, of: int) -> None:
    """Raises BadInput where so many shares would together be allowed more than the whole: least values add up."""
    whole, one = (share.plan(scenario, strategy).settings for share in (WHOLE, WorkerShare(0, of)))
    for setting in scaling(whole, "rate"):
        wanted, each = getattr(whole, setting.name), getattr(one, setting.name)
        if wanted and each * of > wanted * (1 + ROUNDING):
            raise BadInput(
                f"{strategy}: {setting.name} = {wanted:g} cannot be shared out among {of} processes: each would have "
                f"{each:g}, and all {each * of:g}; take fewer"
            )
