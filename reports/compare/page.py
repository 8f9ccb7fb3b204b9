"""A comparison as a page: the answer, the ranking, the figures, and what they rest on."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from reports.compare.break_even import break_even_sentences
from reports.compare.drawings import MONTH, Gathered
from reports.compare.looks import kept_in
from reports.compare.ownership import FIGURES
from reports.compare.table import explanations, notes, table
from reports.documents.comparison import ComparisonDocument
from reports.figures import palette
from reports.page import entry_charts, time_charts
from reports.page.charts import Chart
from reports.page.elements import element, joined, lines
from reports.page.fates import bars
from reports.page.pictures import Picture, images
from reports.page.rests_on import account_rows, description, rests_on, scenario_text, seeds
from reports.page.signs import Sign, named_by, signs_of
from reports.page.tables import sheet
from reports.page.time_curves import seen
from reports.page.whole import MOST_BYTES, Page, Section, chart, figure, html
from reports.ranking.answer import answer, ranking_of
from reports.ranking.ranking import tier
from reports.running.keeping import REPORT, SCENARIO
from reports.threshold_lines import threshold_lines
from scenarios.entry import USERS
from scenarios.system.whole_files import write_text
from scenarios.verdicts import FAIL
from strategies.presentation.words import count

WORLDS = {
    "sim": "simulated",
    "moto": "sent for real, to an SES on one machine",
    "ministack": "sent for real, on a local AWS",
    "aws": "sent for real, on AWS",
    "locust": "load test with Locust",
}
TITLES = {
    "rate": (
        "Rate",
        "What SES accepted each second, and on top of it what it refused (dotted), against the limit (dashed).",
    ),
    "backlog": ("Backlog", "Recipients submitted that were neither accepted, lost nor dead-lettered yet."),
    "latency": (
        "Latency",
        "The share of the accepted recipients that waited longer. Lower and further left is better.",
    ),
    "cost": ("Cost", "Dollars against the wait of the slowest hundredth. Lower left is better, if nothing is lost."),
    MONTH: ("A month", "What a month costs at other volumes; the line marks the scenario's own."),
    "offset": ("Within each second", "When inside each second the calls reached SES."),
}
FEW = 100_000
"""Bytes for what is neither a picture, nor a chart's data, nor said of each contender."""


def write(directory: Path, comparison: ComparisonDocument, run: Gathered) -> None:
    """The page beside the figures, which are drawn already."""
    with palette.also(kept_in(run.comparison["strategies"])):
        write_text(directory / REPORT, html(_page(directory, comparison, run)))


def _page(directory: Path, comparison: ComparisonDocument, run: Gathered) -> Page:
    scenario_toml = scenario_text(directory / SCENARIO)
    signs, charts = signs_of(one["strategy"] for one in run.comparison["strategies"]), _charts(run)
    leader = ranking_of(comparison)[0]
    is_unmet = bool(comparison["thresholds"]) and leader.requirement in (FAIL, None)
    is_bad = is_unmet or tier(leader.entry) == 2
    sections = [_ranking(comparison, signs), *_thresholds(comparison)]
    rest = _rests_on(comparison, scenario_toml)
    room = MOST_BYTES - FEW - len(json.dumps(charts)) - len(str((sections, rest)).encode())
    return Page(
        title=comparison["scenario"],
        about=[_about(comparison), description(scenario_toml)],
        answer=answer(comparison) or explanations(comparison)[0],
        is_good=not is_bad,
        sections=[*sections, _figures(directory, run, charts, room), rest],
        signs=signs,
        charts=charts,
    )


def _about(comparison: ComparisonDocument) -> str:
    """What was run, where and how often."""
    submitted = max(entry["recipients"]["submitted"] for entry in comparison["strategies"])
    limit = comparison["account"]["max_send_rate_per_s"]
    how_often = seeds(comparison["seed"], comparison["replications"])
    where = WORLDS.get(comparison["world"], comparison["world"])
    return f"{count(submitted)} recipients at a limit of {limit:g} a second, {where}, {how_often}"


def _ranking(comparison: ComparisonDocument, signs: Sequence[Sign]) -> Section:
    ranks = ranking_of(comparison)
    said = [
        sentence.removeprefix(f"{one.entry['strategy']}: ")
        for one, sentence in zip(ranks, explanations(comparison), strict=True)
    ]
    ranked = sheet(table(comparison), said, named_by(signs))
    more = lines([*break_even_sentences(comparison), *notes(comparison)])
    return Section("ranking", "Ranking", joined((ranked, more)))


def _thresholds(comparison: ComparisonDocument) -> Iterator[Section]:
    if judged := comparison["thresholds"]:
        yield Section("thresholds", "Thresholds", lines(threshold_lines(judged), class_="thresholds"))


def _charts(run: Gathered) -> list[Chart]:
    entries = run.comparison["strategies"]
    over_time = seen(run.series, run.close, run.clock)
    charts = [
        time_charts.rate(run.comparison, over_time),
        time_charts.backlog(run.comparison, over_time),
        entry_charts.latency(run.series, entries),
        entry_charts.cost(entries),
        *([entry_charts.month(run.comparison, entries)] if "bill" in run.comparison else []),
    ]
    return [one for one in charts if one["name"] not in run.not_drawn]


def _figures(directory: Path, run: Gathered, charts: Sequence[Chart], room: int) -> Section:
    """Each drawn by the script, and as a picture where none runs; the last one is a picture anyway."""
    shows = {one["name"]: one["shows"] for one in charts}
    if "offset" not in run.not_drawn:
        shows["offset"] = "When inside each second recipients were attempted, a heat map for each contender"
    wanted = [Picture(name, TITLES[name][0], said) for name, said in shows.items()]
    stills = dict(zip(shows, images(directory / FIGURES, wanted, room), strict=True))
    drawn = [figure(name, *TITLES[name], chart(name, stills[name])) for name in shows if name != "offset"]
    fates = figure("fates", "Fates", "What became of the recipients.", bars(run.comparison["strategies"]))
    offset = [figure("offset", *TITLES["offset"], stills["offset"])] if "offset" in stills else []
    missing = lines([f"{TITLES[name][0]} is not drawn: {why}" for name, why in run.not_drawn.items()])
    several = run.comparison["replications"] > 1
    first = [element("p", "Charts over time and of latencies show the run of the first seed.")] if several else []
    return Section("figures", "Figures", joined((*first, fates, *drawn, *offset, missing)))


def _rests_on(comparison: ComparisonDocument, scenario_toml: str) -> Section:
    rows = [
        ("what ran", WORLDS.get(comparison["world"], comparison["world"])),
        *account_rows(comparison["account"]),
        ("seeds", seeds(comparison["seed"], comparison["replications"])),
    ]
    digests = [(one["strategy"], one["digest"]) for one in comparison["strategies"]]
    return Section("rests-on", "What this rests on", rests_on(rows, _again(comparison), scenario_toml, digests))


def _again(comparison: ComparisonDocument) -> str:
    """The command that makes the runs again from the scenario that is kept beside the page."""
    names = [entry["strategy"] for entry in comparison["strategies"]]
    if comparison["world"] == "locust":
        chosen = [word for name in names for word in ("--user" if name in USERS else "--strategy", name)]
        return f"{shlex.join(['seslab', 'loadtest', SCENARIO, *chosen])}  # and the target that it had"
    world = [] if comparison["world"] == "sim" else ["--on", comparison["world"]]
    many = comparison["replications"]
    often = [] if many == 1 else ["--replications", str(many)]
    return shlex.join(
        ["seslab", "compare", SCENARIO, *(word for name in names for word in ("-s", name)), *world, *often]
    )
