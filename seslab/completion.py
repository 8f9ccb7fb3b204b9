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


def scenarios(ctx: typer.Context, incomplete: str) -> list[str]:
    """The catalogue, TOML files, and what makes another command with the word before, such as update after gate."""
    from scenarios.schema.files import catalogue

    folder = incomplete[: incomplete.rfind("/") + 1]
    files = sorted(f"{folder}{path.name}" for path in Path(folder or ".").glob("*.toml"))
    second = [] if ctx.params.get("scenario") else [name.partition(" ")[2] for name in relatives(ctx)]
    return words([*second, *catalogue(), *files])(incomplete)
