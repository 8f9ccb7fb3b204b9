"""Help on every terminal: whole words in lines that fit, and nothing offered that no room knows."""

from __future__ import annotations

from collections import Counter
from typing import Any, get_args

import pytest
import typer

from reports.schemas import DOCUMENTS
from scenarios.entry import USERS
from scenarios.schema.accounts.account import LimiterHypothesis
from seslab import worlds
from seslab.app import CONTEXT, app
from seslab.commands import listings
from seslab.commands.deciding import compare, track
from seslab.commands.sending import loadtest, serve
from seslab.front_page import COMMANDS, front_page
from seslab.help_page import OPTIONS, page, summary

ROOT: Any = typer.main.get_command(app)
PAGES = ("seslab", *ROOT.commands)
NARROW, USUAL, WIDE = 58, 78, 98


def laid_out(name: str, width: int) -> str:
    """A page in lines of so many columns."""
    if name == "seslab":
        return front_page(width)
    return page(ROOT.commands[name], typer.Context(ROOT.commands[name], info_name=name, **CONTEXT), width)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [NARROW, USUAL, WIDE])
def test_every_word_of_a_page_is_whole_and_in_sight(name: str, width: int) -> None:
    """No line is wider than it may be, and the words are those of a page without any need to break its lines."""
    text = laid_out(name, width)
    assert max(map(len, text.splitlines())) <= width
    assert Counter(text.replace(" \\\n", "\n").split()) == Counter(laid_out(name, 1000).split())


@pytest.mark.parametrize("name", ["seslab", *(f"seslab {name}" for name in ROOT.commands)])
def test_help_is_asked_for_in_short_too(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The same page, which names both spellings."""
    shown = []
    for spelling in ("-h", "--help"):
        app([*name.split()[1:], spelling], prog_name="seslab", standalone_mode=False)
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]
    assert "-h, --help" in shown[0]


def test_the_first_page_has_each_command_and_its_summary_under_its_topic() -> None:
    """On a usual terminal in a line each, in the order in which they are declared; and it has the options that work."""
    sections = dict(part.split(":\n", 1) for part in laid_out("seslab", USUAL).split("\n\n") if ":\n" in part)
    assert list(sections) == [*COMMANDS, "Options", "Example"]
    for topic, commands in COMMANDS.items():
        shown = [line.split() for line in sections[topic].splitlines()]
        assert shown == [f"{name} {summary(ROOT.commands[name])}".split() for name in commands]
    options = ROOT.get_params(typer.Context(ROOT, **CONTEXT))
    assert list(OPTIONS) == [", ".join(sorted(one.opts, key=len)) for one in options]


def test_what_options_offer_is_what_the_rooms_know() -> None:
    """The words that help and completion show are written where they are light to import; the rooms decide."""
    kinds, admissions = (get_args(LimiterHypothesis.model_fields[name].annotation) for name in ("kind", "admission"))
    assert (kinds, admissions, USERS) == (serve.LIMITERS, serve.ADMISSIONS, loadtest.USERS)
    assert set(compare.WORLDS) == {*worlds.RUNS, "aws"}
    assert tuple(worlds.TRACKERS) == track.WORLDS
    assert listings.DOCUMENTS == DOCUMENTS
