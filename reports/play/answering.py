"""Answers the page's questions: the scenario is read as its file would be, run, and shown as a report shows it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from reports.compare import document as comparison
from reports.compare.drawings import with_curves
from reports.compare.looks import kept_in
from reports.documents.comparison import ComparisonDocument
from reports.figures import palette
from reports.figures.curves import Curves
from reports.play.beside import beside
from reports.play.question import Asked, Question
from reports.play.simulator import Progress, Simulator
from reports.play.trace_files import TraceFiles
from reports.play.view import View, view
from reports.running import experiment
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from scenarios.formats.toml import toml_document
from scenarios.outside.bundle import Bundle
from scenarios.outside.plug import plugged
from scenarios.schema.files import catalogue, find, read_table
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import validated
from scenarios.schema.strategy_references import unknown_strategy
from strategies.registry import STRATEGIES


class Answer(View):
    """The document of `seslab compare --json`, what the page shows of it, and how to make it without the page."""

    document: ComparisonDocument
    toml: str
    command: str
    took_s: float


class Compared(NamedTuple):
    """The document that `seslab compare --json` prints of the same scenario, and the curves of the first seed."""

    document: ComparisonDocument
    curves: dict[str, Curves]
    scenario: Scenario


class Answering:
    """Knows the files and the processes; many threads ask."""

    def __init__(self, simulator: Simulator, files: TraceFiles) -> None:
        self._simulator, self._files = simulator, files

    def answer(self, asked: Asked, progress: Progress, is_over: Callable[[], bool]) -> Answer:
        """What the page shows.

        Raises BadInput with the line that the command has for such a file, RunFailed, and Over.
        """
        began_s = perf_counter()
        try:
            now = self._compared(asked.now, asked.files, progress, is_over)
            pinned = asked.pinned and self._compared(asked.pinned, asked.files, progress, is_over)
        except BadInput as error:
            raise BadInput(self._files.named(str(error))) from error
        with palette.also(kept_in(now.document["strategies"])):
            shown = view(now.document, with_curves(now.document, now.curves.__getitem__, now.scenario))
            if asked.pinned and pinned:
                shown["html"]["pinned"] = beside((pinned.document, asked.pinned), (now.document, asked.now))
        return {
            "document": now.document,
            **shown,
            "toml": toml_of(asked.now),
            "command": command_of(asked.now),
            "took_s": round(perf_counter() - began_s, 3),
        }

    def _compared(
        self, question: Question, dropped: Mapping[str, str], progress: Progress, is_over: Callable[[], bool]
    ) -> Compared:
        scenario, contenders = self._scenario(question, dropped), list(dict.fromkeys(question.contenders))
        results = self._simulator.results(scenario, contenders, question.replications, progress, is_over)
        entries, bound = experiment.summarise(results)
        document = comparison.document(scenario, "sim", scenario.seed, question.replications, bound, entries)
        return Compared(document, {one.entry["strategy"]: one.gathered for one in reversed(results)}, scenario)

    def _scenario(self, question: Question, dropped: Mapping[str, str]) -> Scenario:
        path = Path(f"{question.name}.toml")
        try:
            table = self._files.placed(question.scenario, dropped)
            scenario = validated(table, path)
        except BadInput as error:
            line = self._files.named(str(error))
            raise BadInput(line if line.startswith(printable(path)) else f"{printable(path)}: {line}") from error
        for name in question.contenders:
            if name not in scenario.contenders:
                raise BadInput(unknown_strategy(name, scenario.variants))
        return scenario


def toml_of(question: Question) -> str:
    """The scenario as a file: what was said, and no default."""
    table = {key: value for key, value in question.scenario.items() if key != "name" or value != question.name}
    return toml_document(_with_references(table, {one.name: one for one in plugged()}))


def _with_references(table: Mapping[str, Any], bundles: Mapping[str, Bundle]) -> dict[str, Any]:
    """Strategies from outside are led to, so that the file finds them from any folder."""
    if not isinstance(table.get("strategies"), Mapping):
        return dict(table)
    own = {_reference(name, bundles): settings for name, settings in table["strategies"].items()}
    return {**table, "strategies": own}


def _reference(name: str, bundles: Mapping[str, Bundle]) -> str:
    bundle = bundles.get(name)
    if bundle is None:
        return name
    return str(Path(bundle.reference).absolute()) if bundle.is_file else bundle.reference


def command_of(question: Question) -> str:
    """What makes the same comparison on the command line."""
    bundles = {one.name: one for one in plugged()}
    variants = question.scenario.get("variants", {})
    are_all = not bundles and [*question.contenders] == [*STRATEGIES, *variants]
    file = question.name if _is_of_catalogue(question) else f"{question.name}.toml"
    chosen = [word for name in question.contenders for word in ("-s", _reference(name, bundles))]
    chosen = [] if are_all else chosen
    often = ["--replications", str(question.replications)] if question.replications > 1 else []
    return shlex.join(["seslab", "compare", file, *chosen, *often])


def _is_of_catalogue(question: Question) -> bool:
    return question.name in catalogue() and read_table(find(question.name)) == question.scenario
