"""What is printed on terminals and into pipes."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from reports import terminal
from reports.columns import Block, Column, Sheet
from reports.markdown import text

SENTENCE = "note: [strategies.heartbeat] has a [bold]name[/bold] :smile: of its own, and " + "many words " * 20 + "end"
SHEET = Sheet("title [red]", [Column("name"), Column("much", falls=1)], [Block([["[b]x[/b]", "1" * 120]])])


@pytest.fixture
def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of eighty columns, without colour."""
    for name, value in {"TTY_COMPATIBLE": "1", "TERM": "dumb", "COLUMNS": "80", "LINES": "25"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever width the shell around it has."""
    monkeypatch.setenv("TTY_COMPATIBLE", "0")
    monkeypatch.setenv("COLUMNS", "80")


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """A table, a sentence and a list."""
    terminal.present({}, False, SHEET, [SENTENCE])
    terminal.listing([("a", SENTENCE)])
    return capsys.readouterr().out.splitlines()


@pytest.mark.usefixtures("in_a_pipe")
def test_in_a_pipe_each_row_and_each_sentence_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """So that grep finds it, whole and with every column; what looks like markup is a name."""
    assert printed(capsys)[3:] == [f"[b]x[/b] {'1' * 120}", "", SENTENCE, f"a  {SENTENCE}"]


@pytest.mark.usefixtures("in_a_pipe")
def test_what_would_steer_the_terminal_is_spelt_out(capsys: pytest.CaptureFixture[str]) -> None:
    """A name that a document brings neither colours, nor turns around, nor begins a line of its own."""
    name = "a\x1b[31m\u202e\x9b\nb"
    sheet = Sheet(f"{name} in sim", SHEET.columns, [Block([[name, "1"], ["plain", "2"]], name)], name)
    terminal.present({}, False, sheet, [f"{name}: all"])
    lines = capsys.readouterr().out.splitlines()
    assert all(line.isprintable() for line in lines)
    assert [line for line in lines if line.endswith((" 1", " 2", "all"))] == [
        r"a\x1b[31m\u202e\x9b\nb    1", f"{'plain':<22}    2", r"a\x1b[31m\u202e\x9b\nb: all",
    ]  # fmt: skip
    assert text("\u202ea") == r"\\u202ea"


@pytest.mark.usefixtures("on_a_terminal")
def test_on_a_terminal_lines_end_between_words(capsys: pytest.CaptureFixture[str]) -> None:
    """At its width; nothing is lost but the column that the caption names."""
    lines = printed(capsys)
    assert max(map(len, lines)) <= 80
    assert [line.strip() for line in lines[:4]] == ["title [red]", "name", "─" * 8, "[b]x[/b]"]
    assert "not shown at 80 columns: much" in lines
    assert " ".join(" ".join(lines).split()).count(" ".join(SENTENCE.split())) == 2


@pytest.mark.usefixtures("on_a_terminal")
def test_messages_are_broken_like_sentences(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error, with every bracket that they have."""
    monkeypatch.setattr(terminal, "err", Console(stderr=True))
    terminal.tell(SENTENCE)
    said = capsys.readouterr()
    assert said.out == ""
    assert max(map(len, said.err.splitlines())) <= 80
    assert said.err.split() == SENTENCE.split()


def test_json_takes_no_notice_of_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """The document, and nothing else."""
    document: dict[str, Any] = {"name": SENTENCE}
    terminal.present(document, True, SHEET, [SENTENCE])
    assert capsys.readouterr().out == terminal.to_json(document)
