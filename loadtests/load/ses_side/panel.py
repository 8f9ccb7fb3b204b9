"""The panel as a piece of HTML for the top of a page: one that asks for news, or one that has all there is."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path

from loadtests.load.ses_side.points import SesSide
from scenarios.system.whole_files import write_text

ROOT = '<div id="root">'  # of Locust's own page, and of its report
NEWS = "seslab/ses"
"""Where a live panel asks, from where the page stands."""

LEFT = "seslab/left"
"""Whom it tells that it is closed."""


def with_panel(page: str, side: SesSide | None) -> str:
    """A page of Locust's with the panel above; without data it is a live one."""
    return page.replace(ROOT, f"{_panel(side)}{ROOT}", 1)


def add_to_report(path: Path, side: SesSide) -> None:
    """Locust's report gets the panel, where there is one."""
    if path.is_file():
        write_text(path, with_panel(path.read_text(encoding="utf-8"), side))


def _panel(side: SesSide | None) -> str:
    """What is in a script ends with no `<`, whatever a name holds."""
    data = json.dumps({"news": NEWS, "left": LEFT, "side": side}).replace("<", "\\u003c")
    return _template().replace("/* data */ null", data)


@cache
def _template() -> str:
    return files(__package__).joinpath("panel.html").read_text(encoding="utf-8")
