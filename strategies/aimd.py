"""The application's pods hold mails in memory; each finds its rate by trying: up while SES accepts, else down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import inf

from strategies.line import Call, Line
from strategies.pacing import Pacer
from strategies.policies.aimd_rate import AimdRate
from strategies.ports import MAX_RECIPIENTS, Mail, Ports, Rejected, SendError
from strategies.presentation.clauses import without_lanes
from strategies.presentation.look import Look
from strategies.presentation.seen import Seen
from strategies.presentation.words import counted, rated, share
from strategies.resources import Account, Plan, Pods
from strategies.settings import setting

LOOK = Look("#56B4E9", "D", (0, (8, 2)), "+++")


@dataclass(frozen=True, slots=True)
class Settings:
    pods: int = setting(2, "application pods, each with a rate of its own", scales="pods", ge=1, le=10_000)
    initial_rate: float | None = setting(
        None, "recipients a second that one pod begins with; default R / pods", scales="rate per pod", gt=0
    )
    increase: float | None = setting(
        None,
        "recipients a second that one pod adds in each second of accepted sending; default R / pods / 30",
        scales="rate per pod",
        gt=0,
    )
    decrease: float = setting(0.9, "what a refusal leaves of a pod's rate, as a share", gt=0, lt=1)
    min_rate: float | None = setting(
        None, "a pod never sends slower than this; default R / pods / 20", scales="rate per pod", gt=0
    )
    max_rate: float | None = setting(None, "a pod never sends faster than this; default R", scales="rate per pod", gt=0)
    chunk: int | None = setting(
        None, "most recipients of one call; default min(50, floor(R / pods)), at least 1", ge=1, le=MAX_RECIPIENTS
    )
    patience_s: float = setting(300.0, "a call is given up when it is still refused after this", ge=0)

    def __post_init__(self) -> None:
        if self.min_rate and self.max_rate and self.min_rate > self.max_rate:
            raise ValueError("min_rate must not be above max_rate")


def plan(settings: Settings, account: Account) -> Plan:
    """Pods that know neither the limit nor one another: a share of the limit is only where they begin."""
    limit_per_s = account.max_send_rate_per_s
    each_per_s = limit_per_s / settings.pods
    resolved = replace(
        settings,
        initial_rate=settings.initial_rate or each_per_s,
        increase=settings.increase or each_per_s / 30,
        min_rate=settings.min_rate or min(each_per_s / 20, settings.max_rate or limit_per_s),
        max_rate=settings.max_rate or max(limit_per_s, settings.min_rate or 0.0),
        chunk=settings.chunk or max(1, min(MAX_RECIPIENTS, int(each_per_s))),
    )
    return Plan(resolved, Pods(partial(_pod, settings=resolved), settings.pods))


async def _pod(ports: Ports, settings: Settings) -> None:
    paced = Paced(ports, _rate(settings))
    async with ports.group() as tasks:
        line = Line(ports, tasks, paced.turn, paced.deliver, settings.patience_s)
        await line.serve(settings.chunk or MAX_RECIPIENTS)


def _rate(settings: Settings) -> AimdRate:
    initial, least, most = settings.initial_rate or 1.0, settings.min_rate or 0.0, settings.max_rate or inf
    return AimdRate(initial, settings.increase or 0.0, settings.decrease, least, most)


class Paced:
    """A pod's way to send at a rate that each answer changes."""

    def __init__(self, ports: Ports, rate: AimdRate) -> None:
        self._clock, self._send, self._rate = ports.clock, ports.mailer.send, rate
        self._pacer = Pacer(rate.per_s)

    async def turn(self, call: Call) -> None:
        if (wait_s := self._pacer.reserve(self._clock.now(), len(call.to))) > 0.0:
            await self._clock.sleep(wait_s)

    async def deliver(self, mail: Mail, to: range) -> None:
        started_s = self._clock.now()
        try:
            await self._send(mail, to)
        except Rejected:
            raise
        except SendError:
            self._rate.refused(started_s, self._clock.now())
            raise
        else:
            self._rate.accepted(len(to))
        finally:
            self._pacer.set_rate(self._rate.per_s)


def mechanism(settings: Settings, seen: Seen) -> Iterator[str]:
    """How it came to its figures."""
    pods, initial = settings.pods, settings.initial_rate or seen.rate_per_s / settings.pods
    look = "that each look for the limit alone" if pods > 1 else "that looks for the limit"
    yield f"{counted(pods, 'pod')} {look}: from {rated(initial, 'recipient')}/s {_steps(settings, seen)}"
    yield without_lanes(seen)


def after_refusal(settings: Settings) -> str:
    """What becomes of a refused mail."""
    return f"kept in memory and sent again before what is new, for {settings.patience_s:g} s at most"


def _steps(settings: Settings, seen: Seen) -> str:
    up = f"up by {settings.increase:.3g}/s in a second of sending" if settings.increase else "up while SES accepts"
    found = ", which is how it is found" if seen.throttled_calls else ""
    return f"{up}, down to {share(settings.decrease, 1)} at a refusal{found}"
