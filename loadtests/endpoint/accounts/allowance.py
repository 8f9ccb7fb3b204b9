"""What an account of AWS's is allowed, and what it meets: its own, or the same for all that have no name."""

from __future__ import annotations

from loadtests.endpoint.accounts.draws import Draws
from loadtests.endpoint.conditions import Conditions, SwitchedFaults
from scenarios.schema.accounts.account import Account
from scenarios.schema.model import Scenario


class Allowance:
    """By a scenario of one account; `name` is that account's, empty for one that has none."""

    def __init__(self, scenario: Scenario, seed: int, switched: SwitchedFaults, name: str = "") -> None:
        self.name, self.scenario, self.rate_per_s = name, scenario, scenario.account.max_send_rate_per_s
        self.draws, self.conditions = Draws(scenario, seed), Conditions(scenario, seed, switched)

    @property
    def account(self) -> Account:
        """At the rate of now."""
        return self.scenario.account.model_copy(update={"max_send_rate_per_s": self.rate_per_s})

    def allow(self, account: Account) -> None:
        """This from now on."""
        self.scenario = self.scenario.model_copy(update={"account": account})
        self.rate_per_s = account.max_send_rate_per_s
