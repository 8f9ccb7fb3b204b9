"""All curves of one run: of the whole of it, and of the stretch in which something happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from reports.figures.kinds import apart, kinds_of
from reports.figures.series import Series, series
from reports.figures.stretch import busiest
from scenarios.formats.quoted import printable
from scenarios.ledger.ledger import Ledger
from scenarios.schema.model import Scenario


class Curves(NamedTuple):
    """`near` is None where the stretch is most of the run."""

    whole: Series
    near: Series | None


NO_CURVES: Mapping[str, Curves] = MappingProxyType({})
"""By contender, where none has been taken."""


def curves_of(ledger: Ledger, limit_per_s: float, scenario: Scenario | None) -> Curves:
    """The stretch is the same for every contender; kinds of mail are told apart where the scenario is known."""
    kinds = apart(ledger, kinds_of(scenario, ledger.seed) if scenario else None)
    stretch = busiest(ledger.mails["intended_s"], ledger.mails["recipients"], limit_per_s)
    near = _spelt_out(series(ledger, kinds, stretch)) if stretch else None
    return Curves(_spelt_out(series(ledger, kinds)), near)


def taking(scenario: Scenario) -> Callable[[Ledger], Curves]:
    """What takes the curves of a run of this scenario, in whatever process."""
    return partial(curves_of, limit_per_s=scenario.account.max_send_rate_per_s, scenario=scenario)


def _spelt_out(one: Series) -> Series:
    """What would break the SVG, or turn its line around, is not drawn as it is."""
    return replace(one, strategy=printable(one.strategy))
