"""The trial of a strategy from outside before anything is done with it: small runs, which must come out alike."""

from __future__ import annotations

import ast
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from scenarios.errors import BadInput, RunFailed
from scenarios.outside.blame import told
from scenarios.outside.bundle import Bundle
from scenarios.outside.patience import impatient
from scenarios.outside.plug import plug, plugged, unplug
from scenarios.system.children import OURS
from strategies.raised import Raised

if TYPE_CHECKING:
    from scenarios.schema.model import Scenario

_TRIAL = {
    "name": "trial",
    "horizon_s": 120.0,
    "account": {"max_send_rate_per_s": 60.0},
    "workload": (
        {"process": "batch", "messages": 150},
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
        with impatient(bundle):
            come_to = set(_outcomes(bundle))
    except RunFailed as error:
        raise BadInput(str(error)) from error
    except (BadInput, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise BadInput(told(bundle, Raised.of(error))) from error
    if len(come_to) > 1:
        raise BadInput(
            f"{bundle.reference}: two runs of one seed differ: what a strategy does may depend on its settings, its "
            "account and its ports alone, on no order of a set, and nothing may outlive a run"
        )


def _outcomes(bundle: Bundle) -> Iterator[str]:
    """Of several runs: all must come to the same. Sets have another order in each process."""
    yield _outcome(bundle)
    yield _outcome(bundle)
    if any(map(_has_sets, bundle.files.values())):
        yield from (_outcome_elsewhere(bundle, hash_seed) for hash_seed in ("1", "2"))


def _has_sets(source: str) -> bool:
    nodes = list(ast.walk(ast.parse(source)))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return bool(names & {"set", "frozenset", "hash"}) or any(isinstance(node, ast.Set | ast.SetComp) for node in nodes)


def _outcome_elsewhere(bundle: Bundle, hash_seed: str) -> str:
    """In a process of its own. Raises BadInput with its words where it fails."""
    environ = {**os.environ, "PYTHONHASHSEED": hash_seed}
    ended = subprocess.run([*OURS, __name__], input=pickle.dumps(bundle), env=environ, capture_output=True, check=False)
    if ended.returncode:
        raise BadInput(f"{bundle.reference}: {ended.stderr.decode(errors='replace').strip().rpartition(chr(10))[2]}")
    return ended.stdout.decode()


def _outcome(bundle: Bundle) -> str:
    """What is said of a run, and what happened in it. Raises BadInput if nothing came of it but errors."""
    from reports.compare.mechanism import Facts, told_after_refusal, told_mechanism
    from reports.running.experiment import Job, perform
    from scenarios.measures.cost import load_prices
    from sim.run import run

    scenario = _scenario(bundle)
    entry, facts = perform(Job(run, scenario, bundle.name, 1, load_prices())).entry, Facts.of(scenario)
    if entry["warnings"] and not entry["recipients"]["accepted"]:
        raise BadInput(f"{bundle.reference}: {entry['warnings'][0]}")
    return f"{told_mechanism(entry, facts)}{told_after_refusal(entry)}{entry['digest']}"


def _scenario(bundle: Bundle) -> Scenario:
    """With all defaults spelt out, so that they are checked as a scenario's settings are. Raises BadInput."""
    from pydantic import ValidationError

    from scenarios.schema.complaints import complaint
    from scenarios.schema.model import Scenario, know_strategies
    from strategies.registry import STRATEGIES

    know_strategies()
    defaults = asdict(STRATEGIES[bundle.name].Settings())
    settings = {name: value for name, value in defaults.items() if value is not None}
    table = {**_TRIAL, "strategies": {bundle.name: settings}}
    try:
        return Scenario.model_validate(table)
    except ValidationError as error:
        raise BadInput(f"{bundle.reference}: a default is wrong: {complaint(error, table)}") from error


if __name__ == "__main__":
    mine: Bundle = pickle.load(sys.stdin.buffer)
    with impatient(mine):  # the starter may be gone
        plug([mine])
        print(_outcome(mine), end="")
