"""Runs of an application's versions: a scenario's load goes to one of them, and SES says what became of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from loadtests.load.applications.own_ses import allowing, ses_of
from loadtests.load.applications.started import Command, started
from loadtests.load.assignment import Place
from loadtests.load.loadtest import prepare
from loadtests.load.targets.check_target import check_place, check_url_listening, elsewhere
from loadtests.load.targets.choose_target import LoadRequest
from loadtests.load.targets.target import LocalTarget
from loadtests.testing.environment import REMOVED, variables
from scenarios.errors import BadInput
from scenarios.ledger.ledger import Ledger
from scenarios.measures.cost import load_prices
from scenarios.runs import Watch
from scenarios.schema.model import Scenario

USER = "http"
OWN = "http://127.0.0.1"  # of an SES that is not there yet


@dataclass(frozen=True, slots=True)
class Version:
    """One version: what it is called, which option names it, the place with its route, and what starts it, if it must.

    Without an endpoint in its place each run has an SES of its own. `obeys` is the endpoint's: whether its account
    becomes the scenario's for a run; `log` gets what the command says in all runs.
    """

    name: str
    flag: str
    place: Place
    command: Command | None = None
    obeys: bool = False
    log: Path | None = None

    def run(self, scenario: Scenario, user: str, seed: int, watch: Watch | None = None) -> Ledger:
        """The ledger of one run, from the start of the application to its end. Raises RunFailed."""
        with ses_of(scenario, self.place.endpoint) as url, self._obeying(scenario, url), self._up(url):
            asked = LoadRequest(replace(self.place, endpoint=url))
            return prepare(scenario, [user], asked, load_prices(), lambda _line: None)(scenario, user, seed, watch)

    def _obeying(self, scenario: Scenario, url: str) -> AbstractContextManager[None]:
        return allowing(scenario, url) if self.obeys else nullcontext()

    def _up(self, ses_url: str) -> AbstractContextManager[None]:
        if self.command is None:
            return nullcontext()
        return started(self.name, self.command, str(self.place.url), _environment(ses_url), self.log)


def _environment(ses_url: str) -> Mapping[str, str]:
    """In which AWS's clients find the local SES, and no profile that leads to another."""
    return {name: value for name, value in os.environ.items() if name not in REMOVED} | variables(ses_url)


def check(versions: Iterable[Version]) -> None:
    """What can be known before the first run. Raises BadInput, and RunFailed for what does not answer."""
    for version in versions:
        has_own = version.command is not None and version.place.endpoint is None
        check_place(USER, replace(version.place, endpoint=OWN) if has_own else version.place)
        if far := elsewhere(version.place):
            raise BadInput(f"{far[0]}: is not on this machine; a gate compares what runs side by side")
        if version.place.endpoint is not None:
            LocalTarget(version.place).look()
        if version.command is None:
            check_url_listening(version.flag, str(version.place.url))
