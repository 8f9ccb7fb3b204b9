"""The calibration document: the simulator against a real run. Schema `seslab/calibration/v1`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NotRequired, final

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reports.documents.comparison import AccountTable, FaultTable
from reports.documents.reading import STRICT
from scenarios.entry import Interval, Setting, SettingsTable

SCHEMA: Final = "seslab/calibration/v1"
Law = dict[str, float]
"""A latency as a scenario names it, its parameters in milliseconds."""


class Widening(TypedDict):
    """By how much the range of the simulations is widened before the real run is judged."""

    of_recipients: Annotated[float, Field(description="for counts: share of the submitted recipients")]
    of_figure: Annotated[float, Field(description="for times and rates: share of the figure itself")]


class ReplacedSetting(TypedDict):
    """What both worlds ran otherwise than the scenario says."""

    strategy: Annotated[str, Field(description="whose setting")]
    setting: Annotated[str, Field(description="its name")]
    scenario: Annotated[Setting, Field(description="its value in the scenario")]
    used: Annotated[Setting, Field(description="its value in both worlds")]


@final
class LognormalTable(TypedDict):
    """A lognormal latency."""

    median_ms: Annotated[float, Field(description="milliseconds that half of the latencies stay at or below")]
    p99_ms: Annotated[float, Field(description="milliseconds that 99 % of the latencies stay at or below")]


@final
class LognormalIntervals(TypedDict):
    """Where both figures of the law of all calls lie with 95 %, in milliseconds."""

    median_ms: Annotated[Interval, Field(description="of the median")]
    p99_ms: Annotated[Interval, Field(description="of the p99")]


@final
class FittedLatency(TypedDict):
    """A law that the real calls suggest."""

    scenario: Annotated[Law, Field(description="the scenario's own law")]
    calls: Annotated[int, Field(description="calls that the fit rests on")]
    fitted: Annotated[LognormalTable, Field(description="the law that they suggest")]
    method: Annotated[str, Field(description="how it was fitted")]
    ks_distance: Annotated[
        float, Field(description="Kolmogorov-Smirnov distance of the calls from the law: 0 is perfect, 1 the worst")
    ]
    intervals: NotRequired[
        Annotated[
            LognormalIntervals,
            Field(description="of the law, 95 %; absent where the calls are further from it than chance takes them"),
        ]
    ]


@final
class UnfittedLatency(TypedDict):
    """No law could be fitted."""

    scenario: Annotated[Law, Field(description="the scenario's own law")]
    calls: Annotated[int, Field(description="calls that there were to fit")]
    fitted: Annotated[None, Field(description="there is none")]
    reason: Annotated[str, Field(description="why")]


class CalibratedFigure(TypedDict):
    """One figure in both worlds."""

    real: Annotated[float | None, Field(description="of the real run; null if there is none")]
    simulated: Annotated[Interval | None, Field(description="least and most of the simulations; null if none has it")]
    verdict: Annotated[
        Literal["inside", "outside"] | None, Field(description="whether the real one is inside; null without a verdict")
    ]


class CalibratedStrategy(TypedDict):
    """One strategy in both worlds."""

    strategy: Annotated[str, Field(description="its name")]
    settings: Annotated[SettingsTable, Field(description="its settings, every default filled in")]
    submitted: Annotated[float, Field(description="recipients of the real run")]
    harness_lag_s: Annotated[
        float, Field(description="seconds that the event loop of the real run woke late, 99th percentile")
    ]
    no_verdict: Annotated[str | None, Field(description="why there is no verdict; null if there is one")]
    figures: Annotated[dict[str, CalibratedFigure], Field(description="by dotted name, such as latency_s.p99")]
    digest: Annotated[str, Field(description="SHA-256 over the real run's ledger")]


@with_config(STRICT)
class CalibrationDocument(TypedDict):
    """The simulator against a real run. Documents may grow: ignore keys that you do not know."""

    schema: Annotated[Literal["seslab/calibration/v1"], Field(description="which kind of document this is")]
    scenario: Annotated[str, Field(description="the scenario's name")]
    world: Annotated[str, Field(description="where it ran for real: moto, ministack or aws")]
    seed: Annotated[int, Field(description="of the real run and of the first simulation")]
    seeds: Annotated[int, Field(description="simulations of each strategy; all send the real run's mails")]
    widened_by: Annotated[Widening, Field(description="room on both sides of the simulations' range")]
    account: Annotated[AccountTable, Field(description="what SES allowed")]
    faults: Annotated[list[FaultTable], Field(description="what went wrong, and when")]
    replaced: Annotated[list[ReplacedSetting], Field(description="what was run otherwise than the scenario says")]
    latency: Annotated[
        dict[str, FittedLatency | UnfittedLatency], Field(description="a fit for each of ses_send and ses_throttle")
    ]
    strategies: Annotated[list[CalibratedStrategy], Field(description="one entry each, in the order in which they ran")]
