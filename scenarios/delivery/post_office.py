"""SES after it has accepted: it hands mail to the providers, and tries again what they turn away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntEnum
from heapq import heappop, heappush
from typing import NamedTuple, Protocol

from scenarios.delivery.deferrals import Deferrals, Most
from scenarios.delivery.recipients import Kind, Nature, key_of
from scenarios.delivery.reputation import Reputation
from scenarios.delivery.tenancy import Tenancy
from scenarios.schema.delivery.delivery import Delivery
from strategies.dice import uniform

UNCERTAIN = 0.1  # of a wait between two attempts: without it all that was turned away together would come back together


class What(IntEnum):
    """What happens to a copy; the first four are ends, but for a complaint about what was delivered."""

    DELIVERED = 1
    BOUNCED = 2
    SUPPRESSED = 3
    EXPIRED = 4
    DEFERRED = 5
    COMPLAINED = 6


class Copy:
    """One recipient of one accepted mail; `number` counts all copies in the order of acceptance."""

    __slots__ = ("accepted_s", "attempts", "ip", "key", "nature", "number", "patience_s", "sent", "tenant")

    def __init__(self, number: int, key: int, nature: Nature, ip: int, accepted_s: float, patience_s: float) -> None:
        self.number, self.key, self.nature, self.ip, self.accepted_s = number, key, nature, ip, accepted_s
        self.patience_s, self.attempts = patience_s, 0
        self.tenant, self.sent = 0, number

    def of_tenant(self, tenant: int, sent: int) -> None:
        """Whose it is, and how many of that tenant's were accepted before it."""
        self.tenant, self.sent = tenant, sent


class Listener(Protocol):
    """Hears of every copy, and of what happens to it, as soon as that is certain: the instant may lie ahead."""

    def taken(self, copy: Copy) -> None: ...
    def happens(self, copy: Copy, what: What, at_s: float) -> None:
        """`at_s` of a deferral is the instant of the next attempt."""
        ...


class Due(NamedTuple):
    """What must wait for its instant, because it depends on what else happens until then."""

    at_s: float
    number: int
    act: Callable[[Copy, float], None]
    copy: Copy


