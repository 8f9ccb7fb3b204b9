"""The page itself: its places, its style and its scripts in one document, and what a browser lets it do."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from typing import Any, NamedTuple

from reports.page import whole
from reports.page.definitions import definitions
from reports.page.elements import Markup, element, joined

SCRIPTS = (
    *(("reports.page", name) for name in whole.SCRIPTS),
    *(("reports.play", name) for name in ("state.js", "knobs.js", "play.js")),
)
STYLES = (("reports.page", "page.css"), ("reports.play", "play.css"))


class Document(NamedTuple):
    """The page, and the policy that it comes with."""

    html: bytes
    policy: str


def document(begin: Mapping[str, Any]) -> Document:
    """The page that begins with this: its controls, its contenders and its first question."""
    script = "".join(map(_text, SCRIPTS))
    data = json.dumps(begin, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    body = joined((*_places(), element("script", Markup(data), type="application/json", id="begin")))
    html = "\n".join(
        (
            "<!doctype html>",
            '<html lang="en">',
            element("head", *_head()),
            element("body", body, element("script", Markup(script)), aria_busy="true"),
            "</html>\n",
        )
    )
    return Document(html.encode(), _policy(script))


def _head() -> tuple[Markup, ...]:
    return (
        Markup('<meta charset="utf-8">'),
        element("meta", name="generator", content=whole.GENERATOR),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        Markup('<link rel="icon" href="data:,">'),
        element("title", "seslab play"),
        element("style", Markup("".join(map(_text, STYLES)))),
        element("style", id="colours"),
    )


def _places() -> tuple[Markup, ...]:
    """What the scripts fill: on the left what is set, on the right what comes of it."""
    return (
        element("a", "To the answer", href="#", class_="skip", id="skip"),
        element(
            "header",
            element("p", "seslab play", class_="brand"),
            element("h1", "…", id="title"),
            element("div", id="bar", class_="bar-of-tools", role="group", aria_label="Scenario"),
        ),
        element(
            "main",
            element("form", id="knobs", aria_label="What is set", autocomplete="off", novalidate=""),
            element("div", *_answers(), id="told"),
        ),
    )


def _answers() -> tuple[Markup, ...]:
    answer = element("p", "Starting …", class_="answer", id="said")
    running = element(
        "div",
        element("progress", id="progress", max=1, value=0, aria_label="How far the runs have come"),
        element("span", id="share"),
        element("button", "Cancel", type="button", id="cancel"),
        id="running",
        hidden="",
    )
    return (
        element(
            "section",
            answer,
            element("p", id="wrong", role="alert", hidden=""),
            element("p", id="about", class_="about"),
            element("p", id="description", class_="about"),
            element("div", running, element("p", id="took", class_="notes"), class_="state"),
            element("p", id="heard", class_="heard", role="status"),
            element("div", *_ways(), id="ways", role="group", aria_label="Go to"),
            id="answer",
            aria_label="Answer",
            tabindex=-1,
        ),
        _section("pinned", "Against the pinned result", hidden=""),
        _section("ranking", "Ranking"),
        _section("accounts", "Accounts", hidden=""),
        _section("thresholds", "Thresholds", hidden=""),
        _section("inboxes", "Inboxes", hidden=""),
        _section("figures", "Figures"),
        _section("export", "Take it along"),
        element("section", element("h2", "What the words mean"), definitions(), id="words"),
    )


def _ways() -> list[Markup]:
    """To the places of a narrow page; not as links, because the address holds what is set."""
    places = {"knobs": "Set", "pinned": "Pinned", "ranking": "Ranking", "figures": "Figures", "export": "Take along"}
    return [element("button", word, type="button", data_to=name) for name, word in places.items()]


def _section(name: str, heading: str, **more: str) -> Markup:
    return element("section", element("h2", heading), element("div", id=f"{name}-inside"), id=name, **more)


def _policy(script: str) -> str:
    """Its own script alone, and no request but to its own server; no other page may hold it in a frame."""
    digest = b64encode(sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _text(place: tuple[str, str]) -> str:
    package, name = place
    return (files(package) / name).read_text("utf-8")
