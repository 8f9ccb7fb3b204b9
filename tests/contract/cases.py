"""Functions for the contract suite, built like a strategy's: a world finds them by this module's name.

A function may run in another process, so what it sees goes into a file of notes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from strategies.ports import Mail, Ports
from strategies.resources import Account, Function, Handler, Plan, Pods, Queue, Table

QUEUE, FUNCTION, TABLE = "mails", "worker", "pace-of-all"
MODULE = "tests.contract.cases"


@dataclass(frozen=True)
class Settings:
    """Which of the handlers to run, and where it notes what it sees."""

    case: str
    notes: str


def plan(settings: Settings, account: Account) -> Plan:
    """A queue and a table, and a function that may use them."""
    handler = partial(HANDLERS[settings.case], notes=Notes(settings.notes))
    function = Function(FUNCTION, handler, timeout_s=10.0, uses=(QUEUE, TABLE))
    pods, tables = Pods(_idle, uses=(FUNCTION,)), (Table(TABLE),)
    return Plan(settings, pods, queues=(Queue(QUEUE),), functions=(function,), tables=tables)


async def _idle(ports: Ports) -> None:
    """A test has a main of its own."""


class Notes:
    """Lines of a file, in the order in which they were written, whoever wrote them."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def add(self, note: Any) -> None:
        """One write, so that processes do not mix."""
        with self._path.open("a") as file:
            file.write(json.dumps(note) + "\n")

    def all(self) -> list[Any]:
        """What has been noted."""
        return [json.loads(line) for line in self._path.read_text().splitlines()] if self._path.exists() else []


def _waiting(ports: Ports, notes: Notes) -> Handler:
    """Until its caller notes that it has gone on."""

    async def handle(mails: Sequence[Mail]) -> None:
        notes.add([mail.number for mail in mails])
        while "returned" not in notes.all():
            await ports.clock.sleep(0.05)
        notes.add("ended")

    return handle


def _counting(ports: Ports, notes: Notes) -> Handler:
    """Each ends once there are as many notes as its mail's number says."""
    served = 0

    async def handle(mails: Sequence[Mail]) -> None:
        nonlocal served
        served += 1
        notes.add(served)
        while len(notes.all()) < mails[0].number:
            await ports.clock.sleep(0.05)

    return handle


def _failing(ports: Ports, notes: Notes) -> Handler:
    async def handle(mails: Sequence[Mail]) -> None:
        notes.add("tried")
        raise ValueError("the function's")

    return handle


def _naming(ports: Ports, notes: Notes) -> Handler:
    async def handle(mails: Sequence[Mail]) -> None:
        notes.add([list(ports.queues), list(ports.functions), list(ports.tables)])

    return handle


def _sending(ports: Ports, notes: Notes) -> Handler:
    async def handle(mails: Sequence[Mail]) -> None:
        for mail in mails:
            await ports.mailer.send(mail, range(mail.recipients))

    return handle


def _adding(ports: Ports, notes: Notes) -> Handler:
    async def handle(mails: Sequence[Mail]) -> None:
        (count,), version = await ports.tables[TABLE].get("count")
        notes.add(await ports.tables[TABLE].put("count", (count + len(mails),), version))

    return handle


HANDLERS = {"wait": _waiting, "count": _counting, "fail": _failing, "name": _naming, "send": _sending, "add": _adding}
