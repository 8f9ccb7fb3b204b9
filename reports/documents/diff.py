"""The diff document: stored runs side by side. Schema `seslab/diff/v1`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NotRequired, final

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reports.documents.reading import STRICT
from scenarios.entry import Interval

SCHEMA: Final = "seslab/diff/v1"
Seeds = Literal["the same seeds", "independent replications"]


class DiffRun(TypedDict):
    """One of the runs."""

    folder: Annotated[str, Field(description="where it was kept, as it was named")]
    scenario: Annotated[str, Field(description="the scenario's name")]
    world: Annotated[str, Field(description="where it ran")]
    seed: Annotated[int, Field(description="the seed of the first replication")]
    replications: Annotated[int, Field(description="runs of each strategy that were asked for")]
    rounds: NotRequired[Annotated[int, Field(description="only of a load test: they are rounds of its one seed")]]


class ChangedKey(TypedDict):
    """What the two runs were asked for otherwise."""

    key: Annotated[str, Field(description="dotted, as in a scenario, such as strategies.heartbeat.fill")]
    a: Annotated[str | None, Field(description="its value in A, as TOML writes it; null where there is none")]
    b: Annotated[str | None, Field(description="its value in B")]


class DiffFigure(TypedDict):
    """One figure of a pair of strategies."""

    figure: Annotated[
        str, Field(description="its dotted name, such as latency_s.p99; its unit is that of a comparison")
    ]
    a: Annotated[float | None, Field(description="its mean in A; null if there is none")]
    b: Annotated[float | None, Field(description="its mean in B; null if there is none")]
    difference: Annotated[float | None, Field(description="B - A; null if a side has no value")]
    interval: Annotated[
        Interval | None,
        Field(
            description="95 % interval of the median difference under the same seeds, else of the medians' difference; "
            "null for fewer than six pairs, or seven runs of each, or where a value is missing"
        ),
    ]
    by: Annotated[Seeds | None, Field(description="what the interval sets against what; null without an interval")]


class MailDelays(TypedDict, total=False):
    """By how much later B accepted the mails that both accepted; absent where there are not two of them."""

    mean_s: Annotated[float, Field(description="seconds, on average; negative if sooner")]
    interval: Annotated[Interval, Field(description="of that mean, 95 %")]
    median_s: Annotated[float, Field(description="seconds that half of the delays stay at or below")]
    later: Annotated[int, Field(description="mails that B accepted later")]
    sooner: Annotated[int, Field(description="mails that B accepted sooner")]


@final
class SameMails(MailDelays):
    """Both runs were asked for the same mails."""

    asked: Annotated[int, Field(description="how many")]
    mails: Annotated[int, Field(description="mails that both wholly accepted")]


@final
class NotTheSameMails(TypedDict):
    """The runs cannot be compared mail by mail."""

    why: Annotated[str, Field(description="the reason")]


class DiffStrategy(TypedDict):
    """A strategy of A, and what stands for it in B."""

    a: Annotated[str, Field(description="its name in A")]
    b: Annotated[str, Field(description="its name in B")]
    figures: Annotated[list[DiffFigure], Field(description="every figure, also those that are the same")]
    same_mails: Annotated[SameMails | NotTheSameMails, Field(description="mail by mail, by the ledgers that were kept")]


class FurtherDiff(TypedDict):
    """A further run beside A."""

    b: Annotated[DiffRun, Field(description="the run")]
    changed: Annotated[list[ChangedKey], Field(description="keys of the scenarios that differ from A's")]
    strategies: Annotated[list[DiffStrategy], Field(description="one entry for each pair with A")]
    notes: Annotated[list[str], Field(description="what a reader must know of it and of A")]


@with_config(STRICT)
class DiffDocument(TypedDict):
    """Runs side by side. Documents may grow: ignore keys that you do not know."""

    schema: Annotated[Literal["seslab/diff/v1"], Field(description="which kind of document this is")]
    a: Annotated[DiffRun, Field(description="the first run")]
    b: Annotated[DiffRun, Field(description="the second run")]
    changed: Annotated[list[ChangedKey], Field(description="keys of the scenarios that differ")]
    strategies: Annotated[list[DiffStrategy], Field(description="one entry for each pair")]
    notes: Annotated[list[str], Field(description="what a reader must know of the runs")]
    others: NotRequired[Annotated[list[FurtherDiff], Field(description="only of more than two runs: the further ones")]]
