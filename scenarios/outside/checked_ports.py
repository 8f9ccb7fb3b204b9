"""What a strategy from outside says to its ports, checked as it is said.

seslab's own are known to be right: their plans are not checked, and no inner loop of any world looks twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any, Self, TypeVar

from strategies.ports import Mail, Mailer, Outbox, Ports
from strategies.resources import Plan

Made = TypeVar("Made")


def checked(plan: Plan) -> Plan:
    """The plan, whose pods and functions get ports that raise ValueError where they are called wrongly."""
    functions = tuple(replace(one, handler=partial(_with_checks, one.handler)) for one in plan.functions)
    return replace(plan, pods=replace(plan.pods, main=partial(_with_checks, plan.pods.main)), functions=functions)


def _with_checks(make: Callable[[Ports], Made], ports: Ports) -> Made:
    return make(replace(ports, mailer=_CheckedMailer(ports.mailer), outbox=_CheckedOutbox(ports.outbox)))


class _CheckedMailer:
    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def send(self, mail: Mail, to: range, /) -> Awaitable[None]:
        _refuse("send", mail, to)
        return self._mailer.send(mail, to)


class _CheckedOutbox:
    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def __aiter__(self) -> Self:
        return self

    def __anext__(self) -> Awaitable[Mail]:
        return self._outbox.__anext__()

    def take(self, at_most: int, /) -> Awaitable[list[Mail]]:
        return self._outbox.take(at_most)

    def give_up(self, mail: Mail, to: range, /) -> None:
        _refuse("give_up", mail, to)
        self._outbox.give_up(mail, to)


def _refuse(what: str, mail: Any, to: Any) -> None:
    """Raises ValueError where `to` is no part of the mail."""
    if not isinstance(mail, Mail):
        raise ValueError(f"{what}: {_cut(mail)} is no mail; must be a Mail of strategies.ports")
    its = range(mail.first, mail.first + mail.recipients)
    if not isinstance(to, range) or to.step != 1 or not to or to.start not in its or to[-1] not in its:
        raise ValueError(
            f"{what}: {_cut(to)} are no recipients of mail {mail.number}; must be {its}, or a part with at least one"
        )


def _cut(value: object) -> str:
    return repr(value)[:60]
