"""What a volume of a month costs where each further unit is cheaper: tiers are marginal."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scenarios.measures.cost import Prices
from scenarios.schema.model import Scenario
from scenarios.schema.prices import RECIPIENTS, Price

Tiers = Sequence[tuple[float, float]]
"""Units of a month above which a tier begins, and dollars for each unit there; the first tier begins at 0."""


def tiers_of(price: Price) -> Tiers:
    """All tiers of a price."""
    return [(0.0, price.usd_per_unit), *((tier.above, tier.usd / price.per) for tier in price.tiers)]


def usd_for(units: float, tiers: Tiers) -> float:
    """Dollars for so many units a month."""
    ends = [*(above for above, _ in tiers[1:]), math.inf]
    return math.fsum(max(0.0, min(units, end) - above) * usd for (above, usd), end in zip(tiers, ends, strict=True))


def prices_of(scenario: Scenario, prices: Prices, recipients: float) -> Prices:
    """The scenario's own prices where it has some; with a bill a recipient costs what the plan's do on average.

    `recipients` are those of one run.
    """
    own = prices.replaced(scenario.prices)
    if scenario.bill is None:
        return own
    tiers = tiers_of(own.by_kind[RECIPIENTS[scenario.bill.plan]])
    volume = scenario.bill.runs_per_month * recipients
    average = usd_for(volume, tiers) / volume if volume else tiers[0][1]
    return own.replaced({"ses_recipients": Price(usd=average, per=1.0)})
