"""AWS accounts that have names in a scenario, as a local AWS knows them: each with a number and an access key.

All of it follows from the name, so that whoever serves, sends or asks knows it without being told. AWS gives neither
such keys nor such secrets: they open nothing elsewhere.
"""

from __future__ import annotations

from base64 import b32encode, b64encode
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from loadtests.ports.local import REGION, Caller

LOCAL_KEYS = "AKIASESLAB"  # begins the keys; AWS's have 20 characters, and secrets 40
NUMBERS = 10**11  # the least of twelve digits


class LocalAccount(NamedTuple):
    """One of them."""

    name: str
    number: str
    access_key_id: str
    secret_access_key: str

    def calling(self, region: str | None) -> Caller:
        """As it asks a local AWS, in a region or the usual one."""
        return Caller(self.access_key_id, self.secret_access_key, region or REGION)


def local_account(name: str) -> LocalAccount:
    """The account of that name."""
    number = NUMBERS + int.from_bytes(_hashed(name, "account")) % (9 * NUMBERS)
    key = LOCAL_KEYS + b32encode(_hashed(name, "access key")).decode()[: 20 - len(LOCAL_KEYS)]
    secret = b64encode(_hashed(name, "secret")).decode()[:40]
    return LocalAccount(name, str(number), key, secret)


def local_accounts(names: Iterable[str]) -> list[LocalAccount]:
    """Those of these names, in their order."""
    return [local_account(name) for name in names]


def _hashed(name: str, what: str) -> bytes:
    return sha256(f"seslab local {what} {name}".encode()).digest()
