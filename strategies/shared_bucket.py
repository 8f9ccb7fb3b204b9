"""The application's pods hold mails in memory and agree: each call takes its tokens out of one bucket in a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import isclose

from strategies.line import Call, Line
from strategies.policies.shared_tokens import SharedTokens
from strategies.ports import MAX_RECIPIENTS, Ports
from strategies.presentation.clauses import without_lanes
from strategies.presentation.look import Look
from strategies.presentation.seen import Seen
from strategies.presentation.words import count, counted
from strategies.resources import Account, Plan, Pods, Table
from strategies.settings import setting

LOOK = Look("#661100", "H", (0, (9, 1, 1, 1)), "//-")  # dark, so that it is no orange to the colour-blind
TABLE, KEY = "bucket", "ses"
CONFLICT_S, LONGEST_S = 0.01, 1.0  # of the wait before a put is tried again


@dataclass(frozen=True, slots=True)
class Settings:
    pods: int = setting(2, "application pods that share the bucket", scales="pods", ge=1, le=10_000)
    rate: float | None = setting(
        None, "tokens a second that drip into the bucket, one a recipient; default R", scales="rate", gt=0
    )
    burst: int | None = setting(None, "tokens that the bucket holds; default rate, at least 1", scales="rate", ge=1)
    take: int | None = setting(
        None, "tokens that a pod fetches at once, at least; default rate / pods / 10, at least 1", ge=1, le=10_000
    )
    atomic: bool = setting(True, "put the bucket back only if no other pod has, otherwise read it again")
    chunk: int | None = setting(
        None, "most recipients of one call; default min(50, floor(rate / pods)), at least 1", ge=1, le=MAX_RECIPIENTS
    )
    patience_s: float = setting(300.0, "a call is given up when it is still refused after this", ge=0)


def plan(settings: Settings, account: Account) -> Plan:
    """Pods that know the limit and meet at one item of a table."""
    rate_per_s = settings.rate or account.max_send_rate_per_s
    each_per_s = rate_per_s / settings.pods
    resolved = replace(
        settings,
        rate=rate_per_s,
        burst=settings.burst or max(1, int(rate_per_s)),
        take=settings.take or max(1, int(each_per_s / 10)),
        chunk=settings.chunk or max(1, min(MAX_RECIPIENTS, int(each_per_s))),
    )
    pods = Pods(partial(_pod, settings=resolved), settings.pods, uses=(TABLE,))
    return Plan(resolved, pods, tables=(Table(TABLE),))


async def _pod(ports: Ports, settings: Settings) -> None:
    purse = Purse(ports, settings)
    async with ports.group() as tasks:
        line = Line(ports, tasks, purse.turn, ports.mailer.send, settings.patience_s)
        await line.serve(settings.chunk or MAX_RECIPIENTS)


class Purse:
    """The tokens that a pod has taken and not used: they are gone for all pods if it dies."""

    def __init__(self, ports: Ports, settings: Settings) -> None:
        self._table, self._clock, self._chance = ports.tables[TABLE], ports.clock, ports.chance
        self._bucket = SharedTokens(settings.rate or 1.0, settings.burst or 1)
        self._take, self._atomic, self._tokens = settings.take or 1, settings.atomic, 0

    async def turn(self, call: Call) -> None:
        """Pay for a call, with tokens at hand or with fetched ones that it waits for."""
        missing = len(call.to) - self._tokens
        if missing > 0:
            await self._fetch(max(missing, self._take), call)
        self._tokens -= len(call.to)

    async def _fetch(self, tokens: int, call: Call) -> None:
        due_s = await self._taken(tokens, call)
        self._tokens += tokens
        if (wait_s := due_s - self._clock.now()) > 0.0:
            await self._clock.sleep(wait_s)

    async def _taken(self, tokens: int, call: Call) -> float:
        """Read, compute, put; from when on the tokens may be used."""
        attempt = 0
        while True:
            item = await self._table.get(KEY)
            taken = self._bucket.take(item.value, self._clock.now(), tokens)
            if await self._table.put(KEY, taken.value, item.version if self._atomic else None):
                return taken.due_s
            attempt += 1
            await self._clock.sleep(self._jitter_s(call, attempt))

    def _jitter_s(self, call: Call, attempt: int) -> float:
        most_s = min(LONGEST_S, CONFLICT_S * 2.0 ** min(attempt, 10))
        return most_s * self._chance.uniform("conflict", call.number, attempt)


def mechanism(settings: Settings, seen: Seen) -> Iterator[str]:
    """How it came to its figures."""
    rate_per_s, burst, take = settings.rate or seen.rate_per_s, settings.burst or 1, settings.take or 1
    pods = f"{counted(settings.pods, 'pod')} {'take' if settings.pods > 1 else 'takes'} tokens out of one bucket"
    by = f", {count(take)} at a time" if take > 1 else ""
    yield f"{pods} in a table{by}: {rate_per_s:g}/s and up to {count(burst)} at once{_against(rate_per_s, seen)}"
    if not settings.atomic and settings.pods > 1:
        yield "it is put back without a condition, so pods that read it at the same time use the same tokens"
    yield without_lanes(seen)


def after_refusal(settings: Settings) -> str:
    """What becomes of a refused mail."""
    return f"kept in memory and sent again for new tokens before what is new, for {settings.patience_s:g} s at most"


def _against(rate_per_s: float, seen: Seen) -> str:
    return "" if isclose(rate_per_s, seen.rate_per_s) else f" against a limit of {seen.rate_per_s:g}/s"
