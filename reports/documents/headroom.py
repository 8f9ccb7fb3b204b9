"""The headroom document: how far a number can be moved. Schema `seslab/headroom/v1`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NotRequired

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reports.documents.reading import STRICT
from reports.documents.robustness import LeftOutHypothesis
from scenarios.entries.counts import Amount
from scenarios.schema.thresholds import JudgedThreshold

SCHEMA: Final = "seslab/headroom/v1"
Answer = Literal["largest", "smallest", "between", "everywhere", "nowhere", "unfinished"]


class HeadroomFailure(TypedDict):
    """The first run that did not meet a threshold."""

    hypothesis: Annotated[str, Field(description="under which hypothesis")]
    seed: Annotated[int, Field(description="of that run")]
    threshold: Annotated[JudgedThreshold, Field(description="the threshold, and what it met")]
    refused_for_quota: NotRequired[
        Annotated[float, Field(description="calls of that run that the 24-hour quota refused; absent if none was")]
    ]


class HeadroomStep(TypedDict):
    """A value that was tried."""

    value: Annotated[float, Field(description="the value")]
    holds: Annotated[bool, Field(description="whether every run met every threshold")]
    runs: Annotated[int, Field(description="runs up to the first failure, or all")]
    failure: Annotated[HeadroomFailure | None, Field(description="the first failure; null if it holds")]


class HeadroomEdge(TypedDict):
    """Where what holds ends."""

    side: Annotated[Literal["least", "most"], Field(description="whether the least value that holds, or the most")]
    value: Annotated[float, Field(description="the last value that holds")]
    fails_at: Annotated[float, Field(description="the next one, which does not")]


class HeadroomFigures(TypedDict):
    """The contender under the scenario's own limiter, means over the replications."""

    value: Annotated[float | None, Field(description="of the setting; null where the scenario leaves it open")]
    lost: Annotated[Amount, Field(description="recipients lost or dead-lettered")]
    pending: Annotated[Amount, Field(description="recipients still to be sent when the run ended")]
    makespan_s: Annotated[float | None, Field(description="first intended instant to last acceptance, in seconds")]
    efficiency: Annotated[float | None, Field(description="bound ÷ makespan; null unless all were accepted")]
    latency_p99_s: Annotated[
        float | None, Field(description="99 % of all recipients were accepted within so many seconds; null if infinite")
    ]
    cost_per_million_usd: Annotated[float | None, Field(description="dollars for a million accepted recipients")]


class HeadroomPrice(TypedDict):
    """What that safety costs."""

    present: Annotated[HeadroomFigures, Field(description="as the scenario has it")]
    found: Annotated[HeadroomFigures, Field(description="at the value that was found")]


@with_config(STRICT)
class HeadroomDocument(TypedDict):
    """How far a number can be moved. Documents may grow: ignore keys that you do not know."""

    schema: Annotated[Literal["seslab/headroom/v1"], Field(description="which kind of document this is")]
    scenario: Annotated[str, Field(description="the scenario's name")]
    seed: Annotated[int, Field(description="the first seed")]
    replications: Annotated[int, Field(description="runs of each value under each hypothesis, seeds counting up")]
    contender: Annotated[str, Field(description="of whom")]
    setting: Annotated[str, Field(description="what was moved: a setting of the contender's, or a scenario's key")]
    present: Annotated[float | None, Field(description="its value in the scenario; null where that leaves it open")]
    low: Annotated[float, Field(description="the least value that was tried")]
    high: Annotated[float, Field(description="the greatest value that was tried")]
    hypotheses: Annotated[list[str], Field(description="under which all thresholds must hold")]
    left_out: Annotated[list[LeftOutHypothesis], Field(description="hypotheses that say nothing of this account")]
    answer: Annotated[
        Answer,
        Field(
            description="largest, smallest, between: there is one edge, or two; everywhere: both ends of the range "
            "hold; nowhere: no value that was tried does; unfinished: interrupted"
        ),
    ]
    edges: Annotated[list[HeadroomEdge], Field(description="where what holds ends: none, one or two")]
    value: Annotated[
        float | None,
        Field(description="that of the edge, of two the one nearer to the present value; null without one"),
    ]
    confidence: Annotated[float, Field(description="that of the next figure")]
    campaigns_share: Annotated[
        float | None, Field(description="at least this share of campaigns meets all at the value; null without one")
    ]
    steps: Annotated[list[HeadroomStep], Field(description="the values that were tried, in their order")]
    price: Annotated[HeadroomPrice | None, Field(description="under the scenario's own limiter; null without a value")]
