"""A pool's accounts as functions are told of them, in one environment variable: a function has one key by itself.

Nothing here, nor in what this imports, needs more than Lambda's Python brings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

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
        return {VARIABLE: json.dumps(self)}


def pool_in(variables: Mapping[str, str]) -> Pool | None:
    """None for a function that sends through the account whose key it has."""
    told = variables.get(VARIABLE)
    if told is None:
        return None
    routing, accounts = json.loads(told)
    return Pool(routing, [PooledAccount(*account) for account in accounts])
