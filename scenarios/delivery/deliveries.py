"""What became of a run's accepted mail: a pure function of SES's decisions, in whatever world they were made."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from scenarios.delivery.post_office import Copy, PostOffice, What
from scenarios.delivery.recipients import PLACES
from scenarios.delivery.tenancy import Tenancy, tenancy_of
from scenarios.ledger.build_ledger import Evidence
from scenarios.ledger.delivered import DELIVERY_FATES, Delivered, DeliveryFate, Judged, Judgement
from scenarios.ledger.join import delivered_together
from scenarios.ledger.ledger import ACCEPTED, ACCOUNT, Columns
from scenarios.schema.delivery.delivery import Delivery
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import members_of

NAN = float("nan")
_FATES: dict[What, DeliveryFate] = {
    What.DELIVERED: "delivered",
    What.BOUNCED: "bounced",
    What.SUPPRESSED: "suppressed",
    What.EXPIRED: "expired",
}
_CODES = {what: DELIVERY_FATES.index(fate) for what, fate in _FATES.items()}


class Copies:
    """The rows, as the post office tells of them."""

    def __init__(self) -> None:
        self._keys, self._providers, self._outcomes = array("q"), bytearray(), bytearray()
        self._deferrals = array("i")
        self._accepted_s, self._ended_s, self._again_s, self._complained_s = (array("d") for _ in range(4))

    def taken(self, copy: Copy) -> None:
        self._keys.append(copy.key)
        self._providers.append(copy.nature.provider)
        self._outcomes.append(0)
        self._deferrals.append(0)
        self._accepted_s.append(copy.accepted_s)
        for column in (self._ended_s, self._again_s, self._complained_s):
            column.append(NAN)

    def happens(self, copy: Copy, what: What, at_s: float) -> None:
        row = copy.number
        if what == What.COMPLAINED:
            self._complained_s[row] = at_s
            return
        self._deferrals[row] += what in (What.DEFERRED, What.EXPIRED)
        self._again_s[row] = at_s if what == What.DEFERRED else NAN
        if what != What.DEFERRED:
            self._outcomes[row], self._ended_s[row] = _CODES[what], at_s

    def columns(self, until_s: float) -> Columns:
        """As they stand at an instant: what ends after it is pending."""
        keys = np.frombuffer(self._keys, dtype=np.int64)
        ended_s = np.frombuffer(self._ended_s, dtype=np.float64)
        is_late = ended_s > until_s
        outcome = np.frombuffer(self._outcomes, dtype=np.uint8)
        return {
            "mail": (keys // PLACES).astype(np.int32),
            "recipient": (keys % PLACES).astype(np.int32),
            "provider": np.frombuffer(self._providers, dtype=np.uint8).copy(),
            "accepted_s": np.frombuffer(self._accepted_s, dtype=np.float64).copy(),
            "deferrals": np.frombuffer(self._deferrals, dtype=np.int32).copy(),
            "next_attempt_s": np.frombuffer(self._again_s, dtype=np.float64).copy(),
            "ended_s": np.where(is_late, NAN, ended_s),
            "complained_s": np.frombuffer(self._complained_s, dtype=np.float64).copy(),
            "outcome": np.where(is_late, 0, outcome).astype(np.uint8),
        }


class Deliveries:
    """A run's post office, and the rows that it fills; instants must not decrease."""

    def __init__(self, delivery: Delivery, seed: int, tenancy: Tenancy | None = None) -> None:
        self._copies, self._providers = Copies(), tuple(delivery.providers)
        self._tenancy = tenancy or Tenancy(delivery, seed)
        self._office = PostOffice(delivery, seed, self._copies, tenancy=self._tenancy)
        self.take = self._office.take

    def is_paused(self, now_s: float, mail: int) -> bool:
        """Whether AWS has by now paused whoever sends the mail: its tenant, or the account."""
        self._office.advance(now_s)
        return self._office.reputations[self._tenancy.of_mail(mail)].is_paused

    def until(self, until_s: float) -> Delivered:
        """What had become of every copy at the end of observation."""
        self._office.advance(until_s)
        judgements = tuple(
            Judgement("", tenant, Judged(told.reviewed_s, told.paused_s, told.bounces.most, told.complaints.most))
            for tenant, told in zip(self._tenancy.names, self._office.reputations, strict=True)
        )
        return Delivered(self._copies.columns(until_s), self._providers, judgements)


def deliveries_of(scenario: Scenario, seed: int) -> Deliveries | None:
    """Those of a run's mails; None without the table [delivery]."""
    delivery = scenario.delivery
    return None if delivery is None else Deliveries(delivery, seed, tenancy_of(scenario, delivery, seed))


class AcceptedCall(NamedTuple):
    """When SES accepted which mail, and for which of its recipients."""

    at_s: float
    mail: int
    to: range


def accepted_calls(calls: Columns) -> Iterator[AcceptedCall]:
    """In the order in which SES decided."""
    accepted = calls["outcome"] == ACCEPTED
    columns = (calls[name][accepted].tolist() for name in ("decided_s", "mail", "first_recipient", "recipients"))
    for at_s, mail, first, recipients in zip(*columns, strict=True):
        yield AcceptedCall(at_s, mail, range(first, first + recipients))


def delivered_of(
    delivery: Delivery, seed: int, calls: Columns, until_s: float, tenancy: Tenancy | None = None
) -> Delivered:
    """What the providers made of the accepted calls until the end of observation."""
    deliveries = Deliveries(delivery, seed, tenancy)
    for call in accepted_calls(calls):
        deliveries.take(*call)
    return deliveries.until(until_s)


def delivered_in(
    scenario: Scenario, seed: int, calls: Columns, ended_s: float, interrupted: bool = False
) -> Delivered | None:
    """The same of a run that ended then; who breaks in ends the observation, too. None without the table [delivery]."""
    if scenario.delivery is None:
        return None
    until_s, tenancy = ended_s if interrupted else scenario.horizon_s, tenancy_of(scenario, scenario.delivery, seed)
    return delivered_of(scenario.delivery, seed, calls, until_s, tenancy)


def delivered_by(
    scenario: Scenario, seed: int, calls: Columns, ended_s: float, interrupted: bool = False
) -> Delivered | None:
    """The same, where the scenario may be a pool: what each of its accounts has accepted is looked at by itself."""
    told = []
    for number, (name, member) in enumerate(members_of(scenario).items()):
        delivered = delivered_in(member, seed, _decided_by(calls, number), ended_s, interrupted)
        if delivered is not None:
            told.append(delivered.of_account(name) if scenario.accounts else delivered)
    return delivered_together(told) if told else None


def with_delivered(evidence: Evidence, scenario: Scenario, seed: int) -> Evidence:
    """The evidence of a run, and what became of the mail that SES accepted in it."""
    delivered = delivered_by(scenario, seed, evidence.calls, evidence.ended_s, evidence.interrupted)
    return replace(evidence, delivered=delivered)


def _decided_by(calls: Columns, number: int) -> Columns:
    """Those of one of several accounts; all of them where there is one."""
    if ACCOUNT not in calls:
        return calls
    mine = calls[ACCOUNT] == number
    return {name: column[mine] for name, column in calls.items()}
