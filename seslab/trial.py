"""The trial of a strategy from outside before anything is done with it: small runs, which must come out alike."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from scenarios.errors import BadInput, RunFailed
from scenarios.outside.blame import told
from scenarios.outside.bundle import Bundle
from scenarios.outside.plug import plugged, unplug

if TYPE_CHECKING:
    from scenarios.schema.model import Scenario

PATIENCE_S = 60  # thousands of times what the trial takes
_TRIAL = {
    "name": "trial",
    "horizon_s": 120.0,
    "account": {"max_send_rate_per_s": 14.0},
    "workload": (
        {"process": "batch", "messages": 60},
        {"process": "poisson", "duration_s": 5.0, "messages_per_s": 4.0, "recipients": 3},
        {"process": "batch", "at_s": 8.0, "messages": 1, "recipients": 50},
    ),
}
_passed: set[str] = set()


def try_new() -> None:
    """Try what has been plugged in since the last time. Raises BadInput, and forgets what fails."""
    for bundle in plugged():
        if bundle.name not in _passed:
            try:
                _try(bundle)
            except BadInput:
                unplug(bundle.name)
                raise
            _passed.add(bundle.name)


def forget(name: str) -> None:
    """Try it anew, should it come again."""
    _passed.discard(name)


def _try(bundle: Bundle) -> None:
    try:
        with _impatient(bundle):
            first, again = _come_to(bundle)
    except RunFailed as error:
        raise BadInput(str(error)) from error
    except BadInput:
        raise
    except Exception as error:
        raise BadInput(told(bundle, error)) from error
    if first != again:
        raise BadInput(
            f"{bundle.reference}: two runs of one seed differ: what a strategy does may depend on its settings, its "
            "account and its ports alone, and nothing may outlive a run"
        )


def _come_to(bundle: Bundle) -> Sequence[str]:
    """Of two runs: what is said of each and what happened in it, which must be the same text."""
    from reports.compare.mechanism import Facts, told_after_refusal, told_mechanism
    from reports.running.experiment import Job, perform
    from scenarios.measures.cost import load_prices
    from sim.run import run

    scenario = _scenario(bundle)
    job, facts = Job(run, scenario, bundle.name, 1, load_prices()), Facts.of(scenario)
    entries = [perform(job).entry for _ in range(2)]
    return [f"{told_mechanism(entry, facts)}{told_after_refusal(entry)}{entry['digest']}" for entry in entries]


def _scenario(bundle: Bundle) -> Scenario:
    """With all defaults spelt out, so that they are checked as a scenario's settings are. Raises BadInput."""
    from pydantic import ValidationError

    from scenarios.schema.complaints import complaint
    from scenarios.schema.model import Scenario, know_strategies
    from strategies.registry import STRATEGIES

    know_strategies(*STRATEGIES.values())
    defaults = asdict(STRATEGIES[bundle.name].Settings())
    settings = {name: value for name, value in defaults.items() if value is not None}
    table = {**_TRIAL, "strategies": {bundle.name: settings}}
    try:
        return Scenario.model_validate(table)
    except ValidationError as error:
        raise BadInput(f"{bundle.reference}: a default is wrong: {complaint(error, table)}") from error


@contextmanager
def _impatient(bundle: Bundle) -> Iterator[None]:
    """Breaks off what never ends: a loop that awaits nothing lets not even Ctrl-C through. Raises BadInput."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def give_up(*_: object) -> None:
        raise BadInput(f"{bundle.reference}: a run of 100 mails does not end: is there a loop that awaits nothing?")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
