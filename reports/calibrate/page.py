"""A calibration as a page: how many figures agree, the verdicts, the pictures, and what they rest on."""

from __future__ import annotations

import shlex
from pathlib import Path

from reports.calibrate.table import sentences, table
from reports.compare.ownership import FIGURES
from reports.documents.calibration import CalibrationDocument
from reports.page.elements import Markup, joined, lines
from reports.page.pictures import Picture, images
from reports.page.rests_on import account_rows, description, rests_on, scenario_text, seeds
from reports.page.tables import sheet
from reports.page.whole import MOST_BYTES, Page, Section, figure, html
from reports.running.keeping import REPORT, SCENARIO
from scenarios.system.whole_files import write_text
from strategies.presentation.words import counted

PICTURES = (
    Picture(
        "quantiles",
        "Latencies",
        "Latencies of the real run against the simulated ones, quantile by quantile: on the line both agree",
    ),
    Picture(
        "seconds",
        "Second by second",
        "What SES accepted each second in the real run, over the band of what it accepted in the simulated ones",
    ),
)


def write(directory: Path, calibration: CalibrationDocument) -> None:
    """The page beside the pictures, which are drawn already."""
    write_text(directory / REPORT, html(_page(directory, calibration)))


def _page(directory: Path, calibration: CalibrationDocument) -> Page:
    scenario_toml = scenario_text(directory / SCENARIO)
    drawn = zip(PICTURES, images(directory / FIGURES, PICTURES, MOST_BYTES // 2), strict=True)
    figures = [figure(one.name, one.title, one.shows, image) for one, image in drawn]
    return Page(
        title=calibration["scenario"],
        about=[f"The simulator beside a real run ({calibration['world']})", description(scenario_toml)],
        answer=answer(calibration),
        is_good=_outside(calibration) == 0 < _judged(calibration),
        sections=[
            Section("verdicts", "Verdicts", joined((sheet(table(calibration)), lines(sentences(calibration))))),
            Section("figures", "Figures", joined(figures)),
            Section("rests-on", "What this rests on", _rests_on(calibration, scenario_toml)),
        ],
    )


def answer(calibration: CalibrationDocument) -> str:
    """How many of the real run's figures are where the simulator has them, in a sentence."""
    judged, outside = _judged(calibration), _outside(calibration)
    if not judged:
        return "No verdict: no real run could be judged"
    if not outside:
        return f"The simulator agrees with the real run: all {counted(judged, 'figure')} inside"
    return f"The simulator agrees with the real run in {judged - outside} of {counted(judged, 'figure')}"


def _judged(calibration: CalibrationDocument) -> int:
    return sum(one["verdict"] is not None for entry in calibration["strategies"] for one in entry["figures"].values())


def _outside(calibration: CalibrationDocument) -> int:
    return sum(one["verdict"] == "outside" for entry in calibration["strategies"] for one in entry["figures"].values())


def _rests_on(calibration: CalibrationDocument, scenario_toml: str) -> Markup:
    rows = [
        *account_rows(calibration["account"]),
        ("real run", f"{calibration['world']}, seed {calibration['seed']}"),
        ("simulations", f"{seeds(calibration['seed'], calibration['seeds'])} of each strategy"),
    ]
    digests = [(one["strategy"], one["digest"]) for one in calibration["strategies"]]
    return rests_on(rows, _again(calibration), scenario_toml, digests)


def _again(calibration: CalibrationDocument) -> str:
    """The command that makes the runs again; real ones never are the same twice."""
    names = [word for one in calibration["strategies"] for word in ("-s", one["strategy"])]
    worlds = ["--on", calibration["world"], "--seeds", str(calibration["seeds"])]
    return shlex.join(["seslab", "calibrate", SCENARIO, *names, *worlds])
