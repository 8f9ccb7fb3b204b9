"""Prices as a price file and a scenario write them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from scenarios.figures import USAGE
from scenarios.formats.quoted import unknown
from scenarios.schema.tables import Positive, Table, wrong

PlanName = Literal["a-la-carte", "essentials", "pro", "enterprise"]
RECIPIENTS: dict[PlanName, str] = {
    "a-la-carte": "ses_recipients",
    "essentials": "essentials_recipients",
    "pro": "pro_recipients",
    "enterprise": "enterprise_recipients",
}
"""Which price each plan of SES has for a recipient."""
FEES: dict[PlanName, str] = {
    "essentials": "essentials_months",
    "pro": "pro_months",
    "enterprise": "enterprise_months",
}
"""And for a month, whatever is sent."""
DEDICATED_IPS = "dedicated_ip_months"
POD_VCPU, POD_GB = "pod_vcpu_hours", "pod_gb_hours"

KINDS = (*dict.fromkeys((*USAGE, *RECIPIENTS.values(), *FEES.values())), DEDICATED_IPS, POD_VCPU, POD_GB)
"""Everything that has a price: the tables of a price file."""

Dollars = Annotated[float, Field(ge=0, le=1e9)]


class Tier(Table):
    """What each further unit costs beyond so many in a month."""

    above: Positive = Field(le=1e15, description="units a month, from which on this tier's price holds")
    usd: Dollars = Field(description="dollars for as many units as the price's `per` says")


class Price(Table):
    """`usd` buys `per` units."""

    usd: Dollars = Field(description="dollars")
    per: Positive = Field(le=1e15, description="for so many units")
    tiers: tuple[Tier, ...] = Field(default=(), description="of recipients: { above, usd } for those beyond so many")
    source: str | None = Field(default=None, min_length=1, description="where the price is from")

    @model_validator(mode="after")
    def _tiers_rise(self) -> Self:
        edges = [tier.above for tier in self.tiers]
        if edges != sorted(set(edges)):
            raise wrong("tiers", "must stand in the order of their `above`, each above the one before")
        return self

    @property
    def usd_per_unit(self) -> float:
        """Of the first tier."""
        return self.usd / self.per


def _of_known(prices: Any) -> Any:
    strange = next((kind for kind in prices if kind not in KINDS), None) if isinstance(prices, dict) else None
    if strange is not None:
        raise wrong(strange, unknown("price", strange, [*KINDS]))
    return prices


def _tiers_of_recipients(prices: dict[str, Price]) -> dict[str, Price]:
    for kind, price in prices.items():
        if price.tiers and kind not in RECIPIENTS.values():
            raise wrong((kind, "tiers"), f"must be left out: only {', '.join(RECIPIENTS.values())} have tiers")
    return prices


PriceTables = Annotated[
    dict[str, Price],
    BeforeValidator(_of_known),
    AfterValidator(_tiers_of_recipients),
    Field(json_schema_extra={"propertyNames": {"enum": [*KINDS]}}),
]
"""Prices by their kind."""
