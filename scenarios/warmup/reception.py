"""What mailbox providers make of a warm-up: whom they turn away, because they do not know the addresses yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scenarios.delivery.deferrals import Most
from scenarios.delivery.post_office import Copy, PostOffice, What
from scenarios.delivery.recipients import Kind
from scenarios.measures.fluid import served
from scenarios.schema.clock import DAY_S
from scenarios.schema.delivery.dedicated_ips import DedicatedIps
from scenarios.schema.delivery.delivery import Delivery
from scenarios.schema.delivery.provider import Provider
from scenarios.schema.model import Scenario
from scenarios.warmup.plan import Day

HOURS = 24


@dataclass(slots=True)
class Received:
    """Of the recipients that SES accepted on one date for the addresses: how many met with what."""

    deferred: int = 0  # at the first attempt
    expired: int = 0
    bounced: int = 0


class Book:
    """Adds them up, each under the date of its acceptance.

    A full mailbox is left out: it turns mail away whatever address it comes from.
    """

    def __init__(self, days: int) -> None:
        self.days = [Received() for _ in range(days)]

    def taken(self, copy: Copy) -> None:
        pass

    def happens(self, copy: Copy, what: What, at_s: float) -> None:
        if copy.nature.kind == Kind.FULL:
            return
        day = self.days[min(int(copy.accepted_s // DAY_S), len(self.days) - 1)]
        day.deferred += copy.attempts == 1 and what in (What.DEFERRED, What.EXPIRED)
        day.expired += what == What.EXPIRED
        day.bounced += what == What.BOUNCED


def received(scenario: Scenario, delivery: Delivery, ips: DedicatedIps, days: Sequence[Day]) -> Iterator[Received]:
    """Of each date of a plan, in its order; complete only once all of them are asked for.

    SES gets the mail as an ideal sender gives it, and each attempt of its own counts at the provider.
    """
    book = Book(len(days))
    from_ips = delivery.model_copy(update={"sending_ips": ips.number})
    office = PostOffice(from_ips, scenario.seed, book, most_of(ips, [*delivery.providers.values()]))
    mail, free_s = 0, 0.0
    for number, day in enumerate(days):
        due_s = np.maximum(number * DAY_S + day.dedicated_s, free_s)
        accepted_s = served(due_s, np.ones(len(due_s)), scenario.account.max_send_rate_per_s).done_s
        for at_s in accepted_s.tolist():
            office.take(at_s, mail, range(1))
            mail += 1
            free_s = at_s
        if number == len(days) - 1:
            office.advance(float("inf"))
        yield book.days[number]


def most_of(ips: DedicatedIps, providers: Sequence[Provider]) -> Most:
    """What a provider's domain takes in an hour from one address, by how long it has known the address.

    That is its share of the trusted ramp, and at least all of the first step, which a ramp sends to whomever there is.
    Of a ramp by the day each hour has a twenty-fourth.
    """
    table = [[_most(ips, one, day) for day in range(ips.trusted.days)] for one in providers]
    warm = [one.per_hour for one in providers]

    def most(provider: int, at_s: float) -> int | None:
        day = int(at_s // DAY_S)
        return table[provider][day] if day < len(table[provider]) else warm[provider]

    return most


def _most(ips: DedicatedIps, provider: Provider, day: int) -> int:
    hours = HOURS if ips.trusted.per == "day" else 1
    trusted, least = (ips.trusted.most[at // ips.trusted.step_days] / hours for at in (day, 0))
    cold = max(1, int(least), int(ips.tolerance * trusted * provider.share / provider.domains))
    return cold if provider.per_hour is None else min(cold, provider.per_hour)
