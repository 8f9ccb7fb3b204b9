"""A run's figures counted again from its calls, one recipient at a time, in plain loops and exact fractions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import NamedTuple

from scenarios.ledger.ledger import ACCEPTED, QUOTA, THROTTLED, Ledger


class Call(NamedTuple):
    """A row of the calls as plain numbers."""

    mail: int
    first: int
    recipients: int
    start_s: float
    decided_s: float
    end_s: float
    outcome: int

    @property
    def to(self) -> range:
        """Its recipients, counted from the mail's first."""
        return range(self.first, self.first + self.recipients)


def calls_of(ledger: Ledger) -> list[Call]:
    """The calls in the order of the table."""
    names = ("mail", "first_recipient", "recipients", "start_s", "decided_s", "end_s", "outcome")
    return [Call(*row) for row in zip(*(ledger.calls[name].tolist() for name in names), strict=True)]


def acceptances(calls: list[Call]) -> Counter[tuple[int, int]]:
    """(mail, recipient) → how often SES accepted it."""
    return Counter((call.mail, to) for call in calls if call.outcome == ACCEPTED for to in call.to)


def first_acceptances_s(calls: list[Call]) -> dict[tuple[int, int], float]:
    """(mail, recipient) → when SES first accepted it."""
    first_s: dict[tuple[int, int], float] = {}
    for call in calls:
        if call.outcome == ACCEPTED:
            for to in call.to:
                first_s.setdefault((call.mail, to), call.decided_s)
    return first_s


def check_recount(ledger: Ledger) -> None:
    """The mails' columns are what the calls say, mail by mail and recipient by recipient."""
    calls, mails = calls_of(ledger), {name: column.tolist() for name, column in ledger.mails.items()}
    times, by_mail = acceptances(calls), _by_mail(calls, len(mails["mail"]))
    for mail, own in enumerate(by_mail):
        counts = [times[mail, to] for to in range(mails["recipients"][mail])]
        accepted = sum(count > 0 for count in counts)
        assert mails["accepted"][mail] == accepted
        assert mails["duplicated"][mail] == sum(counts) - accepted
        unsent = mails["dead_lettered"][mail] + mails["lost"][mail] + mails["pending"][mail]
        assert unsent == mails["recipients"][mail] - accepted
        assert mails["attempts"][mail] == len(own)
        assert mails["throttles"][mail] == sum(call.outcome in (THROTTLED, QUOTA) for call in own)
        assert _same(mails["first_attempt_s"][mail], [call.start_s for call in own], min)
        assert _same(mails["last_accepted_s"][mail], [c.decided_s for c in own if c.outcome == ACCEPTED], max)
    assert ledger.usage["ses_recipients"] == sum(times.values())
    assert all(to < mails["recipients"][mail] and to >= 0 for mail, to in times)


def _by_mail(calls: list[Call], mails: int) -> list[list[Call]]:
    own: list[list[Call]] = [[] for _ in range(mails)]
    for call in calls:
        own[call.mail].append(call)
    return own


def _same(figure: float, instants: list[float], chosen: Callable[[list[float]], float]) -> bool:
    return figure == chosen(instants) if instants else math.isnan(figure)


def fullest_window(calls: list[Call], rate_per_s: Fraction) -> Fraction:
    """The most by which any window's accepted recipients exceed the rate times its length."""
    return excess(((Fraction(c.decided_s), c.recipients) for c in calls if c.outcome == ACCEPTED), rate_per_s)


def excess(admitted: Iterable[tuple[Fraction, int]], rate_per_s: Fraction) -> Fraction:
    """The greatest n_i + … + n_j − rate·(t_j − t_i) of (seconds, recipients) in the order of time."""
    worst = total = Fraction(0)
    least: Fraction | None = None
    for at_s, recipients in admitted:
        before = total - rate_per_s * at_s
        least = before if least is None else min(least, before)
        total += recipients
        worst = max(worst, before + recipients - least)
    return worst
