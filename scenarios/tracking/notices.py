"""What SES has to tell of a run's accepted mail: a pure function of its calls, in whatever world they were made."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from scenarios.delivery.deliveries import accepted_calls
from scenarios.delivery.post_office import Copy, PostOffice, What
from scenarios.delivery.recipients import PLACES
from scenarios.delivery.tenancy import Tenancy
from scenarios.ledger.ledger import Columns
from scenarios.schema.delivery.delivery import Delivery
from strategies.tracking.states import Event, State

_KINDS = {
    What.DELIVERED: State.DELIVERED,
    What.BOUNCED: State.BOUNCED,
    What.SUPPRESSED: State.BOUNCED,  # SES tells of it as of a hard bounce: OnAccountSuppressionList
    What.EXPIRED: State.RETURNED,
    What.DEFERRED: State.DELAYED,
    What.COMPLAINED: State.COMPLAINED,
}


class Notice(NamedTuple):
    """One record of SES: what happened to some recipients of a mail at one instant."""

    at_s: float
    events: tuple[Event, ...]
    tenant: int = 0  # that has sent the mail, as `Tenancy` counts


class _Journal:
    """Notes what the post office tells of each copy, to the millisecond, as SES does."""

    def __init__(self, delivery: Delivery) -> None:
        self.notices: list[Notice] = []
        self._domains = [f"{name.lower()}.example" for name in delivery.providers]
        self._reports = [one.reports_complaints for one in delivery.providers.values()]
        self._recipients: list[tuple[str, str]] = []
        self._attempted_s: list[float] = []
        self._message_id, self._sent, self._tenant = "", list[Event](), 0

    def accepted(self, message_id: str) -> None:
        """SES is about to take a mail under this id."""
        self._message_id, self._sent = message_id, []

    def sent(self) -> None:
        """SES has taken it."""
        self._note(self._sent, self._tenant)

    def taken(self, copy: Copy) -> None:
        mail, place = divmod(copy.key, PLACES)
        self._recipients.append((self._message_id, f"{mail}.{place}@{self._domains[copy.nature.provider]}"))
        self._attempted_s.append(copy.accepted_s)
        self._tenant = copy.tenant
        self._sent.append(self._event(copy, State.SENT, copy.accepted_s))

    def happens(self, copy: Copy, what: What, at_s: float) -> None:
        if what == What.COMPLAINED and not self._reports[copy.nature.provider]:
            return
        if what == What.DEFERRED:  # told with the instant of the next attempt
            at_s, self._attempted_s[copy.number] = self._attempted_s[copy.number], at_s
        self._note([self._event(copy, _KINDS[what], at_s)], copy.tenant)

    def _note(self, events: Sequence[Event], tenant: int) -> None:
        self.notices.append(Notice(events[0].at_s, tuple(events), tenant))

    def _event(self, copy: Copy, kind: State, at_s: float) -> Event:
        return Event(*self._recipients[copy.number], kind, round(at_s, 3))


def notices_of(
    delivery: Delivery, seed: int, calls: Columns, until_s: float, tenancy: Tenancy | None = None
) -> list[Notice]:
    """All that happens to one account's mail until an instant, in its order.

    Of two at one instant that which SES knew first.
    """
    journal = _Journal(delivery)
    office = PostOffice(delivery, seed, journal, tenancy=tenancy)
    for number, call in enumerate(accepted_calls(calls)):
        journal.accepted(f"{number:016x}-seslab")
        office.take(*call)
        journal.sent()
    office.advance(until_s)
    happened = (notice for notice in journal.notices if notice.at_s <= until_s)
    return sorted(happened, key=attrgetter("at_s"))
