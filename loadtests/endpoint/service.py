"""All accounts' SES in one process: each comes into being when it is first asked for, and all are set up alike."""

from __future__ import annotations

import time
from collections.abc import Sequence
from io import RawIOBase
from pathlib import Path
from threading import Event, Lock

from prometheus_client import CollectorRegistry, Gauge, Histogram

from loadtests.endpoint.account_run import AccountRun, Draws
from loadtests.endpoint.conditions import Conditions
from loadtests.endpoint.decision_log import DecisionLog
from loadtests.endpoint.publishing.addressed import FATES_AT
from loadtests.endpoint.publishing.mailroom import course_of
from loadtests.endpoint.publishing.notices import Publisher
from loadtests.endpoint.publishing.timekeeper import Timekeeper
from loadtests.endpoint.routes import DEFAULT_ACCOUNT, DEFAULT_REGION
from loadtests.endpoint.ses import Common, Ses
from loadtests.endpoint.storing import Store
from loadtests.ports.kernel import Clock
from scenarios.aws.active_faults import Duplicates
from scenarios.aws.short_poll import ShortPolls
from scenarios.schema.accounts.account import Account, LimiterHypothesis
from scenarios.schema.model import Scenario
from scenarios.traffic.streams import uniforms

IN_FLIGHT = "seslab_ses_calls_in_flight"
SQS, TABLE_READS, TABLE_WRITES = "sqs", "dynamodb_reads", "dynamodb_writes"
"""Kinds of requests that are counted beside SES's."""


