"""Lambda functions on virtual time: environments that start cold and stay warm, concurrency, timeouts and the bill."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any, NamedTuple

from scenarios.aws.lambda_quotas import ACCOUNT_CONCURRENCY, KEEP_WARM_S, REQUESTS_PER_S, STARTS_AT_ONCE, STARTS_PER_S
from scenarios.errors import FunctionError
from sim.kernel import Host, Reply, Timer, World, begin
from strategies.ports import InvokeThrottled
from strategies.resources import Function as Declared
from strategies.resources import Handler


class Environment(Host):
    """One execution environment; `handler` remembers whatever the code keeps between invocations."""

    __slots__ = ("handler", "idle_since_s", "ready_s")

    def __init__(self) -> None:
        super().__init__()
        self.handler: Handler | None = None
        self.idle_since_s = self.ready_s = 0.0


@dataclass
class Concurrency:
    """What all functions of the account share."""

    running: int = 0


class Bill(NamedTuple):
    """Raw counts of a function: invocations, and milliseconds that it is billed for at its memory."""

    requests: int
    billed_ms: int
    memory_mb: int

    @property
    def gb_s(self) -> float:
        return self.billed_ms / 1000 * self.memory_mb / 1024


class Function:
    """One function; `invoke` answers with what its handler returned, or with why it did not."""

    def __init__(
        self,
        world: World,
        declared: Declared,
        account: Concurrency,
        handler_in: Callable[[Host], Handler],
        dispatch: Iterator[float],
        cold_start: Iterator[float],
        on_death: Callable[[Host], None],
    ) -> None:
        self._world, self._declared, self._account, self._handler_in = world, declared, account, handler_in
        self._dispatch, self._cold_start, self._on_death = dispatch, cold_start, on_death
        self._warm: list[Environment] = []
        self._starts_until_s = 0.0
        self._invocations: set[Invocation] = set()
        self._requests = self._billed_ms = 0
        self.running = 0

    def invoke(self, event: Any) -> Reply:
        """Invoke synchronously. Settles with the result, `FunctionError` or `InvokeThrottled`."""
        reply = Reply()
        if self._is_full():
            reply.settle(error=InvokeThrottled(f"{self._declared.name} runs {self.running} times already"))
            return reply
        self._occupy(1)
        self._world.call_at(self._world.now + next(self._dispatch), lambda: self._place(event, reply))
        return reply

    def _is_full(self) -> bool:
        reserved = self._declared.reserved_concurrency
        return self._account.running >= ACCOUNT_CONCURRENCY or (reserved is not None and self._taken() >= reserved)

    def _taken(self) -> int:
        """Environments at work, and those that have served their share of requests for now."""
        return self.running + sum(warm.ready_s > self._world.now for warm in self._warm)

    def _occupy(self, change: int) -> None:
        self.running += change
        self._account.running += change

    def _place(self, event: Any, reply: Reply) -> None:
        """Into the environment used last of those that are ready, or into a new one."""
        ready = self._take_ready(self._world.now_s)
        if ready is None:
            self._start(event, reply)
        else:
            self._run(ready, event, reply, init_s=0.0)

    def _take_ready(self, now_s: float) -> Environment | None:
        """Idle environments stand in the order in which they became idle; the oldest die first."""
        while self._warm and now_s - self._warm[0].idle_since_s > KEEP_WARM_S:
            del self._warm[0]
        for place in range(len(self._warm) - 1, -1, -1):
            if self._warm[place].ready_s <= now_s:
                return self._warm.pop(place)
        return None

    def _start(self, event: Any, reply: Reply) -> None:
        now_s, init_s = self._world.now, next(self._cold_start)
        self._starts_until_s = max(now_s, self._starts_until_s) + 1 / STARTS_PER_S
        begin_s = max(now_s, self._starts_until_s - STARTS_AT_ONCE / STARTS_PER_S)
        self._world.call_at(begin_s + init_s, lambda: self._run(Environment(), event, reply, init_s))

    def _run(self, environment: Environment, event: Any, reply: Reply, init_s: float) -> None:
        self._requests += 1
        environment.ready_s = self._world.now + 1 / REQUESTS_PER_S
        invocation = Invocation(self, environment, reply, self._world.now - init_s)
        self._invocations.add(invocation)
        timer = Timer(invocation.time_out)
        self._world.at(self._world.now + self._declared.timeout_s, timer)
        invocation.begin(self._handle(environment, event), timer)

    def _handle(self, environment: Environment, event: Any) -> Any:
        if environment.handler is None:
            environment.handler = self._handler_in(environment)
        return environment.handler(event)

    def release(self, invocation: Invocation) -> None:
        """An invocation is over: it is billed, and its environment waits for the next, if it lives."""
        self._invocations.remove(invocation)
        self._billed_ms += self._ms(invocation)
        self._occupy(-1)
        environment = invocation.environment
        environment.idle_since_s = self._world.now
        if environment.alive:
            self._warm.append(environment)
        else:
            self._on_death(environment)

    def _ms(self, invocation: Invocation) -> int:
        """Billed by the started millisecond, cold start included; what a float adds is no millisecond begun."""
        return ceil(round((self._world.now - invocation.billed_from_s) * 1000, 6))

    def bill(self) -> Bill:
        """What has been used until now, by what still runs too."""
        billed_ms = self._billed_ms + sum(map(self._ms, self._invocations))
        return Bill(self._requests, billed_ms, self._declared.memory_mb)


class Invocation:
    """One run of a handler in an environment, until it ends or its time is up."""

    __slots__ = ("_function", "_reply", "_timer", "billed_from_s", "environment")

    def __init__(self, function: Function, environment: Environment, reply: Reply, billed_from_s: float) -> None:
        self._function, self.environment, self._reply = function, environment, reply
        self.billed_from_s = billed_from_s

    def begin(self, handler: Coroutine[Any, Any, Any], timer: Timer) -> None:
        self._timer = timer
        begin(handler, self.environment, self._end)

    def _end(self, value: Any, error: BaseException | None) -> None:
        self._timer.cancel()
        self._function.release(self)
        self._reply.settle(value, None if error is None else _function_error(error))

    def time_out(self) -> None:
        """Lambda freezes and discards the environment: its memory dies, what it asked of services goes on."""
        self.environment.alive = False
        self._function.release(self)
        self._reply.settle(error=FunctionError("timed out"))


def _function_error(error: BaseException) -> FunctionError:
    wrapped = FunctionError(repr(error))
    wrapped.__cause__ = error
    return wrapped
