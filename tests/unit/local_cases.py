"""Functions that misbehave, built like a strategy's."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from strategies.ports import Mail, Ports
from strategies.resources import Account, Function, Handler, Plan, Pods

MODULE = "tests.unit.local_cases"


@dataclass(frozen=True)
class Settings:
    """None."""


def plan(settings: Settings, account: Account) -> Plan:
    """One function for all that can go wrong."""
    return Plan(settings, Pods(_idle), functions=(Function("f", _handler, timeout_s=1.0),))


async def _idle(ports: Ports) -> None:
    """Nothing."""


def _handler(ports: Ports) -> Handler:
    served = 0

    async def handle(mails: Sequence[Mail]) -> list[str]:
        """Does what the first mail's number of recipients says, and answers with what its environment remembers."""
        nonlocal served
        served += 1
        if mails[0].recipients == 2:
            raise ValueError("refused by the handler")
        if mails[0].recipients == 3:
            os._exit(3)
        if mails[0].recipients == 4:
            await ports.clock.sleep(60.0)
        return [str(served), str(os.getpid())]

    return handle
