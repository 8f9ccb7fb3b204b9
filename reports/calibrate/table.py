"""A calibration for people: a table of both worlds, and sentences that say what is outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.table import Table

from reports import words
from reports.calibrate.document import COUNTS
from scenarios.schema.toml import toml_value

Document = Mapping[str, Any]
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
}


def table(calibration: Document) -> Table:
    """A block of rows for each strategy; what is 0 in both worlds is left out."""
    grid = Table(
        box=box.SIMPLE_HEAD, title=_title(calibration), caption=_caption(calibration), padding=0, show_edge=False
    )
    grid.add_column("strategy", no_wrap=True)
    grid.add_column("figure", no_wrap=True)
    for heading in ("real", "simulated", "verdict"):
        grid.add_column(heading, justify="right", no_wrap=True)
    for entry in calibration["strategies"]:
        _add_rows(grid, entry)
    return grid


def sentences(calibration: Document) -> list[str]:
    """What was replaced, one sentence on each strategy, and the laws of SES's latencies."""
    return [
        *(_replaced(change) for change in calibration["replaced"]),
        *(f"{entry['strategy']}: {_judgement(entry)}" for entry in calibration["strategies"]),
        *(f"{name}: {_law(fit)}" for name, fit in calibration["latency"].items()),
    ]


def _title(calibration: Document) -> str:
    return f"{calibration['scenario']}: {calibration['world']} against sim, seed {calibration['seed']}"


def _caption(calibration: Document) -> str:
    room, seeds = calibration["widened_by"], words.counted(calibration["seeds"], "seed")
    beyond = (
        f"{100 * room['of_figure']:g} % beyond them, or of counts {100 * room['of_recipients']:g} % of the recipients"
    )
    return f"simulated: least and most of {seeds}; inside: at most\n{beyond};\nwhat is 0 in both worlds is left out"


def _add_rows(grid: Table, entry: Document) -> None:
    shown = {name: figure for name, figure in entry["figures"].items() if figure["real"] or any(_range(figure))}
    name_of_block = entry["strategy"]
    for place, (name, figure) in enumerate(shown.items(), start=1):
        simulated, verdict = _simulated(name, figure), figure["verdict"] or "-"
        row = (name_of_block, LABELS[name], _number(name, figure["real"]), simulated, verdict)
        grid.add_row(*row, end_section=place == len(shown))
        name_of_block = ""


def _range(figure: Document) -> list[float]:
    return figure["simulated"] or []


def _simulated(name: str, figure: Document) -> str:
    """Both ends, or one number where they read alike."""
    ends = [_number(name, value) for value in _range(figure)]
    return " to ".join(dict.fromkeys(ends)) or "-"


def _number(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    if name in COUNTS:
        return words.count(value)
    return f"{value:,.1f}/s" if name == "goodput_per_s" else _duration(value)


def _duration(seconds: float) -> str:
    """Three digits even of milliseconds: what is close to an edge should be seen to be on one side of it."""
    scale, unit = words.makespan_unit(seconds)
    return f"{words.in_unit(seconds, scale)} {unit}"


def _replaced(change: Document) -> str:
    return (
        f"{change['strategy']}: judged with {change['setting']} = {change['used']} in both worlds, "
        f"instead of the scenario's {change['scenario']}"
    )


def _judgement(entry: Document) -> str:
    if entry["no_verdict"]:
        return f"no verdict, because {entry['no_verdict']}"
    figures, outside = entry["figures"], list(_outside(entry))
    if not outside:
        return f"all {len(figures)} figures inside"
    return f"{len(figures) - len(outside)} of {len(figures)} figures inside; {'; '.join(outside)}"


def _outside(entry: Document) -> Iterator[str]:
    for name, figure in entry["figures"].items():
        if figure["verdict"] == "outside":
            real = _number(name, figure["real"])
            yield f"{LABELS[name]} outside: real {real}, simulated {_simulated(name, figure)}"


def _law(fit: Document) -> str:
    scenario = f"the scenario has {toml_value(fit['scenario'])}"
    if fit["fitted"] is None:
        seen = f" from {words.counted(fit['calls'], 'call')}" if fit["calls"] else ""
        return f"nothing fitted{seen}: {fit['reason']}; {scenario}"
    goodness = f"{fit['method']}, Kolmogorov-Smirnov distance {fit['ks_distance']:.3f}"
    return f"{toml_value(fit['fitted'])} fits {words.counted(fit['calls'], 'call')} ({goodness}); {scenario}"