class PostOffice:
    """One account's, whose tenants AWS judges each for itself; instants must not decrease."""

    def __init__(
        self,
        delivery: Delivery,
        seed: int,
        listener: Listener,
        most: Most | None = None,
        tenancy: Tenancy | None = None,
    ) -> None:
        self._delivery, self._seed, self._listener = delivery, seed, listener
        self._providers = list(delivery.providers.values())
        self._tenancy, self._deferrals = tenancy or Tenancy(delivery, seed), Deferrals(self._providers, most)
        volume, pauses = delivery.reputation.representative_volume, delivery.reputation.pauses
        self.reputations = [Reputation(volume, pauses) for _ in self._tenancy.populations]
        self.reputation, self._sent = self.reputations[0], [0] * len(self.reputations)
        self._heap: list[Due] = []
        self._counted = {What.BOUNCED: self._bounced, What.COMPLAINED: self._reported}
        self._due = self._copies = self._mails = 0

    def take(self, at_s: float, mail: int, to: range, patience_s: float | None = None) -> None:
        """SES has accepted a mail for these of its recipients."""
        self.take_for(at_s, [key_of(mail, place) for place in to], patience_s)

    def take_for(self, at_s: float, keys: list[int], patience_s: float | None = None) -> None:
        """SES has accepted a mail for the recipients with these keys, and may have a patience of its own with it."""
        self.advance(at_s)
        ip = self._mails % self._delivery.sending_ips
        self._mails += 1
        for key in keys:
            self.add(at_s, key, self._tenancy.nature(key), ip, patience_s)

    def add(self, at_s: float, key: int, nature: Nature, ip: int = 0, patience_s: float | None = None) -> Copy:
        """SES has accepted a mail for a recipient of this nature; everything before this instant has happened."""
        copy = self._taken(at_s, key, nature, ip, patience_s)
        if nature.kind == Kind.SUPPRESSED:
            self._listener.happens(copy, What.SUPPRESSED, at_s)
        elif nature.kind == Kind.SUPPRESSED_GLOBALLY:
            self._listener.happens(copy, What.BOUNCED, at_s)
            self._bounced(copy, at_s)
        else:
            self._attempt(copy, at_s)
        return copy

    def add_known(
        self,
        at_s: float,
        key: int,
        nature: Nature,
        happens: Iterable[tuple[float, What]],
        patience_s: float | None = None,
    ) -> None:
        """SES has accepted a mail for a recipient of whom it is settled what happens, each so many seconds later.

        Of a deferral these are the seconds until the next attempt. No provider has a say, but AWS counts it.
        """
        copy = self._taken(at_s, key, nature, 0, patience_s)
        for after_s, what in happens:
            self._listener.happens(copy, what, at_s + after_s)
            if what in self._counted:
                self._later(at_s + after_s, self._counted[what], copy)

    def advance(self, until_s: float) -> None:
        """Let everything happen that is due by then."""
        while self._heap and self._heap[0].at_s <= until_s:
            due = heappop(self._heap)
            due.act(due.copy, due.at_s)

    def next_s(self) -> float | None:
        """When something is due next."""
        return self._heap[0].at_s if self._heap else None

    def _taken(self, at_s: float, key: int, nature: Nature, ip: int, patience_s: float | None) -> Copy:
        patience_s = self._delivery.max_delivery_s if patience_s is None else patience_s
        copy = Copy(self._copies, key, nature, ip, at_s, patience_s)
        self._copies += 1
        tenant = self._tenancy.of(key)
        copy.of_tenant(tenant, self._sent[tenant])
        self._sent[tenant] += 1
        self.reputations[tenant].sent()
        self._listener.taken(copy)
        return copy

    def _attempt(self, copy: Copy, at_s: float) -> None:
        provider, domain, kind = copy.nature
        copy.attempts += 1
        if not self._deferrals.takes(at_s, provider, domain, copy.ip) or kind == Kind.FULL:
            self._turned_away(copy, at_s)
            return
        there_s = at_s + self._providers[provider].inbox.quantile(self._chance("inbox", copy))
        if kind == Kind.UNKNOWN:
            self._listener.happens(copy, What.BOUNCED, there_s)
            self._later(there_s, self._bounced, copy)
        else:
            self._listener.happens(copy, What.DELIVERED, there_s)
            if kind == Kind.COMPLAINING:
                after_s = self._delivery.complaint_after.quantile(self._chance("complaint", copy))
                self._later(there_s + after_s, self._complained, copy)

    def _turned_away(self, copy: Copy, at_s: float) -> None:
        again_s, last_s = at_s + self._wait_s(copy), copy.accepted_s + copy.patience_s
        if again_s > last_s:
            self._listener.happens(copy, What.EXPIRED, last_s)
        else:
            self._listener.happens(copy, What.DEFERRED, again_s)
            self._later(again_s, self._attempt, copy)

    def _wait_s(self, copy: Copy) -> float:
        retry = self._delivery.retry
        wait_s = min(retry.first_s * retry.factor ** min(copy.attempts - 1, 100), retry.most_s)
        return wait_s * (1 + UNCERTAIN * (2 * self._chance("retry", copy) - 1))

    def _bounced(self, copy: Copy, at_s: float) -> None:
        self.reputations[copy.tenant].bounced(copy.sent, at_s)

    def _complained(self, copy: Copy, at_s: float) -> None:
        self._listener.happens(copy, What.COMPLAINED, at_s)
        if self._providers[copy.nature.provider].reports_complaints:
            self._reported(copy, at_s)

    def _reported(self, copy: Copy, at_s: float) -> None:
        self.reputations[copy.tenant].complained(copy.sent, at_s)

    def _later(self, at_s: float, act: Callable[[Copy, float], None], copy: Copy) -> None:
        self._due += 1
        heappush(self._heap, Due(at_s, self._due, act, copy))

    def _chance(self, purpose: str, copy: Copy) -> float:
        return uniform(self._seed, f"delivery/{purpose}", copy.key, copy.attempts)
