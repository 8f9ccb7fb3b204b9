"""The advice document: which strategy with which settings is best. Schema `seslab/advice/v1`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NotRequired

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reports.documents.reading import STRICT
from reports.documents.robustness import LeftOutHypothesis
from scenarios.entry import SettingsTable
from scenarios.schema.thresholds import JudgedThreshold

SCHEMA: Final = "seslab/advice/v1"
Ended = Literal["decided", "budget", "interrupted", "failed"]
Standing = Literal["chosen", "tied", "behind", "failed", "screened", "unfinished"]


class AdviceDemand(TypedDict):
    """What every run must meet."""

    name: Annotated[str, Field(description="its name in the scenario, or what it is called where that does not say it")]
    expression: Annotated[str, Field(description="what must hold")]
    is_implied: Annotated[bool, Field(description="whether it is no threshold of the scenario's")]


class AdviceFailure(TypedDict):
    """A run that did not meet a threshold: of several that which was farthest off."""

    hypothesis: Annotated[str, Field(description="under which hypothesis")]
    seed: Annotated[int, Field(description="of that run")]
    threshold: Annotated[JudgedThreshold, Field(description="the threshold, and what it met")]
    miss: Annotated[
        float | None,
        Field(description="how far off, as a share of the limit or, where that is 0, of all recipients; null: no end"),
    ]


class AdviceEdge(TypedDict):
    """A setting that stands at an end of what was searched."""

    setting: Annotated[str, Field(description="its name")]
    end: Annotated[str, Field(description="which end, and whether its strategy declares it")]


class AdviceFigures(TypedDict):
    """What a candidate came to, the worst of each figure over the hypotheses; set against others' of the same block."""

    value: Annotated[
        float | None,
        Field(description="the figure that is to be small; null if it is infinite, or failed before all hypotheses"),
    ]
    beside: Annotated[float | None, Field(description="likewise the figure that it is weighed against")]
    under: Annotated[str | None, Field(description="under which hypothesis the first was worst most often")]
    infinite: NotRequired[
        Annotated[
            list[Literal["value", "beside"]], Field(description="which of both are null because they have no end")
        ]
    ]
    limiters: NotRequired[
        Annotated[
            int,
            Field(
                description="only where it did not meet all hypotheses: how many it did; its figures are at least these"
            ),
        ]
    ]
    is_on_front: Annotated[
        bool,
        Field(
            description="whether nobody here is better in one figure without being worse in the other; of equals "
            "the first alone"
        ),
    ]


class AdviceCandidate(TypedDict):
    """A contender with some of its settings changed, and how it fared."""

    name: Annotated[str, Field(description="what it is called here, and in the scenario that is kept")]
    contender: Annotated[
        str, Field(description="the strategy, or the variant of the scenario's, whose settings these are")
    ]
    variant_of: NotRequired[Annotated[str, Field(description="only of a variant: the strategy that it is of")]]
    changes: Annotated[SettingsTable, Field(description="settings that differ from what the scenario has")]
    edges: Annotated[list[AdviceEdge], Field(description="which of them stand at an end of what was searched")]
    standing: Annotated[
        Standing,
        Field(
            description="tied: within the indifference zone of the chosen; behind: farther than that; failed: it did "
            "not meet a threshold; screened: left before the finals; unfinished: the end came first"
        ),
    ]
    before: Annotated[AdviceFigures, Field(description="in the one campaign before the finals, which all met")]
    finals: Annotated[
        AdviceFigures | None,
        Field(description="means of the campaigns that all finalists met which did not fail; null of all others"),
    ]
    samples: Annotated[list[float], Field(description="the figure in each campaign of the finals, at worst")]
    behind: Annotated[str | None, Field(description="the candidate that it is behind; null where it is not")]
    failure: Annotated[AdviceFailure | None, Field(description="what it did not meet; null if it met everything")]
    sentence: Annotated[str, Field(description="how it fared, for people")]


class AdviceAssurance(TypedDict):
    """How sure it is, and of what."""

    asked: Annotated[float, Field(description="the probability that was asked for", gt=0, lt=1)]
    reached: Annotated[
        float,
        Field(
            description="that no finalist is better than the chosen by more than the zone and the chosen meets all "
            "demands in the share of campaigns; where the search ended early, an estimate",
            ge=0,
            le=1,
        ),
    ]
    zone: Annotated[
        float | None, Field(description="the indifference zone in the figure's unit; null before there is one")
    ]
    finalists: Annotated[int, Field(description="those in the finals that the choice comes from", ge=0)]
    campaigns: Annotated[
        int, Field(description="of the finals that the choice has met, each under every hypothesis", ge=0)
    ]
    shared: Annotated[
        int, Field(description="of them, those that all finalists met which did not fail: their figures are of these")
    ]
    campaigns_share: Annotated[
        float | None, Field(description="at least this share of campaigns meets all demands, under each hypothesis")
    ]


@with_config(STRICT)
class AdviceDocument(TypedDict):
    """What is best, and why. Documents may grow: ignore keys that you do not know."""

    schema: Annotated[Literal["seslab/advice/v1"], Field(description="which kind of document this is")]
    scenario: Annotated[str, Field(description="the scenario's name")]
    seed: Annotated[int, Field(description="of the screening; the finals count up from the next one")]
    figure: Annotated[str, Field(description="the figure that is to be small")]
    beside: Annotated[str, Field(description="the figure that it is weighed against")]
    hypotheses: Annotated[list[str], Field(description="under which all demands must hold", min_length=1)]
    left_out: Annotated[list[LeftOutHypothesis], Field(description="hypotheses that say nothing of this account")]
    contenders: Annotated[list[str], Field(description="whose settings were searched", min_length=1)]
    demands: Annotated[list[AdviceDemand], Field(description="what every run must meet")]
    ended: Annotated[Ended, Field(description="whether it came to its end, or what ended it")]
    tried: Annotated[int, Field(description="candidates that were run")]
    drawn: NotRequired[
        Annotated[int, Field(description="only where the end came before all were run: how many candidates there were")]
    ]
    runs: Annotated[int, Field(description="simulations that this took, kept ones included")]
    choice: Annotated[str | None, Field(description="the name of the best; null if none is admissible")]
    assurance: Annotated[AdviceAssurance, Field(description="how sure that is")]
    candidates: Annotated[
        list[AdviceCandidate],
        Field(description="best first: finalists, the front, each contender's best, and as it is if it fails"),
    ]
    notes: Annotated[list[str], Field(description="what a reader should know before this is believed")]
    commands: Annotated[list[str], Field(description="what makes the runs of the choice and of those beside it again")]
