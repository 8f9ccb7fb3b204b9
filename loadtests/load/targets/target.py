"""Where a load test's mails go, and the witness of what became of them: a local AWS that was there before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from loadtests.load.assignment import Account, Assignment, Place
from loadtests.load.senders.senders import connected, session_of
from loadtests.load.targets.check_target import check_listening, check_queue, queue_name
from loadtests.load.targets.endpoint_client import witness_of
from loadtests.moto.verification import verify
from loadtests.ports.local import REGION
from loadtests.ports.payloads import mail_of
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from scenarios.ledger.fates import Custody, Pieces
from scenarios.schema.model import Scenario


class Target(Protocol):
    """Prepared for each run, and then asked."""

    quiet_s: float
    """Seconds without any change after which a run counts as finished."""

    def opened(self, scenario: Scenario, assignment: Assignment) -> AbstractContextManager[Assignment]:
        """Make what a run needs, for as long as the block lasts; gives the assignment as it is to be carried out."""
        ...

    def look(self) -> None:
        """Raises RunFailed where there is no answer any more."""
        ...

    def warnings(self, scenario: Scenario) -> tuple[str, ...]:
        """What is not as the scenario reckons."""
        ...

    def decisions(self, zero_unix_s: float, expected: int) -> list[NDArray[Any]]:
        """Rows of `loadtests.record.logs.DECISION` in seconds since then; waits a while for so many acceptances.

        Of several accounts those of each.
        """
        ...

    def is_waiting(self, assignment: Assignment, mails: int) -> bool:
        """Whether a run's mails are still in its queue, in whatever state."""
        ...

    def queued(self, assignment: Assignment, mails: int) -> Custody:
        """What of a run's mails is in its queue, and what in the one for dead letters; `kept` is what may be there."""
        ...


class LocalTarget:
    """A `seslab serve`, whose own log is the witness. Raises RunFailed when it stops answering."""

    quiet_s = 5.0

    def __init__(self, place: Place, accounts: Sequence[Account] = ()) -> None:
        self._url, self._accounts = str(place.endpoint), accounts
        self._aws = witness_of(self._url, place.region or REGION, accounts)

    def check(self, place: Place, senders: Sequence[str]) -> None:
        """Raises RunFailed unless it is up, and BadInput for an account or a queue that it does not have."""
        self.look()
        if self._accounts:
            self._check_accounts()
        elif names := self._aws.names():
            raise BadInput(
                f"--endpoint {printable(self._url)}: serves accounts {', '.join(names)}, and the scenario has one "
                "without a name; give it accounts, or start a seslab serve without them"
            )
        if "sqs" in senders:
            check_queue(place, self._aws.queues())
        check_listening(place, senders)

    def _check_accounts(self) -> None:
        if unknown := self._aws.unknown([one.name for one in self._accounts]):
            raise BadInput(
                f"--endpoint {printable(self._url)}: knows no account {', '.join(unknown)}; start it with "
                "the scenario: seslab serve --scenario FILE"
            )

    @contextmanager
    def opened(self, _scenario: Scenario, assignment: Assignment) -> Iterator[Assignment]:
        """Its SES takes no mail of a sender that is not verified."""
        for one in assignment.each():
            verify(session_of(one), self._url, one.source)
        yield assignment

    def look(self) -> None:
        self._aws.in_flight()

    def warnings(self, scenario: Scenario) -> tuple[str, ...]:
        of_limits = self._of_limits(scenario) if scenario.accounts else self._of_rate(scenario)
        return (*of_limits, *self._of_delivery(scenario))

    def _of_rate(self, scenario: Scenario) -> Iterator[str]:
        """A sentence about the limit would otherwise speak of the wrong one."""
        rate_per_s, reckoned = self._aws.rate_per_s(), scenario.account.max_send_rate_per_s
        if rate_per_s not in (None, reckoned):
            yield f"{self._url} allows {rate_per_s:g} recipients/s, the scenario reckons with {reckoned:g}"

    def _of_limits(self, scenario: Scenario) -> Iterator[str]:
        """Of each account: two that are exchanged add up to the same."""
        for (name, account), limits in zip(scenario.accounts.items(), self._aws.limits(), strict=True):
            allowed, a_day = limits or (account.max_send_rate_per_s, account.max_24h_send)
            if allowed != account.max_send_rate_per_s:
                reckoned = f"{account.max_send_rate_per_s:g}"
                yield f"{name}: {self._url} allows {allowed:g} recipients/s, the scenario reckons with {reckoned}"
            if (allows := _in_a_day(a_day)) != (reckoned := _in_a_day(account.max_24h_send)):
                yield f"{name}: {self._url} allows {allows} in 24 hours, the scenario reckons with {reckoned}"

    def _of_delivery(self, scenario: Scenario) -> Iterator[str]:
        """What became of accepted mail is worked out from SES's decisions, whatever the server makes of it."""
        if scenario.delivery is None:
            return
        told = self._aws.delivers()
        if not told["modelled"]:
            yield f"{self._url} has no mailbox providers (--delivery), so that no account is paused there"
        elif told["speed"] != 1.0:
            yield f"{self._url} is {told['speed']:g} times as fast after acceptance, the scenario reckons with reality"

    def decisions(self, zero_unix_s: float, _expected: int) -> list[NDArray[Any]]:
        """A decision is in the log before its caller hears of it."""
        return self._aws.each_since(zero_unix_s)

    def is_waiting(self, assignment: Assignment, mails: int) -> bool:
        return len(self.queued(assignment, mails).held.columns()[0]) > 0

    def queued(self, assignment: Assignment, mails: int) -> Custody:
        custody, contents = Custody(np.zeros(mails, dtype=bool)), self._aws.queues()
        for pieces, name in ((custody.held, queue_name(assignment.place)), (custody.dead, dead_name(assignment))):
            found = Pieces()
            for message in contents.get(name, ()):
                mail = mail_of(message["body"])
                found.add(mail.number, mail.first, mail.recipients)
            pieces.extend(ours(found, assignment, mails))
        return custody


def _in_a_day(quota: float) -> str:
    return "any number" if quota < 0 else f"{quota:,.0f} recipients"


def dead_name(assignment: Assignment) -> str:
    """The queue's dead-letter queue, which SQS tells in its redrive policy; empty for none."""
    about = connected(assignment, "sqs").get_queue_attributes(
        QueueUrl=assignment.place.queue, AttributeNames=["RedrivePolicy"]
    )
    policy = json.loads(about.get("Attributes", {}).get("RedrivePolicy", "{}"))
    return str(policy.get("deadLetterTargetArn", "")).rpartition(":")[2]


def ours(found: Pieces, assignment: Assignment, mails: int) -> Pieces:
    """Those of a run's own mails, under its scenario's numbers: others may use the queue, too."""
    own, first = Pieces(), assignment.first_number
    for number, part, recipients in zip(*found.columns(), strict=True):
        if first <= number < first + mails:
            own.add(int(number) - first, int(part), int(recipients))
    return own
