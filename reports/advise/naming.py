"""What candidates are called: the choice `advised`, others by their contender and a number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from reports.advise.candidates import Candidate
from reports.advise.demands import demands_of
from scenarios.schema.model import Scenario
from scenarios.schema.variants import Variant

CHOICE = "advised"
_MOST = 28
"""Characters before the number: a variant's name has 32 at most."""


def named(scenario: Scenario, told: Iterable[Candidate], choice: Candidate | None) -> dict[Candidate, str]:
    """A contender as it is keeps its name, unless it is the choice; each name is one that the scenario has not."""
    names: dict[Candidate, str] = {}
    taken = {_bare(one) for one in scenario.contenders}
    for one in told:
        if one == choice or one.changes:
            base = CHOICE if one == choice else _base(one.contender)
            names[one] = _free(base, taken, begins_at=2 if one == choice else 1)
            taken.add(_bare(names[one]))
        else:
            names[one] = one.contender
    return names


def _base(contender: str) -> str:
    """As a variant may be called, whatever a strategy from outside is."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", contender).strip("-")[:_MOST]
    return words if words[:1].isalpha() else f"own-{words}"[:_MOST]


def _free(base: str, taken: set[str], begins_at: int) -> str:
    names = ([base] if begins_at == 2 else []) + [f"{base}-{number}" for number in range(begins_at, len(taken) + 3)]
    return next(name for name in names if _bare(name) not in taken)


def _bare(name: str) -> str:
    return name.replace("-", "").lower()


def with_variants(scenario: Scenario, names: Mapping[Candidate, str]) -> Scenario:
    """The scenario with each of them as a variant, and all that is demanded; what is of its contender is of it, too."""
    new = {name: one for one, name in names.items() if name not in scenario.contenders}
    variants = {**scenario.variants, **{name: _variant(scenario, one) for name, one in new.items()}}
    thresholds = {
        purpose: tuple(copy for one in expressions for copy in (one, *_of_each(scenario, one, new)))
        for purpose, expressions in demands_of(scenario).items()
    }
    return scenario.model_copy(update={"variants": variants, "thresholds": thresholds})


def _variant(scenario: Scenario, one: Candidate) -> Variant:
    """Of the strategy, with what the contender's own variant changes already."""
    own = scenario.variants.get(one.contender)
    return Variant(scenario.strategy_of(one.contender), {**(own.changes if own else {}), **dict(one.changes)})


def _of_each(scenario: Scenario, expression: str, new: Mapping[str, Candidate]) -> list[str]:
    return [
        f"{name}.{expression.removeprefix(f'{one.contender}.')}"
        for name, one in new.items()
        if expression.startswith(f"{one.contender}.")
    ]
