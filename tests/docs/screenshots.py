"""The pictures of pages, taken by a browser into `docs/`: `python -m tests.docs.screenshots`, where Chromium is."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

import boto3
from botocore.config import Config
from PIL import Image

from seslab.app import run
from seslab.testing import local_ses
from tests.docs.examples import ROOT
from tests.unit import browser
from tests.unit.played import played
from tests.unit.test_play_page import settle

PHONE, SCREEN = (390, 844), (1440, 900)
NEWS = "<h1>The news of Monday</h1><p>Nothing is new, <b>and that is good news</b>.</p>"
SENDER = "news@example.com"
READERS = ["bounce@simulator.amazonses.com", *(f"reader{number}@example.org" for number in range(40))]
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
    return _opaque(folder / "play.png")


def take_inbox(folder: Path) -> Path:
    """The page of a local SES whose sender has just asked for more than it allows."""
    with local_ses(rate=14, burst=14) as ses, browser.tab() as tab:
        _send_newsletter()
        tab.ask("Emulation.setScrollbarsHidden", hidden=True)
        tab.show(*SCREEN)
        tab.visit(f"{ses.url}/_seslab/")
        tab.until("document.querySelectorAll('#mails a').length")
        tab.value("document.querySelector('#mails a').click()")
        tab.until("document.querySelector('#mail iframe')")
        tab.value("new Promise((done) => setTimeout(done, 1000))")  # its frame cannot be looked into
        tab.screenshot(folder / "inbox.png")
    return _opaque(folder / "inbox.png")


def _send_newsletter() -> None:
    """As fast as it goes, to readers of whom one bounces; what is refused is sent again by nobody."""
    ses = boto3.client("sesv2", config=Config(retries={"total_max_attempts": 1}))
    content = {"Simple": {"Subject": {"Data": "The news of Monday"}, "Body": {"Html": {"Data": NEWS}}}}
    for reader in READERS:
        with suppress(ses.exceptions.TooManyRequestsException):
            to, tags = {"ToAddresses": [reader]}, [{"Name": "campaign", "Value": "monday"}]
            ses.send_email(FromEmailAddress=SENDER, Destination=to, Content=content, EmailTags=tags)


def _opaque(taken: Path) -> Path:
    with Image.open(taken) as image:
        image.convert("RGB").save(taken, optimize=True)
    return taken


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
        for taken in (take(folder / "run" / "report.html", folder), take_play(folder), take_inbox(folder)):
            (ROOT / "docs" / taken.name).write_bytes(taken.read_bytes())


if __name__ == "__main__":
    main()
