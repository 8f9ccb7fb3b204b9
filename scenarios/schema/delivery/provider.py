"""A mailbox provider: how many of the recipients it has, and what it does with their mail."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from scenarios.formats.quoted import unknown
from scenarios.schema.complaints import ONE_LINE, WORD
from scenarios.schema.latency import Latency
from scenarios.schema.tables import Duration, Probability, Table, wrong

CATALOGUE = Path(__file__).with_name("providers.toml")
MOST, TOLERANCE = 50, 1e-6


def _catalogue_knows(schema: dict[str, Any]) -> None:
    """An editor must not ask for what the catalogue has."""
    schema["required"] = ["share"]


class Provider(Table):
    """Its own numbers, or those of the catalogue under its name."""

    model_config = ConfigDict(json_schema_extra=_catalogue_knows)

    share: float = Field(gt=0, le=1, description="of all recipients; the shares add up to 1")
    inbox: Latency = Field(description="from SES's attempt until the mail is in the inbox, or refused")
    hard_bounce: Probability = Field(default=0.0, description="share of the recipients that it does not know")
    soft_bounce: Probability = Field(
        default=0.0, description="share of the recipients whose mailbox is full whenever SES tries"
    )
    complaint: Probability = Field(default=0.0, description="share of the recipients who call the mail spam")
    reports_complaints: bool = Field(default=True, description="whether SES hears of complaints; Gmail tells none")
    domains: int = Field(default=1, ge=1, le=1_000_000, description="domains that count on their own")
    per_hour: int | None = Field(
        default=None,
        ge=1,
        description="recipients that a domain takes from an IP address within an hour; default: any",
    )
    defer_s: Duration = Field(
        default=900.0,
        description="beyond them all from that address is turned away for so long, then counted anew",
    )
    reply: str = Field(
        default="421 4.7.0 Try again later", max_length=500, pattern=ONE_LINE, description="what it says then"
    )


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """The keys of the known providers by name, without what they rest on."""
    tables = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
    return {name: {key: value for key, value in one.items() if key != "sources"} for name, one in tables.items()}


def _filled_in(providers: Any) -> Any:
    """A share alone, and a table of some keys, is about a provider of the catalogue."""
    return {name: _whole(name, one) for name, one in providers.items()} if isinstance(providers, dict) else providers


def _whole(name: Any, given: Any) -> Any:
    known = catalogue().get(name)
    if known is None and not (isinstance(given, dict) and "inbox" in given):
        own = "or give a table with share and inbox"
        raise wrong(str(name), f"{unknown('provider', str(name), [*catalogue()])}; {own}")
    table = given if isinstance(given, dict) else {"share": given}
    return {**{key: value for key, value in (known or {}).items() if key != "share"}, **table}


def _add_up(providers: dict[str, Provider]) -> dict[str, Provider]:
    total = sum(one.share for one in providers.values())
    if abs(total - 1.0) > TOLERANCE:
        raise ValueError(f"the shares must add up to 1, not {total:g}")
    return providers


_Name = Annotated[str, Field(pattern=WORD)]  # it becomes part of figures' names
_Share = Annotated[float, Field(gt=0, le=1)]
Providers = Annotated[
    dict[_Name, Provider],
    Field(min_length=1, max_length=MOST),
    BeforeValidator(_filled_in, json_schema_input_type=dict[_Name, _Share | Provider]),
    AfterValidator(_add_up),
]
"""By name."""


def known_providers() -> dict[str, Provider]:
    """The catalogue's, with its own shares."""
    return {name: Provider.model_validate(table) for name, table in catalogue().items()}
