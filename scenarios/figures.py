"""The figures of an entry of the comparison document under dotted names, such as `latency_s.p99`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from scenarios.entries.counts import CallCounts, LatencyFigures, LatencyOfAll, PartFigures, RecipientCounts
from scenarios.entries.inboxes import (
    AccountInboxFigures,
    DeliveryCounts,
    InboxFigures,
    InboxOfAll,
    InboxTimes,
    ProviderEntry,
    ReputationFigures,
)
from scenarios.entry import CallTimes, LossCounts, MonthFigures, ShadowFigures, StrategyEntry, UsageCounts

USAGE = tuple(UsageCounts.__annotations__)
"""What AWS counts, and the tables of a price file."""

_TABLES = {
    "recipients": RecipientCounts,
    "calls": CallCounts,
    "latency_s": LatencyFigures,
    "latency_of_all_s": LatencyOfAll,
    "call_s": CallTimes,
    "losses": LossCounts,
    "usage": UsageCounts,
    "month": MonthFigures,
    "shadow": ShadowFigures,
    "delivery": DeliveryCounts,
    "inbox_s": InboxTimes,
    "inbox_of_all_s": InboxOfAll,
    "reputation": ReputationFigures,
    "own_reputation": ReputationFigures,
}


def _in_tables(tables: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{table}.{figure}" for table in tables for figure in _TABLES[table].__annotations__)


FIGURES = (
    *_in_tables(_TABLES),
    "makespan_s",
    "goodput_per_s",
    "peak_1s",
    "attempted_peak_1s",
    "utilisation",
    "efficiency",
    "cost_usd",
    "cost_per_million_usd",
    "largest_mail",
    "receives",
    "wall_s",
    "harness_lag_s",
)
"""Every figure of all mails of a strategy; those of each workload and lane besides, where there are several."""

FIGURES_OF_PARTS = _in_tables(PartFigures.__annotations__)
"""Those that each workload and lane has."""

FIGURES_OF_PROVIDERS = _in_tables(name for name in ProviderEntry.__annotations__ if name in _TABLES)
"""Those that each mailbox provider has."""

FIGURES_OF_TENANTS = (*FIGURES_OF_PARTS, *_in_tables(("calls", *InboxFigures.__annotations__)))
"""Those that each tenant of SES has."""

FIGURES_OF_ACCOUNTS = (
    *FIGURES_OF_PARTS,
    *_in_tables(("calls", *AccountInboxFigures.__annotations__)),
    "makespan_s",
    "bound_s",
    "peak_1s",
    "utilisation",
)
"""Those that each of several accounts has."""

OF_ALL = {"latency_s": "latency_of_all_s", "inbox_s": "inbox_of_all_s"}
"""Times, and the same of all recipients, those without an end being infinitely late."""

_OF_A_PART = re.compile(
    r"(?P<whose>(?:workloads\.(?:0|[1-9][0-9]*|[A-Za-z][A-Za-z0-9-]*)|(?:lanes|providers|accounts|tenants)\.[^.]+)\.)(?P<figure>.+)"
)

_OF_KINDS = {
    "": FIGURES,
    "workloads": FIGURES_OF_PARTS,
    "lanes": FIGURES_OF_PARTS,
    "providers": FIGURES_OF_PROVIDERS,
    "accounts": FIGURES_OF_ACCOUNTS,
    "tenants": FIGURES_OF_TENANTS,
}

_NO_FIGURES = (
    "strategy",
    "variant_of",
    "settings",
    "chosen_settings",
    "look",
    "refusals",
    "warnings",
    "explanation",
    "interrupted",
    "digest",
    "ci95",
    "medians",
    "samples",
    "index",
    "name",
    "process",
    "lane",
    "priority",
    "provider",
    "account",
    "tenant",
)


class FigureName(NamedTuple):
    """A dotted name in two: `whose` is `lanes.news.`, `workloads.0.`, `providers.gmail.` or, of all mails, empty."""

    whose: str
    figure: str


def in_two(name: str) -> FigureName:
    """The name of a figure of a part, be there such a figure or not; any other stays whole."""
    part = _OF_A_PART.fullmatch(name)
    return FigureName(part["whose"], part["figure"]) if part else FigureName("", name)


def of_all(name: str) -> str:
    """The name of the figure in which a time counts what has not come to its end as infinite; others stay."""
    whose, figure = in_two(name)
    kind, _, rest = figure.partition(".")
    return f"{whose}{OF_ALL[kind]}.{rest}" if kind in OF_ALL else name


def is_of_recipients(figure: str) -> bool:
    """Whether it counts recipients, whatever became of them."""
    return in_two(figure).figure.startswith("recipients.")


def is_of_month(figure: str) -> bool:
    """Whether it is of a month's bill, which only a scenario with a table [bill] has, and no load test."""
    return figure.startswith("month.")


