"""What a shell offers after Tab; where it is nothing, the shell offers files."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import typer

from seslab.grammar import relatives


def words(known: Collection[str]) -> Callable[[str], list[str]]:
    """Offers the words that begin as what is typed."""

    def offered(incomplete: str) -> list[str]:
        return [word for word in known if word.startswith(incomplete)]

    return offered


def strategies(incomplete: str) -> list[str]:
    """Those of seslab and of installed packages, and Python files."""
    from scenarios.outside.find import installed
    from strategies.registry import STRATEGIES

    return words([*STRATEGIES, *installed(), *_files(incomplete, "*.py")])(incomplete)


def _files(incomplete: str, pattern: str) -> list[str]:
    """As they would be typed, in the folder that is typed so far."""
    folder = incomplete[: incomplete.rfind("/") + 1]
    return sorted(f"{folder}{path.name}" for path in Path(folder or ".").glob(pattern))


def scenarios(ctx: typer.Context, incomplete: str) -> list[str]:
    """The catalogue, TOML files, and what makes another command with the word before, such as update after gate."""
    from scenarios.schema.files import catalogue

    second = [] if ctx.params.get("scenario") else [name.partition(" ")[2] for name in relatives(ctx)]
    return words([*second, *catalogue(), *_files(incomplete, "*.toml")])(incomplete)
