"""The pictures of pages, taken by a browser into `docs/`: `python -m tests.docs.screenshots`, where Chromium is."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image

from seslab.app import run
from tests.docs.examples import ROOT
from tests.unit import browser
from tests.unit.played import played
from tests.unit.test_play_page import settle

PHONE, SCREEN = (390, 844), (1440, 900)
_ENTERED = """(one => {
  one.value = 60;
  one.dispatchEvent(new Event("change", {bubbles: true}));
})(document.querySelector('[data-path="account.max_send_rate_per_s"]'))"""
APART = 30  # pixels between two screens
SHOWN = {"#answer": False, "#figure-rate": False, "#figure-latency": True}
"""What stands at the top of each screen, and whether it is dark."""


def take(page: Path, folder: Path) -> Path:
    """Screens of a phone beside one another, each further down the page."""
    screens = []
    with browser.tab() as tab:
        tab.ask("Emulation.setScrollbarsHidden", hidden=True)  # as on a phone
        for number, (place, dark) in enumerate(SHOWN.items()):
            tab.show(*PHONE, dark=dark)
            tab.open(page)
            tab.value(f"document.querySelector('{place}').scrollIntoView()" if number else "scrollTo(0, 0)")
            tab.screenshot(folder / f"{number}.png")
            screens.append(Image.open(folder / f"{number}.png").convert("RGB"))
    return _beside(screens, folder / "report.png")


def take_play(folder: Path) -> Path:
    """The page of `seslab play` on a wide screen, after a change to what was pinned."""
    with played("broadcast-900") as server, browser.tab() as tab:
        tab.ask("Emulation.setScrollbarsHidden", hidden=True)
        tab.show(*SCREEN)
        tab.visit(server.url)
        for act in ("document.getElementById('pin').click()", _ENTERED):
            settle(tab)
            tab.value(act)
        settle(tab)
        tab.screenshot(folder / "play.png")
    with Image.open(folder / "play.png") as taken:
        taken.convert("RGB").save(folder / "play.png", optimize=True)
    return folder / "play.png"


def _beside(screens: list[Image.Image], path: Path) -> Path:
    """On a ground that is neither's."""
    width, height = PHONE
    whole = Image.new("RGB", (len(screens) * (width + APART) + APART, height + 2 * APART), "#C9D3DC")
    for number, screen in enumerate(screens):
        whole.paste(screen, (APART + number * (width + APART), APART))
    whole.save(path, optimize=True)
    return path


def main() -> None:
    """Bring the documentation's up to date."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(["compare", "broadcast-900", "--out", str(folder / "run")], "seslab")
        for taken in (take(folder / "run" / "report.html", folder), take_play(folder)):
            (ROOT / "docs" / taken.name).write_bytes(taken.read_bytes())


if __name__ == "__main__":
    main()
