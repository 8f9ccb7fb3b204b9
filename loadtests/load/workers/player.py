"""A worker's share of the schedule as it is played: each mail in a greenlet of its own, at its intended instant."""

from __future__ import annotations

from collections.abc import Callable

import gevent
import numpy as np
from gevent.event import Event
from gevent.pool import Group

from loadtests.load import histogram
from loadtests.load.assignment import Assignment, WorkerMails
from loadtests.load.senders.of_accounts import OfAccounts
from loadtests.load.senders.senders import Sender
from loadtests.ports.kernel import Clock
from loadtests.record.logs import ClientLog, to_bytes
from loadtests.record.numbering import number_of
from strategies.parts import everyone
from strategies.ports import Mail, SendError, Unavailable

Tell = Callable[[str, int, float, float, SendError | None], None]
"""Told of each call: user, recipients, seconds from its intended instant and from its start to its end, its error."""


class Player:
    """Nothing ever waits for an answer before the next mail: a slow service does not slow the load down."""

    def __init__(self, assignment: Assignment, mails: WorkerMails, zero_unix_s: float, tell: Tell) -> None:
        self._assignment, self._mails, self._tell = assignment, mails, tell
        self._clock, self._log = Clock(zero_unix_s), ClientLog()
        self._senders, self._places = OfAccounts(assignment, mails.worker), bytearray()
        self._responses, self._services = histogram.empty(), histogram.empty()
        self._over, self.interrupted = Event(), False
        self.ended_s, self.failure = 0.0, ""

    def play(self) -> None:
        """Until every call has ended, the horizon comes, or it is stopped."""
        calls = Group()
        for index in range(len(self._mails.mails.recipients)):
            mail = self._mails.mail(index)
            if self._waited(mail.intended_s):
                break
            calls.spawn(self._send, mail, index)
        drained = gevent.spawn(calls.join)
        gevent.wait([drained, self._over], timeout=self._left_s(self._assignment.horizon_s), count=1)
        self.ended_s = max(0.0, min(self._assignment.horizon_s, self._clock.now()))
        self._senders.close()

    def stop(self) -> None:
        """End now; what is on its way is left to the witness."""
        self.interrupted = True
        self._over.set()

    def _waited(self, until_s: float) -> bool:
        """Whether the run was over first; lets others run even where there is nothing to wait for."""
        until_s = min(until_s, self._assignment.horizon_s)
        return self._over.wait(self._left_s(until_s)) or until_s >= self._assignment.horizon_s

    def _left_s(self, until_s: float) -> float:
        return max(0.0, until_s - self._clock.now())

    def _send(self, mail: Mail, index: int) -> None:
        started_s, owner = self._clock.now(), self._mails.account(index)
        place = self._senders.place(owner, mail.recipients, started_s)
        call = self._log.begin(mail, everyone(mail), started_s)
        self._places.append(place)  # in step with the log: no other greenlet runs before this one waits
        name = number_of(self._assignment.run_of(owner), mail.number)
        error = _error_of(self._senders.at(place), name, self._mails.as_sent(index))
        ended_s = self._clock.now()
        self._log.end(call, ended_s, error)
        if error is not None:
            self._senders.failed(place, ended_s, error)
        self._note(mail, ended_s - mail.intended_s, ended_s - started_s, error)

    def _note(self, mail: Mail, response_s: float, service_s: float, error: SendError | None) -> None:
        histogram.record(self._responses, response_s)
        histogram.record(self._services, service_s)
        self._tell(self._assignment.user, mail.recipients, response_s, service_s, error)

    def left(self) -> dict[str, bytes]:
        """The files that the worker leaves: rows of `CALL` under their calls' own names, and two histograms.

        Where there are several accounts, also a byte for each row: the place of the account that the call went through.
        """
        rows = self._log.rows()
        whose = self._mails.owners(rows["mail"])
        rows["call"] = number_of(self._assignment.run_of(whose), rows["mail"].astype(np.int64))
        histograms = {"response": self._responses, "service": self._services}
        told = {"calls": to_bytes(rows)} | ({"accounts": bytes(self._places)} if self._assignment.accounts else {})
        return told | {name: bytes(one.encode()) for name, one in histograms.items()}


def _error_of(sender: Sender, call: int, mail: Mail) -> SendError | None:
    """Send it; whatever goes wrong is this mail's failure, and no reason to lose sight of it."""
    try:
        sender.send(call, mail)
    except SendError as error:
        return error
    except Exception as error:
        return Unavailable(f"{type(error).__name__}: {error}")
    return None
