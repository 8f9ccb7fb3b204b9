"""The page: what the document says, in one file that asks nobody for anything and runs nobody's script."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import example, given

from reports.compare import folder as run_folder
from reports.compare.table import explanations, table
from reports.documents.comparison import ComparisonDocument
from reports.figures.inboxes import Inboxes
from reports.figures.series import POINTS, Part, Series, series
from reports.page import entry_charts, time_charts
from reports.page.charts import numbers
from reports.page.definitions import DEFINITIONS
from reports.page.elements import element
from reports.page.looks import DARK, LEAST_CONTRAST, LIGHT, contrast, readable, signs_of
from reports.page.pictures import Picture, images
from reports.page.time_curves import seen
from reports.page.whole import MOST_BYTES
from reports.ranking.answer import answer
from reports.running.keeping import COMPARISON, REPORT, SCENARIO
from reports.terminal import to_json
from scenarios.entry import USERS
from scenarios.ledger import store
from scenarios.ledger.ledger import THROTTLED, Ledger
from scenarios.schema.scenario_file import as_toml
from strategies.registry import STRATEGIES
from tests.unit import browser
from tests.unit.entries import SETTINGS
from tests.unit.read_page import Read
from tests.unit.synthetic import Call, Mail, ledger_of
from tests.unit.test_figures import NOON, at_noon, comparison, paced

HOSTILE = "</script><img src=x onerror=alert(1)>\"'`{{7*7}}&amp;\u202e"


def page_of(directory: Path, ledgers: dict[str, Ledger], **changes: object) -> tuple[ComparisonDocument, str]:
    """The document of these ledgers, and the page that is drawn of them."""
    whole: ComparisonDocument = {**comparison(ledgers), **changes}  # type: ignore[typeddict-item]
    run_folder.save(directory, whole, 'name = "by-hand"\ndescription = "A <b>bold</b> one."\n')
    for ledger in ledgers.values():
        store.write(ledger, directory)
    run_folder.draw(directory, whole)
    return whole, (directory / REPORT).read_text()


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[ComparisonDocument, str, Path]:
    """A page of two, of which one has a hostile name, and so has the scenario."""
    name = HOSTILE.replace("/", "")  # of a file as well
    ledgers = {"heartbeat": paced("heartbeat"), name: paced(name, refuse=3, period_s=0.15)}
    folder = tmp_path_factory.mktemp("page")
    return *page_of(folder, ledgers, scenario=HOSTILE), folder / REPORT


@pytest.fixture
def in_vain(tmp_path: Path) -> Path:
    """A page of runs without a mail, without a call and without an acceptance."""
    refused = ledger_of("direct", [Mail(0.0)], [Call(0, 0.0, THROTTLED)], settings=SETTINGS["direct"])
    waiting = ledger_of("waiting", [Mail(0.0, otherwise="pending")], [])
    page_of(tmp_path, {"nothing": ledger_of("nothing", [], []), "waiting": waiting, "direct": refused})
    return tmp_path / REPORT


@pytest.fixture
def noon(tmp_path: Path) -> Path:
    """A page of a day of which a minute matters, and of two kinds of mail."""
    folder, ledger = tmp_path / "noon", at_noon("heartbeat")
    folder.mkdir()
    run_folder.save(folder, comparison({"heartbeat": ledger}), as_toml(NOON))
    store.write(ledger, folder)
    run_folder.draw(folder, run_folder.document(folder))
    return folder / REPORT


together = pytest.mark.xdist_group("page")


@together
def test_a_page_says_what_the_terminal_says(drawn: tuple[ComparisonDocument, str, Path]) -> None:
    """The answer, every cell of the table, and every sentence below it stand in the page without a script."""
    whole, page, _ = drawn
    read, shown = Read(page), table(whole)
    cells = [cell for tag, cell in read.texts if tag == "td" or (tag == "th" and cell not in shown.title)]
    for row in shown.rows:
        numbers = iter(cells)
        assert all(cell in numbers for cell in (row[0], *row[2:]))
    sentences = [one.partition(": ")[2] for one in explanations(whole)]
    assert [one for one in read.all("td") if one in sentences] == sentences
    assert any(said.endswith(answer(whole).partition(" loses")[2]) for said in read.all("p"))
    assert "A <b>bold</b> one." in read.all("p")


@together
def test_a_page_asks_nobody(drawn: tuple[ComparisonDocument, str, Path]) -> None:
    """Whatever it loads it holds, its policy forbids the rest, and of scripts the policy lets its own run alone."""
    _, page, _ = drawn
    read = Read(page)
    loaded = [value for _, its in read.elements for key in ("src", "href", "srcset", "data") if (value := its.get(key))]
    assert all(value.startswith(("data:image/", "#")) for value in loaded)
    assert "@import" not in page
    assert "url(" not in read.all("style")[0]
    [policy] = [its["content"] or "" for tag, its in read.elements if its.get("http-equiv")]
    [_, script] = read.all("script")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert b64encode(sha256(script.encode()).digest()).decode() in policy


@together
def test_a_hostile_name_is_a_name(drawn: tuple[ComparisonDocument, str, Path]) -> None:
    """It makes no element and no attribute, here and in the data of the script; nor does it turn a line around."""
    _, page, _ = drawn
    read = Read(page)
    assert not [its for _, its in read.elements if any(key.startswith("on") for key in its)]
    assert [its.get("type") for tag, its in read.elements if tag == "script"] == ["application/json", None]
    assert all((its["src"] or "").startswith("data:") for tag, its in read.elements if tag == "img")
    assert "<" not in re.findall(r'id="data">(.*?)</script>', page, re.DOTALL)[0]
    assert "\u202e" not in page


@given(st.text(), st.text())
def test_an_element_holds_its_text(name: str, said: str) -> None:
    """Read back, a text and an attribute are what was put in, whatever signs they have, if these can be shown."""
    read = Read(element("p", said, title=name))
    assert read.all("p") == ["".join(map(shown, said))]
    assert read.elements == [("p", {"title": "".join(map(shown, name))})]


def shown(sign: str) -> str:
    """What is not printable is spelt out."""
    return sign if sign.isprintable() else sign.encode("unicode_escape", "replace").decode()


@together
def test_a_page_is_for_everybody(drawn: tuple[ComparisonDocument, str, Path]) -> None:
    """It has a language, landmarks, one first heading, scopes, a caption for each table and words for each picture."""
    _, page, _ = drawn
    read = Read(page)
    tags = [tag for tag, _ in read.elements]
    assert ("html", {"lang": "en"}) in read.elements
    assert [tags.count(tag) for tag in ("header", "nav", "main", "h1")] == [1, 1, 1, 1]
    assert tags.count("caption") == tags.count("table") > 0
    assert all(its.get("scope") for tag, its in read.elements if tag == "th")
    assert all(len(its.get("alt") or "") > 40 for tag, its in read.elements if tag == "img")
    names = [its["id"] for _, its in read.elements if "id" in its]
    assert len(names) == len(set(names))
    assert {(its["href"] or "")[1:] for tag, its in read.elements if tag == "a"} <= set(names)


def long_run(name: str) -> Series:
    """One with as many points as there can be, none of them round."""
    one, chance = series(paced(name)), np.random.default_rng(1)
    bins, points = chance.random(1023), chance.random(POINTS + 1)
    return replace(
        one, strategy=name, end_s=86_400.0, bin_s=128, accepted=bins, refused=bins, failed=bins, peak_1s=bins,
        waiting_at_s=points, waiting=points, latency_s=np.sort(points), still_waiting=points,
        inboxes=Inboxes(np.sort(points), points, points, points, 1.0, 0.5, 0.75),
    )  # fmt: skip


@pytest.mark.parametrize("kinds", [0, 4])
@pytest.mark.parametrize("many", [1, 8, 60])
def test_data_of_any_run_are_few(many: int, kinds: int) -> None:
    """However long and many the runs, and whatever is told apart, charts' data take less than half of a page."""
    plain = [long_run(f"one-{number}") for number in range(many)]
    parts = [
        Part(f"kind-{kind}", plain[0].waiting, plain[0].latency_s, plain[0].still_waiting) for kind in range(kinds)
    ]
    every = [replace(one, parts=parts) for one in plain]
    whole = comparison({one.strategy: paced(one.strategy, 3) for one in every})
    over_time = seen(every, every if kinds else [], None)
    charts = [
        time_charts.rate(whole, over_time),
        time_charts.backlog(whole, over_time),
        time_charts.delivered(whole, over_time),
        entry_charts.latency(every, whole["strategies"]),
    ]
    lines = [line for one in charts for panel in one["panels"] for line in panel["lines"]]
    assert max(len(line["y"]) for line in lines) <= 2 * 1024
    assert len(json.dumps(charts, separators=(",", ":"))) < MOST_BYTES / 2