class Service:
    """Knows every account, and what is the same for all of them; many threads ask at once.

    What the account of our own runs decides is also written to the file `witness`.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        verified: Sequence[str] = (),
        witness: Path | None = None,
        store: Store | None = None,
        delivery_speed: float = 1.0,
        fates_at: tuple[str, ...] = (FATES_AT,),
        limits_control: bool = False,
    ) -> None:
        self.registry = CollectorRegistry()
        durations = Histogram(
            "seslab_ses_call_duration_seconds", "From a call's arrival to its answer.", registry=self.registry
        )
        in_flight = Gauge(IN_FLIGHT, "Calls that SES has not decided on yet.", registry=self.registry)
        self.common = Common(
            scenario,
            Draws(scenario, seed),
            Conditions(scenario, seed),
            Publisher(),
            durations,
            in_flight,
            store or Store(),
            Timekeeper(self._tell_due),
            limits_control,
        )
        self._course = course_of(scenario.delivery, delivery_speed, fates_at)
        self._scenario, self.rate_per_s = scenario, scenario.account.max_send_rate_per_s
        self._verified, self._witness, self.closing = verified, witness, Event()
        self._duplicates = Duplicates(scenario, uniforms(seed, "sqs/duplicate"))
        self._short_polls = ShortPolls(scenario.sqs, uniforms(seed, "sqs/empty"), uniforms(seed, "sqs/found"))
        self._all: dict[tuple[str, str], Ses] = {}
        self._lock = Lock()
        self._begin(time.time())

    def _begin(self, zero_unix_s: float) -> None:
        self._zero_unix_s, self._clock = zero_unix_s, Clock(zero_unix_s)
        self.requests = dict.fromkeys((SQS, TABLE_READS, TABLE_WRITES), 0)

    def of(self, account: str, region: str) -> Ses:
        """The SES of an account in a region."""
        found = self._all.get((account, region))
        return found or self._new(account, region)

    def knows(self, account: str, region: str) -> bool:
        """Whether something has been asked of it."""
        return (account, region) in self._all

    def _new(self, account: str, region: str) -> Ses:
        with self._lock:
            if (account, region) not in self._all:
                ses = Ses(self.common, account, region, self._run(account, region))
                for identity in self._verified:
                    _verify(ses, identity)
                self._all[account, region] = ses
            return self._all[account, region]

    def all(self) -> list[Ses]:
        """Those that have been asked for, in the order in which they were."""
        return list(self._all.values())

    def start(self, zero_unix_s: float) -> None:
        """Begin anew with full limiters and empty logs; scenario second 0 is that instant of Unix time."""
        with self._lock:
            self._begin(zero_unix_s)
            self._begin_all()

    def _begin_all(self) -> None:
        for ses in self._all.values():
            ses.run.end()
            ses.suppression.forget_found()
            ses.run = self._run(ses.account, ses.region)

    @property
    def account(self) -> Account:
        """What every account allows, at the rate of now."""
        return self._scenario.account.model_copy(update={"max_send_rate_per_s": self.rate_per_s})

    def set_account(self, account: Account) -> None:
        """Let every account of AWS's allow this, and begin anew: second 0 is now, limiters are full and logs empty."""
        with self._lock:
            self._begin(time.time())
            self._allow(account)

    def set_limiter(self, limiter: LimiterHypothesis) -> None:
        """Give every account another limiter, which is full, and an empty log: none could be explained by both."""
        with self._lock:
            self._allow(self.account.model_copy(update={"limiter": limiter}))

    def _allow(self, account: Account) -> None:
        self._scenario = self._scenario.model_copy(update={"account": account})
        self.rate_per_s = account.max_send_rate_per_s
        self._begin_all()

    def set_rate(self, rate_per_s: float) -> None:
        """Give every account another rate, from now on."""
        with self._lock:
            self.rate_per_s = rate_per_s
            for ses in self._all.values():
                ses.run.set_rate(rate_per_s)

    def count(self, kind: str) -> int:
        """The number of a new request of that kind, counted from 0 since second zero."""
        with self._lock:
            self.requests[kind] += 1
            return self.requests[kind] - 1

    @property
    def in_flight(self) -> int:
        """Calls of all accounts that SES has not decided on yet."""
        return int(self.registry.get_sample_value(IN_FLIGHT) or 0)

    def delivers_twice(self) -> bool:
        """Whether SQS shall deliver a message once more."""
        with self._lock:
            return self._duplicates.once_more(self._clock.now())

    def finds(self, wanted: int, visible: int) -> int:
        """How many messages a short poll of SQS gets at most that wants so many, where so many are visible."""
        with self._lock:
            return self._short_polls.most(wanted, visible)

    def forget(self) -> None:
        """As if none had ever been asked for: moto has been reset."""
        with self._lock:
            self._end_all()
            self._all.clear()
        self.common.store.forget()
        self.common.publisher.forget()

    def close(self) -> None:
        """Publish what has happened; threads that wait for a call's latency have been let go by `closing` before."""
        self.common.timekeeper.close()
        self.common.publisher.close()
        self._end_all()

    def _tell_due(self) -> float | None:
        """Of all accounts; in how many seconds there is more."""
        waits_s = [ses.tell_due() for ses in self.all()]
        return min((wait_s for wait_s in waits_s if wait_s is not None), default=None)

    def _end_all(self) -> None:
        for ses in self._all.values():
            ses.run.end()

    def _run(self, account: str, region: str) -> AccountRun:
        decision_log = DecisionLog(self._witness_of(account, region))
        return AccountRun(
            self._scenario,
            self.common.draws,
            self.rate_per_s,
            self._zero_unix_s,
            self.closing,
            decision_log,
            self._course,
        )

    def _witness_of(self, account: str, region: str) -> RawIOBase | None:
        """The file in which the account of our own runs has its decisions, begun anew."""
        if self._witness is None or (account, region) != (DEFAULT_ACCOUNT, DEFAULT_REGION):
            return None
        return self._witness.open("wb", buffering=0)


def _verify(ses: Ses, identity: str) -> None:
    """Domains are kept in lower case, as moto does."""
    name = identity if "@" in identity else identity.lower()
    ses.backend.create_email_identity_v2(name, None, None, None)
