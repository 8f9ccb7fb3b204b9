"""Two runs side by side, for the terminal and for a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from reports.columns import Block, Column, Row, Sheet
from reports.diff.document import changed, how_often
from reports.documents.diff import DiffDocument, DiffRun, DiffStrategy, NotTheSameMails, SameMails
from reports.markdown import document, grid, items, text
from reports.statistics.medians import LEAST, LEAST_OF_EACH
from reports.units import between, side_by_side

MOST_KEYS = 12  # that differ; two scenarios may have nothing in common
FEW = (
    "too few replications or rounds for intervals: "
    f"these need {LEAST} of each under the same seeds, {LEAST_OF_EACH} of each otherwise"
)
COLUMNS = (Column("figure"), Column("A"), Column("B"), Column("difference"), Column("95 % interval", falls=1))


def table(diff: DiffDocument) -> Sheet:
    """A block for each pair of strategies; figures that are the same in both are left out."""
    return Sheet(_title(diff), COLUMNS, [_block(strategy) for strategy in diff["strategies"]], _caption(diff))


def _block(strategy: DiffStrategy) -> Block:
    rows = [(f"  {name}", *numbers) for name, *numbers in rows_of(strategy)]
    return Block(rows, name_of(strategy) if rows else f"{name_of(strategy)}: the same")


def rows_of(strategy: DiffStrategy) -> Iterator[Row]:
    """A figure, A, B, the difference and its interval."""
    for one in changed(strategy):
        name = one["figure"]
        yield [name, *side_by_side(name, one["a"], one["b"], one["difference"], one["interval"])]


def sentences(diff: DiffDocument) -> list[str]:
    """What became of the same mails, what is the same, and what must be known of the runs."""
    said = [f"{name_of(strategy)}: {said_of(strategy)}" for strategy in diff["strategies"]]
    return [*said, *(f"note: {note}" for note in diff["notes"])]


def markdown(diff: DiffDocument) -> str:
    """Headings, a table for each pair, sentences."""
    heading = f"A: {run_line(diff['a'])}; B: {run_line(diff['b'])}"
    blocks = [f"### {text(heading)}", items(asked_otherwise(diff))]
    for strategy in diff["strategies"]:
        rows = list(rows_of(strategy))
        said = f"**{text(name_of(strategy))}**: {text(said_of(strategy))}"
        blocks += [said, *([grid([column.full_name for column in COLUMNS], rows)] if rows else [])]
    return document(*blocks, text(_caption(diff)), items(diff["notes"]))


def name_of(strategy: DiffStrategy, letter: str = "B") -> str:
    """One name, or that in A and in the run of that letter where they differ."""
    return strategy["a"] if strategy["a"] == strategy["b"] else f"{strategy['a']} (A), {strategy['b']} ({letter})"


def said_of(strategy: DiffStrategy, letter: str = "B") -> str:
    """What became of the same mails in the run of that letter, and how many figures are the same."""
    same = len(strategy["figures"]) - len(list(changed(strategy)))
    return f"{_mails(strategy['same_mails'], letter)}; {same} of {len(strategy['figures'])} figures are the same"


def _mails(mails: SameMails | NotTheSameMails, letter: str) -> str:
    if "why" in mails:
        return f"{mails['why']}, so only figures compare"
    both = f"both accepted {mails['mails']:,} of the same {mails['asked']:,} mails"
    if "mean_s" not in mails:
        return both
    if not mails["later"] and not mails["sooner"]:
        return f"{both}, at the same instants"
    word, band = "later" if mails["mean_s"] > 0 else "sooner", between("latency_s.mean", mails["interval"])
    moved = f"{mails['later']:,} later, {mails['sooner']:,} sooner"
    return f"{both}; {letter} did so {abs(mails['mean_s']):.4g} s {word} on average ({band}): {moved}"


def _title(diff: DiffDocument) -> str:
    return "\n".join((f"A: {run_line(diff['a'])}", f"B: {run_line(diff['b'])}", *asked_otherwise(diff)))


def asked_otherwise(diff: DiffDocument) -> list[str]:
    """A line for each key of the scenarios that differs, so that figures are not read without it."""
    shown = [f"{one['key']}: {one['a'] or '-'} \u2192 {one['b'] or '-'}" for one in diff["changed"][:MOST_KEYS]]
    left = len(diff["changed"]) - len(shown)
    return [*shown, *([f"and {left} more keys, which --json names"] if left else [])]


def run_line(run: DiffRun) -> str:
    """Where it is kept, what was run, where, and how often."""
    many = "" if run["replications"] == 1 else f", {how_often(run)}"
    return f"{run['folder']}: {run['scenario']} in {run['world']}, seed {run['seed']}{many}"


def _caption(diff: DiffDocument) -> str:
    kinds = {by for strategy in diff["strategies"] for one in strategy["figures"] if (by := one["by"])}
    if not kinds:
        return f"difference: B - A; {FEW}"
    return f"difference: B - A, of the means; interval: of the median, over {', '.join(sorted(kinds))}"
