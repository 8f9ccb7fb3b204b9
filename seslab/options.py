"""The arguments and options that several commands share.

What a command needs to do its work is imported when it is called, so that help and completion are there at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from scenarios.errors import BadInput
from strategies.registry import STRATEGIES


def known(what: str, words: Collection[str]) -> Callable[[Any], Any]:
    """Lets known words pass: one, or several, each once. Raises BadInput, which names the nearest."""

    def check(value: Any) -> Any:
        given = list(dict.fromkeys([value] if isinstance(value, str) else value or ()))
        for word in given:
            if word not in words:
                raise BadInput(_unknown(what, word, words))
        return value if value is None or isinstance(value, str) else given

    return check


def _unknown(what: str, word: str, words: Collection[str]) -> str:
    from scenarios.schema.files import printable
    from scenarios.schema.tables import unknown

    return unknown(what, printable(word), list(words))


Source = Annotated[str, typer.Argument(metavar="SCENARIO", help="a name of the catalogue, or a TOML file")]
Sources = Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="names of the catalogue, or TOML files")]
Strategies = Annotated[
    list[str] | None,
    typer.Option("--strategy", "-s", callback=known("strategy", STRATEGIES), help="one to run; default all"),
]
Strategy = Annotated[
    str, typer.Option("--strategy", "-s", callback=known("strategy", STRATEGIES), help="the one to deploy")
]
Seed = Annotated[int | None, typer.Option(min=0, help="instead of the scenario's")]
Out = Annotated[Path | None, typer.Option(help="a folder for document, ledgers and figures")]
AsJson = Annotated[bool, typer.Option("--json", help="print the document and nothing else")]
Summary = Annotated[Path | None, typer.Option(help="a file that Markdown is added to")]
Region = Annotated[str | None, typer.Option(help="aws: the region; default boto3's")]
Sender = Annotated[str | None, typer.Option("--from", help="aws: a sender that SES has verified")]


@dataclass(frozen=True, slots=True)
class Aws:
    """What the options for AWS allow."""

    region: Region = None
    sender: Sender = None
    to: Annotated[str | None, typer.Option(help="aws: instead of the mailbox simulator")] = None
    allow: Annotated[list[str] | None, typer.Option(help="aws: an address that may get mail, or a file of them")] = None
    budget_recipients: Annotated[int, typer.Option(min=0, help="aws: most recipients of all runs")] = 1000
    budget_usd: Annotated[float, typer.Option(min=0, help="aws: most dollars of all runs")] = 1.0
    yes: Annotated[bool, typer.Option("--yes", help="aws: do not ask")] = False
