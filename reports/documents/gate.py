"""The gate's document: what was expected, what is, and what follows. Schema `seslab/gate/v1`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NotRequired

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reports.documents.reading import STRICT
from scenarios.directions import Direction
from scenarios.entry import Interval, Setting
from scenarios.schema.thresholds import JudgedThreshold
from scenarios.verdicts import Verdict

SCHEMA: Final = "seslab/gate/v1"


class GateFigure(TypedDict):
    """One figure before and now."""

    metric: Annotated[
        str, Field(description="its dotted name, such as latency_s.p99; its unit is that of a comparison")
    ]
    verdict: Annotated[Verdict, Field(description="what follows from the interval and the tolerance")]
    direction: Annotated[Direction, Field(description="lower or higher is better, or it must stay the same")]
    tolerance: Annotated[
        str, Field(description="how far it may go the wrong way, in its own unit or as a share such as 2 %")
    ]
    base: Annotated[float | None, Field(description="the mean before, of the runs that have it; null if none has")]
    head: Annotated[float | None, Field(description="the mean now, of the runs that have it; null if none has")]
    difference: Annotated[float | None, Field(description="now - before; null if a side has no value")]
    interval: Annotated[
        Interval | None, Field(description="of the difference; null where it is 0 or a side has no value")
    ]
    noise: Annotated[
        float | None, Field(description="of real runs: differences up to it are not judged; null if there is none")
    ]
    without: Annotated[
        list[int],
        Field(description="how many runs do not have the figure: before, now", min_length=2, max_length=2),
    ]
    doubt: NotRequired[
        Annotated[str, Field(description="why it is inconclusive whatever its interval; only where there is a reason")]
    ]


class FirstDifference(TypedDict, total=False):
    """The first call that is not what it was; empty if there is none among the calls that are kept."""

    call: Annotated[int, Field(description="its number in the order of SES's decisions, from 0")]
    at_s: Annotated[float, Field(description="the second at which SES decided, else at which it began")]
    mail: Annotated[int, Field(description="which mail it carried")]
    cause: Annotated[str, Field(description="what is different, in words")]


SettingChange = Annotated[list[Setting], Field(min_length=2, max_length=2)]
"""Before and now."""


class GateStrategy(TypedDict):
    """One strategy before and now."""

    strategy: Annotated[str, Field(description="its name")]
    verdict: Annotated[Verdict, Field(description="the worst of its figures")]
    unchanged: Annotated[bool, Field(description="whether its runs are the same, call for call")]
    settings: Annotated[dict[str, SettingChange], Field(description="the settings that differ: before, now")]
    divergence: Annotated[
        FirstDifference | None,
        Field(description="the first call that differs; null if the runs are the same, or real"),
    ]
    metrics: Annotated[list[GateFigure], Field(description="the figures that are watched")]


class GateScenario(TypedDict):
    """One scenario before and now."""

    scenario: Annotated[str, Field(description="its name")]
    verdict: Annotated[Verdict, Field(description="the worst of its strategies and thresholds")]
    reason: Annotated[str, Field(description="why the baseline is as it is; empty without a baseline")]
    notes: Annotated[list[str], Field(description="what a reader should know")]
    strategies: Annotated[list[GateStrategy], Field(description="one entry each")]
    thresholds: Annotated[
        list[JudgedThreshold], Field(description="the scenario's own, one entry for each strategy concerned")
    ]


@with_config(STRICT)
class GateDocument(TypedDict):
    """A gate's verdict and what it rests on. Documents may grow: ignore keys that you do not know."""

    schema: Annotated[Literal["seslab/gate/v1"], Field(description="which kind of document this is")]
    world: Annotated[str, Field(description="where it ran: sim, moto, or for an application locust")]
    against: Annotated[str, Field(description="the baseline's file, the revision, the command or the URL")]
    verdict: Annotated[Verdict, Field(description="the worst of the scenarios")]
    confidence: Annotated[float, Field(description="of each interval of a difference, between 0.95 and 1")]
    scenarios: Annotated[list[GateScenario], Field(description="one entry each")]
