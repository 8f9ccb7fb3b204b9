"""The comparison document: strategies on one scenario. Schema `seslab/comparison/v1`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NotRequired

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reports.documents.accounts import ArrangementTable, NamedAccountTable
from reports.documents.limits import BoundFigures, LimiterTable
from reports.documents.reading import STRICT
from scenarios.entry import SettingsTable, StrategyEntry
from scenarios.schema.prices import PlanName
from scenarios.schema.thresholds import JudgedThreshold
from scenarios.verdicts import Met
from strategies.presentation.look import COLOR, HATCH, MARKER

SCHEMA: Final = "seslab/comparison/v1"


Length = Annotated[float, Field(gt=0)]
RateStep = Annotated[list[float], Field(min_length=2, max_length=2)]


class AccountTable(TypedDict):
    """What SES allowed."""

    max_send_rate_per_s: Annotated[float, Field(description="R, recipients a second")]
    max_24h_send: Annotated[int, Field(description="recipients in 24 hours; -1: unlimited")]
    limiter: Annotated[LimiterTable, Field(description="the hypothesis about SES's limiter")]
    rate_steps: Annotated[
        list[RateStep],
        Field(description="pairs of an instant in seconds and the rate a second from then on", min_length=1),
    ]


class FaultTable(TypedDict):
    """One of the scenario's faults; the keys beyond the first three depend on its kind."""

    kind: Annotated[str, Field(description="what went wrong")]
    start_s: Annotated[float, Field(description="the second at which it began")]
    duration_s: Annotated[float, Field(description="for so many seconds")]
    probability: NotRequired[Annotated[float, Field(description="share of the calls or messages it hit")]]
    factor: NotRequired[Annotated[float, Field(description="slow: multiplied SES's latencies")]]
    max_send_rate_per_s: NotRequired[Annotated[float, Field(description="rate_change: recipients a second meanwhile")]]
    burst: NotRequired[Annotated[int | None, Field(description="rate_change: B meanwhile; null where it stayed")]]
    account: NotRequired[Annotated[str, Field(description="of several accounts the one that it befell, if only one")]]
    of: NotRequired[
        Annotated[
            Literal["application", "workers"], Field(description="pod_crash and scale_pods: whose pods were meant")
        ]
    ]
    pod: NotRequired[Annotated[int, Field(description="pod_crash: which pod, counted from 0")]]
    pods: NotRequired[Annotated[int, Field(description="scale_pods: pods that ran meanwhile")]]
    reshare: NotRequired[Annotated[bool, Field(description="scale_pods: whether the pods divided the limit anew")]]


class TierTable(TypedDict):
    """What each recipient of a month costs, of those above a volume."""

    above: Annotated[float, Field(ge=0, description="recipients a month, from which on this price holds")]
    usd_per_recipient: Annotated[float, Field(ge=0, description="dollars")]


class BillTable(TypedDict):
    """How a month was billed, as the scenario's [bill] says, and what the plan's recipients cost."""

    plan: Annotated[PlanName, Field(description="of the SES account")]
    runs_per_month: Annotated[float, Field(gt=0, description="how often a month the scenario takes place")]
    hours: Annotated[float, Field(gt=0, description="hours of a month")]
    tiers: Annotated[list[TierTable], Field(description="of the plan, the first from 0 on", min_length=1)]


class DeliveryTable(TypedDict):
    """What was supposed of accepted mail, as the scenario's [delivery] says; an entry has what became of it."""

    deadline_s: Annotated[float, Field(gt=0, description="of delivery.within_deadline: seconds until the inbox")]
    max_delivery_s: Annotated[float, Field(gt=0, description="seconds after which SES gave a mail up")]
    representative_volume: Annotated[int, Field(gt=0, description="recipients over which AWS took its rates")]


class DashesTable(TypedDict):
    """A line of dashes, in points."""

    offset: Annotated[float, Field(description="how far into the dashes it begins")]
    lengths: Annotated[list[Length], Field(description="of dashes and gaps in turn", min_length=1)]


