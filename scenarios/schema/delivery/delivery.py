"""The table [delivery]: what becomes of mail that SES has accepted."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from scenarios.schema.delivery.provider import Providers, known_providers
from scenarios.schema.latency import Latency, Lognormal
from scenarios.schema.tables import Count, Duration, Probability, Table, wrong

LEAST_DELIVERY_S, MOST_DELIVERY_S = 300.0, 50_400.0  # SES's MaxDeliverySeconds


Wait = Annotated[float, Field(ge=1, le=1e9)]
"""A second at least: of what is never taken SES would make attempts without end."""


class Retries(Table):
    """When SES tries again; AWS does not say. Each wait is so many times the one before it, and a tenth uncertain."""

    first_s: Wait = Field(default=300.0, description="after the first attempt")
    factor: float = Field(default=2.0, ge=1, le=100, description="what each wait is multiplied by")
    most_s: Wait = Field(default=3600.0, description="no wait is longer")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.most_s < self.first_s:
            raise wrong("most_s", f"must be at least first_s ({self.first_s:g})")
        return self


class Reputation(Table):
    """How AWS judges the account. It begins in good standing: what was sent before neither bounced nor complained."""

    representative_volume: Count = Field(
        default=10_000, description="recipients, the last of all, over which rates are taken; AWS does not say how many"
    )
    pauses: bool = Field(
        default=True, description="whether SES refuses all mail once a rate is so high that AWS may pause the account"
    )


class Delivery(Table):
    """Mailbox providers, SES's patience with them, and AWS's with the account."""

    providers: Providers = Field(
        default_factory=known_providers,
        description="{ gmail = 0.6, corporate = 0.4 }, or a table for each; default: all of the catalogue",
    )
    hard_bounce: Probability | None = Field(default=None, description="instead of every provider's own")
    soft_bounce: Probability | None = Field(default=None, description="instead of every provider's own")
    complaint: Probability | None = Field(default=None, description="instead of every provider's own")
    suppressed: Probability = Field(
        default=0.0, description="share of the recipients on the account's suppression list: taken, and not sent"
    )
    suppressed_globally: Probability = Field(
        default=0.0, description="share of the recipients on SES's global list: a hard bounce without an attempt"
    )
    complaint_after: Latency = Field(
        default=Lognormal(median_ms=3_600_000, p99_ms=86_400_000), description="from the inbox to the complaint"
    )
    sending_ips: int = Field(default=1, ge=1, le=10_000, description="IP addresses that SES sends from, in turn")
    retry: Retries = Field(default_factory=Retries, description="when SES tries again what was turned away")
    max_delivery_s: float = Field(
        default=MOST_DELIVERY_S,
        ge=LEAST_DELIVERY_S,
        le=MOST_DELIVERY_S,
        description="SES gives a mail up after so long (MaxDeliverySeconds)",
    )
    deadline_s: Duration = Field(
        default=900.0, description="of the figure delivery.within_deadline: from the intended instant to the inbox"
    )
    reputation: Reputation = Field(default_factory=Reputation, description="AWS's patience with the account")

    @model_validator(mode="after")
    def _leaves_some_alive(self) -> Self:
        """The ways in which a recipient can be special exclude each other."""
        for name in self.providers:
            special = sum((self.suppressed, self.suppressed_globally, *self.shares_of(name)))
            if special > 1:
                kinds = "suppressed, suppressed_globally, hard_bounce, soft_bounce and complaint"
                raise wrong(("providers", name), f"{kinds} must add up to at most 1, not {special:g}")
        return self

    def shares_of(self, provider: str) -> tuple[float, float, float]:
        """Which share of a provider's recipients bounces hard, bounces softly, and complains."""
        one = self.providers[provider]
        return (
            one.hard_bounce if self.hard_bounce is None else self.hard_bounce,
            one.soft_bounce if self.soft_bounce is None else self.soft_bounce,
            one.complaint if self.complaint is None else self.complaint,
        )
