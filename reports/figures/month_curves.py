"""Each contender's month at any volume, and where another one than the cheapest becomes cheaper."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reports.documents.comparison import BillTable, ComparisonDocument
from reports.words import volume
from scenarios.entry import MonthFigures, StrategyEntry
from scenarios.measures.month_curve import MonthCurve, Stretch, cheaper
from scenarios.verdicts import FAIL

MOST_RECIPIENTS = 1e9  # a month
MOST_SAID = 3


class Rival(NamedTuple):
    """Who is cheaper than the cheapest one, and where; several if a reader sees the same volumes for them."""

    strategies: Sequence[str]
    stretches: Sequence[Stretch]


class Rivalry(NamedTuple):
    """The cheapest one at the scenario's volume of those that may be chosen, and who beats it within which range."""

    cheapest: str
    rivals: Sequence[Rival]
    within: Stretch


def volume_of(comparison: ComparisonDocument) -> float:
    """Recipients that the scenario's runs submit in a month; 0 where no month was billed."""
    runs = comparison["bill"]["runs_per_month"] if "bill" in comparison else 0.0
    return runs * max((entry["recipients"]["submitted"] for entry in comparison["strategies"]), default=0.0)


def curves_of(comparison: ComparisonDocument) -> dict[str, MonthCurve]:
    """By strategy, of those with a month."""
    submitted = volume_of(comparison)
    return {
        entry["strategy"]: curve_of(comparison["bill"], entry["month"], submitted)
        for entry in comparison["strategies"]
        if "month" in entry and submitted
    }


def curve_of(bill: BillTable, month: MonthFigures, submitted: float) -> MonthCurve:
    """Of the month of a scenario whose runs submit so many recipients in it."""
    return MonthCurve(
        fixed_usd=month["fees_usd"] + month["pods_usd"],
        admitted_per_recipient=month["recipients"] / submitted,
        services_usd_per_recipient=month["services_usd"] / submitted,
        busy_hours_per_recipient=month["busy_hours"] / submitted,
        quiet_usd_per_hour=month["quiet_usd_per_hour"],
        hours=bill["hours"],
        tiers=[(tier["above"], tier["usd_per_recipient"]) for tier in bill["tiers"]],
    )


def sendable(comparison: ComparisonDocument) -> float:
    """Recipients that the account's limit lets through in a month: more is none of its volumes."""
    hours = comparison["bill"]["hours"]
    return min(MOST_RECIPIENTS, comparison["account"]["max_send_rate_per_s"] * 3600 * hours)


def rivalry(comparison: ComparisonDocument) -> Rivalry | None:
    """Those whose break-even is nearest to the scenario's volume come first; None where nobody sent everything."""
    curves, mine = curves_of(comparison), volume_of(comparison)
    contenders = {name: curves[name] for name in _eligible(comparison) if name in curves}
    if not contenders:
        return None
    within = (1.0, max(1.0, mine, sendable(comparison)))
    cheapest = min(contenders, key=lambda name: contenders[name].total_usd(mine))
    rivals = _rivals(contenders, cheapest, within)
    return Rivalry(cheapest, sorted(rivals, key=lambda rival: _apart(rival, mine))[:MOST_SAID], within)


def _eligible(comparison: ComparisonDocument) -> list[str]:
    """Those that sent everything, and do not fail what is demanded."""
    complete = [entry["strategy"] for entry in comparison["strategies"] if _sent_everything(entry)]
    failing = {one["strategy"] for one in comparison.get("ranking", ()) if one.get("requirement") == FAIL}
    return [name for name in complete if name not in failing]


def _sent_everything(entry: StrategyEntry) -> bool:
    return entry["recipients"]["accepted"] == entry["recipients"]["submitted"]


def _rivals(contenders: Mapping[str, MonthCurve], cheapest: str, within: Stretch) -> list[Rival]:
    alike: dict[tuple[str, ...], Rival] = {}
    for name, curve in contenders.items():
        if stretches := cheaper(curve, contenders[cheapest], within):
            shown = tuple(volume(end) for stretch in stretches for end in stretch)
            before = alike.get(shown, Rival((), stretches))
            alike[shown] = Rival((*before.strategies, name), before.stretches)
    return [*alike.values()]


class MarkedPoint(NamedTuple):
    """A break-even: at so many recipients a month these strategies cost as many dollars."""

    recipients: float
    usd: float
    strategies: Sequence[str]


def marked_points(comparison: ComparisonDocument) -> list[MarkedPoint]:
    """The break-evens of the rivals with the cheapest one."""
    found, curves = rivalry(comparison), curves_of(comparison)
    if found is None:
        return []
    return [
        MarkedPoint(end, curves[found.cheapest].total_usd(end), (*rival.strategies, found.cheapest))
        for rival in found.rivals
        for stretch in rival.stretches
        for end in stretch
        if end not in found.within
    ]


def _apart(rival: Rival, mine: float) -> float:
    """How many times more or less the nearest one of them is."""
    return min(abs(math.log(end / mine)) for stretch in rival.stretches for end in stretch)
