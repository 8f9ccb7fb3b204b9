"""The application's pods each hold mails in memory and drip them out at a hard-coded share of the limit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from strategies.delivery import Deliver, delivery
from strategies.pacing import Pacer
from strategies.parts import parts
from strategies.policies.backoff import RetryMode
from strategies.ports import MAX_RECIPIENTS, Mail, Ports, SendError
from strategies.presentation.clauses import retried, without_lanes
from strategies.presentation.look import Look
from strategies.presentation.seen import Seen
from strategies.presentation.words import count, counted, share
from strategies.resources import Account, Plan, Pods
from strategies.settings import setting

LOOK = Look("#E69F00", "v", (0, (5, 2)), "///")
BATCH = 100  # mails that a pod takes out of its queue at once


@dataclass(frozen=True, slots=True)
class Settings:
    pods: int = setting(2, "application pods, each with a bucket of its own", scales="pods", ge=1, le=10_000)
    rate_per_pod: float | None = setting(
        None, "recipients a second that one pod sends; default R / pods", scales="rate per pod", gt=0
    )
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
                    if (wait_s := pacer.reserve(now(), len(part))) > 0.0:
                        await sleep(wait_s)
                    calls.spawn(_send(ports, deliver, mail, part))


async def _send(ports: Ports, deliver: Deliver, mail: Mail, to: range) -> None:
    try:
        await deliver(mail, to)
    except SendError:
        ports.outbox.give_up(mail, to)


def mechanism(settings: Settings, seen: Seen) -> Iterator[str]:
    """How it came to its figures."""
    pods, rate_per_s = settings.pods, settings.rate_per_pod or seen.rate_per_s / settings.pods
    each = " each" if pods > 1 else ""
    yield f"{counted(pods, 'pod')} paced at {rate_per_s:g} recipients/s{each}{_together(pods, rate_per_s, seen)}"
    yield _unequal(settings, rate_per_s)
    yield _burst(settings, seen)
    yield from _scaled(settings, seen, rate_per_s)
    yield without_lanes(seen)


def after_refusal(settings: Settings) -> str:
    """What becomes of a refused mail."""
    return retried(settings.retry)


def _together(pods: int, rate_per_s: float, seen: Seen) -> str:
    if math.isclose(pods * rate_per_s, seen.rate_per_s):
        return f", together the limit of {seen.rate_per_s:g}/s" if pods > 1 else ", which is the limit"
    together = f", {pods * rate_per_s:g}/s together" if pods > 1 else ""
    return f"{together} against a limit of {seen.rate_per_s:g}/s"


def _unequal(settings: Settings, rate_per_s: float) -> str:
    pods, weights = settings.pods, settings.pod_weights
    if not weights:
        return ""
    mine = [weights[pod % len(weights)] for pod in range(pods)]
    if min(mine) == max(mine):
        return ""
    return f"one pod gets {share(max(mine), sum(mine))} of the mails and sends no more than its {rate_per_s:g}/s"


def _burst(settings: Settings, seen: Seen) -> str:
    """What pods that do not know of one another may send at one instant."""
    pods, burst, bucket = settings.pods, settings.burst, f"a {seen.limiter} of {count(seen.at_once)}"
    if burst > 1:
        return f"up to {count(pods)} × {count(burst)} = {count(pods * burst)} recipients at once against {bucket}"
    at_once = pods * min(settings.chunk or MAX_RECIPIENTS, seen.largest_mail)
    if pods == 1 or not seen.throttled_calls or at_once <= seen.at_once:
        return ""
    return f"the pods may call at the same instant, up to {counted(at_once, 'recipient')} at once against {bucket}"


def _scaled(settings: Settings, seen: Seen, rate_per_s: float) -> Iterator[str]:
    """Only what began while the strategy was still sending has left a trace in its figures."""
    lasted_s, limit_per_s = seen.makespan_s or 0.0, settings.pods * rate_per_s
    for scaling in seen.scalings:
        if scaling.start_s < lasted_s:
            until = f"to {scaling.end_s:g} s" if scaling.end_s < lasted_s else "on"
            pods = scaling.pods * seen.shares  # each worker of a load test scales its own
            each_per_s = limit_per_s / pods if scaling.reshare else rate_per_s
            yield f"from {scaling.start_s:g} s {until} {_sending(pods, each_per_s, scaling.reshare, seen)}"


def _sending(many: int, each_per_s: float, is_shared_anew: bool, seen: Seen) -> str:
    pods = counted(many, "pod")
    if is_shared_anew:
        return f"{pods} of {each_per_s:g}/s, shared anew"
    send = "send" if many > 1 else "sends"
    together = f"{many * each_per_s:g}/s{' together' * (many > 1)}"
    return f"{pods} {send} {together} against a limit of {seen.rate_per_s:g}/s"
