"""Contenders under many limiters as a page: what is decided, the worst cases, the matrix, and what they rest on."""

from __future__ import annotations

import shlex
from pathlib import Path

from reports.compare.ownership import FIGURES
from reports.documents.robustness import HypothesisEntry, RobustnessDocument
from reports.page.elements import joined, lines, pairs
from reports.page.pictures import Picture, pictured
from reports.page.rests_on import account_rows, description, limiter, rests_on, scenario_text, seeds
from reports.page.tables import sheet
from reports.page.whole import Page, Section, folded, html
from reports.robust.table import matrix, sentences, table
from reports.running.keeping import LIMITERS, REPORT, SCENARIO
from scenarios.system.whole_files import write_text
from strategies.presentation.words import counted

PICTURE = Picture(
    "robust",
    "All at a glance",
    "A heat map of contenders and limiters with the numbers of the table: the darker, the nearer to the best possible; "
    "hatched where mail is missing",
)


def write(directory: Path, robustness: RobustnessDocument) -> None:
    """The page beside the picture, which is drawn already."""
    write_text(directory / REPORT, html(_page(directory, robustness)))


def _page(directory: Path, robustness: RobustnessDocument) -> Page:
    said, scenario_toml = sentences(robustness), scenario_text(directory / SCENARIO)
    return Page(
        title=robustness["scenario"],
        about=[_about(robustness), description(scenario_toml)],
        answer=said[0] if said else table(robustness).title,
        is_good=any(one["kind"] == "decided" and not one["fails_under"] for one in robustness["conclusions"][:1]),
        sections=[
            Section("conclusions", "What can be concluded", lines(said)),
            Section("ranking", "Worst cases", sheet(table(robustness))),
            Section(
                "matrix",
                "Limiter by limiter",
                joined(
                    (
                        sheet(matrix(robustness)),
                        pictured(directory / FIGURES, PICTURE, "The darker, the nearer to the best possible."),
                    )
                ),
            ),
            _rests_on(robustness, scenario_toml),
        ],
    )


def _about(robustness: RobustnessDocument) -> str:
    limit = robustness["account"]["max_send_rate_per_s"]
    limiters = counted(len(robustness["hypotheses"]), "limiter")
    often = seeds(robustness["seed"], robustness["replications"])
    return f"A limit of {limit:g} recipients a second under {limiters} that SES may have, simulated, {often}"


def _rests_on(robustness: RobustnessDocument, scenario_toml: str) -> Section:
    hypotheses = pairs((one["name"], _hypothesis(one)) for one in robustness["hypotheses"])
    rows = [
        *account_rows(robustness["account"])[:1],
        ("seeds", f"{seeds(robustness['seed'], robustness['replications'])} of each contender under each limiter"),
    ]
    whole = rests_on(rows, _again(robustness), scenario_toml)
    return Section("rests-on", "What this rests on", joined((whole, folded("The limiters", hypotheses))))


def _hypothesis(one: HypothesisEntry) -> str:
    told = [one["description"], limiter(one["limiter"])]
    return ": ".join(filter(None, told))


def _again(robustness: RobustnessDocument) -> str:
    """The command that makes the runs again from what is kept beside the page."""
    names = [word for one in robustness["contenders"] for word in ("-s", one["contender"])]
    often = ["--replications", str(robustness["replications"])]
    return shlex.join(["seslab", "robust", SCENARIO, "--limiters", LIMITERS, *names, *often])
