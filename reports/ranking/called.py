"""What a contender is called in sentences: its name, and with what it differs from what a reader knows by that name."""

from __future__ import annotations

from dataclasses import fields

from reports.documents.comparison import ExplainedEntry
from scenarios.entry import SettingsTable
from scenarios.formats.toml import toml_value
from scenarios.schema.model import Scenario
from strategies.registry import STRATEGIES


def chosen_settings(scenario: Scenario, contender: str) -> SettingsTable:
    """The settings that the scenario sets otherwise than by default; a load test's user has none."""
    if contender not in scenario.contenders:
        return {}
    usual, own = STRATEGIES[scenario.strategy_of(contender)].Settings(), scenario.settings_of(contender)
    both = {one.name: (getattr(usual, one.name), getattr(own, one.name)) for one in fields(own)}
    return {name: now for name, (was, now) in both.items() if now != was}


def called(entry: ExplainedEntry) -> str:
    """Such as `calm (heartbeat, fill = 0.9)`; a strategy with its defaults by its name alone."""
    about = [entry["variant_of"]] if "variant_of" in entry else []
    about += [f"{name} = {_shown(value)}" for name, value in entry.get("chosen_settings", {}).items()]
    return entry["strategy"] + (f" ({', '.join(about)})" if about else "")


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else toml_value(value)
