"""A calibration for people: a table of both worlds, and sentences that say what is outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.columns import Block, Column, Row, Sheet
from reports.documents.calibration import (
    CalibratedFigure,
    CalibratedStrategy,
    CalibrationDocument,
    FittedLatency,
    ReplacedSetting,
    UnfittedLatency,
)
from reports.units import alike, unit_of
from scenarios.formats.toml import toml_value
from strategies.presentation.words import counted

LABELS = {
    "makespan_s": "makespan",
    "goodput_per_s": "goodput",
    "latency_s.p50": "p50 latency",
    "latency_s.p95": "p95 latency",
    "latency_s.p99": "p99 latency",
    "peak_1s": "peak second",
    "calls.throttled": "throttled calls",
    "recipients.duplicated": "duplicates",
    "recipients.accepted": "accepted",
    "recipients.dead_lettered": "dead-lettered",
    "recipients.lost": "lost",
    "recipients.pending": "pending",
    "inbox_s.p50": "p50 to the inbox",
    "inbox_s.p95": "p95 to the inbox",
    "inbox_s.p99": "p99 to the inbox",
    "delivery.delivered": "in an inbox",
    "delivery.bounced": "bounced",
    "delivery.deferred": "deferred",
    "delivery.complained": "complaints",
}


def table(calibration: CalibrationDocument) -> Sheet:
    """A block of rows for each strategy; what is 0 in both worlds is left out."""
    columns = [Column(heading) for heading in ("figure", "real", "simulated", "verdict")]
    return Sheet(_title(calibration), columns, list(map(_block, calibration["strategies"])), _caption(calibration))


def _block(entry: CalibratedStrategy) -> Block:
    shown = {name: figure for name, figure in entry["figures"].items() if figure["real"] or any(_range(figure))}
    return Block([_row(name, figure) for name, figure in shown.items()], entry["strategy"])


def sentences(calibration: CalibrationDocument) -> list[str]:
    """What was replaced, one sentence on each strategy, and the laws of SES's latencies."""
    return [
        *(_replaced(change) for change in calibration["replaced"]),
        *(f"{entry['strategy']}: {_judgement(entry)}" for entry in calibration["strategies"]),
        *(f"{name}: {_law(fit)}" for name, fit in calibration["latency"].items()),
    ]


def _title(calibration: CalibrationDocument) -> str:
    return f"{calibration['scenario']}: {calibration['world']} against sim, seed {calibration['seed']}"


def _caption(calibration: CalibrationDocument) -> str:
    room, seeds = calibration["widened_by"], counted(calibration["seeds"], "seed")
    of_counts = f"of counts {100 * room['of_recipients']:g} % of the recipients"
    return "\n".join(
        (
            f"simulated: least and most of {seeds}",
            f"inside: at most {100 * room['of_figure']:g} % beyond them, or {of_counts}",
            "what is 0 in both worlds is left out",
        )
    )


def _row(name: str, figure: CalibratedFigure) -> Row:
    return [f"  {LABELS[name]}", *_sides(name, figure), figure["verdict"] or "-"]


def _range(figure: CalibratedFigure) -> Sequence[float]:
    return figure["simulated"] or []


def _sides(name: str, figure: CalibratedFigure) -> tuple[str, str]:
    """The real figure, and both ends of the simulated ones, or one number where they read alike."""
    real, *ends = alike((figure["real"], *_range(figure)))
    simulated, unit = " to ".join(dict.fromkeys(ends)), unit_of(name)
    return "-" if real == "-" else f"{real}{unit}", f"{simulated}{unit}" if simulated else "-"


def _replaced(change: ReplacedSetting) -> str:
    return (
        f"{change['strategy']}: judged with {change['setting']} = {change['used']} in both worlds, "
        f"instead of the scenario's {change['scenario']}"
    )


def _judgement(entry: CalibratedStrategy) -> str:
    if entry["no_verdict"]:
        return f"no verdict, because {entry['no_verdict']}"
    figures, outside = entry["figures"], list(_outside(entry))
    if not outside:
        return f"all {len(figures)} figures inside"
    return f"{len(figures) - len(outside)} of {len(figures)} figures inside; {'; '.join(outside)}"


def _outside(entry: CalibratedStrategy) -> Iterator[str]:
    for name, figure in entry["figures"].items():
        if figure["verdict"] == "outside":
            real, simulated = _sides(name, figure)
            yield f"{LABELS[name]} outside: real {real}, simulated {simulated}"


def _law(fit: FittedLatency | UnfittedLatency) -> str:
    scenario = f"the scenario has {toml_value(fit['scenario'])}"
    if fit["fitted"] is None:
        seen = f" from {counted(fit['calls'], 'call')}" if fit["calls"] else ""
        return f"nothing fitted{seen}: {fit['reason']}; {scenario}"
    goodness = f"{fit['method']}, Kolmogorov-Smirnov distance {fit['ks_distance']:.3f}"
    return f"{toml_value(fit['fitted'])} fits {counted(fit['calls'], 'call')} ({goodness}); {_sure(fit)}; {scenario}"


def _sure(fit: FittedLatency) -> str:
    if "intervals" not in fit:
        return "these calls are not of such a law, so that it has no interval"
    median, p99 = (" to ".join(alike(fit["intervals"][name])) for name in ("median_ms", "p99_ms"))
    return f"with 95 % the median is {median} ms and the p99 {p99} ms"
