"""Experiments, one after another, until the limiter is known or no more recipients may be used."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from scenarios.inference.calls import Calls, calls_of
from scenarios.inference.fit import Fit, fitted
from scenarios.inference.probing.design import is_known, next_experiment
from scenarios.inference.probing.experiments import Experiment, Pace, Steps, opening

POLLED_S = 5.0
MOST_EXPERIMENTS = 7


class Answer(NamedTuple):
    """Of one call: the decision was made in between."""

    start_s: float
    end_s: float
    accepted: bool


class Account(Protocol):
    """Whose limiter it is. One call at a time, so that the order of the decisions is known."""

    def now_s(self) -> float: ...
    def wait_until(self, at_s: float) -> None: ...
    def ask(self, recipients: int) -> Answer:
        """Raises RunFailed where anything but the rate is in the way."""
        ...


class Allowance(NamedTuple):
    """The rate that SES names, how long a call takes, and how many recipients may be used."""

    pace: Pace
    recipients: int


class Probed(NamedTuple):
    """What all calls tell; `ran_out` where the recipients were not enough for an experiment."""

    fit: Fit
    ran_out: bool


class Notes:
    """What has been begun, the calls that have been made, and how many recipients may still be used."""

    def __init__(self, recipients: int) -> None:
        self.allowed = self.left = recipients
        self.experiments: list[str] = []
        self._rows: list[tuple[float, float, int, bool]] = []

    def note(self, answer: Answer, recipients: int) -> None:
        self._rows.append(
            ((answer.start_s + answer.end_s) / 2, (answer.end_s - answer.start_s) / 2, recipients, answer.accepted)
        )
        self.left -= recipients if answer.accepted else 0

    @property
    def call_s(self) -> float:
        """How long a call takes, in the mean."""
        return 2 * sum(half_s for _, half_s, _, _ in self._rows) / len(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def accepted_recipients(self) -> int:
        return self.allowed - self.left

    @property
    def asked_recipients(self) -> int:
        return sum(recipients for _, _, recipients, _ in self._rows)

    def calls(self) -> Calls:
        at_s, half_s, recipients, accepted = zip(*self._rows, strict=True)
        return calls_of(at_s, recipients, accepted, half_s)


def probe(account: Account, pace: Pace, notes: Notes, show: Callable[[str], None] = lambda _: None) -> Probed:
    """No call is made that could use more recipients than are left. The account must have been at rest.

    Whatever ends it early, `notes` have the calls that were made.
    """
    first = Experiment("opening", 0.0, lambda: opening(pace, POLLED_S))
    ran_out = not _run(account, first, notes, show)
    fit = fitted(notes.calls(), pace.rate_per_s, show)
    while not (ran_out or is_known(fit) or len(notes.experiments) >= MOST_EXPERIMENTS):
        experiment = next_experiment(fit, pace._replace(call_s=notes.call_s), notes.left, notes.experiments[-1])
        if experiment is None:
            break
        ran_out = not _run(account, experiment, notes, show)
        fit = fitted(notes.calls(), pace.rate_per_s, show, fit.possible, fit.populations)
    return Probed(fit, ran_out and not is_known(fit))


def _run(account: Account, experiment: Experiment, notes: Notes, show: Callable[[str], None]) -> bool:
    """Whether all of it could be asked."""
    show(experiment.name)
    notes.experiments.append(experiment.name)
    begun_s = account.now_s()
    account.wait_until(begun_s + experiment.rest_s)
    return _ask(account, experiment.steps(), notes)


def _ask(account: Account, steps: Steps, notes: Notes) -> bool:
    at_s, outcome = account.now_s(), None
    while True:
        try:
            ask = next(steps) if outcome is None else steps.send(outcome)
        except StopIteration:
            return True
        if ask.recipients > notes.left:
            return False
        account.wait_until(at_s + ask.after_s)
        answer = account.ask(ask.recipients)
        notes.note(answer, ask.recipients)
        at_s, outcome = answer.start_s, answer.accepted
