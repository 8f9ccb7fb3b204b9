"""The arguments and options that several commands share.

What a command needs to do its work is imported when it is called, so that help and completion are there at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from scenarios.budget import Budget
from scenarios.errors import BadInput
from seslab import completion
from strategies.registry import STRATEGIES

LAST_PORT = 65_535
LIST = "`seslab strategies` lists them, and a Python file or module will do as well"
LAST_SEED = 2**63 - 1
BUDGET = Budget()
PLAUSIBLE = "plausible"  # the set of limiters that comes with seslab
MOST_RUNS = 10_000_000  # of one strategy: results that no memory holds take days to make


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
    from scenarios.formats.quoted import printable, unknown

    return unknown(what, printable(word), list(words))


def offering(words: Collection[str], *names: str, **more: Any) -> Any:
    """An option whose few words help and completion show; the command checks them."""
    return typer.Option(*names, metavar="|".join(words), autocompletion=completion.words(words), **more)


def one_of(what: str, words: Collection[str], *names: str, **more: Any) -> Any:
    """An option that takes one of a few words."""
    return offering(words, *names, callback=known(what, words), **more)


def of_strategies(help: str, default: str = "") -> Any:
    """An option that takes strategies by name, file or module; `default` says which, where none is given.

    Its value is names. Whether there is one of a name is known once the scenario is read, which may bring its own.
    """
    return typer.Option(
        "--strategy",
        "-s",
        metavar="NAME",
        callback=plugged_in,
        autocompletion=completion.strategies,
        help=f"{help}; {LIST}",
        show_default=default,
    )


def plugged_in(value: Any) -> Any:
    """The names of what is given, each once; what is not seslab's own is found, checked and tried. Raises BadInput."""
    given = list(dict.fromkeys([value] if isinstance(value, str) else value or ()))
    if any(word not in STRATEGIES for word in given):
        from scenarios.outside.plug import named
        from seslab.trial import try_new

        given = list(dict.fromkeys(map(named, given)))
        try_new()
    return given[0] if isinstance(value, str) else given if value is not None else None


def share(option: str, text: str | None) -> float | None:
    """A share as people write it, `2%` or `0.02`, above 0 and below 1. Raises BadInput."""
    if text is None:
        return None
    number, percent, rest = text.strip().partition("%")
    try:
        value = float(number) / (100 if percent else 1)
    except ValueError:
        value = 0.0
    if not 0 < value < 1 or rest:
        raise BadInput(f"{option} = {text}: must be a share such as 2% or 0.02")
    return value


def _of_aws(*names: str, metavar: str | None, help: str, **more: Any) -> Any:
    return typer.Option(*names, metavar=metavar, help=help, rich_help_panel="On AWS", **more)


Source = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        autocompletion=completion.scenarios,
        help="a name that `seslab scenarios` lists, or a TOML file",
    ),
]
Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SCENARIO...",
        autocompletion=completion.scenarios,
        help="names that `seslab scenarios` lists, or TOML files",
    ),
]
Strategies = Annotated[list[str] | None, of_strategies("one to run; may be repeated", "all")]
Seed = Annotated[int | None, typer.Option(metavar="N", min=0, max=LAST_SEED, help="instead of the scenario's")]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="a folder for document, ledgers and figures")]
PageOut = Annotated[Path | None, typer.Option(metavar="DIR", help="a folder for the document and a page")]
Limiters = Annotated[
    Path | None,
    typer.Option(metavar="FILE", show_default="the set plausible", help="hypotheses about SES's limiter, a TOML file"),
]
Store = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", show_default="$XDG_CACHE_HOME/seslab", help="where every run is kept, so that none is made twice"
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS", show_default="this machine", help="a Dask scheduler whose workers simulate, tcp://HOST:PORT"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="print the document and nothing else")]
Since = Annotated[
    str | None, typer.Option(metavar="WHEN", show_default="all events", help="such as 7d, 12h or 2026-11-02")
]
Summary = Annotated[Path | None, typer.Option(metavar="FILE", help="a file that Markdown is added to")]
Region = Annotated[str | None, _of_aws(metavar="NAME", help="the region, such as eu-west-1")]
Sender = Annotated[str | None, _of_aws("--from", metavar="ADDRESS", help="a sender that SES has verified")]


@dataclass(frozen=True, slots=True)
class Aws:
    """What the options for AWS allow."""

    region: Region = None
    sender: Sender = None
    to: Annotated[
        str | None, _of_aws(metavar="TEMPLATE", help="where mail goes, instead of to the mailbox simulator")
    ] = None
    allow: Annotated[
        list[str] | None,
        _of_aws(metavar="ADDRESS", help="an address that may get mail, or a file of them; may be repeated"),
    ] = None
    budget_recipients: Annotated[int, _of_aws(metavar="N", min=0, help="most recipients of all runs")] = (
        BUDGET.recipients
    )
    budget_usd: Annotated[float, _of_aws(metavar="X", min=0, help="most dollars of all runs")] = BUDGET.usd
    yes: Annotated[bool, _of_aws("--yes", metavar=None, help="do not ask")] = False

    @property
    def files(self) -> list[tuple[str, Path]]:
        """What is read for them, and what each is in messages."""
        return [("a list of --allow", Path(source)) for source in self.allow or () if os.path.exists(source)]


def _of_application(metavar: str, help: str) -> Any:
    return typer.Option(metavar=metavar, help=help, rich_help_panel="For an application of your own")


@dataclass(frozen=True, slots=True)
class Application:
    """What is gated instead of strategies: an application, and how it is asked to send."""

    target: Annotated[str | None, _of_application("URL", "the route that is asked to send")] = None
    run: Annotated[
        str | None, _of_application("COMMAND", "starts it for each run; --against is then a revision or a command")
    ] = None
    endpoint: Annotated[
        str | None, _of_application("URL", "a `seslab serve` that it sends to; without --run it is needed")
    ] = None
    method: Annotated[str, _of_application("NAME", "the method")] = "POST"
    header: Annotated[list[str] | None, _of_application("LINE", "NAME: VALUE; may be repeated")] = None
    body: Annotated[
        str, _of_application("TEXT", "a template of {to}, {mail}, {recipients} and {subject}, or @FILE with one")
    ] = ""
    limiters: Annotated[
        str | None, _of_application("FILE", "gate under each of these limiters, a TOML file, or `plausible`")
    ] = None

    @property
    def files(self) -> list[tuple[str, Path]]:
        """What is read for it, and what each is in messages."""
        named = [("the template of --body", self.body[1:])] if self.body.startswith("@") else []
        if self.limiters not in (None, PLAUSIBLE):
            named.append(("--limiters", str(self.limiters)))
        return [(what, Path(path)) for what, path in named]

    @property
    def asked(self) -> dict[str, object]:
        """What only an application needs, by its option."""
        names = ("run", "endpoint", "header", "body", "limiters")
        return {name: getattr(self, name) for name in names}
