"""All accounts' SES in one process: each comes into being when it is first asked for."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from io import RawIOBase
from pathlib import Path
from threading import Event, Lock

from prometheus_client import CollectorRegistry, Gauge, Histogram

from loadtests.endpoint.account_run import AccountRun
from loadtests.endpoint.accounts.accounts import Accounts
from loadtests.endpoint.accounts.allowance import Allowance
from loadtests.endpoint.accounts.global_endpoints import GlobalEndpoints
from loadtests.endpoint.conditions import SwitchedFaults
from loadtests.endpoint.decision_log import DecisionLog
from loadtests.endpoint.publishing.addressed import FATES_AT
from loadtests.endpoint.publishing.identities import canonical
from loadtests.endpoint.publishing.mailroom import course_of
from loadtests.endpoint.publishing.notices import Publisher
from loadtests.endpoint.publishing.suppression import REASONS
from loadtests.endpoint.publishing.timekeeper import Timekeeper
from loadtests.endpoint.ses import Account, Common, Ses
from loadtests.endpoint.storing import Store
from loadtests.endpoint.tenants.declared import declare
from loadtests.ports.kernel import Clock
from loadtests.record.run_name import of_slice
from scenarios.aws.active_faults import Duplicates
from scenarios.aws.short_poll import ShortPolls
from scenarios.schema.accounts import account as schema
from scenarios.schema.model import Scenario
from scenarios.traffic.streams import uniforms

IN_FLIGHT = "seslab_ses_calls_in_flight"
KINDS = SQS, TABLE_READS, TABLE_WRITES = "sqs", "dynamodb_reads", "dynamodb_writes"
"""Kinds of requests that are counted beside SES's."""

Requests = dict[str, int]
"""Counts by kind."""


def _none() -> Requests:
    return dict.fromkeys(KINDS, 0)


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
            SwitchedFaults(seed),
            Publisher(),
            durations,
            in_flight,
            store or Store(),
            Timekeeper(self._tell_due),
            limits_control,
        )
        self._course = course_of(scenario.delivery, delivery_speed, fates_at)
        self.accounts = Accounts(scenario, seed, self.common.switched)
        self._verified, self._witness, self.closing = verified, witness, Event()
        self._duplicates = Duplicates(scenario, uniforms(seed, "sqs/duplicate"))
        self._short_polls = ShortPolls(scenario.sqs, uniforms(seed, "sqs/empty"), uniforms(seed, "sqs/found"))
        self._all: dict[tuple[str, str], Ses] = {}
        self._global_endpoints = defaultdict[str, GlobalEndpoints](GlobalEndpoints)
        self._lock = Lock()
        self._begin(time.time())
        self._begin_named()

    def _begin(self, zero_unix_s: float) -> None:
        self._zero_unix_s, self._clock = zero_unix_s, Clock(zero_unix_s)
        self._requests = defaultdict[str, Requests](_none)

    def of(self, account: str, region: str) -> Ses:
        """The SES of an account in a region; raises Refused for one that is not there."""
        found = self._all.get((account, region))
        return found or self._new(account, region)

    def begin_homes(self) -> None:
        """Let those accounts be there that are known before anything is asked."""
        for account, region in self.accounts.homes():
            self.of(account, region)

    def _begin_named(self) -> None:
        """Accounts that have names, and their keys, are there from the first."""
        self.accounts.enter_keys()
        if self.accounts.named:
            self.begin_homes()

    def knows(self, account: str, region: str) -> bool:
        """Whether something has been asked of it."""
        return (account, region) in self._all

    def _new(self, account: str, region: str) -> Ses:
        allowance = self.accounts.allowance(account)
        with self._lock:
            if (account, region) not in self._all:
                whole = Account(self._global_endpoints[account], partial(self.of, account))
                ses = Ses(self.common, account, region, whole, allowance, self._run(account, region, allowance))
                _furnish(ses, filter(None, (*self._verified, self.accounts.identity_of(account))))
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
            self._begin_anew(ses)

    def _begin_anew(self, ses: Ses) -> None:
        ses.run.end()
        ses.suppression.forget_found()
        ses.run = self._run(ses.account, ses.region, ses.allowance)

    def set_account(self, allowance: Allowance, account: schema.Account) -> None:
        """Let those accounts of AWS's allow this; all begin anew: second 0 is now, limiters are full and logs empty."""
        with self._lock:
            allowance.allow(account)
            self._begin(time.time())
            self._begin_all()

    def set_limiter(self, allowance: Allowance, limiter: schema.LimiterHypothesis) -> None:
        """Give those accounts another limiter, which is full, and an empty log: none could be explained by both."""
        with self._lock:
            allowance.allow(allowance.account.model_copy(update={"limiter": limiter}))
            for ses in self._allowed(allowance):
                self._begin_anew(ses)

    def set_rate(self, allowance: Allowance, rate_per_s: float) -> None:
        """Give those accounts another rate, from now on."""
        with self._lock:
            allowance.rate_per_s = rate_per_s
            for ses in self._allowed(allowance):
                ses.run.set_rate(rate_per_s)

    def _allowed(self, allowance: Allowance) -> list[Ses]:
        return [ses for ses in self._all.values() if ses.allowance is allowance]

    def count(self, kind: str, account: str) -> int:
        """The number of a new request of that kind, of all accounts' counted from 0 since second zero."""
        with self._lock:
            number = self.requests()[kind]
            self._requests[account][kind] += 1
            return number

    def requests(self) -> Requests:
        """Since second zero, of all accounts."""
        return {kind: sum(one[kind] for one in self._requests.values()) for kind in KINDS}

    def requests_of(self, account: str) -> Requests:
        """Since second zero, of one account."""
        return self._requests.get(account) or _none()

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
            self._global_endpoints.clear()
        self.common.store.forget()
        self.common.publisher.forget()
        self._begin_named()

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

    def _run(self, account: str, region: str, allowance: Allowance) -> AccountRun:
        decision_log = DecisionLog(self._witness_of(account, region))
        return AccountRun(
            allowance.scenario,
            allowance.draws,
            allowance.rate_per_s,
            self._zero_unix_s,
            self.closing,
            decision_log,
            self._course,
        )

    def _witness_of(self, account: str, region: str) -> RawIOBase | None:
        """The file in which an account of our own runs has its decisions, begun anew."""
        if self._witness is None or (account, region) not in self.accounts.homes():
            return None
        name = self.accounts.allowance(account).name
        return (of_slice(self._witness, name) if name else self._witness).open("wb", buffering=0)


def _furnish(ses: Ses, verified: Iterable[str]) -> None:
    """Identities and tenants are there from the first."""
    identities = dict.fromkeys(map(canonical, verified))
    for identity in identities:
        ses.backend.create_email_identity_v2(identity, None, None, None)
    arns = [ses.arn("identity", identity) for identity in identities]
    declare(ses.tenants, ses.allowance.scenario.tenants, arns, REASONS)
