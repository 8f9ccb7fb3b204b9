"""A comparison as a page: the answer, the ranking, the figures, and what they rest on."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from reports.compare import sections
from reports.compare.drawings import Gathered
from reports.compare.looks import kept_in
from reports.compare.ownership import FIGURES
from reports.compare.sections import TITLES, WORLDS
from reports.documents.comparison import ComparisonDocument
from reports.figures import palette
from reports.page.charts import Chart
from reports.page.elements import joined
from reports.page.looks import signs_of
from reports.page.pictures import Picture, images
from reports.page.rests_on import account_rows, description, rests_on, scenario_text
from reports.page.whole import MOST_BYTES, Page, Section, figure, html
from reports.running.keeping import REPORT, SCENARIO
from reports.words import rounded_duration
from scenarios.entry import USERS
from scenarios.system.whole_files import write_text

FEW = 100_000
"""Bytes for what is neither a picture, nor a chart's data, nor said of each contender."""


def write(directory: Path, comparison: ComparisonDocument, run: Gathered) -> None:
    """The page beside the figures, which are drawn already."""
    with palette.also(kept_in(run.comparison["strategies"])):
        write_text(directory / REPORT, html(_page(directory, comparison, run)))


def _page(directory: Path, comparison: ComparisonDocument, run: Gathered) -> Page:
    scenario_toml = scenario_text(directory / SCENARIO)
    signs, charts = signs_of(one["strategy"] for one in run.comparison["strategies"]), sections.charts(run)
    first = [
        sections.ranking(comparison, signs),
        *sections.accounts(comparison),
        *sections.thresholds(comparison),
        *sections.providers(comparison),
    ]
    rest = _rests_on(comparison, scenario_toml)
    room = MOST_BYTES - FEW - len(json.dumps(charts)) - len(str((first, rest)).encode())
    return Page(
        title=comparison["scenario"],
        about=[sections.about(comparison), description(scenario_toml)],
        answer=sections.said_first(comparison),
        is_good=sections.is_good(comparison),
        sections=[*first, _figures(directory, run, charts, room), rest],
        signs=signs,
        charts=charts,
    )


def _figures(directory: Path, run: Gathered, charts: Sequence[Chart], room: int) -> Section:
    """Each drawn by the script, and as a picture where none runs; the last one is a picture anyway."""
    shows = {one["name"]: one["shows"] for one in charts}
    if "offset" not in run.not_drawn:
        shows["offset"] = "When inside each second recipients were attempted, a heat map for each contender"
    wanted = [Picture(name, TITLES[name][0], said) for name, said in shows.items()]
    stills = dict(zip(shows, images(directory / FIGURES, wanted, room), strict=True))
    drawn = [sections.drawn(run.comparison, name, stills[name]) for name in shows if name != "offset"]
    offset = [figure("offset", *TITLES["offset"], stills["offset"])] if "offset" in stills else []
    shown = (*sections.of_first_seed(run), sections.fates(run), *drawn, *offset, sections.not_drawn(run))
    return Section("figures", "Figures", joined(shown))


def _rests_on(comparison: ComparisonDocument, scenario_toml: str) -> Section:
    rows = [
        ("what ran", WORLDS.get(comparison["world"], comparison["world"])),
        *account_rows(comparison["account"], comparison.get("accounts", ())),
        *_after_acceptance(comparison),
        ("seeds", sections.how_often(comparison)),
    ]
    digests = [(one["strategy"], one["digest"]) for one in comparison["strategies"]]
    return Section("rests-on", "What this rests on", rests_on(rows, _again(comparison), scenario_toml, digests))


def _after_acceptance(comparison: ComparisonDocument) -> Iterator[tuple[str, str]]:
    """What is supposed of accepted mail, where anything is."""
    if "delivery" in comparison:
        table = comparison["delivery"]
        in_time, patience = rounded_duration(table["deadline_s"]), rounded_duration(table["max_delivery_s"])
        rates = f"AWS takes rates over the last {table['representative_volume']:,} recipients"
        yield "after acceptance", f"in time is within {in_time}; SES gives a mail up after {patience}; {rates}"


def _again(comparison: ComparisonDocument) -> str:
    """The command that makes the runs again from the scenario that is kept beside the page."""
    names = [entry["strategy"] for entry in comparison["strategies"]]
    if comparison["world"] == "locust":
        chosen = [word for name in names for word in ("--user" if name in USERS else "--strategy", name)]
        often = ["--rounds", str(comparison["rounds"])] if "rounds" in comparison else []
        return f"{shlex.join(['seslab', 'loadtest', SCENARIO, *chosen, *often])}  # and the target that it had"
    world = [] if comparison["world"] == "sim" else ["--on", comparison["world"]]
    many = comparison["replications"]
    often = [] if many == 1 else ["--replications", str(many)]
    return shlex.join(
        ["seslab", "compare", SCENARIO, *(word for name in names for word in ("-s", name)), *world, *often]
    )