class LookTable(TypedDict):
    """How a strategy that is not seslab's own looks in figures, in matplotlib's words."""

    color: Annotated[str, Field(description="#RRGGBB", pattern=COLOR)]
    marker: Annotated[str, Field(description="one of its markers", pattern=MARKER)]
    linestyle: Annotated[Literal["-", "--", "-.", ":"] | DashesTable, Field(description="one of its names, or dashes")]
    hatch: Annotated[str, Field(description="of areas", pattern=HATCH)]


class ExplainedEntry(StrategyEntry):
    """One strategy: how it was set, what became of the scenario's mails, and a sentence on it."""

    explanation: Annotated[str, Field(description="what happened, in a sentence")]
    chosen_settings: NotRequired[
        Annotated[SettingsTable, Field(description="only where there are any: settings set otherwise than by default")]
    ]
    look: NotRequired[
        Annotated[
            LookTable,
            Field(description="only of a variant, and of a strategy from outside that has one: how figures show it"),
        ]
    ]


class RankTable(TypedDict):
    """What ranks those that meet all thresholds."""

    by: Annotated[str, Field(description="the figure, as the scenario names it")]
    figure: Annotated[str, Field(description="the figure that stands for it: latencies are of all recipients")]


class PrecisionTable(TypedDict):
    """How wide the 95 % intervals of paired differences between neighbours are, as a share of the better's figure."""

    asked: Annotated[float, Field(description="the widest that was asked for")]
    reached: Annotated[float | None, Field(description="the widest there is; null where no two can be compared")]


class RankedContender(TypedDict):
    """A contender's place; those that are tied share one."""

    place: Annotated[int, Field(description="1 is best; two that share a place take two")]
    strategy: Annotated[str, Field(description="the contender")]
    requirement: NotRequired[
        Annotated[Met, Field(description="only where there are thresholds: the worst verdict of those that concern it")]
    ]


@with_config(STRICT)
class ComparisonDocument(TypedDict):
    """Strategies on one scenario. Documents may grow: ignore keys that you do not know."""

    schema: Annotated[Literal["seslab/comparison/v1"], Field(description="which kind of document this is")]
    scenario: Annotated[str, Field(description="the scenario's name")]
    world: Annotated[str, Field(description="where it ran: sim, moto, ministack, aws or locust")]
    seed: Annotated[int, Field(description="the seed of the first replication")]
    replications: Annotated[int, Field(description="runs of each strategy; seeds count up, but not over `rounds`")]
    bound: Annotated[BoundFigures, Field(description="what is possible with the same mails")]
    account: Annotated[AccountTable, Field(description="what SES allowed; of several accounts all together")]
    faults: Annotated[list[FaultTable], Field(description="what went wrong, and when")]
    strategies: Annotated[list[ExplainedEntry], Field(description="one entry each, in the order in which they ran")]
    thresholds: Annotated[
        list[JudgedThreshold], Field(description="the scenario's thresholds, one entry for each strategy concerned")
    ]
    rounds: NotRequired[
        Annotated[int, Field(description="only of a load test: how often the mails of its one seed were sent")]
    ]
    precision: NotRequired[
        Annotated[PrecisionTable, Field(description="only where one was asked for: how surely they are told apart")]
    ]
    rank: NotRequired[Annotated[RankTable, Field(description="only where the scenario has [rank]: what ranks")]]
    ranking: NotRequired[Annotated[list[RankedContender], Field(description="the contenders, best first")]]
    answer: NotRequired[
        Annotated[str, Field(description="who should send, in a sentence; empty for one of which nothing is asked")]
    ]
    delivery: NotRequired[
        Annotated[DeliveryTable, Field(description="only where the scenario has [delivery]: what it supposes")]
    ]
    bill: NotRequired[Annotated[BillTable, Field(description="only where a month was billed: how")]]
    accounts: NotRequired[
        Annotated[list[NamedAccountTable], Field(description="only of several accounts: what SES allowed each")]
    ]
    arrangement: NotRequired[
        Annotated[
            ArrangementTable, Field(description="only of several accounts: the same mails in slices and in a pool")
        ]
    ]
