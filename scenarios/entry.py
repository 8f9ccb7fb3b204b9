"""One strategy's run in figures: an entry of the comparison document, as plain data whose keys mypy knows.

Of several replications each figure is the mean, so that a count may be a fraction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from scenarios.entries.accounts import AccountEntry, TenantEntry
from scenarios.entries.counts import Amount, CallCounts, LatencyFigures, LatencyOfAll, PartFigures, RecipientCounts
from scenarios.entries.inboxes import AccountInboxFigures, ProviderEntry

USERS = ("ses-v2", "ses-v1", "smtp", "sqs", "http")
"""The senders of a load test besides the strategies."""

Interval = Annotated[Sequence[float], Field(min_length=2, max_length=2)]
"""Its low and its high end."""

Setting = Any
"""Of a strategy, which declares for itself what its settings are."""

SettingsTable = dict[str, Setting]
"""By the settings' names."""


class CallTimes(TypedDict):
    """Seconds from a call's start to its end; null if nothing was accepted or no caller saw the end of any call."""

    p50: Annotated[float | None, Field(description="half of the calls took at most so long")]
    p99: Annotated[float | None, Field(description="99 % of the calls took at most so long")]


class Refusals(TypedDict):
    """Calls that SES refused alike."""

    outcome: Annotated[str, Field(description="throttled, quota, rejected, failed or paused")]
    said: Annotated[str, Field(description="SES's own sentence; empty where it is not known")]
    calls: Annotated[Amount, Field(description="how many")]


class LossCounts(TypedDict):
    """Recipients lost or dead-lettered, by how their last call ended."""

    throttled: Annotated[Amount, Field(description="refused for the rate")]
    quota: Annotated[Amount, Field(description="refused for the 24-hour quota")]
    rejected: Annotated[Amount, Field(description="refused for what the mail is")]
    failed: Annotated[Amount, Field(description="met a server error")]
    paused: NotRequired[Annotated[Amount, Field(description="refused because the account is paused")]]
    crashed: Annotated[Amount, Field(description="lost without any call")]
    never_invoked: Annotated[Amount, Field(description="dead-lettered without any call")]


class UsageCounts(TypedDict):
    """What AWS counts, in the units of the price file."""

    ses_recipients: Annotated[Amount, Field(description="recipients that SES accepted")]
    sqs_requests: Annotated[Amount, Field(description="requests to SQS, as SQS bills them")]
    dynamodb_reads: NotRequired[Annotated[Amount, Field(description="consistent reads of one item, on demand")]]
    dynamodb_writes: NotRequired[Annotated[Amount, Field(description="writes of one item, on demand")]]
    lambda_requests: Annotated[Amount, Field(description="invocations")]
    lambda_gb_s: Annotated[Amount, Field(description="gigabyte-seconds of functions")]
    stepfunctions_transitions: Annotated[Amount, Field(description="state transitions of standard workflows")]
    express_requests: Annotated[Amount, Field(description="express workflows started")]
    express_gb_s: Annotated[Amount, Field(description="gigabyte-seconds of express workflows")]
    scheduler_invocations: Annotated[Amount, Field(description="invocations by EventBridge Scheduler")]


class WorkloadEntry(PartFigures):
    """The mails of one workload."""

    index: Annotated[int, Field(description="which [[workload]] of the scenario, counted from 0")]
    name: NotRequired[Annotated[str, Field(description="what the scenario calls it, if it does")]]
    process: Annotated[str, Field(description="how its mails fall due")]


class LaneEntry(PartFigures):
    """The mails of one lane."""

    lane: Annotated[str, Field(description="the kind of mail, as its workloads call it")]
    priority: Annotated[int, Field(description="the larger number is the more urgent")]


class ShadowFigures(TypedDict):
    """What the shadow copies come to."""

    recipients: Annotated[
        Amount, Field(description="copies that SES accepted, which are among the accepted recipients")
    ]
    usd: Annotated[Amount, Field(description="dollars for them, which are among the run's")]


class MonthFigures(TypedDict):
    """What a month of the scenario costs, as its [bill] says; total_usd is the sum of the five above it."""

    recipients: Annotated[Amount, Field(description="that SES accepts in the month, duplicates included")]
    mails_usd: Annotated[Amount, Field(description="dollars for them, by the tiers of the plan")]
    fees_usd: Annotated[Amount, Field(description="dollars for the plan itself and for dedicated IP addresses")]
    services_usd: Annotated[Amount, Field(description="dollars for whatever else the runs use")]
    standing_usd: Annotated[Amount, Field(description="dollars for what is used in the hours without a run")]
    pods_usd: Annotated[Amount, Field(description="dollars for pods, which run all month")]
    total_usd: Annotated[Amount, Field(description="dollars for the month")]
    busy_hours: Annotated[Amount, Field(description="hours that the runs take, one after another")]
    quiet_usd_per_hour: Annotated[Amount, Field(description="dollars an hour for what is used while nothing is sent")]


