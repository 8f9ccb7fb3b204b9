"""Tables, sentences and lists on terminals of any width: nothing is cut, and what falls away falls in its order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, cast

import hypothesis.strategies as st
import pytest
from hypothesis import assume, given
from rich.cells import cell_len

from reports import prose
from reports.columns import Block, Column, Sheet
from reports.compare.table import table
from reports.layout import laid_out
from reports.listing import listed
from reports.prose import broken
from scenarios.entry import StrategyEntry
from tests.unit.entries import comparison, entry, sent

NARROWEST, WIDEST = 40, 220
"""Columns; what is narrower than the first need not hold the longest name beside a number."""


def fates(submitted: int, accepted: int) -> dict[str, int]:
    """What was not accepted was lost."""
    lost = submitted - accepted
    others = {"dead_lettered": 0, "pending": 0, "duplicated": 12}
    return {"submitted": submitted, "accepted": accepted, "lost": lost, **others}


def huge() -> StrategyEntry:
    """Half a million mails over a week, in a strategy whose name has thirty letters, with margins."""
    recipients = fates(1_234_567, 1_234_000)
    latency_s = {"p50": 123_456.7, "p99": 604_799.9}
    figures: dict[str, Any] = {"makespan_s": 604_800.0, "peak_1s": 12_345, "cost_per_million_usd": 1_234.5, "ci95": {}}
    figures |= {"ci95": {"makespan_s": [604_000.0, 605_600.0]}, "efficiency": None}
    calls = entry("direct", sent(4, 2.0))["calls"] | {"throttled": 9_876_543}
    named = entry("the-strategy-of-another-family", sent(4, 2.0))
    return cast("StrategyEntry", {**named, **figures, "recipients": recipients, "latency_s": latency_s, "calls": calls})


COMPARISONS = {
    "two of the house": comparison(*(entry(name, sent(4, 2.0)) for name in ("direct", "lambda-concurrency"))),
    "huge numbers": comparison(huge(), entry("direct", sent(0, 1.0)), entry("heartbeat", sent(4, 0.0004))),
    "brackets": comparison(entry("[bold]x[/bold]", sent(4, 2.0)), entry(":smile:", sent(4, 2.0))),
    "wide letters": comparison(entry("広告", sent(4, 2.0)), entry("x", sent(1, 2.0))),
}
SHEETS = {name: table(shown) for name, shown in COMPARISONS.items()}
sheets = pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)


def lines_of(sheet: Sheet, width: int) -> list[str]:
    """As they are printed."""
    return [line.plain for line in laid_out(sheet, width)]


@sheets
def test_no_line_is_wider_than_the_terminal(sheet: Sheet) -> None:
    """Down to forty columns, whatever the numbers and the names."""
    for width in range(NARROWEST, WIDEST):
        assert max(map(cell_len, lines_of(sheet, width))) <= width


@sheets
def test_every_cell_of_a_shown_column_is_whole(sheet: Sheet) -> None:
    """Rows are told apart by their names; each has all its numbers, in their order, at every width from 20 on."""
    for width in range(20, WIDEST):
        shown, kept = lines_of(sheet, width), sheet.kept_within(width)
        for row in sheet.rows:
            if kept is not None:
                assert " ".join(row[number] for number in kept) in [" ".join(line.split()) for line in shown]
            else:
                at = shown.index(" ".join(row[:2]))
                names = (column.full_name for column in sheet.columns[2:])
                expected = " ".join(f"{name} {value}" for name, value in zip(names, row[2:], strict=True)).split()
                assert " ".join(shown[at + 1 :]).split()[: len(expected)] == expected


@sheets
def test_columns_fall_away_in_their_order_and_no_earlier_than_they_must(sheet: Sheet) -> None:
    """What is missing is always the beginning of one list, and one column more would be too wide."""
    order = sorted((n for n, column in enumerate(sheet.columns) if column.falls), key=lambda n: sheet.columns[n].falls)
    assert order
    every = set(range(len(sheet.columns)))
    for width in range(20, WIDEST):
        kept = sheet.kept_within(width)
        gone = order if kept is None else sorted(every - set(kept), key=order.index)
        assert gone == order[: len(gone)]
        if gone:
            wider = sorted(every - set(gone[:-1]))
            assert sum(sheet.widths[number] for number in wider) + len(wider) - 1 > width


@sheets
def test_the_caption_names_what_is_missing(sheet: Sheet) -> None:
    """And the width at which nothing is; where all is shown, or the rows are stacked, it names nothing."""
    for width in range(20, WIDEST):
        text, kept = " ".join(" ".join(lines_of(sheet, width)).split()), sheet.kept_within(width)
        gone = [] if kept is None else [one.name for n, one in enumerate(sheet.columns) if n not in kept]
        assert ("not shown at" in text) == bool(gone)
        if gone:
            assert f"not shown at {width} columns: {', '.join(gone)} {sheet.width} columns, or a pipe, show" in text
    assert sheet.kept_within(sheet.width) == list(range(len(sheet.columns)))


def test_numbers_end_below_one_another() -> None:
    """And names begin so, also in letters of double width."""
    lines = lines_of(SHEETS["wide letters"], 200)
    first, second = (next(line for line in lines if line.startswith(place)) for place in ("1 ", "2 "))
    assert cell_len(first) == cell_len(second)
    assert cell_len(first.partition("100 %")[0] + "100 %") == cell_len(second.partition(" 25 %")[0] + " 25 %")


def test_a_block_may_have_a_long_heading_and_no_rows() -> None:
    """The heading widens no column, and is broken between words like any sentence."""
    heading = "a scenario with a name of many words: a strategy: the same"
    sheet = Sheet("title", [Column("figure"), Column("A")], [Block([], heading), Block([["x", "1"]], heading)])
    assert sheet.width == len("figure A")
    assert " ".join(" ".join(lines_of(sheet, 20)).split()).count(heading) == 2
    assert lines_of(Sheet("title", sheet.columns, [Block([], "the same")]), 60) == ["title", "the same"]


UNITS = {"%", "ms", "s", "min", "h", "USD"}
WORDS = st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30), min_size=1)


@given(words=WORDS, width=st.integers(8, 120), indent=st.integers(0, 4))
def test_sentences_break_between_words(words: Sequence[str], width: int, indent: int) -> None:
    """All words are there, in order and whole; a line is wider than the terminal only if it is a single word."""
    assume(not UNITS & set(words))
    lines = broken(" " * indent + " ".join(words), width)
    assert [word for line in lines for word in line.split(" ") if word] == list(words)
    for line in lines:
        assert cell_len(line) <= width or len(line.split()) == 1
    assert all(cell_len(before) + cell_len(after.split()[0]) + 1 > width for before, after in pairwise(lines))


@pytest.mark.parametrize("width", range(8, 60))
def test_a_number_and_its_unit_stay_together(width: int) -> None:
    """Wherever a line ends."""
    for line in broken("all 900 accepted in 29.8 s, 97 % of the best; p50 736 ms and p99 10.0 min", width):
        assert not line.strip().startswith(("s,", "%", "ms", "min"))


@pytest.mark.parametrize("width", range(20, 140, 3))
def test_a_list_cuts_no_name(width: int) -> None:
    """A setting, its default and all words of its meaning, beside one another or below."""
    meanings = ["return only the refused mails of a batch to the queue", "mails in hand"]
    rows = [("  report_batch_item_failures", "true", meanings[0]), ("  workers", "64", meanings[1])]
    lines = list(listed(rows, width))
    said = " ".join(" ".join(lines).split())
    assert all(f"{name.strip()} {default}" in said for name, default, _ in rows)
    assert [word for word in said.split() if word in " ".join(meanings).split()] == " ".join(meanings).split()
    assert max(map(len, lines)) <= max(width, len(rows[0][0]) + 6)


def test_an_empty_list_is_empty() -> None:
    """No run has left a stack."""
    assert list(listed([], 80)) == []


def test_a_sentence_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it is, and however wide the lines: a pipe has no width, and texts of others no end."""
    measured: list[int] = []

    def measure(text: str) -> int:
        measured.append(len(text))
        return len(text)

    monkeypatch.setattr(prose, "cell_len", measure)
    sentence = " ".join(["word"] * 1000)
    assert prose.broken(sentence, 10**9) == [sentence]
    assert sum(measured) <= len(sentence)
