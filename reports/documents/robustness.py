"""The robustness document: contenders under hypotheses about SES's limiter. Schema `seslab/robustness/v1`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NotRequired

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reports.documents.comparison import AccountTable
from reports.documents.limits import BoundFigures, LimiterTable
from reports.documents.reading import STRICT
from scenarios.entries.counts import Amount
from scenarios.entry import SettingsTable
from scenarios.schema.thresholds import JudgedThreshold

SCHEMA: Final = "seslab/robustness/v1"
Kind = Literal["decided", "undecided", "tied"]
About = Literal["all thresholds", "loss", "pending", "threshold", "order"]


class HypothesisEntry(TypedDict):
    """One hypothesis about SES's limiter."""

    name: Annotated[str, Field(description="its name")]
    description: Annotated[str, Field(description="what it supposes; empty where its file does not say")]
    source: Annotated[str, Field(description="why it is worth a try; empty where its file does not say")]
    weight: Annotated[float | None, Field(description="of belief; null where none are told")]
    limiter: Annotated[LimiterTable, Field(description="how SES is supposed to admit recipients")]
    bound: Annotated[BoundFigures, Field(description="what is possible under it, over replications the mean")]


class LeftOutHypothesis(TypedDict):
    """A hypothesis that says nothing of this account."""

    name: Annotated[str, Field(description="its name")]
    why: Annotated[str, Field(description="the reason")]


class UnaccountedRecipients(TypedDict):
    """Recipients by what became of them, over replications the mean."""

    submitted: Annotated[Amount, Field(description="of all mails")]
    lost: Annotated[Amount, Field(description="given up: nothing will send them any more")]
    dead_lettered: Annotated[Amount, Field(description="in a dead-letter queue, received too often")]
    pending: Annotated[Amount, Field(description="still to be sent or decided when the run ended")]


class RobustCell(TypedDict):
    """What a contender did under a hypothesis."""

    hypothesis: Annotated[str, Field(description="its name")]
    recipients: Annotated[UnaccountedRecipients, Field(description="what was not accepted, and of how many")]
    not_accepted_share: Annotated[
        float, Field(description="lost, dead-lettered and pending recipients ÷ submitted", ge=0, le=1)
    ]
    incomplete_replications: Annotated[int, Field(description="in how many replications any were not accepted")]
    efficiency: Annotated[
        float | None, Field(description="bound under this hypothesis ÷ makespan; null unless all were accepted")
    ]
    latency_p99_s: Annotated[
        float | None, Field(description="99 % of all recipients were accepted within so long; null if there is none")
    ]
    latency_p99_infinite: Annotated[
        bool, Field(description="whether there is none because more than 1 % were not accepted in some replication")
    ]
    makespan_s: Annotated[float | None, Field(description="mean over the replications; null if one has none")]
    samples: Annotated[
        list[float | None], Field(description="the figure that ranks, of each replication in the order of the seeds")
    ]
    thresholds: Annotated[list[JudgedThreshold], Field(description="the scenario's thresholds, as they were met here")]
    meets_all: Annotated[
        bool | None, Field(description="whether each of them passes; null where none concerns the contender")
    ]


class WorstCase(TypedDict):
    """The worst of a figure over all hypotheses."""

    value: Annotated[float | None, Field(description="the figure; null if infinite, or if no hypothesis has it")]
    infinite: Annotated[bool, Field(description="of a latency: whether it is infinite")]
    under: Annotated[str | None, Field(description="the hypothesis; null where all are the same, or none has it")]


class WorstCases(TypedDict):
    """The worst of each figure, which need not be under the same hypothesis."""

    not_accepted_share: Annotated[WorstCase, Field(description="the largest share of recipients not accepted")]
    efficiency: Annotated[WorstCase, Field(description="the least share of the best possible, where all were accepted")]
    latency_p99_s: Annotated[WorstCase, Field(description="the longest p99 over all recipients")]


class RobustContender(TypedDict):
    """A contender under all hypotheses."""

    contender: Annotated[str, Field(description="a strategy, or a variant of the scenario's")]
    variant_of: NotRequired[Annotated[str, Field(description="only of a variant: the strategy that it is of")]]
    chosen_settings: NotRequired[
        Annotated[SettingsTable, Field(description="only where there are any: settings set otherwise than by default")]
    ]
    met_under: Annotated[
        int | None, Field(description="under how many hypotheses it meets all thresholds; null without thresholds")
    ]
    worst: Annotated[WorstCases, Field(description="the worst over all hypotheses")]
    ranked: NotRequired[
        Annotated[
            WorstCase,
            Field(
                description="only where the scenario ranks by a figure: that figure, the worst over the hypotheses in "
                "each replication, and of these the mean"
            ),
        ]
    ]
    cells: Annotated[list[RobustCell], Field(description="one for each hypothesis, in their order")]


class Conclusion(TypedDict):
    """What can be said of one contender or several, and under which hypotheses."""

    kind: Annotated[
        Kind,
        Field(description="decided: the same under all hypotheses; undecided: it turns; tied: no difference anywhere"),
    ]
    about: Annotated[About, Field(description="which question it answers")]
    contenders: Annotated[list[str], Field(description="of whom; of an order first the faster one")]
    threshold: Annotated[str | None, Field(description="the name of the threshold; null where none is asked about")]
    expression: Annotated[str | None, Field(description="that threshold, or the figure of an order; else null")]
    holds_under: Annotated[list[str], Field(description="the hypotheses under which it is so")]
    fails_under: Annotated[list[str], Field(description="those under which the contrary is so")]
    open_under: Annotated[list[str], Field(description="those under which it is inconclusive, or a tie")]
    belief: Annotated[float | None, Field(description="share of the weights for which it holds; null without weights")]
    numbers: Annotated[dict[str, float], Field(description="what the sentence quotes")]
    sentence: Annotated[str, Field(description="the same for people")]


@with_config(STRICT)
class RobustnessDocument(TypedDict):
    """Contenders under hypotheses. Documents may grow: ignore keys that you do not know."""

    schema: Annotated[Literal["seslab/robustness/v1"], Field(description="which kind of document this is")]
    scenario: Annotated[str, Field(description="the scenario's name")]
    seed: Annotated[int, Field(description="the seed of the first replication")]
    replications: Annotated[int, Field(description="runs of each contender under each hypothesis, seeds counting up")]
    account: Annotated[AccountTable, Field(description="what SES allows; its limiter is that of the scenario's file")]
    ranked_by: Annotated[str, Field(description="the figure by which two contenders are set against each other")]
    hypotheses: Annotated[
        list[HypothesisEntry], Field(description="what SES's limiter was supposed to be", min_length=1)
    ]
    left_out: Annotated[list[LeftOutHypothesis], Field(description="hypotheses that say nothing of this account")]
    contenders: Annotated[list[RobustContender], Field(description="best first, by their worst cases", min_length=1)]
    conclusions: Annotated[list[Conclusion], Field(description="decided ones first")]
    notes: Annotated[list[str], Field(description="what a reader should know before the figures are believed")]
