"""What goes wrong at the endpoint: the scenario's faults, and those that are set while it serves."""

from __future__ import annotations

from itertools import count

from pydantic import Field

from scenarios.aws.active_faults import ActiveFaults
from scenarios.schema.model import Scenario
from scenarios.schema.tables import Probability, Table
from strategies.dice import uniform


class Faults(Table):
    """Faults that can be changed at any time; the scenario's own go on beside them."""

    refuse: Probability = Field(default=0.0, description="share of the sends that are throttled although there is room")
    fail: Probability = Field(default=0.0, description="share of the sends that meet a server error; 1 is an outage")
    slow: float = Field(default=1.0, gt=0, le=1e6, description="multiplies SES's latencies")
    delay_s: float = Field(default=0.0, ge=0, le=3600, description="seconds that every send takes longer")
    drop_before: Probability = Field(
        default=0.0, description="share of the calls whose connection is closed before SES decides"
    )
    drop_after: Probability = Field(
        default=0.0, description="share of the calls whose connection is closed after SES has accepted"
    )


class SwitchedFaults:
    """Those that are switched on at the moment, for every account; many threads ask at once."""

    def __init__(self, seed: int) -> None:
        self.now = Faults()
        self._seed, self._questions = seed, count()

    def switch(self, faults: Faults) -> None:
        """Go on with these, whose chance begins anew: the same calls meet the same again."""
        self.now, self._questions = faults, count()

    def hits(self, probability: float) -> bool:
        """Whether a fault that is set to this probability strikes now."""
        return probability > 0.0 and uniform(self._seed, "endpoint", next(self._questions), 0) < probability


class Conditions:
    """Asked by every call of an account that meets the scenario's faults; many threads ask at once."""

    def __init__(self, scenario: Scenario, seed: int, switched: SwitchedFaults) -> None:
        self.active_faults, self.switched = ActiveFaults(scenario, seed), switched

    def is_out(self, now_s: float) -> bool:
        """Whether a call meets a server error."""
        return self.switched.hits(self.switched.now.fail) or self.active_faults.is_out(now_s)

    def slowness(self, now_s: float) -> float:
        """What latencies are multiplied by."""
        return self.switched.now.slow * self.active_faults.slowness(now_s)

    def refuses(self, now_s: float, mail: int, attempt: int) -> bool:
        """Whether a call is throttled that the limiter has not even seen."""
        return self.switched.hits(self.switched.now.refuse) or self.active_faults.throttles(now_s, mail, attempt)

    def drops_before(self) -> bool:
        """Whether a call's connection is closed before SES decides."""
        return self.switched.hits(self.switched.now.drop_before)

    def drops_after(self) -> bool:
        """Whether it is closed after SES has accepted."""
        return self.switched.hits(self.switched.now.drop_after)
