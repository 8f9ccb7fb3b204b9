"""The accounts of one local AWS: those that its scenario names, each with a key of its own, or any, all alike.

Keys are found as moto finds them, in the local IAM: there the keys of named accounts are from the first, and whatever
keys these accounts make are theirs. So all services of the local AWS know whose a request is, each account has queues,
topics and tables of its own, as at AWS, and nobody is told twice.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from moto.iam.models import AccessKey, get_account_id_from, iam_backends

from loadtests.endpoint.accounts.allowance import Allowance
from loadtests.endpoint.accounts.credential import credential_in, unreadable_in
from loadtests.endpoint.conditions import SwitchedFaults
from loadtests.endpoint.refusals import Refused
from loadtests.endpoint.routes import DEFAULT_ACCOUNT, DEFAULT_REGION
from loadtests.ports.local_accounts import LocalAccount, local_accounts
from scenarios.errors import BadInput
from scenarios.ledger.ledger import REJECTED
from scenarios.schema.accounts.accounts import POOL
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import members_of, of_account, slices_of

OF_ALL = "MOTO_ACCOUNT_ID"  # an environment variable by which moto takes every request for one account's
PARTITION = "aws"

UNKNOWN_KEY = (REJECTED, "InvalidClientTokenId", "The security token included in the request is invalid.")
UNSIGNED = (REJECTED, "MissingAuthenticationToken", "Missing Authentication Token")
"""What a `Refused` is made of."""


class Accounts:
    """Where none has a name there is any account, and all are allowed the same; `named` is by their numbers."""

    def __init__(self, scenario: Scenario, seed: int, switched: SwitchedFaults) -> None:
        if scenario.accounts and OF_ALL in os.environ:
            raise BadInput(f"{OF_ALL} is set: moto would take every account for that one; unset it")
        self._alike = Allowance(scenario, seed, switched)
        self._known = {account.number: account for account in local_accounts(scenario.accounts)}
        self.named: Mapping[str, Allowance] = {
            number: Allowance(_served(scenario, account.name), seed, switched, account.name)
            for number, account in self._known.items()
        }
        declared = {number: scenario.accounts[account.name] for number, account in self._known.items()}
        self._regions = {number: account.region or DEFAULT_REGION for number, account in declared.items()}
        self._identities = {number: account.identity for number, account in declared.items()}

    def allowance(self, number: str) -> Allowance:
        """Raises Refused for an account that is not there, as that of requests without a signature."""
        if not self.named:
            return self._alike
        if number not in self.named:
            raise Refused(*UNSIGNED)
        return self.named[number]

    def all(self) -> list[Allowance]:
        """What is allowed, each by itself."""
        return list(self.named.values()) or [self._alike]

    def check_signature(self, header: str, query: str) -> None:
        """Raises Refused for a key that no account has, and for a header in which none can be found.

        What has no signature at all is for each service to refuse: some requests need none.
        """
        if not self.named:
            return
        credential = credential_in(header, query)
        if credential is None and header:
            raise _incomplete(header)
        if credential is not None and not self.has_key(credential.key):
            raise Refused(*UNKNOWN_KEY)

    def has_key(self, key: str) -> bool:
        """Whether it is an account's; where none has a name, every key is one."""
        return not self.named or get_account_id_from(key) in self.named

    def homes(self) -> list[tuple[str, str]]:
        """The accounts that are there from the first, each with its region."""
        return list(self._regions.items()) or [(DEFAULT_ACCOUNT, DEFAULT_REGION)]

    def identity_of(self, number: str) -> str | None:
        """What the account sends from, where its scenario says it."""
        return self._identities.get(number)

    def number_of(self, whose: str) -> str:
        """The number of an account that is called by its number or its name; whatever has no name is a number."""
        return next((number for number, one in self._known.items() if whose == one.name), whose)

    def of_smtp(self, user: str) -> tuple[str, str]:
        """The account that a user's name is the key of, and its region: SMTP says none."""
        number = get_account_id_from(user)
        return number, self.region_of(number)

    def region_of(self, number: str) -> str:
        """The account's own region, in which it is asked about where nobody says another."""
        return self._regions.get(number, DEFAULT_REGION)

    def enter_keys(self) -> None:
        """Into the local IAM, which a reset of moto empties."""
        for account in self._known.values():
            iam_backends[account.number][PARTITION].access_keys[account.access_key_id] = _key(account)


def _served(scenario: Scenario, name: str) -> Scenario:
    """The account as a scenario of its own, with the mail that may come to it: of a pool all of it."""
    pool = slices_of(scenario).get(POOL)
    if pool is not None and name in pool.accounts:
        return members_of(pool)[name]
    return of_account(scenario, name)


def _incomplete(header: str) -> Refused:
    """In AWS's words, which its services share."""
    found = unreadable_in(header)
    if found is None:
        text = "Authorization header requires 'Credential' parameter."
    else:
        form = "exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term"
        text = f"Credential must have {form}, got '{found}'"
    return Refused(REJECTED, "IncompleteSignature", text)


def _key(account: LocalAccount) -> AccessKey:
    key = AccessKey(account.name, "AKIA", account.number)  # type: ignore[abstract] # moto itself makes them so
    key.access_key_id, key.secret_access_key = account.access_key_id, account.secret_access_key
    return key
