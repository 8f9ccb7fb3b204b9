"""Which environment of a function takes an invocation, what starts cold, what is refused: on any world's clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from scenarios.aws.lambda_quotas import ACCOUNT_CONCURRENCY, KEEP_WARM_S, REQUESTS_PER_S, STARTS_AT_ONCE, STARTS_PER_S


class Pooled(Protocol):
    """An environment; the pool notes since when it is idle, and from when on it may serve again."""

    idle_since_s: float
    ready_s: float


E = TypeVar("E", bound=Pooled)


@dataclass(slots=True)
class Concurrency:
    """What all functions of an account run at the moment."""

    running: int = 0


class WarmPool(Generic[E]):
    """Of one function, which may have concurrency reserved. Instants must not decrease.

    A world admits an invocation, lets it take an environment or starts one, lets it begin there, and in the end lets
    it leave and keeps the environment, if that lives.
    """

    __slots__ = ("_account", "_idle", "_reserved", "_starts_until_s", "running")

    def __init__(self, reserved: int | None, account: Concurrency) -> None:
        self._reserved, self._account = reserved, account
        self._idle: list[E] = []  # in the order in which they became idle
        self._starts_until_s = 0.0
        self.running = 0

    def admit(self, now_s: float) -> bool:
        """Count an invocation in, unless as many run already as the account or the function may."""
        if self._account.running >= ACCOUNT_CONCURRENCY:
            return False
        if self._reserved is not None and self.running + self._resting(now_s) >= self._reserved:
            return False
        self.running += 1
        self._account.running += 1
        return True

    def _resting(self, now_s: float) -> int:
        """Environments that have served their share of requests for now: they count as if they ran."""
        return sum(idle.ready_s > now_s for idle in self._idle)

    def leave(self) -> None:
        """Count an invocation out."""
        self.running -= 1
        self._account.running -= 1

    def retire(self, now_s: float) -> list[E]:
        """Give up the environments that have been idle for too long; they are the world's to end."""
        retired: list[E] = []  # `list[E]()` would make a type first
        idle = self._idle
        while idle and now_s - idle[0].idle_since_s > KEEP_WARM_S:
            retired.append(idle.pop(0))
        return retired

    def take(self, now_s: float) -> E | None:
        """The environment used last of those that are ready; None where one must start. Retire others first."""
        idle = self._idle
        if idle and idle[-1].ready_s <= now_s:
            return idle.pop()
        for place in range(len(idle) - 2, -1, -1):
            if idle[place].ready_s <= now_s:
                return idle.pop(place)
        return None

    def start_s(self, now_s: float) -> float:
        """When a new environment begins to start: a thousand may at once, and a hundred more with each second."""
        self._starts_until_s = max(now_s, self._starts_until_s) + 1 / STARTS_PER_S
        return max(now_s, self._starts_until_s - STARTS_AT_ONCE / STARTS_PER_S)

    def begin(self, environment: E, now_s: float) -> None:
        """An environment begins to serve, so that it may not serve anew before its rate allows it."""
        environment.ready_s = now_s + 1 / REQUESTS_PER_S

    def keep(self, environment: E, now_s: float) -> None:
        """An environment has served, and waits for the next invocation."""
        environment.idle_since_s = now_s
        self._idle.append(environment)
