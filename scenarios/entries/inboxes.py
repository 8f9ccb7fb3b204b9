"""What became of mail after its acceptance, where a scenario has [delivery]."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from scenarios.entries.counts import Amount


class DeliveryCounts(TypedDict):
    """Copies by what became of them: copies = delivered + bounced + suppressed + expired + pending."""

    copies: Annotated[Amount, Field(description="recipients that SES accepted, each as often as it did")]
    delivered: Annotated[Amount, Field(description="in an inbox")]
    bounced: Annotated[Amount, Field(description="refused for good, or on SES's global suppression list")]
    suppressed: Annotated[Amount, Field(description="on the account's suppression list: accepted, and not sent")]
    expired: Annotated[Amount, Field(description="turned away until SES gave up")]
    pending: Annotated[Amount, Field(description="neither, when observation ended")]
    deferred: Annotated[Amount, Field(description="turned away at least once")]
    complained: Annotated[Amount, Field(description="delivered, and called spam")]
    unreached: NotRequired[
        Annotated[Amount, Field(description="recipients whose mailbox takes mail, and theirs is not in it")]
    ]
    within_deadline: Annotated[
        float | None,
        Field(
            description="share of all recipients whose mailbox takes mail, be theirs accepted or not, who had it there "
            "within deadline_s"
        ),
    ]


class InboxTimes(TypedDict):
    """Seconds from the intended instant to the inbox, over recipients who got their mail; null if none did."""

    mean: Annotated[float | None, Field(description="their mean")]
    p50: Annotated[float | None, Field(description="half of them waited at most so long")]
    p95: Annotated[float | None, Field(description="95 % of them waited at most so long")]
    p99: Annotated[float | None, Field(description="99 % of them waited at most so long")]
    max: Annotated[float | None, Field(description="the longest")]


class InboxOfAll(TypedDict):
    """The same over all recipients whose mailbox takes mail; null if infinite: one too many has not got it."""

    mean: Annotated[float | None, Field(description="their mean; null as soon as one has not got it")]
    p50: Annotated[float | None, Field(description="half of all got it within so long")]
    p95: Annotated[float | None, Field(description="95 % of all got it within so long")]
    p99: Annotated[float | None, Field(description="99 % of all got it within so long")]
    max: Annotated[float | None, Field(description="the longest; null as soon as one has not got it")]


class ReputationFigures(TypedDict):
    """What AWS made of whom it judges: an account with its tenants, or a tenant."""

    bounce_rate: Annotated[Amount, Field(description="the highest share of hard bounces that there was")]
    complaint_rate: Annotated[Amount, Field(description="the highest share of complaints that SES heard of")]
    reviewed_s: Annotated[float | None, Field(description="since when it was under review; null if never")]
    paused_s: Annotated[float | None, Field(description="since when AWS might pause it; null if never")]


class InboxFigures(TypedDict):
    """What became of mail after its acceptance, where the scenario has [delivery]."""

    delivery: NotRequired[
        Annotated[DeliveryCounts, Field(description="only where the scenario has [delivery]: copies by fate")]
    ]
    inbox_s: NotRequired[
        Annotated[InboxTimes, Field(description="only where the scenario has [delivery]: until the inbox, in seconds")]
    ]
    inbox_of_all_s: NotRequired[
        Annotated[InboxOfAll, Field(description="the same, those without their mail being infinitely late")]
    ]
    reputation: NotRequired[
        Annotated[ReputationFigures, Field(description="only where the scenario has [delivery]: AWS's view of it")]
    ]


class AccountInboxFigures(InboxFigures):
    """The same of an account, which AWS judges beside its tenants."""

    own_reputation: NotRequired[
        Annotated[
            ReputationFigures,
            Field(description="only where the account has tenants: AWS's view of the mail that no tenant sends"),
        ]
    ]


class ProviderEntry(TypedDict):
    """The recipients of one mailbox provider."""

    provider: Annotated[str, Field(description="as the scenario calls it")]
    delivery: Annotated[DeliveryCounts, Field(description="its own, by fate")]
    inbox_s: Annotated[InboxTimes, Field(description="of its own recipients, in seconds")]
    inbox_of_all_s: NotRequired[
        Annotated[InboxOfAll, Field(description="of its own recipients, those without their mail infinitely late")]
    ]
