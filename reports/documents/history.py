"""The history document: figures of many commits, each with the verdict on it. Schema `seslab/history/v1`."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reports.documents.reading import STRICT
from scenarios.entry import Interval
from scenarios.verdicts import Verdict

SCHEMA: Final = "seslab/history/v1"


class HistoryPoint(TypedDict):
    """One figure of one commit."""

    commit: Annotated[int, Field(ge=0, description="which of `commits`, from 0")]
    value: Annotated[float | None, Field(description="the mean over the runs; null where a run has none")]
    interval: Annotated[Interval | None, Field(description="95 %, of the median; null where it is not known")]
    verdict: Annotated[
        Verdict | None,
        Field(description="the worst of gate and thresholds on it; null if there is none"),
    ]


class HistorySeries(TypedDict):
    """One figure of one sender over the commits."""

    scenario: Annotated[str, Field(description="the scenario's name")]
    world: Annotated[str, Field(description="where it ran")]
    sender: Annotated[str, Field(description="the strategy, the variant or the user")]
    figure: Annotated[str, Field(description="its dotted name, such as latency_s.p99")]
    points: Annotated[list[HistoryPoint], Field(description="of the commits that have it, oldest first")]


class HistoryCommit(TypedDict):
    """One commit, or one folder of which no commit is known."""

    name: Annotated[str, Field(description="what it is called: the commit's first letters, or the folder's name")]
    commit: Annotated[str | None, Field(description="the whole hash; null where it is not known")]
    made_unix_s: Annotated[float | None, Field(description="when the first of its documents was made, or null")]
    folders: Annotated[list[str], Field(description="where its documents are")]
    verdict: Annotated[Verdict | None, Field(description="the worst of its figures; null if nothing judged any")]


@with_config(STRICT)
class HistoryDocument(TypedDict):
    """Figures over many commits. Documents may grow: ignore keys that you do not know."""

    schema: Annotated[Literal["seslab/history/v1"], Field(description="which kind of document this is")]
    skipped: Annotated[list[str], Field(description="what was left out, because it could not be read, and why")]
    figures: Annotated[list[str], Field(description="those that are followed")]
    commits: Annotated[list[HistoryCommit], Field(description="oldest first")]
    series: Annotated[
        list[HistorySeries],
        Field(description="one for each scenario, world, sender and figure that is followed, or failed somewhere"),
    ]