@given(st.lists(st.floats(-1e12, 1e12).map(lambda value: round(value, 9))))
@example([0.0, 1e-300, 5e-324, 999_999.5, 1e300])
def test_numbers_have_six_digits(values: list[float]) -> None:
    """No more are sent, and what is drawn is off by no more than that."""
    sent = numbers(values)
    assert [float(f"{one:.6g}") for one in sent] == sent
    assert sent == pytest.approx(values, rel=5.01e-6, abs=1e-200)


def test_pictures_take_the_room_there_is(tmp_path: Path) -> None:
    """Of both formats the shorter is taken; what finds no room is named instead."""
    for name, svg in (("small", 100), ("large", 5_000), ("last", 100)):
        (tmp_path / f"{name}.svg").write_text("x" * svg)
        (tmp_path / f"{name}.png").write_bytes(b"x" * 3_000)
    wanted = [Picture(name, name, "what it shows") for name in ("small", "large", "last")]
    whole = "".join(images(tmp_path, wanted, 10_000))
    assert [whole.count(kind) for kind in ("image/svg+xml", "image/png", "Too large")] == [2, 1, 0]
    assert "Too large for this page: figures/large.svg" in "".join(images(tmp_path, wanted, 1_000))


@pytest.mark.parametrize("paper", [LIGHT, DARK])
def test_senders_are_seen_on_either_paper(paper: str) -> None:
    """Each contender's colour contrasts with the paper as graphics must, and no two become one."""
    signs = signs_of((*STRATEGIES, *USERS))
    colours = [one.light if paper == LIGHT else one.dark for one in signs]
    assert min(contrast(colour, paper) for colour in colours) >= LEAST_CONTRAST
    assert len(set(colours)) == len(colours)


