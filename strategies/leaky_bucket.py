"""The application's pods each hold mails in memory and drip them out at a hard-coded share of the limit."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from strategies.delivery import Deliver, delivery
from strategies.pacing import Pacer
from strategies.parts import parts
from strategies.policies.backoff import RetryMode
from strategies.policies.lanes import LANE_SHARES_HELP, LANES_HELP, Lanes, Turns, refuse_unused_shares, shares_of
from strategies.ports import MAX_RECIPIENTS, Group, Mail, Outbox, Ports, SendError
from strategies.presentation.clauses import retried, use_of_lanes
from strategies.presentation.look import Look
from strategies.presentation.seen import Seen
from strategies.presentation.words import count, counted, rated, share
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
    lanes: Lanes = setting("ignore", LANES_HELP)
    lane_shares: tuple[float, ...] = setting((), LANE_SHARES_HELP, gt=0, le=1)

    def __post_init__(self) -> None:
        refuse_unused_shares(self.lanes, self.lane_shares)
        if self.pod_weights and len(self.pod_weights) != self.pods:
            raise ValueError(f"pod_weights must have one weight for each of the {self.pods} pods")


def plan(settings: Settings, account: Account) -> Plan:
    """Pods that know the limit and how many they are, but not one another."""
    rate_per_s = settings.rate_per_pod or account.max_send_rate_per_s / settings.pods
    chunk = settings.chunk or max(1, min(MAX_RECIPIENTS, int(rate_per_s)))
    shares = shares_of(settings.lanes, settings.lane_shares, account)
    resolved = replace(settings, rate_per_pod=rate_per_s, chunk=chunk, lane_shares=shares)
    return Plan(resolved, Pods(_main(resolved, len(account.lanes)), settings.pods, settings.pod_weights))


class Bucket(NamedTuple):
    """What a pod sends at: recipients a second of all pods together, its credit, and the most of one call."""

    limit_per_s: float
    burst: int
    chunk: int


def _main(settings: Settings, lanes: int) -> Callable[[Ports], Coroutine[Any, Any, None]]:
    buckets = _buckets(settings)
    if settings.lanes == "ignore":
        return partial(_pod, bucket=buckets[0], retry=settings.retry)
    if settings.lanes == "share":
        return partial(_pod_of_buckets, buckets=buckets, retry=settings.retry)
    shares = settings.lane_shares or (0.0,) * lanes
    return partial(_pod_of_turns, bucket=buckets[0], shares=shares, retry=settings.retry)


def _buckets(settings: Settings) -> list[Bucket]:
    """Those of a pod: one, or one a lane, which lets no more through in one call than in a second."""
    rate_per_s, burst, chunk = settings.rate_per_pod or 0.0, settings.burst, settings.chunk or MAX_RECIPIENTS
    limit_per_s = rate_per_s * settings.pods
    if settings.lanes != "share":
        return [Bucket(limit_per_s, burst, chunk)]
    return [
        Bucket(limit_per_s * each, max(1, int(burst * each)), max(1, min(chunk, int(rate_per_s * each))))
        for each in settings.lane_shares
    ]


async def _pod(ports: Ports, bucket: Bucket, retry: RetryMode) -> None:
    """First come, first served."""
    drip = Drip(ports, bucket)
    deliver = delivery(ports, retry, drip.again)
    async with ports.group() as calls:
        await _send_all(ports, ports.outbox, drip.turn, bucket.chunk, deliver, calls)


async def _pod_of_buckets(ports: Ports, buckets: Sequence[Bucket], retry: RetryMode) -> None:
    """A line and a bucket a lane, which know nothing of one another."""
    drips = [Drip(ports, bucket) for bucket in buckets]
    deliver = delivery(ports, retry, lambda mail, to: drips[mail.lane].turn(len(to)))
    async with ports.group() as calls:
        for lane, (bucket, drip) in enumerate(zip(buckets, drips, strict=True)):
            calls.spawn(_send_all(ports, ports.outbox.of_lane(lane), drip.turn, bucket.chunk, deliver, calls))


async def _pod_of_turns(ports: Ports, bucket: Bucket, shares: Sequence[float], retry: RetryMode) -> None:
    """A line a lane, and one bucket. What is not due yet waits in the lane's outbox: no pod holds a newsletter."""
    spout = Spout(ports, bucket, shares)
    deliver = delivery(ports, retry, spout.again)
    async with ports.group() as calls:
        for lane in range(len(shares)):
            turn = partial(spout.turn, lane)
            calls.spawn(_send_all(ports, ports.outbox.of_lane(lane), turn, bucket.chunk, deliver, calls))


async def _send_all(
    ports: Ports, outbox: Outbox, turn: Callable[[int], Awaitable[None]], chunk: int, deliver: Deliver, calls: Group
) -> None:
    """Each part of each mail in its turn."""
    while mails := await outbox.take(BATCH):
        for mail in mails:
            for part in parts(mail, chunk):
                await turn(len(part))
                calls.spawn(_send(ports, deliver, mail, part))


