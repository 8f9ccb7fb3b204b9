"""The application's pods each hold mails in memory and drip them out at a hard-coded share of the limit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from strategies.backoff import RetryMode
from strategies.delivery import Deliver, delivery
from strategies.pacing import Pacer
from strategies.parts import parts
from strategies.ports import MAX_RECIPIENTS, Mail, Ports, SendError
from strategies.resources import Account, Plan, Pods
from strategies.settings import setting

BATCH = 100  # mails that a pod takes out of its queue at once


@dataclass(frozen=True, slots=True)
class Settings:
    pods: int = setting(2, "application pods, each with a bucket of its own", ge=1, le=10_000)
    rate_per_pod: float | None = setting(None, "recipients a second that one pod sends; default R / pods", gt=0)
    burst: int = setting(1, "pacing credit of one pod in recipients", ge=1)
    chunk: int | None = setting(
        None, "most recipients of one call; default min(50, floor(rate_per_pod)), at least 1", ge=1, le=MAX_RECIPIENTS
    )
    retry: RetryMode = setting("none", "botocore's retry mode: none, legacy, standard or adaptive")
    pod_weights: tuple[float, ...] = setting((), "share of the mails that each pod gets; default equal", gt=0)

    def __post_init__(self) -> None:
        if self.pod_weights and len(self.pod_weights) != self.pods:
            raise ValueError(f"pod_weights must have one weight for each of the {self.pods} pods")


def plan(settings: Settings, account: Account) -> Plan:
    """Pods that know the limit and how many they are, but not one another."""
    rate_per_s = settings.rate_per_pod or account.max_send_rate_per_s / settings.pods
    chunk = settings.chunk or max(1, min(MAX_RECIPIENTS, int(rate_per_s)))
    limit_per_s = rate_per_s * settings.pods
    main = partial(_pod, settings=settings, limit_per_s=limit_per_s, chunk=chunk)
    resolved = replace(settings, rate_per_pod=rate_per_s, chunk=chunk)
    return Plan(resolved, Pods(main, settings.pods, settings.pod_weights))


async def _pod(ports: Ports, settings: Settings, limit_per_s: float, chunk: int) -> None:
    deliver = delivery(ports, settings.retry)
    now, sleep, share = ports.clock.now, ports.clock.sleep, ports.share
    replicas = share.replicas
    pacer = Pacer(limit_per_s / replicas, settings.burst)
    async with ports.group() as calls:
        while mails := await ports.outbox.take(BATCH):
            for mail in mails:
                if share.replicas != replicas:
                    replicas = share.replicas
                    pacer.set_rate(limit_per_s / replicas)
                for part in parts(mail, chunk):
                    await sleep(pacer.reserve(now(), len(part)))
                    calls.spawn(_send(ports, deliver, mail, part))


async def _send(ports: Ports, deliver: Deliver, mail: Mail, to: range) -> None:
    try:
        await deliver(mail, to)
    except SendError:
        ports.outbox.give_up(mail, to)
