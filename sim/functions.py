"""Lambda functions on virtual time: environments that start cold and stay warm, concurrency, timeouts and the bill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from sim.kernel import Host, Reply, Timer, World, begin
from strategies.ports import InvokeThrottled
from strategies.resources import Function as Declared
from strategies.resources import Handler

KEEP_WARM_S = 600.0  # an idle environment's life: seen between 5 and 15 minutes, documented nowhere
ACCOUNT_CONCURRENCY = 1000  # of all functions: Lambda's quota page
STARTS_PER_S = 100.0  # new environments of one function, 1,000 in 10 s: Lambda's page on scaling behaviour


class FunctionError(Exception):
    """The handler raised, or ran into its timeout."""


class Environment(Host):
    """One execution environment; `handler` remembers whatever the code keeps between invocations."""

    __slots__ = ("handler", "idle_since_s")

    def __init__(self) -> None:
        super().__init__()
        self.handler: Handler | None = None
        self.idle_since_s = 0.0


@dataclass
class Concurrency:
    """What all functions of the account share."""

    running: int = 0


@dataclass
class Bill:
    """Raw counts of a function: invocations, and seconds billed by the started millisecond, cold starts included."""

    requests: int = 0
    billed_ms: int = 0
    memory_mb: int = 0

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
        self._next_start_s = 0.0
        self.running = self.most_running = 0
        self.bill = Bill(memory_mb=declared.memory_mb)

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
        return self._account.running >= ACCOUNT_CONCURRENCY or (reserved is not None and self.running >= reserved)

    def _occupy(self, change: int) -> None:
        self.running += change
        self._account.running += change
        self.most_running = max(self.most_running, self.running)

    def _place(self, event: Any, reply: Reply) -> None:
        """Into the environment used last, or into a new one."""
        while self._warm:
            environment = self._warm.pop()
            if self._world.now - environment.idle_since_s <= KEEP_WARM_S:
                self._run(environment, event, reply, init_s=0.0)
                return
        self._start(event, reply)

    def _start(self, event: Any, reply: Reply) -> None:
        now_s, init_s = self._world.now, next(self._cold_start)
        begin_s = max(now_s, self._next_start_s)
        self._next_start_s = begin_s + 1 / STARTS_PER_S
        environment = Environment()
        self._world.call_at(begin_s + init_s, lambda: self._run(environment, event, reply, init_s))

    def _run(self, environment: Environment, event: Any, reply: Reply, init_s: float) -> None:
        Invocation(self, environment, event, reply, self._world.now, init_s).begin()

    def handle(self, environment: Environment, event: Any) -> Any:
        if environment.handler is None:
            environment.handler = self._handler_in(environment)
        return environment.handler(event)

    def watch(self, on_timeout: Callable[[], None]) -> Timer:
        timer = Timer(on_timeout)
        self._world.at(self._world.now + self._declared.timeout_s, timer)
        return timer

    def release(self, environment: Environment, started_s: float, init_s: float) -> None:
        self.bill.requests += 1
        self.bill.billed_ms += ceil((self._world.now - started_s + init_s) * 1000)
        self._occupy(-1)
        environment.idle_since_s = self._world.now
        if environment.alive:
            self._warm.append(environment)
        else:
            self._on_death(environment)


@dataclass
class Invocation:
    """One run of a handler in an environment, until it ends or its time is up."""

    function: Function
    environment: Environment
    event: Any
    reply: Reply
    started_s: float
    init_s: float
    timer: Timer = field(init=False)

    def begin(self) -> None:
        self.timer = self.function.watch(self._time_out)
        begin(self.function.handle(self.environment, self.event), self.environment, self._end)

    def _end(self, value: Any, error: BaseException | None) -> None:
        self.timer.cancel()
        self.function.release(self.environment, self.started_s, self.init_s)
        self.reply.settle(value, None if error is None else _function_error(error))

    def _time_out(self) -> None:
        """Lambda freezes and discards the environment: its memory dies, what it asked of services goes on."""
        self.environment.alive = False
        self.function.release(self.environment, self.started_s, self.init_s)
        self.reply.settle(error=FunctionError("timed out"))


def _function_error(error: BaseException) -> FunctionError:
    wrapped = FunctionError(repr(error))
    wrapped.__cause__ = error
    return wrapped
