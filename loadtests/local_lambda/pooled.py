"""Functions that send out of a pool, whose accounts they are told of in a variable: a function has one key by itself.

They are the strategies' own handlers with another mailer. Only this machine's Lambda runs them, so that what is packed
for AWS knows nothing of pools.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from loadtests.function.entry import RUN, Environment, envelope_in, ses_client, telling_errors
from loadtests.ports.kernel import Clock
from loadtests.ports.pool import PoolMailer
from loadtests.ports.request_threads import RequestThreads
from loadtests.ports.ses import Mailer
from loadtests.record.function_lines import CallLines
from scenarios.aws.routing import router_of

ENTRY = "_HANDLER"
"""Lambda's own variable for a function's entry point."""

VARIABLE = "SESLAB_POOL"
HOST = "SESLAB_HOST"
"""The variable with an environment's number among those that send out of a pool."""


class PooledAccount(NamedTuple):
    """By which key and in which Region it is sent through, from whom its mail is, and its rate in recipients."""

    access_key_id: str
    secret_access_key: str
    region: str
    source: str
    rate_per_s: float

    @property
    def who(self) -> dict[str, str]:
        """As boto3 is told whose client it makes."""
        return {
            "aws_access_key_id": self.access_key_id,
            "aws_secret_access_key": self.secret_access_key,
            "region_name": self.region,
        }


class Pool(NamedTuple):
    """The accounts, in the order of the file, and how calls are dealt among them, as in the table [pool]."""

    routing: str
    accounts: Sequence[PooledAccount]

    def variables(self) -> dict[str, str]:
        """What every function is told that sends out of it."""
        return {VARIABLE: json.dumps(self), ENTRY: f"{__name__}.{handle.__name__}"}

    @classmethod
    def told(cls, variables: Mapping[str, str]) -> Pool:
        """What a function was told."""
        routing, accounts = json.loads(variables[VARIABLE])
        return cls(routing, [PooledAccount(*account) for account in accounts])


def handle(event: Mapping[str, Any], context: object) -> Any:
    """Lambda's entry point."""
    with telling_errors():
        return environment().run(event)


@cache
def environment() -> Environment:
    """One for each process, as Lambda keeps it between invocations."""
    return Environment(os.environ, pool_mailer)


def pool_mailer(variables: Mapping[str, str], clock: Clock, many: int) -> PoolMailer:
    """Sends at most so many calls at once by the keys of the pool's accounts; each environment deals for itself."""
    pool, envelope, threads = Pool.told(variables), envelope_in(variables), RequestThreads(many)
    mailers = [
        Mailer(
            ses_client(variables, many, **one.who),
            clock,
            CallLines(variables.get(RUN), place),
            threads,
            envelope._replace(source=one.source),
        )
        for place, one in enumerate(pool.accounts)
    ]
    rates_per_s = [one.rate_per_s for one in pool.accounts]
    return PoolMailer(clock, mailers, router_of(pool.routing, rates_per_s, int(variables[HOST])))
