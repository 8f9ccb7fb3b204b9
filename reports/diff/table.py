"""Two runs side by side, for the terminal and for a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.table import Table

from reports.diff.document import changed
from reports.gate.markdown import grid
from reports.units import between, change, shown

Document = Mapping[str, Any]
HEADINGS = ("figure", "A", "B", "difference", "95 % interval")


def table(diff: Document) -> Table:
    """A block for each pair of strategies; figures that are the same in both are left out."""
    view = Table(box=box.SIMPLE_HEAD, title=_title(diff), caption=_caption(diff), padding=0, show_edge=False)
    for heading in HEADINGS:
        view.add_column(heading, justify="left" if heading == "figure" else "right", no_wrap=True)
    for strategy in diff["strategies"]:
        rows = list(rows_of(strategy))
        view.add_row(name_of(strategy) if rows else f"{name_of(strategy)}: the same", end_section=not rows)
        for number, row in enumerate(rows, start=1):
            view.add_row(f"  {row[0]}", *row[1:], end_section=number == len(rows))
    return view


def rows_of(strategy: Document) -> Iterator[list[str]]:
    """A figure, A, B, the difference and its interval."""
    for one in changed(strategy):
        name = one["figure"]
        moved = change(name, one["a"], one["difference"])
        yield [name, shown(name, one["a"]), shown(name, one["b"]), moved, between(name, one["interval"])]


def sentences(diff: Document) -> list[str]:
    """What became of the same mails, what is the same, and what must be known of the runs."""
    said = [f"{name_of(strategy)}: {_said(strategy)}" for strategy in diff["strategies"]]
    return [*said, *(f"note: {note}" for note in diff["notes"])]


def markdown(diff: Document) -> str:
    """Headings, a table for each pair, sentences."""
    blocks = [f"### A: {_run(diff['a'])}; B: {_run(diff['b'])}"]
    for strategy in diff["strategies"]:
        rows = list(rows_of(strategy))
        blocks += [f"**{name_of(strategy)}**: {_said(strategy)}", *([grid(HEADINGS, rows)] if rows else [])]
    notes = "\n".join(f"- {note}" for note in diff["notes"])
    return "\n\n".join(block for block in (*blocks, _caption(diff), notes) if block) + "\n"


def name_of(strategy: Document) -> str:
    """One name, or both where they differ."""
    return strategy["a"] if strategy["a"] == strategy["b"] else f"{strategy['a']} (A), {strategy['b']} (B)"


def _said(strategy: Document) -> str:
    same = len(strategy["figures"]) - len(list(changed(strategy)))
    return f"{_mails(strategy['same_mails'])}; {same} of {len(strategy['figures'])} figures are the same"


def _mails(mails: Mapping[str, Any]) -> str:
    if "why" in mails:
        return f"{mails['why']}, so only figures compare"
    both = f"both accepted {mails['mails']:,} of the same {mails['asked']:,} mails"
    if "mean_s" not in mails:
        return both
    if not mails["later"] and not mails["sooner"]:
        return f"{both}, at the same instants"
    word, band = "later" if mails["mean_s"] > 0 else "sooner", between("latency_s.mean", mails["interval"])
    moved = f"{mails['later']:,} later, {mails['sooner']:,} sooner"
    return f"{both}; B did so {abs(mails['mean_s']):.4g} s {word} on average ({band}): {moved}"


def _title(diff: Document) -> str:
    return f"A: {_run(diff['a'])}\nB: {_run(diff['b'])}"


def _run(run: Mapping[str, Any]) -> str:
    many = "" if run["replications"] == 1 else f", {run['replications']} replications"
    return f"{run['scenario']} in {run['world']}, seed {run['seed']}{many}"


def _caption(diff: Document) -> str:
    kinds = {one["by"] for strategy in diff["strategies"] for one in strategy["figures"]} - {None}
    if not kinds:
        return "difference: B - A; a figure of a single run has no interval"
    return f"difference: B - A; intervals over {', '.join(sorted(kinds))}"
