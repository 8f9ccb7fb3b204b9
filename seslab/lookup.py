"""`seslab scenarios`, `seslab strategies` and `seslab schema`: what there is to choose from."""

from __future__ import annotations

from seslab.ctrl_c import importing
from strategies.registry import STRATEGIES


def scenarios() -> None:
    """List the catalogue."""
    with importing():
        from reports import terminal
        from scenarios.schema.model import describe_catalogue
    terminal.listing(describe_catalogue())


def strategies() -> None:
    """List the strategies and their settings."""
    with importing():
        from reports import terminal
        from scenarios.schema.settings import describe_settings
    rows = []
    for name, module in STRATEGIES.items():
        rows.append((name, "", str(module.__doc__)))
        rows += [(f"  {setting}", default, meaning) for setting, default, meaning in describe_settings(module.Settings)]
    terminal.listing(rows)


def schema() -> None:
    """Print the JSON Schema of a scenario file."""
    with importing():
        import json

        from scenarios.schema.model import scenario_schema
    print(json.dumps(scenario_schema(), indent=2))
