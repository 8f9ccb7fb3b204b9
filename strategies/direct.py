"""Each mail calls SendEmail as it arrives; what fails after the SDK's retries is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from strategies.delivery import Deliver, delivery
from strategies.parts import everyone
from strategies.policies.backoff import RetryMode
from strategies.ports import Ports, SendError
from strategies.presentation.clauses import never_fits, retried, without_lanes
from strategies.presentation.look import Look
from strategies.presentation.seen import Seen
from strategies.presentation.words import counted
from strategies.resources import Account, Plan, Pods
from strategies.settings import setting

LOOK = Look("#D55E00", "X", (0, (1, 1)), "xxx")


@dataclass(frozen=True, slots=True)
class Settings:
    retry: RetryMode = setting("none", "botocore's retry mode: none, legacy, standard or adaptive")
    workers: int = setting(64, "mails in the hands of one pod at once", scales="calls", ge=1, le=100_000)
    pods: int = setting(1, "application pods, each with a client of its own", scales="pods", ge=1, le=10_000)


def plan(settings: Settings, account: Account) -> Plan:
    """Pods whose workers share one client each, and so one retry quota and one adaptive rate a pod."""
    return Plan(settings, Pods(partial(_pod, settings=settings), settings.pods, connections=settings.workers))


async def _pod(ports: Ports, settings: Settings) -> None:
    deliver = delivery(ports, settings.retry)
    async with ports.group() as workers:
        for _ in range(settings.workers):
            workers.spawn(_worker(ports, deliver))


async def _worker(ports: Ports, deliver: Deliver) -> None:
    async for mail in ports.outbox:
        try:
            await deliver(mail, everyone(mail))
        except SendError:
            ports.outbox.give_up(mail, everyone(mail))


def mechanism(settings: Settings, seen: Seen) -> Iterator[str]:
    """How it came to its figures."""
    yield _clients(settings)
    yield f"no pacing, up to {counted(settings.workers * settings.pods / seen.shares, 'mail')} in hand at once"
    yield never_fits(seen)
    yield without_lanes(seen)


def after_refusal(settings: Settings) -> str:
    """What becomes of a refused mail."""
    return retried(settings.retry)


def _clients(settings: Settings) -> str:
    """What each of several pods learns alone."""
    own = {"standard": "a retry quota", "adaptive": "a retry quota and an adaptive rate"}.get(settings.retry)
    if settings.pods == 1:
        return ""
    each = f", each with {own} of its own" if own else ""
    return f"{counted(settings.pods, 'pod')} that do not know of one another{each}"
