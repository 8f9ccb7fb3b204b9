"""Which SES an application's mail goes to during a run: one of the run's own, or a `seslab serve` that was there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from loadtests.endpoint.addresses import ANYBODY
from loadtests.endpoint.routes import ACCOUNT, SET_ACCOUNT
from loadtests.moto.local_aws import Moto
from loadtests.testing.control import ask
from scenarios.schema.accounts.account import Account
from scenarios.schema.model import Scenario

CONNECTIONS = 128


@contextmanager
def ses_of(scenario: Scenario, endpoint: str | None) -> Iterator[str]:
    """Where it is: `endpoint` as it is, or a new SES with the scenario's account, latencies and faults.

    Everybody may send through the new one. Raises RunFailed where it does not start.
    """
    if endpoint is not None:
        yield endpoint
        return
    with Moto(scenario, scenario.seed, CONNECTIONS, verified=(ANYBODY,)) as local:
        yield local.url


@contextmanager
def allowing(scenario: Scenario, endpoint: str) -> Iterator[None]:
    """Lets a `seslab serve` have the scenario's account, and gives it back its own. Its counts begin anew each time.

    Of several accounts each, by its name. Raises RunFailed where it does not answer.
    """
    accounts: Mapping[str, Account] = scenario.accounts or {"": scenario.account}
    before = {name: ask(endpoint, *ACCOUNT, **_whose(name)) for name in accounts}
    try:
        for name, account in accounts.items():
            _set(endpoint, name, account.model_dump(mode="json"))
        yield
    finally:
        for name, account in before.items():
            _set(endpoint, name, account)


def _set(endpoint: str, name: str, account: Mapping[str, Any]) -> None:
    ask(endpoint, *SET_ACCOUNT, _settable(account), **_whose(name))


def _whose(name: str) -> dict[str, str]:
    """What a question says of the account that it is about; where none has a name, nothing."""
    return {"account": name} if name else {}


def _settable(account: Mapping[str, Any]) -> Mapping[str, Any]:
    """As a user would write it: a window has a burst, its rate, which nobody may set, and an account's place stays."""
    limiter = {**account["limiter"]}
    if limiter["kind"] != "token-bucket":
        del limiter["burst"]
    return {key: account[key] for key in Account.model_fields if key in account} | {"limiter": limiter}
