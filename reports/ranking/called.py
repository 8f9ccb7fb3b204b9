"""What a contender is called in sentences: its name, and with what it differs from what a reader knows by that name."""

from __future__ import annotations

from dataclasses import fields
from typing import NotRequired

from typing_extensions import TypedDict

from reports.documents.comparison import ExplainedEntry
from scenarios.entry import SettingsTable
from scenarios.formats.toml import toml_value
from scenarios.schema.model import Scenario
from strategies.registry import STRATEGIES


class Differences(TypedDict):
    """In what a contender differs from what a reader knows by a name, as documents say it."""

    variant_of: NotRequired[str]
    chosen_settings: NotRequired[SettingsTable]


def chosen_settings(scenario: Scenario, contender: str) -> SettingsTable:
    """The settings that the scenario sets otherwise than by default; a load test's user has none."""
    if contender not in scenario.contenders:
        return {}
    usual, own = STRATEGIES[scenario.strategy_of(contender)].Settings(), scenario.settings_of(contender)
    both = {one.name: (getattr(usual, one.name), getattr(own, one.name)) for one in fields(own)}
    return {name: now for name, (was, now) in both.items() if now != was}


def called(entry: ExplainedEntry) -> str:
    """Such as `calm (heartbeat, fill = 0.9)`; a strategy with its defaults by its name alone."""
    return in_full(entry["strategy"], entry)


def in_full(contender: str, about: Differences) -> str:
    """The same of any document's contender."""
    words = [about["variant_of"]] if "variant_of" in about else []
    words += [_set(name, value) for name, value in about.get("chosen_settings", {}).items()]
    return contender + (f" ({', '.join(words)})" if words else "")


def _set(name: str, value: object) -> str:
    return f"{name} left open" if value is None else f"{name} = {_shown(value)}"


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else toml_value(value)
