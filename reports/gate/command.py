"""What a gate's options ask for: a new baseline, a look at the one that is stored, or a base that runs in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from reports import terminal
from reports.gate import interleaved
from reports.gate import simulated as simulated_gate
from reports.gate.baseline import Baseline, read, save
from reports.gate.expectations import Wished
from reports.running.experiment import Result
from scenarios.errors import BadInput
from scenarios.schema.files import printable
from scenarios.schema.model import Scenario
from strategies.registry import STRATEGIES

Simulate = Callable[[Sequence[simulated_gate.Wanted]], Sequence[Result]]
"""Makes the runs of a gate in the simulator."""


_OF_AN_UPDATE = ("reason", "tolerance")
_OF_A_VERDICT = ("on", "json", "strict", "junit", "summary", "openmetrics")
_OF_A_RUNNING_BASE = {"sim": "seeds", "moto": "rounds"}


def refuse_vain(update: bool, against: str | None, world: str, asked: Mapping[str, object]) -> None:
    """What would change nothing was meant to change something. Raises BadInput."""
    if update and against is not None:
        raise BadInput("--against: an update stores what is now; leave out one of the two")
    for name in (name for name, value in asked.items() if value):
        if reason := _why_vain(name, update, against is not None, world):
            raise BadInput(f"--{name}: {reason}")


def _why_vain(option: str, update: bool, in_turn: bool, world: str) -> str | None:
    if option in _OF_A_VERDICT:
        return "an update gives no verdict; gate afterwards" if update else None
    if option in _OF_AN_UPDATE or (option == "seeds" and not in_turn):
        return None if update else "what the baseline says is used; change it with --update"
    if in_turn and option == _OF_A_RUNNING_BASE.get(world, option):
        return None
    return f"--on {world} --against takes --{_OF_A_RUNNING_BASE[world]}" if in_turn else "needs --on moto --against"


def update(
    baseline: Path | None,
    scenarios: Sequence[Scenario],
    names: Sequence[str],
    seeds: int | None,
    reason: str | None,
    wishes: Sequence[str],
    simulate: Simulate,
) -> None:
    """Store what is now, and why. Raises BadInput."""
    path, wished = _needed(baseline), [Wished.parse(wish) for wish in wishes]
    if not reason or not reason.strip():
        raise BadInput("--update: needs --reason TEXT, which is kept in the file")
    before = read(path) if path.exists() else Baseline()
    wanted = [simulated_gate.wanted_anew(before, one, names, list(STRATEGIES), seeds) for one in scenarios]
    after = simulated_gate.updated(before, wanted, simulate(wanted), reason, wished)
    changed = [name for name, one in after.scenarios.items() if one is not before.scenarios.get(name)]
    if changed:
        save(path, after)
    what = (
        f"{', '.join(changed)} written; put it under version control"
        if changed
        else "nothing written: all is as it was"
    )
    terminal.tell(f"{path}: {what}")


def stored(
    baseline: Path | None, scenarios: Sequence[Scenario], names: Sequence[str], world: str, simulate: Simulate
) -> dict[str, Any]:
    """The gate's document, against what the file says. Raises BadInput."""
    path = _needed(baseline)
    if world != "sim":
        raise BadInput(f"--on {printable(world)}: real runs are compared with others of the same hour; add --against")
    known = read(path)
    wanted = [simulated_gate.wanted_by(path, known, one, names) for one in scenarios]
    return simulated_gate.verdict(path, known, wanted, simulate(wanted))


def in_turn(
    against: str,
    baseline: Path | None,
    sources: Sequence[str],
    scenarios: Sequence[Scenario],
    names: Sequence[str],
    lasting: interleaved.Lasting,
) -> dict[str, Any]:
    """The gate's document, against a base that runs as well; a baseline only says how far each figure may go."""
    known = None if baseline is None else read(baseline)
    rules = [simulated_gate.rules_for(baseline, known, one, names, list(STRATEGIES)) for one in scenarios]
    asked = list(map(interleaved.Asked, sources, scenarios, rules))
    return interleaved.verdict(against, asked, lasting, terminal.tell)


def _needed(baseline: Path | None) -> Path:
    if baseline is None:
        raise BadInput("--baseline: missing; name the file that says what is expected, or a base with --against")
    return baseline
