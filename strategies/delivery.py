"""Sending a mail as an SDK does: waiting and sending again as the retry mode says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from itertools import count

from strategies.policies.adaptive import AdaptiveRate
from strategies.policies.backoff import Backoff, Legacy, RetryMode, Standard
from strategies.ports import Mail, Ports, SendError, Throttled

Deliver = Callable[[Mail, range], Awaitable[None]]
"""`Mailer.send`, retries included: raises the last `SendError` when the mail is given up."""

Turn = Callable[[Mail, range], Awaitable[None]]
"""Waits until a call may be made again."""


async def at_once(_mail: Mail, _to: range) -> None:
    """The turn of a sender that does not pace: the retry mode's own wait is all."""


def delivery(ports: Ports, mode: RetryMode, turn: Turn = at_once) -> Deliver:
    """One client's way to deliver; make it once a pod or environment, since quota and rate belong to the client.

    Each further attempt waits as the mode says, and then for its `turn`. Mode none is the mailer's own `send`: it costs
    nothing.
    """
    if mode == "none":
        return ports.mailer.send
    if mode == "legacy":
        return partial(_insist, ports, ports.mailer.send, Legacy(), turn)
    if mode == "standard":
        return partial(_insist, ports, ports.mailer.send, Standard(), turn)
    return partial(_insist, ports, partial(_paced, ports, AdaptiveRate(ports.clock.now())), Standard(), turn)


async def _insist(ports: Ports, send: Deliver, backoff: Backoff, turn: Turn, mail: Mail, to: range) -> None:
    """Send until it succeeds or the backoff gives up."""
    last_error: type[SendError] | None = None
    for attempt in count(1):
        try:
            await send(mail, to)
        except SendError as error:
            delay_s = backoff.failed(type(error), attempt, _chance(ports, mail, to, attempt))
            if delay_s is None:
                raise
            last_error = type(error)
        else:
            backoff.succeeded(last_error)
            return
        await ports.clock.sleep(delay_s)
        await turn(mail, to)


def _chance(ports: Ports, mail: Mail, to: range, attempt: int) -> float:
    """A draw of its own for each part of a mail; no mode makes as many as 16 attempts."""
    return ports.chance.uniform("backoff", mail.number, 16 * to.start + attempt)


async def _paced(ports: Ports, rate: AdaptiveRate, mail: Mail, to: range) -> None:
    """One attempt in adaptive mode: wait for a token, send, and tell the rate how it went."""
    await _turn(ports, rate)
    try:
        await ports.mailer.send(mail, to)
    except SendError as error:
        rate.answered(ports.clock.now(), throttled=isinstance(error, Throttled))
        raise
    rate.answered(ports.clock.now(), throttled=False)


async def _turn(ports: Ports, rate: AdaptiveRate) -> None:
    ticket = rate.reserve(ports.clock.now())
    while (wait_s := rate.wait_s(ticket, ports.clock.now())) > 0.0:
        await ports.clock.sleep(wait_s)
