"""A plan in words: when it is done, what it costs, whether providers follow, and whether it is worth it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

from reports.documents.warmup import ProviderFigures, WarmupDocument
from reports.warmup.shares import is_received, turned_away
from reports.words import money, names, volume
from scenarios.warmup.keeping_warm import NEEDED_PER_DAY
from strategies.presentation.words import count, counted, share

HASTY = 0.01
"""A share of recipients turned away beyond which a warm-up is said to be too fast."""
TOLERANCE = 1e-9  # what arithmetic may add
_NEEDED = f"the {count(NEEDED_PER_DAY)} recipients a day that keep it known there"


def title(warmup: WarmupDocument) -> str:
    """Which addresses, and whose mail."""
    return f"{whose(warmup)}: warming up {_addresses(warmup)}"


def whose(warmup: WarmupDocument) -> str:
    """The scenario, and of several accounts which."""
    return f"{warmup['scenario']}, {warmup['account']}" if "account" in warmup else warmup["scenario"]


def answer(warmup: WarmupDocument) -> str:
    """When it is done, and for how much."""
    done, cost = warmup["done_on"], warmup["cost"]["usd_of_plan"]
    paid = "" if cost is None else f", {money(cost)} for them by then"
    since = f"{date.fromisoformat(done):%A}, {done}"
    return f"all mail goes through {_addresses(warmup)} from {since} on, day {len(warmup['days'])}{paid}"


def sentences(warmup: WarmupDocument) -> list[str]:
    """What goes where, what comes of it, what it costs, and for whom."""
    return [*_where(warmup), *_followed(warmup), *_cost(warmup), *_worth(warmup), *_quota(warmup), _repeated(warmup)]


def percent(part: float | None) -> str:
    """With a decimal."""
    return "-" if part is None else f"{100 * part:.1f} %"


def _addresses(warmup: WarmupDocument) -> str:
    number, kind = warmup["addresses"]["number"], warmup["addresses"]["kind"]
    return f"{number:,} {kind} address{'es' * (number != 1)}"


def _where(warmup: WarmupDocument) -> Iterator[str]:
    total = warmup["total"]
    all_of_them = f"{count(total['due'])} recipients until then"
    yield f"{share(total['dedicated'], total['due'])} of the {all_of_them} go through these addresses"
    if total["shared"]:
        yield f"{count(total['shared'])} go through addresses that are shared"
    if total["most_held"]:
        yield f"at most {counted(total['most_held'], 'recipient')} are held back at the end of a day"


def _followed(warmup: WarmupDocument) -> Iterator[str]:
    """Whether it is too fast for the providers, and from when to when."""
    hasty = [day for day in warmup["days"] if (turned_away(day) or 0.0) > HASTY]
    if not is_received(warmup):
        yield "what providers make of this ramp is not modelled: that needs a table [delivery]"
    elif not hasty:
        yield f"providers follow: on no date do they turn away more than {share(HASTY, 1)} at the first attempt"
    else:
        worst = max(hasty, key=lambda day: turned_away(day) or 0.0)
        first, last = hasty[0]["date"], hasty[-1]["date"]
        when = f"{len(hasty)} dates between {first} and {last}" if first < last else first
        yield f"too fast: providers turn away more than {share(HASTY, 1)} on {when}"
        expired = sum(day["reception"]["expired"] for day in hasty if "reception" in day)
        lost = f"; {counted(expired, 'recipient')} of these dates never get their mail" if expired else ""
        yield f"at worst it is {percent(turned_away(worst))}, on {worst['date']}{lost}"


def _cost(warmup: WarmupDocument) -> Iterator[str]:
    cost, number = warmup["cost"], warmup["addresses"]["number"]
    if cost["usd_per_month"] is None:
        yield "what managed addresses cost is not in the price file: dedicated_ips.usd_per_month says it"
        return
    each, mail = cost["usd_per_thousand"], _small(cost["mail_usd_per_thousand"])
    by_mail = "" if each is None else f", {_small(each)} for 1,000 recipients beside {mail} for SES itself"
    who = "the address costs" if number == 1 else f"the {number:,} addresses cost"
    yield f"{who} {money(cost['usd_per_month'])} a month{by_mail}"


def _small(usd: float) -> str:
    return money(usd) if usd >= 0.01 or not usd else "less than a cent"


def _worth(warmup: WarmupDocument) -> Iterator[str]:
    """Where addresses break even: below, providers forget them between two mails."""
    providers = warmup["providers"]
    enough = [one["provider"] for one in providers if one["is_enough"]]
    if not enough:
        yield f"not worth it: no address brings any provider {_NEEDED}; {_threshold(providers[0])} would get it"
        return
    yield f"worth it at {names(enough)}: each address brings {_NEEDED}"
    if forgetful := [_threshold(one) for one in providers if not one["is_enough"]]:
        yield f"not worth it elsewhere: {', '.join(forgetful)} would get it"


def _threshold(one: ProviderFigures) -> str:
    return f"{one['provider']} from {volume(_up(one['enough_from_per_day']))} a day in all on"


def _up(recipients: float) -> float:
    """To three digits, none of which promises too much."""
    step = 10.0 ** max(0, math.floor(math.log10(recipients)) - 2)
    return math.ceil(recipients / step - TOLERANCE) * step


def _quota(warmup: WarmupDocument) -> Iterator[str]:
    if over := warmup["over_quota"]:
        when = over[0] if len(over) == 1 else f"{len(over)} dates, first {over[0]}"
        yield f"more is to be sent than the account's 24-hour quota on {when}"


def _repeated(warmup: WarmupDocument) -> str:
    days = warmup["repeats_days"]
    return f"the scenario's mail is repeated {'every day' if days == 1 else f'every {days} days'}; nothing was sent"
