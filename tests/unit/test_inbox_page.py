"""The picture and the page of what became of accepted mail: their numbers are the document's."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim.run
from reports.compare import folder as run_folder
from reports.compare.drawings import gathered
from reports.compare.table import providers_of
from reports.documents.comparison import ComparisonDocument
from reports.figures.delivered import times_of_inboxes
from reports.figures.inboxes import Inboxes, inboxes_of
from reports.figures.series import series
from reports.inboxes.reputations import reputations
from reports.running.keeping import REPORT
from scenarios.entries.inboxes import DeliveryCounts
from scenarios.entry import StrategyEntry
from scenarios.ledger import store
from scenarios.ledger.ledger import Ledger
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import as_toml
from tests.unit import browser
from tests.unit.comparisons import simulated
from tests.unit.pictures import texts
from tests.unit.read_page import Read
from tests.unit.test_figures import paced
from tests.unit.test_inboxes import sending
from tests.unit.test_page import typed

SENDERS = ("heartbeat", "leaky-bucket")
DIRTY = sending(hard_bounce=0.2, soft_bounce=0.05)
AT_ONCE = sending(providers={"quick": {"share": 1, "inbox": {"constant_ms": 1}}})


def ledgers(scenario: Scenario) -> dict[str, Ledger]:
    """Of both senders."""
    return {name: sim.run.run(scenario, name, scenario.seed) for name in SENDERS}


def never_there(delivery: DeliveryCounts) -> float:
    """What has come to another end than an inbox."""
    return delivery["bounced"] + delivery["suppressed"] + delivery["expired"]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with a paused account."""
    folder = tmp_path_factory.mktemp("inboxes")
    run_folder.save(folder, simulated(DIRTY, *SENDERS), as_toml(DIRTY))
    for ledger in ledgers(DIRTY).values():
        store.write(ledger, folder)
    run_folder.draw(folder, run_folder.document(folder))
    return folder


def test_curves_conserve_what_was_accepted() -> None:
    """Each accepted copy is in one place at any instant, and never goes back; at the end they are the entry's."""
    for entry in simulated(DIRTY, *SENDERS)["strategies"]:
        ledger = ledgers(DIRTY)[entry["strategy"]]
        assert ledger.delivered is not None
        one = inboxes_of(ledger.delivered)
        assert one is not None
        assert (one.waiting >= 0).all()
        assert all((np.diff(level) >= 0).all() for level in (one.at_s, one.accepted, one.delivered, one.gone))
        counts = entry["delivery"]
        ends = one.accepted[-1], one.delivered[-1], one.gone[-1], one.waiting[-1]
        assert ends == (counts["copies"], counts["delivered"], never_there(counts), counts["pending"])


def test_of_a_day_that_stretch_is_drawn_in_which_mail_waits() -> None:
    """A burst that waits for minutes is seen by itself, with its pause, and the title says of which run it is."""
    at_s = np.array([0.0, 30_000.0, 40_000.0, 40_100.0, 40_400.0, 86_400.0])
    accepted, there = np.array([1.0, 2, 900, 900, 900, 901]), np.array([1.0, 2, 3, 500, 900, 901])
    one = Inboxes(at_s, accepted, there, np.zeros(6), 86_400.0, None, None)
    times = times_of_inboxes([replace(series(paced("own")), inboxes=one)], None)
    assert 39_900 < times.start_s < 40_000 < 40_100 < times.end_s < 40_400
    assert times.said.endswith("of a run of 25.2 h")
    paused = one._replace(paused_s=40_700.0)
    assert times_of_inboxes([replace(series(paced("own")), inboxes=paused)], None).end_s > 40_700


together = pytest.mark.xdist_group("inboxes")


@together
def test_a_picture_names_what_became_of_the_mail(drawn: Path) -> None:
    """Each contender with its counts, and when AWS reviewed and paused its account."""
    shown = texts(drawn / "figures" / "delivered.svg").splitlines()
    for entry in run_folder.document(drawn)["strategies"]:
        assert entry["strategy"] in shown
        assert f"{entry['delivery']['delivered']} of {entry['delivery']['copies']} in the inbox" in shown
    assert [shown.count(mark) for mark in ("under review", "paused")] == [2, 2]


def test_what_is_in_the_inbox_at_once_needs_no_picture() -> None:
    """Nor does what nobody accepted; the reason is known."""
    comparison = simulated(AT_ONCE, *SENDERS)
    assert "at once" in gathered(comparison, ledgers(AT_ONCE).__getitem__).not_drawn["delivered"]
    without = simulated(sending(), *SENDERS)
    del without["delivery"]
    assert "delivered" not in gathered(without, ledgers(AT_ONCE).__getitem__).not_drawn


@together
def test_the_page_has_the_document_s_numbers(drawn: Path) -> None:
    """The tables of providers and accounts stand there cell by cell, and each curve ends at its figure."""
    comparison, page = run_folder.document(drawn), (drawn / REPORT).read_text()
    cells = iter(cell for tag, cell in Read(page).texts if tag in ("td", "th"))
    for sheet in (*providers_of(comparison), reputations(ranked(comparison))):
        for row in sheet.rows:
            assert all(cell in cells for cell in row)
    panels, unit_s = chart_of(page)["panels"], {"s": 1, "min": 60}[chart_of(page)["x"]["unit"]]
    assert [panel["title"] for panel in panels] == [entry["strategy"] for entry in ranked(comparison)]
    for panel, entry in zip(panels, ranked(comparison), strict=True):
        accepted, there, gone = (line["y"][-1] for line in panel["lines"])
        counts, told = entry["delivery"], entry["reputation"]
        assert (accepted, there, gone) == (counts["copies"], counts["delivered"], never_there(counts))
        marks = [unit_s * band["ends"][0] for band in panel["bands"]]
        assert marks == pytest.approx([told["reviewed_s"], told["paused_s"]], 1e-5)


def ranked(comparison: ComparisonDocument) -> list[StrategyEntry]:
    """Best first."""
    entries = {one["strategy"]: one for one in comparison["strategies"]}
    return [entries[one["strategy"]] for one in comparison["ranking"]]


def chart_of(page: str) -> Any:
    """The chart, as the script has it."""
    [data] = re.findall(r'id="data">(.*?)</script>', page, re.DOTALL)
    [chart] = [one for one in json.loads(data)["charts"] if one["name"] == "delivered"]
    return chart


@together
@pytest.mark.skipif(browser.found() is None, reason="no Chromium is installed")
def test_a_browser_tells_what_is_in_the_inbox(drawn: Path) -> None:
    """On a phone nothing is wider than it; the readout at the axis's end has the curves' values; no error is met."""
    data = chart_of((drawn / REPORT).read_text())
    accepted, there, _ = (at(line, data["x"]["ends"][1]) for line in data["panels"][0]["lines"])
    chart = "document.querySelector('[data-chart=delivered]')"
    with browser.tab() as tab:
        tab.show(390, 844, dark=True)
        tab.open(drawn / REPORT)
        assert tab.value("document.documentElement.scrollWidth") == 390
        assert tab.value(f"{chart}.querySelectorAll('.instant').length") == 2 * len(SENDERS)
        tab.value(";".join(typed(chart, "ArrowRight") for _ in range(61)))
        said = tab.value(f"{chart}.querySelector('.panel-head').innerText")
        assert f"accepted {accepted:g}, in the inbox {there:g}" in " ".join(said.split())
        assert tab.troubles() == []


def at(line: Any, place: float) -> float:
    """The value of a curve there."""
    return float(max(y for x, y in zip(line["x"], line["y"], strict=True) if x <= place))