def is_of_delivery(figure: str) -> bool:
    """Whether it is of what becomes of accepted mail, which only a scenario with a table [delivery] has."""
    whose, of_it = in_two(figure)
    return whose.startswith("providers.") or of_it.startswith(
        tuple(f"{table}." for table in AccountInboxFigures.__annotations__)
    )


def is_of_tenants(figure: str) -> bool:
    """Whether it tells an account from its tenants, which only a scenario with some has."""
    return in_two(figure).figure.startswith("own_reputation.")


def is_of_shadow(figure: str) -> bool:
    """Whether it is of shadow copies, which only a scenario with some has."""
    return figure.startswith("shadow.")


def has_word(whose: str) -> bool:
    """Whether it is of a part that has a word, and not only a number, so that it is the same one in other runs."""
    return bool(whose) and not whose.split(".")[1].isdigit()


def by_its_word(name: str, entry: StrategyEntry) -> str:
    """The name of a figure as the entry has it, where a workload that has a name is counted instead."""
    whose, figure = in_two(name)
    if not whose or has_word(whose):
        return name
    numbered = {f"workloads.{one['index']}.": one for one in entry.get("workloads", ())}
    return f"workloads.{_word_or(whose.split('.')[1], numbered.get(whose))}.{figure}"


def is_figure(name: str) -> bool:
    """Whether an entry can have a figure of that name."""
    return name in figures_like(name)


def figures_like(name: str) -> list[str]:
    """All figures of what a name is about, of which one may be meant."""
    whose = in_two(name).whose
    return [f"{whose}{figure}" for figure in _OF_KINDS[whose.partition(".")[0]]]


def figures_of(entry: Mapping[str, Any] | Sequence[Any], prefix: str = "") -> dict[str, float | None]:
    """Every figure by its name; those of a part are called `workloads.0.latency_s.p99` or, by a word, `lanes.…`."""
    flat: dict[str, float | None] = {}
    for key, value in _inside(entry):
        flat |= figures_of(value, f"{prefix}{key}.") if _has_figures(value) else {prefix + key: value}
    return flat


def figure_of(entry: StrategyEntry, name: str) -> float | None:
    """The one of `figures_of` with that name, without a look at the others; None where there is none."""
    value: Any = entry
    for key in name.split("."):
        value = dict(_inside(value)).get(key) if _has_figures(value) else None
    return None if _has_figures(value) else value


def with_figures(entry: StrategyEntry, figures: Mapping[str, float | None]) -> StrategyEntry:
    """The entry with each figure replaced by the one of its name."""
    return cast(StrategyEntry, _replaced(entry, figures))


def _replaced(value: Any, figures: Mapping[str, float | None], name: str = "") -> Any:
    if not _has_figures(value):
        return figures.get(name, value)
    replaced = {key: _replaced(inner, figures, f"{name}.{key}".lstrip(".")) for key, inner in _inside(value)}
    return list(replaced.values()) if isinstance(value, list) else {**value, **replaced}


def _has_figures(value: Any) -> bool:
    return isinstance(value, list | Mapping)


def _inside(value: Mapping[str, Any] | Sequence[Any]) -> Iterable[tuple[str, Any]]:
    """What may be a figure or have some, by its key; in a list by its word, which may be any, or its number."""
    if isinstance(value, Mapping):
        return [(key, inner) for key, inner in value.items() if key not in _NO_FIGURES]
    return [(_word_or(str(number), inner), inner) for number, inner in enumerate(value)]


def _word_or(number: str, item: Any) -> str:
    """A lane's own, a provider's, a tenant's, an account's or a workload's name."""
    if not isinstance(item, Mapping):
        return number
    return str(next((item[key] for key in ("lane", "provider", "tenant", "account", "name") if key in item), number))
