"""The verification document: closed forms beside the simulator. Schema `seslab/verification/v1`."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reports.documents.reading import STRICT
from scenarios.entry import Interval

SCHEMA: Final = "seslab/verification/v1"


class Check(TypedDict):
    """One figure, measured beside what theory says of it."""

    what: Annotated[str, Field(description="which figure, and where")]
    unit: Annotated[str, Field(description="s or ns; empty for counts, shares and ratios")]
    least: Annotated[float | None, Field(description="the least that theory allows; null if it sets no end")]
    most: Annotated[float | None, Field(description="the most that theory allows; the same as least where it is exact")]
    measured: Annotated[
        float | None, Field(description="the figure, or its mean; null if a run had nothing to measure")
    ]
    interval: Annotated[
        Interval | None,
        Field(
            description="where the true figure lies, with confidence_each; of a single run as far as its clock tells"
        ),
    ]
    replications: Annotated[int, Field(description="runs that the figure is the mean of; 1 where chance has no say")]
    holds: Annotated[bool, Field(description="whether the interval has a figure that theory allows")]


class VerifiedLaw(TypedDict):
    """A law, and the checks of it."""

    law: Annotated[str, Field(description="its name")]
    about: Annotated[str, Field(description="what obeys it")]
    source: Annotated[str, Field(description="who found it, or the book that has it")]
    checks: Annotated[list[Check], Field(description="one for each figure")]


@with_config(STRICT)
class VerificationDocument(TypedDict):
    """Closed forms beside the simulator. Documents may grow: ignore keys that you do not know."""

    schema: Annotated[Literal["seslab/verification/v1"], Field(description="which kind of document this is")]
    seed: Annotated[int, Field(description="the first seed; those of replications count up from it")]
    replications: Annotated[int, Field(description="runs of each check in which chance has a say")]
    confidence: Annotated[float, Field(description="with which all intervals hold at once")]
    confidence_each: Annotated[float, Field(description="of each interval, so that all hold at once (Bonferroni)")]
    laws: Annotated[list[VerifiedLaw], Field(description="one entry each")]
    holds: Annotated[bool, Field(description="whether every check does")]
