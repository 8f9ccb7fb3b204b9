"""What a gate is asked for: a new baseline, a look at the one that is stored, or a base that runs in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from reports import terminal
from reports.documents.gate import GateDocument
from reports.gate import applications, interleaved
from reports.gate import simulated as simulated_gate
from reports.gate.baseline import Baseline, read, save
from reports.gate.expectations import Wished
from reports.running.experiment import Result
from scenarios.errors import BadInput
from scenarios.schema.model import Scenario
from scenarios.system.reading import is_irregular, is_regular

Simulate = Callable[[Sequence[simulated_gate.Wanted]], Sequence[Result]]
"""Makes the runs of a gate in the simulator."""


_LASTING = {"sim": "seeds", "moto": "rounds"}
"""What says in each world how long a gate with a running base takes."""


def refuse_vain(world: str, in_turn: bool, asked: Mapping[str, object]) -> None:
    """What would change nothing was meant to change something. Raises BadInput."""
    for name in (name for name, value in asked.items() if value):
        if reason := _why_vain(name, world, in_turn):
            raise BadInput(f"--{name}: {reason}")


def refuse_without_target(asked: Mapping[str, object]) -> None:
    """Raises BadInput for what says how an application is gated, where none is."""
    for name in (name for name, value in asked.items() if value):
        raise BadInput(f"--{name}: is for an application of your own; name its route with --target")


def refuse_beside_target(asked: Mapping[str, object]) -> None:
    """Raises BadInput for what is for strategies, where an application is gated."""
    for name in (name for name, value in asked.items() if value):
        raise BadInput(f"--{name}: is for strategies; an application (--target) is gated against --against in --rounds")


def _why_vain(option: str, world: str, in_turn: bool) -> str | None:
    if option == "cluster":
        return "is for a stored baseline; each side of --against is a seslab of its own" if in_turn else None
    if in_turn:
        return None if option == _LASTING[world] else f"--on {world} --against takes --{_LASTING[world]}"
    if option == "seeds":
        return "what the baseline says is used; change it with seslab gate update"
    return "needs --on moto --against"


def update(
    path: Path,
    scenarios: Sequence[Scenario],
    names: Sequence[str],
    seeds: int | None,
    reason: str,
    wishes: Sequence[str],
    simulate: Simulate,
) -> None:
    """Store what is now, and why. Raises BadInput."""
    contenders = dict.fromkeys(name for one in scenarios for name in one.contenders)
    wished = [Wished.parse(wish, contenders) for wish in wishes]
    if not reason.strip():
        raise BadInput("--reason: missing; say why, for it is kept in the file")
    if is_irregular(path):
        raise BadInput(f"--baseline {path}: is no regular file; name one that can be read and written")
    before = read(path) if is_regular(path) else Baseline()
    wanted = [simulated_gate.wanted_anew(before, one, names, seeds) for one in scenarios]
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
) -> GateDocument:
    """The gate's document, against what the file says. Raises BadInput."""
    path = _needed(baseline)
    if world != "sim":
        raise BadInput(f"--on {world}: real runs are compared with others of the same hour; add --against")
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
) -> GateDocument:
    """The gate's document, against a base that runs as well; a baseline only says how far each figure may go."""
    known = None if baseline is None else read(baseline)
    rules = [simulated_gate.rules_for(baseline, known, one, names) for one in scenarios]
    asked = list(map(interleaved.Asked, sources, scenarios, rules))
    return interleaved.verdict(against, asked, lasting, terminal.tell)


def of_application(
    against: str, loads: Sequence[applications.Load], versions: Mapping[str, applications.Measure], rounds: int | None
) -> GateDocument:
    """The gate's document, of a base and what is now. Raises RunFailed, and Interrupted."""
    return applications.verdict(against, loads, versions, rounds or interleaved.ROUNDS, terminal.busy)


def _needed(baseline: Path | None) -> Path:
    if baseline is None:
        raise BadInput("--baseline: missing; name the file that says what is expected, or a base with --against")
    return baseline
