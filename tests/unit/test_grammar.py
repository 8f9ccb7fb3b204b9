"""How words become a command: two words, spellings of old, and options that travel together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

from scenarios.errors import BadInput
from seslab.app import app, run
from seslab.spread import spread

ROOT: Any = typer.main.get_command(app)


def read(line: str) -> tuple[str, list[str]]:
    """The command that is meant, and the words that are left for it."""
    name, _, rest = ROOT.resolve_command(typer.Context(ROOT, info_name="seslab"), line.split())
    return name, rest


@pytest.mark.parametrize(
    ("line", "name", "rest"),
    [
        ("gate update small.toml", "gate update", ["small.toml"]),
        ("gate ./update", "gate", ["./update"]),
        ("gate small.toml update", "gate", ["small.toml", "update"]),
        ("loadtest worker", "loadtest worker", []),
        ("loadtest ./worker --master", "loadtest", ["./worker", "--master"]),
        ("compare update", "compare", ["update"]),
    ],
)
def test_two_words_name_a_command_where_there_is_one(
    capsys: pytest.CaptureFixture[str], line: str, name: str, rest: list[str]
) -> None:
    """Only as the first two; a file of such a name is reached by its path. Nothing is said about it."""
    assert read(line) == (name, rest)
    assert capsys.readouterr() == ("", "")


def test_a_first_word_that_is_no_command_shows_those_that_it_begins(capsys: pytest.CaptureFixture[str]) -> None:
    """Alone or with a call for help; another second word is bad input that names the nearest."""
    for words in (["suppression"], ["suppression", "--help"]):
        assert run(words, "seslab") == 0
        shown = capsys.readouterr().out
        assert [line.split()[1] for line in shown.splitlines() if line.startswith("  suppression ")] == [
            *("list", "add", "remove", "undo")
        ]
    with pytest.raises(BadInput, match=r"unknown command suppression 'ad', did you mean 'add'\?"):
        run(["suppression", "ad", "me@example.org"], "seslab")


@pytest.mark.parametrize(
    ("old", "name", "now"),
    [
        ("gate a.toml --update --reason x", "gate update", "seslab gate update a.toml --reason x"),
        ("loadtest --worker", "loadtest worker", "seslab loadtest worker"),
        ("loadtest --master-port 1 --worker", "loadtest worker", "seslab loadtest worker --master-port 1"),
    ],
)
def test_an_old_spelling_works_and_says_what_to_type_now(
    capsys: pytest.CaptureFixture[str], old: str, name: str, now: str
) -> None:
    """In one line on standard error; what it says is read as the same, in silence."""
    meant = read(old)
    assert meant[0] == name
    out, err = capsys.readouterr()
    assert (out, err.partition(": ")[2].partition(": ")[2]) == ("", f"{now}\n")
    assert read(now.removeprefix("seslab ")) == meant
    assert capsys.readouterr() == ("", "")


@dataclass(frozen=True)
class Paint:
    """Options that belong together."""

    colour: Annotated[str, typer.Option("--colour", "-c")] = "red"
    coats: Annotated[int, typer.Option(min=1)] = 1
    also: Annotated[list[str] | None, typer.Option()] = None


def test_a_dataclass_is_asked_for_field_by_field() -> None:
    """Its fields are options with their own names, bounds and defaults, between those declared around it."""
    given: list[object] = []

    def command(wall: str, *, first: bool = False, paint: Paint, last: int = 0) -> None:
        given.append((wall, first, paint, last))

    painter = typer.Typer()
    painter.command()(spread(command))
    parameters = [one.name for one in typer.main.get_command(painter).params]
    assert parameters[:6] == ["wall", "first", "colour", "coats", "also", "last"]
    for line in ("north", "south -c blue --coats 2 --also x --also y --last 3 --first"):
        assert CliRunner().invoke(painter, line.split()).exit_code == 0
    assert CliRunner().invoke(painter, ["north", "--coats", "0"]).exit_code == 2
    assert given == [("north", False, Paint(), 0), ("south", True, Paint("blue", 2, ["x", "y"]), 3)]
