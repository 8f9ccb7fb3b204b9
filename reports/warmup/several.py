"""Plans of several accounts: each by itself, as one document, as a table each, and in a folder each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from reports import terminal
from reports.columns import Sheet
from reports.documents.warmup import SEVERAL, WarmupDocument, WarmupsDocument
from reports.warmup import folder
from reports.warmup.command import planned
from reports.warmup.sentences import sentences as own_sentences
from reports.warmup.table import table
from reports.words import names
from scenarios.aws.routing import shares_of
from scenarios.errors import BadInput
from scenarios.measures.cost import Prices
from scenarios.schema.accounts.accounts import POOL
from scenarios.schema.delivery.dedicated_ips import DedicatedIps
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import as_toml
from scenarios.traffic.slices import members_of, slices_of
from scenarios.warmup.demand import ALL, Dealt


def addressed(source: str, scenario: Scenario) -> dict[str, DedicatedIps]:
    """The accounts that have addresses of their own. Raises BadInput where nothing says whose they are, or none has."""
    own = {name: one.dedicated_ips for name, one in scenario.accounts.items() if one.dedicated_ips is not None}
    first = next(iter(scenario.accounts))
    if scenario.dedicated_ips is not None:
        listed = ", ".join(scenario.accounts)
        raise BadInput(
            f"{source}: dedicated_ips: addresses are one account's, and there are {listed}; say of one, such "
            f"as [accounts.{first}.dedicated_ips]"
        )
    if not own:
        raise BadInput(
            f"{source}: has no addresses to warm up; add a table [accounts.{first}.dedicated_ips] with number = 2"
        )
    return own


def planned_each(
    scenario: Scenario, source: str, first: date, repeats_days: int | None, prices: Prices
) -> WarmupsDocument:
    """A plan for each account that has addresses. Raises BadInput as `addressed` and `planned` do."""
    own = addressed(source, scenario)
    return {
        "schema": SEVERAL,
        "scenario": scenario.name,
        "warmups": [
            _planned(scenario, f"{source}: accounts.{name}", name, ips, first, repeats_days, prices)
            for name, ips in own.items()
        ],
        "without": [name for name in scenario.accounts if name not in own],
    }


def _planned(
    scenario: Scenario,
    source: str,
    name: str,
    ips: DedicatedIps,
    first: date,
    repeats_days: int | None,
    prices: Prices,
) -> WarmupDocument:
    part, dealt = _sent_by(source, scenario, name)
    with_ips = part.model_copy(update={"dedicated_ips": ips})
    warmup = planned(with_ips, source, first, repeats_days, prices, dealt)
    warmup["account"] = name
    return warmup


def _sent_by(source: str, scenario: Scenario, name: str) -> tuple[Scenario, Dealt]:
    """What an account sends: its own mail, or its share of the pool's. Raises BadInput where it sends none."""
    parts, pooled = slices_of(scenario), scenario.arrangement.pooled
    if name in pooled and scenario.pool is not None:
        pool = parts[POOL]
        rates_per_s = [scenario.accounts[one].max_send_rate_per_s for one in pooled]
        return members_of(pool)[name], Dealt(shares_of(scenario.pool.routing, rates_per_s), pooled.index(name))
    if name not in parts:
        raise BadInput(f"{source}: sends no mail that could warm up its addresses; give it some, or leave them out")
    return parts[name], ALL


def tables(document: WarmupsDocument) -> tuple[Sheet, ...]:
    """One for each account, below its answer."""
    return tuple(table(warmup).told_of(warmup["account"]) for warmup in document["warmups"])


def sentences(document: WarmupsDocument) -> Iterator[str]:
    """Account by account."""
    for warmup in document["warmups"]:
        yield from (f"{warmup['account']}: {one}" for one in own_sentences(warmup))
    if without := document["without"]:
        yield f"{names(without)}: no addresses to warm up"


def show_planned(
    scenario: Scenario,
    source: str,
    first: date,
    repeats_days: int | None,
    prices: Prices,
    as_json: bool,
    out: Path | None,
) -> None:
    """On standard output, and in a folder if one is given. Raises BadInput as `planned_each` does."""
    if out is not None:
        folder.prepare_several(out, addressed(source, scenario), scenario.name)
    document = planned_each(scenario, source, first, repeats_days, prices)
    if out is not None:
        folder.save_several(out, document, as_toml(scenario))
    terminal.present(document, as_json, tables(document), sentences(document))