class StrategyEntry(AccountInboxFigures):
    """One strategy: how it was set, and what became of the scenario's mails."""

    strategy: Annotated[str, Field(description="its name, that of a variant, or that of a load test's user")]
    variant_of: NotRequired[
        Annotated[str, Field(description="only of a scenario's variant: the strategy that it is of")]
    ]
    settings: Annotated[SettingsTable, Field(description="its settings, every default filled in")]
    recipients: Annotated[RecipientCounts, Field(description="recipients by fate")]
    largest_mail: Annotated[Amount, Field(description="recipients of the largest mail")]
    calls: Annotated[CallCounts, Field(description="calls of SES by outcome")]
    latency_s: Annotated[
        LatencyFigures, Field(description="intended instant to acceptance, over recipients, in seconds")
    ]
    latency_of_all_s: NotRequired[
        Annotated[
            LatencyOfAll,
            Field(description="the same over all submitted recipients, those not accepted being infinitely late"),
        ]
    ]
    call_s: Annotated[CallTimes, Field(description="start to end of a call, in seconds")]
    makespan_s: Annotated[
        float | None,
        Field(description="seconds from the first intended instant to the last acceptance; null if there is none"),
    ]
    goodput_per_s: Annotated[
        float | None, Field(description="accepted recipients a second of the makespan; null without acceptance")
    ]
    peak_1s: Annotated[
        Amount, Field(description="most recipients admitted, duplicates included, in any half-open second")
    ]
    attempted_peak_1s: Annotated[
        Amount, Field(description="most recipients asked for, admitted or not, in any half-open second")
    ]
    utilisation: Annotated[
        float | None,
        Field(
            description="(accepted + duplicated) ÷ (B + R × makespan), B being R for window limiters; "
            "null if nothing was accepted"
        ),
    ]
    efficiency: Annotated[
        float | None,
        Field(
            description="bound ÷ makespan, 1 being the best possible; null unless every submitted recipient was "
            "accepted and the bound is positive"
        ),
    ]
    cost_usd: Annotated[float, Field(description="dollars for the run, without free tiers")]
    cost_per_million_usd: Annotated[
        float | None, Field(description="dollars for a million accepted recipients; null if nothing was accepted")
    ]
    refusals: NotRequired[
        Annotated[list[Refusals], Field(description="the calls that SES refused by its own sentences, most first")]
    ]
    losses: Annotated[LossCounts, Field(description="recipients lost or dead-lettered, by reason")]
    receives: Annotated[Amount, Field(description="messages received from queues")]
    usage: Annotated[UsageCounts, Field(description="what AWS bills, as counted")]
    warnings: Annotated[list[str], Field(description="what a reader should know before the figures are believed")]
    interrupted: Annotated[bool, Field(description="whether the run was broken off")]
    wall_s: Annotated[float, Field(description="real seconds that the run took, from scenario to ledger")]
    harness_lag_s: Annotated[
        float | None,
        Field(description="of a real run: seconds that its event loop woke late, 99th percentile; otherwise null"),
    ]
    digest: Annotated[str, Field(description="SHA-256 over the ledger; with replications, over their digests")]
    ci95: Annotated[
        dict[str, Interval],
        Field(description="of six replications or more: 95 % intervals of the medians by dotted name"),
    ]
    medians: NotRequired[
        Annotated[
            dict[str, float], Field(description="with replications: each figure's median over them, by dotted name")
        ]
    ]
    workloads: NotRequired[
        Annotated[list[WorkloadEntry], Field(description="only where the scenario has several: each workload apart")]
    ]
    lanes: NotRequired[
        Annotated[
            list[LaneEntry],
            Field(description="only where the scenario has several: each lane apart, the most urgent first"),
        ]
    ]
    accounts: NotRequired[
        Annotated[list[AccountEntry], Field(description="only where the scenario has [accounts]: each account apart")]
    ]
    tenants: NotRequired[
        Annotated[list[TenantEntry], Field(description="only where the scenario has [tenants]: each tenant apart")]
    ]
    providers: NotRequired[
        Annotated[list[ProviderEntry], Field(description="only where the scenario has [delivery]: each provider apart")]
    ]
    samples: NotRequired[
        Annotated[
            dict[str, list[float | None]],
            Field(description="with replications: each figure's values, by dotted name, in the order of the seeds"),
        ]
    ]
    shadow: NotRequired[
        Annotated[ShadowFigures, Field(description="only where the scenario has shadow copies: what they come to")]
    ]
    month: NotRequired[
        Annotated[MonthFigures, Field(description="only where the scenario has a [bill]: what a month costs")]
    ]


def strategy_of(entry: StrategyEntry) -> str:
    """The strategy whose code ran, whatever the contender is called."""
    return entry.get("variant_of", entry["strategy"])
