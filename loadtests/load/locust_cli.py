"""Plain `locust -f loadtests/locustfile.py`: Locust's command line says what to do, and is told the verdict."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NoReturn

from loadtests.deploy.on_aws import Permit
from loadtests.load import loadtest
from loadtests.load.assignment import LEFT, Place
from loadtests.load.locust_arguments import ARGUMENTS
from loadtests.load.results.judgement import judgement_of, line_on
from loadtests.load.targets.accounts import mails_of
from loadtests.load.targets.check_target import body_of, headers_of
from loadtests.load.targets.choose_target import LoadRequest
from loadtests.load.targets.target import Target
from scenarios.entry import StrategyEntry
from scenarios.errors import BadInput, RunFailed
from scenarios.measures.cost import load_prices
from scenarios.schema.scenario_file import load


class CommandLineRun:
    """A run that Locust's command line asks for: what `seslab loadtest` does, in Locust's own process."""

    def __init__(self, environment: Any) -> None:
        self._given = vars(environment.parsed_options)
        self._scenario = loadtest.demanding(load(self._given["scenario"] or _missing("--scenario")))
        asked, user = self._asked(), self._given["seslab_user"]
        self._target: Target = loadtest.prepare(self._scenario, [user], asked, load_prices(), print).keywords["target"]
        until_over = ExitStack()
        atexit.register(until_over.close)
        assignment = loadtest.assigned(self._scenario, user, self._scenario.seed, asked)
        self._assignment = until_over.enter_context(self._target.opened(self._scenario, assignment))
        sent = mails_of(self._scenario, self._scenario.seed)
        self._mails = sent.mails
        self.folder = until_over.enter_context(loadtest.folder_with(self._assignment, sent))
        environment.events.quitting.add_listener(self._judge)

    def _asked(self) -> LoadRequest:
        given = self._given
        place = Place(
            endpoint=given["endpoint"] or None,
            smtp=given["smtp"] or None,
            queue=given["queue"] or None,
            url=given["target"] or None,
            method=given["method"],
            headers=headers_of(given["header"]),
            body=body_of(given["body"]),
        )
        permit = Permit(given["from"] or None, given["to"], tuple(given["allow"]), yes=given["yes"])
        return LoadRequest(place, permit)

    def _judge(self, environment: Any, **_others: Any) -> None:
        """The scenario's thresholds decide on the exit code, not SES's refusals; the verdict stands behind all else."""
        if not (self.folder / LEFT).exists():
            return
        with failing_plainly():
            ledger = loadtest.ledger_left_by(self._scenario, self._assignment, self._mails, self.folder, self._target)
        entry, verdicts = judgement_of(self._scenario, ledger, self._mails)
        environment.process_exit_code = int(any(one["verdict"] == "fail" for one in verdicts))
        lines = [*verdict_lines(entry), *map(line_on, verdicts)]
        environment.events.quit.add_listener(lambda **_: print(*lines, sep="\n"))


@contextmanager
def failing_plainly() -> Iterator[None]:
    """One line and seslab's own exit codes, as on its command line; Locust would show a traceback and go on."""
    try:
        yield
    except (BadInput, RunFailed) as error:
        print(f"seslab: {error}", file=sys.stderr)
        sys.exit(2 if isinstance(error, BadInput) else 3)


def _missing(flag: str) -> NoReturn:
    raise BadInput(f"{flag}: missing; give {ARGUMENTS[flag.strip('-')]}")


def verdict_lines(entry: StrategyEntry) -> Iterator[str]:
    """What the witness says of the recipients."""
    fates = ", ".join(f"{count:,} {fate.replace('_', '-')}" for fate, count in entry["recipients"].items())
    yield f"{entry['strategy']}: recipients: {fates}"
    refused = entry["calls"]["attempted"] - entry["calls"]["accepted"]
    yield f"{entry['strategy']}: SES refused {refused:,} of {entry['calls']['attempted']:,} calls"
    yield from (f"{entry['strategy']}: {one['calls']:,} × {one['said']}" for one in entry.get("refusals", ()))
    yield from (f"note: {warning}" for warning in entry["warnings"])
