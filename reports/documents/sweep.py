"""The sweep document: what a figure is where keys of a scenario vary. Schema `seslab/sweep/v1`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NotRequired

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reports.documents.reading import STRICT

SCHEMA: Final = "seslab/sweep/v1"
SweptValue = bool | int | float | str


class SweptDimension(TypedDict):
    """What was varied."""

    key: Annotated[str, Field(description="a key of the scenario, a contender's setting, or limiter")]
    values: Annotated[list[SweptValue], Field(description="the values of a grid, in their order; of a sample none")]
    low: Annotated[float | None, Field(description="the least value of a range; null of a list")]
    high: Annotated[float | None, Field(description="the greatest value of a range; null of a list")]


class SweptCell(TypedDict):
    """A contender at a point, over its seeds."""

    contender: Annotated[str, Field(description="its name")]
    values: Annotated[list[SweptValue], Field(description="of the dimensions, in their order")]
    runs: Annotated[int, Field(description="how many were made")]
    incomplete_runs: Annotated[int, Field(description="of those, in which some mail was not accepted")]
    met_runs: Annotated[int | None, Field(description="of those, that met all thresholds; null where there are none")]
    median: Annotated[
        float | None, Field(description="of the figure; null if a run has none, or it is infinite in most")
    ]
    least: Annotated[float | None, Field(description="the least of the runs that have one")]
    greatest: Annotated[float | None, Field(description="the greatest of the runs that have one")]
    command: Annotated[str, Field(description="what makes its first run again")]


class SweptEffect(TypedDict):
    """How a dimension goes with the figure, over all points."""

    contender: Annotated[str, Field(description="of whom")]
    key: Annotated[str, Field(description="the dimension")]
    rank_correlation: Annotated[
        float | None, Field(description="Spearman's, from -1 to 1; null of words, or where nothing differs")
    ]


class SobolIndex(TypedDict):
    """How much of the variance of the figure an assumption makes."""

    contender: Annotated[str, Field(description="of whom")]
    key: Annotated[str, Field(description="the assumption")]
    first: Annotated[float, Field(description="the share that it makes alone")]
    first_margin: Annotated[float, Field(description="half of the 95 % interval of that")]
    total: Annotated[float, Field(description="the share that would be left if all others were known")]
    total_margin: Annotated[float, Field(description="half of the 95 % interval of that")]


class SweptSpan(TypedDict):
    """Between what the figure lies over all points, whatever is assumed."""

    contender: Annotated[str, Field(description="of whom")]
    least: Annotated[float, Field(description="the least median of a point's seeds")]
    greatest: Annotated[float, Field(description="the greatest")]
    median: Annotated[float, Field(description="the median over all points")]


@with_config(STRICT)
class SweepDocument(TypedDict):
    """A figure where keys of a scenario vary. Documents may grow: ignore keys that you do not know."""

    schema: Annotated[Literal["seslab/sweep/v1"], Field(description="which kind of document this is")]
    scenario: Annotated[str, Field(description="the scenario's name")]
    design: Annotated[
        Literal["grid", "sample", "sobol"],
        Field(description="all combinations, a Latin hypercube, or the points that Sobol indices need"),
    ]
    seed: Annotated[int, Field(description="the first seed, and that of a sample")]
    replications: Annotated[int, Field(description="runs of each contender at each point, seeds counting up")]
    figure: Annotated[str, Field(description="what is shown")]
    dimensions: Annotated[list[SweptDimension], Field(description="what was varied")]
    contenders: Annotated[list[str], Field(description="in their order")]
    runs: Annotated[int, Field(description="that there should be")]
    runs_made: Annotated[int, Field(description="that there are; fewer if it was interrupted")]
    cells: Annotated[list[SweptCell], Field(description="point by point, contender by contender; of sobol none")]
    effects: Annotated[list[SweptEffect], Field(description="only of a sample, or of three dimensions and more")]
    sensitivity: NotRequired[Annotated[list[SobolIndex], Field(description="only of sobol")]]
    spans: NotRequired[Annotated[list[SweptSpan], Field(description="only of sobol, of those that have indices")]]
    notes: Annotated[list[str], Field(description="what a reader should know besides")]