@given(st.from_regex(r"#[0-9A-F]{6}", fullmatch=True), st.sampled_from([LIGHT, DARK]))
def test_any_colour_can_be_made_readable(colour: str, paper: str) -> None:
    """A strategy from outside may have any; what contrasts already stays as it is."""
    made = readable(colour, paper)
    assert contrast(made, paper) >= LEAST_CONTRAST
    assert contrast(colour, paper) < LEAST_CONTRAST or made == colour


def papers() -> Iterator[dict[str, str]]:
    """The colours of the style sheet by name, in light and in dark."""
    sheet = (Path(entry_charts.__file__).parent / "page.css").read_text()
    for block in re.findall(r":root \{(.*?)\}", sheet, re.DOTALL):
        yield {
            name: value if len(value) == 7 else "#" + "".join(2 * digit for digit in value[1:])
            for name, value in re.findall(r"--(\w+): (#\w+)", block)
        }


def test_words_are_read_on_either_paper() -> None:
    """Text contrasts with what it stands on as guidelines ask for, 4.5 to 1, and the papers are those of `signs`."""
    both = [*papers()]
    assert [one["paper"].upper() for one in both] == [LIGHT.upper(), DARK.upper()]
    for one in both:
        for ink, ground in (*((ink, "paper") for ink in ("ink", "soft", "good", "bad", "accent")), ("ink", "raised")):
            assert contrast(one[ink], one[ground]) >= 4.5, (ink, ground)


def test_what_no_run_has_written_stays(tmp_path: Path) -> None:
    """Somebody else's report is not written over."""
    (tmp_path / REPORT).write_text("<!doctype html><p>mine</p>")
    with pytest.raises(Exception, match=f"has {REPORT}, which no run has written"):
        run_folder.prepare(tmp_path)
    page_of(tmp_path, {"heartbeat": paced("heartbeat")})
    run_folder.prepare(tmp_path)