class Drip:
    """The way out of a bucket: calls start in the order in which they ask, retries too, at the pod's share.

    A share that has changed holds for whatever has not started yet.
    """

    __slots__ = ("_clock", "_limit_per_s", "_replicas", "_share", "pacer")

    def __init__(self, ports: Ports, bucket: Bucket) -> None:
        self._clock, self._share, self._replicas = ports.clock, ports.share, ports.share.replicas
        self._limit_per_s = bucket.limit_per_s
        self.pacer = Pacer(bucket.limit_per_s / self._replicas, bucket.burst)

    async def turn(self, recipients: int) -> None:
        """Wait until a call of so many recipients may start."""
        self.heed_share()
        place = self.pacer.book(self._clock.now(), recipients)
        while (wait_s := self.pacer.due_in_s(place, self._clock.now())) > 0.0:
            rate_per_s = self.pacer.rate_per_s
            await self._clock.sleep(wait_s)
            self.heed_share()
            if self.pacer.rate_per_s == rate_per_s:
                return  # an instant that was waited for is not computed again

    async def again(self, _mail: Mail, to: range) -> None:
        """The turn of a retry."""
        await self.turn(len(to))

    def heed_share(self) -> None:
        """Drip at the new share, where the pods have been told of another number of pods."""
        if self._share.replicas != self._replicas:
            self._replicas = self._share.replicas
            self.pacer.change_rate(self._clock.now(), self._limit_per_s / self._replicas)


class Spout:
    """The way out of a bucket that has several lines: whose turn it is, is decided when it is free, and not before.

    The head of each line sleeps until then. The first one to wake up decides for all: another line's may go, which
    wakes up at the same instant, and finds that it may. So each decision is made once. A retry goes before all heads.
    """

    __slots__ = ("_clock", "_decisions", "_drip", "_heads", "_turns")

    def __init__(self, ports: Ports, bucket: Bucket, shares: Sequence[float]) -> None:
        self._clock, self._drip = ports.clock, Drip(ports, bucket)
        self._turns, self._heads, self._decisions = Turns(shares), [0] * len(shares), 0

    async def turn(self, lane: int, recipients: int) -> None:
        """Wait until a call of so many recipients may start; a lane asks for one at a time."""
        self._heads[lane] = recipients
        while self._heads[lane]:
            decisions, asked_s = self._decisions, self._clock.now()
            if (wait_s := self._drip.pacer.wait_s(asked_s)) > 0.0:
                await self._clock.sleep(wait_s)
            if self._decisions == decisions:
                self._decide(asked_s)

    async def again(self, _mail: Mail, to: range) -> None:
        """The turn of a retry: what the heads have waited for is its place now, so that they look again."""
        self._decisions += 1
        await self._drip.turn(len(to))

    def _decide(self, asked_s: float) -> None:
        """Book for the instant at which the decision was asked for: a line that has waited since is no pause."""
        self._drip.heed_share()
        lane = self._turns.next(self._heads)
        self._turns.sent(lane, self._heads)
        self._drip.pacer.reserve(asked_s, self._heads[lane])
        self._heads[lane] = 0
        self._decisions += 1


async def _send(ports: Ports, deliver: Deliver, mail: Mail, to: range) -> None:
    try:
        await deliver(mail, to)
    except SendError:
        ports.outbox.give_up(mail, to)


def mechanism(settings: Settings, seen: Seen) -> Iterator[str]:
    """How it came to its figures."""
    pods, rate_per_s = settings.pods, settings.rate_per_pod or seen.rate_per_s / settings.pods
    each = " each" if pods > 1 else ""
    yield f"{counted(pods, 'pod')} paced at {rated(rate_per_s, 'recipient')}/s{each}{_together(pods, rate_per_s, seen)}"
    yield _unequal(settings, rate_per_s)
    yield _burst(settings, seen)
    yield from _scaled(settings, seen, rate_per_s)
    yield use_of_lanes(settings.lanes, settings.lane_shares, seen)


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
    pods, buckets, bucket = settings.pods, _buckets(settings), f"a {seen.limiter} of {count(seen.at_once)}"
    if (burst := sum(one.burst for one in buckets)) > len(buckets):
        return f"up to {count(pods)} × {count(burst)} = {count(pods * burst)} recipients at once against {bucket}"
    at_once = pods * sum(min(one.chunk, seen.largest_mail) for one in buckets)
    if pods * len(buckets) == 1 or not seen.throttled_calls or at_once <= seen.at_once:
        return ""
    callers = "pods" if len(buckets) == 1 else "lanes of a pod" if pods == 1 else "lanes of all pods"
    return f"the {callers} may call at the same instant, up to {counted(at_once, 'recipient')} at once against {bucket}"


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
