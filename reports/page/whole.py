"""The page as a whole: one file, whose policy forbids the network and every script but its own."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Any, NamedTuple

from reports.page.definitions import DEFINITIONS, definitions
from reports.page.elements import Markup, element, joined, text
from reports.page.signs import Sign, colours

MOST_BYTES = 2_000_000
SCRIPTS = ("axes.js", "sideways.js", "page.js")
GENERATOR = "seslab"


_TONES = {True: "", False: "bad", None: "neutral"}


class Section(NamedTuple):
    """A part of the page under a heading."""

    name: str
    heading: str
    inside: Markup


class Page(NamedTuple):
    """What a page says: its title, the answer and whether it is good, bad or neither, what was run, its sections.

    `charts` are for the script, which draws each where an element has its name. `words` are explained at the end.
    """

    title: str
    about: Sequence[str]
    answer: str
    is_good: bool | None
    sections: Sequence[Section]
    signs: Sequence[Sign] = ()
    charts: Sequence[Mapping[str, Any]] = ()
    words: Mapping[str, str] = DEFINITIONS


def html(page: Page) -> str:
    """The file."""
    script = "".join(map(_own, SCRIPTS)) if page.charts else ""
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en">',
            element("head", *_head(page, script)),
            element("body", _body(page), *_scripts(page, script)),
            "</html>\n",
        )
    )


def _own(name: str) -> str:
    return (files(__package__) / name).read_text("utf-8")


def _head(page: Page, script: str) -> Sequence[Markup]:
    return (
        Markup('<meta charset="utf-8">'),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(script)),
        element("meta", name="generator", content=GENERATOR),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{page.title} · seslab"),
        element("style", Markup(_own("page.css") + colours(page.signs))),
    )


def _policy(script: str) -> str:
    """Nothing is loaded from anywhere; of scripts only this one runs, so that no name of a user's ever does."""
    digest = b64encode(sha256(script.encode()).digest()).decode()
    allowed = f"'sha256-{digest}'" if script else "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _body(page: Page) -> Markup:
    sections = [*page.sections, Section("words", "What the words mean", definitions(page.words))]
    links = [element("a", one.heading, href=f"#{one.name}") for one in sections]
    return joined(
        (
            element("a", "To the answer", href="#answer", class_="skip"),
            element("header", element("p", "seslab", class_="brand"), element("h1", page.title)),
            element("main", _answer(page), element("nav", *links, aria_label="On this page"), *map(_section, sections)),
        )
    )


def _answer(page: Page) -> Markup:
    """What is read first, and below it of what it is the answer."""
    answer = element("p", page.answer, class_=f"answer {_TONES[page.is_good]}".rstrip())
    about = [element("p", said, class_="about") for said in page.about if said]
    return element("section", answer, *about, id="answer", aria_label="Answer")


def _section(one: Section) -> Markup:
    heading = element("h2", one.heading, id=f"{one.name}-heading")
    return element("section", heading, one.inside, id=one.name, aria_labelledby=f"{one.name}-heading")


def _scripts(page: Page, script: str) -> Sequence[Markup]:
    if not page.charts:
        return ()
    signs = [{"name": one.name, "marker": one.marker, "dashes": one.dashes} for one in page.signs]
    data = json.dumps({"contenders": signs, "charts": page.charts}, ensure_ascii=False, separators=(",", ":"))
    return (
        element("script", Markup(data.replace("<", "\\u003c")), type="application/json", id="data"),
        element("script", Markup(script)),
    )


def figure(name: str, title: str, said: str, *inside: Markup) -> Markup:
    """A figure with its heading, and a sentence on how to read it."""
    caption = element("figcaption", element("h3", title), element("p", said))
    return element("figure", caption, *inside, id=f"figure-{name}")


def chart(name: str, still: Markup) -> Markup:
    """Where the script draws a chart; a picture stands there where no script runs."""
    return joined((element("div", class_="chart", data_chart=name), element("noscript", still)))


def folded(title: str, *inside: Markup) -> Markup:
    """What few readers ask for."""
    return element("details", element("summary", text(title)), *inside)
