"""What a result rests on: the account, the limiter, latencies, seeds, versions, and how to make it again."""

from __future__ import annotations

import platform
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from reports.documents.accounts import NamedAccountTable
from reports.documents.comparison import AccountTable
from reports.documents.limits import LimiterTable
from reports.page.elements import Markup, block, element, joined, pairs
from reports.page.whole import folded
from scenarios.formats.toml import toml_value
from strategies.presentation.words import count

MOST_LETTERS = 20_000
"""Of the scenario's text; one with a trace of its own weights may be longer."""

Rows = Iterable[tuple[str, str]]


def rests_on(rows: Rows, again: str | Rows, scenario_toml: str, digests: Rows = ()) -> Markup:
    """These rows, latencies and versions, how to make it again, and folded away the scenario and the digests.

    It is made `again` by a command, or by several, each with what it makes.
    """
    commands = [_command(again)] if isinstance(again, str) else [_command(command, makes) for makes, command in again]
    every = [*rows, *_latencies(scenario_toml), ("this page", _versions())]
    return joined(
        (
            pairs(every),
            element("h3", "To make it again, in this page's folder"),
            *commands,
            *_folded(scenario_toml, digests),
        )
    )


def _command(command: str, makes: str = "") -> Markup:
    box = element("p", element("code", command), class_="command")
    return joined((element("p", f"{makes}:"), box)) if makes else box


def scenario_text(path: Path) -> str:
    """The scenario beside a document; empty where somebody took it away."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def description(scenario_toml: str) -> str:
    """What the scenario says of itself."""
    said = _table(scenario_toml).get("description", "")
    return said if isinstance(said, str) else ""


def account_rows(account: AccountTable, several: Sequence[NamedAccountTable] = ()) -> list[tuple[str, str]]:
    """What SES allows, and by what rule it is supposed to; each of several accounts, and all of them together."""
    changes = f", which changes {len(account['rate_steps']) - 1} times" if len(account["rate_steps"]) > 1 else ""
    rate, quota = account["max_send_rate_per_s"], account["max_24h_send"]
    if several:
        return [*map(_of_several, several), ("all accounts", _allowance(rate, quota, changes))]
    return [
        ("account", _allowance(rate, quota, changes)),
        ("limiter", f"{limiter(account['limiter'])}: a hypothesis, because nobody documents SES's own"),
    ]


def _of_several(account: NamedAccountTable) -> tuple[str, str]:
    about = [
        _allowance(account["max_send_rate_per_s"], account["max_24h_send"]),
        limiter(account["limiter"]),
        account.get("region", ""),
        account.get("identity", ""),
    ]
    return f"account {account['account']}", "; ".join(filter(None, about))


def _allowance(rate_per_s: float, quota: int, changes: str = "") -> str:
    a_day = "no limit" if quota < 0 else f"{count(quota)} recipients"
    return f"{rate_per_s:g} recipients a second{changes}; in 24 hours {a_day}"


def limiter(table: LimiterTable) -> str:
    """A hypothesis in words."""
    said = f"{table['kind']}, burst {table['burst']}, {table['admission']} admission"
    more = [
        f"refilled at {table['effective_rate']:g} of the rate" if table["effective_rate"] != 1 else "",
        f"a refusal costs {table['refusal_cost']:g} of its recipients" if table["refusal_cost"] else "",
        f"{table['shards']} shards" if table["shards"] != 1 else "",
    ]
    return ", ".join([said, *filter(None, more)])


def seeds(first: int, replications: int, rounds: int = 1) -> str:
    """Which seeds were run; the mails of rounds are those of the first."""
    if rounds > 1:
        return f"seed {first} in {rounds} rounds"
    if replications == 1:
        return f"seed {first}"
    return f"seeds {first} to {first + replications - 1}"


def _latencies(scenario_toml: str) -> Iterator[tuple[str, str]]:
    laws = _table(scenario_toml).get("latency", {})
    if isinstance(laws, Mapping) and laws:
        yield "latency laws", "; ".join(f"{name} {toml_value(law)}" for name, law in laws.items())


def _table(scenario_toml: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(scenario_toml)
    except ValueError:
        return {}


def _versions() -> str:
    return f"drawn by seslab {version('seslab')} with Python {platform.python_version()}"


def _folded(scenario_toml: str, digests: Rows) -> Iterator[Markup]:
    if 0 < len(scenario_toml) <= MOST_LETTERS:
        text = element("pre", block(scenario_toml), tabindex=0, aria_label="scenario.toml")
        yield folded("The scenario as it was run", text)
    if rows := [*digests]:
        yield folded("Digests: the same run gives the same ones", element("div", pairs(rows), class_="digests"))
