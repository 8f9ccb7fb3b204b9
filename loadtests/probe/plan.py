"""Whether a probe may be made, and how many recipients it may use: everything is checked before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from time import monotonic
from typing import Any, NamedTuple

from loadtests.deploy import account, safety
from loadtests.deploy.cloud import aws, speaking_plainly
from loadtests.load.assignment import Place as Target
from loadtests.load.targets.check_target import check_place, elsewhere
from loadtests.ports.ses import SENDER, Envelope
from loadtests.suppression.place import Place, place_of
from scenarios.budget import Budget
from scenarios.errors import BadInput, RunFailed
from scenarios.formats.quoted import printable
from scenarios.inference.probing.experiments import MOST_RECIPIENTS, Pace
from scenarios.inference.probing.probe import Allowance
from scenarios.measures.cost import Prices, cost

SECONDS_WORTH = 20
"""Recipients that a probe may use, in seconds' worth of the rate."""
LEAST_SECONDS_WORTH = 5
"""With fewer a limiter may not even be emptied once."""
QUOTA = ("MaxSendRate", "Max24HourSend", "SentLast24Hours")
LOOKS = 3
SLOWER = 1.5  # a mail takes longer than a look at the account
PATIENCE_S = 30.0


class Plan(NamedTuple):
    """From whom, through which client, and how much."""

    place: Place
    client: Any
    envelope: Envelope
    allowance: Allowance


def planned(
    endpoint: str | None, region: str | None, sender: str | None, budget: Budget, prices: Prices
) -> tuple[Plan, list[str]]:
    """What may be sent, and lines that say so, to read before saying yes. Raises BadInput or RunFailed."""
    place = _place(endpoint, region)
    envelope = Envelope(SENDER if place.url and sender is None else safety.check_sender(sender))
    client = place.client()
    rate_per_s, left_today, call_s = _looked_at(client, place)
    pace = Pace(rate_per_s, call_s)
    _check_pace(place, pace)
    recipients = _allowed(place, rate_per_s, left_today, budget)
    usd = cost({"ses_recipients": float(recipients)}, prices)
    if place.url is None:
        _check_cost(recipients, usd, budget)
        account.check_verified(aws(region), envelope.source)
    lines = [
        f"{place.name}: SES allows {rate_per_s:g} recipients/s",
        f"from {envelope.source} to {envelope.to}: at most {recipients:,} recipients accepted, about {usd:.2f} USD; "
        "calls that are refused ask for more, and cost nothing; nobody else may send meanwhile",
    ]
    return Plan(place, client, envelope, Allowance(pace, recipients)), lines


def _place(endpoint: str | None, region: str | None) -> Place:
    if endpoint is not None:
        check_place("ses-v2", Target(endpoint, region))
        if elsewhere(Target(endpoint)):
            raise BadInput(
                f"--endpoint {printable(endpoint)}: is not on this machine; a probe of AWS itself needs --region"
            )
    return place_of(endpoint, region)


def _check_pace(place: Place, pace: Pace) -> None:
    if pace.is_too_slow:
        raise BadInput(
            f"{place.name}: a call takes {1000 * pace.call_s:.0f} ms, so that mails one after another, of "
            f"{MOST_RECIPIENTS} recipients at most, do not empty a limiter of {pace.rate_per_s:g} a second; probe from "
            "nearer, such as from AWS CloudShell in that Region"
        )


def _allowed(place: Place, rate_per_s: float, left_today: float, budget: Budget) -> int:
    """Recipients that may be used; what is left of the day is below 0 where there is no end of it."""
    recipients = min(int(SECONDS_WORTH * rate_per_s), budget.recipients)
    if recipients < (least := ceil(LEAST_SECONDS_WORTH * rate_per_s)):
        raise BadInput(f"--budget-recipients {budget.recipients}: a probe at {rate_per_s:g} a second needs {least:,}")
    if 0 <= left_today < recipients:
        raise BadInput(
            f"a probe uses up to {recipients:,} recipients: SES allows {place.name} {left_today:,.0f} more today; "
            "wait, or lower --budget-recipients"
        )
    return recipients


def _check_cost(recipients: int, usd: float, budget: Budget) -> None:
    if usd > budget.usd:
        raise BadInput(
            f"--budget-usd {budget.usd:g}: a probe of {recipients:,} recipients costs about {usd:.2f} USD; "
            "lower --budget-recipients, or raise the budget"
        )
    safety.check_budget(safety.Load(recipients, recipients, usd), budget)


def ask(plan: Plan, yes: bool, show: Callable[[str], None], lines: list[str]) -> None:
    """Shows what will be sent; on AWS it is asked for. Raises BadInput where the answer is no."""
    for line in lines:
        show(line)
    if plan.place.url is None:
        safety.ask(yes)


def _looked_at(client: Any, place: Place) -> tuple[float, float, float]:
    """The rate that SES names, what is left of the day, and how long a call takes."""
    taken_s: list[float] = []
    about: dict[str, Any] = {}
    with speaking_plainly(place.world):
        for _ in range(LOOKS):
            begun_s = monotonic()
            about = client.get_account()
            taken_s.append(monotonic() - begun_s)
    if not about.get("SendingEnabled", True):
        raise BadInput(f"{place.name}: its SES may not send at present; see its console")
    quota = about.get("SendQuota", {})
    missing = [key for key in QUOTA if not isinstance(quota.get(key), int | float)]
    if missing:
        raise RunFailed(f"{place.name}: does not answer as SES does: its account has no SendQuota.{missing[0]}")
    rate_per_s, most, sent = (float(quota[key]) for key in QUOTA)
    if rate_per_s <= 0:
        raise RunFailed(f"{place.name}: names no rate at which it may send")
    return rate_per_s, -1.0 if most < 0 else most - sent, SLOWER * sorted(taken_s)[LOOKS // 2]
