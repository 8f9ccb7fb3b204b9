"""Comparisons, gates and diffs as Markdown: whatever a name holds, a reader sees it, and the document stays whole."""

from __future__ import annotations

import json
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given
from markdown_it import MarkdownIt  # rich brings it
from markdown_it.tree import SyntaxTreeNode

from reports import files
from reports.compare import command
from reports.compare.markdown import markdown
from reports.compare.table import sentences, table
from reports.markdown import document, grid, items, text
from reports.running import experiment
from scenarios.errors import BadInput
from scenarios.measures.cost import load_prices
from sim.run import run
from tests.unit.entries import SCENARIO, comparison, entry, sent

NASTY = "a|b `c` <b>d</b> <!-- e --> *f* _g_ [h](i) ![j](k) # $l$ \\ &amp; ~~m~~ |"
OPENERS = st.sampled_from([NASTY, "- a", "+ a", "12. a", "3) a", "=", "> a", "a*b*c", "__a__b_"])
NAMES = st.one_of(OPENERS, st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20))


def parsed(source: str) -> SyntaxTreeNode:
    """As a reader of GitHub's Markdown sees it."""
    return SyntaxTreeNode(MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source))


def words_of(node: SyntaxTreeNode) -> str:
    """The text of a node, which must be nothing but text."""
    kinds = {inner.type for inner in node.walk() if not inner.children}
    assert kinds <= {"text", "inline"}, kinds
    return "".join(inner.content for inner in node.walk() if inner.type == "text")


def found(tree: SyntaxTreeNode, kind: str) -> list[SyntaxTreeNode]:
    """Every node of a kind."""
    return [node for node in tree.walk() if node.type == kind]


@given(cells=st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=3), said=NAMES)
def test_names_are_shown_as_they_are(cells: list[tuple[str, str]], said: str) -> None:
    """In a heading, in a table and in a list."""
    tree = parsed(document(f"### {text(said)} end", grid(["x", "y"], cells), items([f"{said} and {said}"])))
    assert [node.type for node in tree.children] == ["heading", "table", "bullet_list"]
    assert words_of(tree.children[0]) == f"{said} end"
    assert [words_of(cell) for cell in found(tree, "td")] == [cell for row in cells for cell in row]
    assert [words_of(item) for item in found(tree, "list_item")] == [f"{said} and {said}"]


def test_a_line_end_is_a_blank() -> None:
    """Nothing but one line is ever a name."""
    assert text("a\nb\r\n\tc") == "a b c"


def test_a_comparison_has_every_column_and_every_sentence() -> None:
    """The ranking as the widest terminal has it, and all that stands below it, under whatever name."""
    shown = comparison(entry("direct", sent(1, 2.0)), entry("heartbeat", sent(4, 5421.0)), replications=3)
    shown = {**shown, "scenario": NASTY}
    tree, sheet = parsed(markdown(shown)), table(shown)
    assert words_of(found(tree, "heading")[0]) == f"{NASTY} in sim, seed 1, means of 3 replications"
    assert [words_of(cell) for cell in found(tree, "th")] == [column.full_name for column in sheet.columns]
    assert [words_of(cell) for cell in found(tree, "td")] == [cell for row in sheet.rows for cell in row]
    assert [words_of(item) for item in found(tree, "list_item")] == sentences(shown)


def jobs_of(runner: experiment.Runner) -> experiment.Jobs:
    """One run of one strategy."""
    return experiment.jobs(runner, SCENARIO, ["direct"], 1, load_prices(), None)


def test_a_comparison_adds_its_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Behind what the file holds already."""
    path = tmp_path / "summary.md"
    path.write_text("before\n")
    assert command.compared(jobs_of(run), "sim", SCENARIO, command.Presented(None, True, path))
    assert path.read_text() == "before\n\n" + markdown(json.loads(capsys.readouterr().out))


def test_a_summary_that_cannot_be_written_is_told_before_the_first_run(tmp_path: Path) -> None:
    """Not after minutes of real time."""
    jobs = jobs_of(lambda *_: pytest.fail("a run was made"))
    with pytest.raises(BadInput, match=r"^--summary .*; name a file that can be written$"):
        command.compared(jobs, "sim", SCENARIO, command.Presented(None, True, tmp_path))
    files.refuse_unwritable("--summary", tmp_path / "new.md")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("before", ["", "Intro", "Intro\n", "<details>\n</details>\n", "Intro\n\n"])
def test_what_is_added_to_a_summary_is_a_part_of_its_own(tmp_path: Path, before: str) -> None:
    """Whatever the file ended with, what comes after is read as if it stood alone."""
    path = tmp_path / "summary.md"
    path.write_text(before)
    files.append(path, "### A heading\n")
    assert [node.type for node in parsed(path.read_text()).children][-1] == "heading"
    assert path.read_text().startswith(before)