def test_a_page_needs_its_document_alone(tmp_path: Path) -> None:
    """Without the scenario beside it, or with one that cannot be read, a page is drawn as well."""
    whole, page = page_of(tmp_path, {"heartbeat": paced("heartbeat")})
    assert (tmp_path / COMPARISON).read_text() == to_json(whole)
    (tmp_path / SCENARIO).write_bytes(b"\xff")
    run_folder.draw(tmp_path, whole)
    assert "The scenario as it was run" in page
    assert "The scenario as it was run" not in (tmp_path / REPORT).read_text()


@together
@pytest.mark.skipif(browser.found() is None, reason="no Chromium is installed")
def test_a_browser_draws_it(drawn: tuple[ComparisonDocument, str, Path], in_vain: Path, noon: Path) -> None:
    """Without an error, a request or somebody's script; what is pointed at is told, and zoom and switches work."""
    whole, _, page = drawn
    with browser.tab() as tab:
        tab.show(390, 844, dark=True)
        tab.open(page)
        assert tab.value("document.documentElement.scrollWidth") == 390
        assert tab.value("document.querySelectorAll('.drawing > svg').length") == 2 + 3
        assert tab.value("[...document.images].map((one) => one.parentElement.clientWidth > 300)") == [True]
        tab.show(1440, 900)
        tab.open(page)
        assert tab.value("document.querySelector('.sheet tbody th').textContent.trim()") == "heartbeat"
        chart = "document.querySelector('[data-chart=backlog]')"
        ticks = "[...document.querySelectorAll('[data-chart=rate] .drawing')].at(-1).textContent"
        before = tab.value(ticks)
        tab.value(";".join(typed(chart, key) for key in (*["ArrowRight"] * 30, "+")))
        at_s, waiting = backlog_at(whole, tab.value(f"{chart}.querySelector('.where').textContent"))
        assert at_s == pytest.approx(4.5, abs=0.2)
        assert tab.value(f"{chart}.querySelector('.readout span').textContent") == f"{waiting:g}"
        assert f"heartbeat {waiting:g}" in tab.value(f"{chart}.querySelector('.heard').textContent")
        assert tab.value(ticks) != before
        tab.value(typed(chart, "Escape"))
        assert tab.value(ticks) == before
        tab.value("document.querySelector('.switches input').click()")
        assert tab.value("document.querySelectorAll('.drawing > svg').length") == 2 + 3
        assert tab.value("[...document.querySelectorAll('.drawing')].filter((one) => one.offsetParent).length") == 1 + 3
        assert tab.troubles() == []
        tab.open(noon)
        assert "12:01:00" in tab.value(ticks)
        assert "\nletters\n" in tab.value("document.querySelector('[data-chart=backlog]').innerText")
        assert tab.value("document.querySelector('.whole').disabled") is False
        tab.value("document.querySelector('.whole').click()")
        assert "06:00" in tab.value(ticks)
        assert tab.troubles() == []
        tab.open(in_vain)
        assert tab.value("document.body.innerHTML.match(/NaN|Infinity|undefined/)") is None
        assert tab.troubles() == []
        tab.open(page, scripts=False)
        assert [url for url in tab.requests() if not url.startswith("data:")] == [page.as_uri()]


def typed(element: str, key: str) -> str:
    """A key, as JavaScript types it."""
    return f"{element}.dispatchEvent(new KeyboardEvent('keydown', {{key: '{key}'}}))"


def backlog_at(whole: ComparisonDocument, said: str) -> tuple[float, float]:
    """The instant that the page names, and how many recipients the first contender had waiting then."""
    at_s = float(said.split()[1])
    one = series(paced(whole["strategies"][0]["strategy"]))
    return at_s, float(one.waiting[np.searchsorted(one.waiting_at_s, at_s, side="right") - 1])


def test_definitions_are_the_glossarys() -> None:
    """Word for word, the code's marks left out."""
    glossary = (Path(__file__).parents[2] / "docs" / "reference" / "glossary.md").read_text()
    terms = dict(re.findall(r"^## (.*)\n\n(.*(?:\n.+)*)", glossary, re.MULTILINE))
    for term, said in DEFINITIONS.items():
        assert said == " ".join(terms[term].replace("`", "").split())
