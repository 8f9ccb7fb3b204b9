"""Lambda functions on virtual time: environments that start cold and stay warm, concurrency, timeouts and the bill."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from functools import partial
from types import coroutine
from typing import Any

from scenarios.aws.handler_errors import HandlerErrors
from scenarios.aws.lambda_bill import LambdaBill, started_ms
from scenarios.aws.warm_pool import Concurrency, WarmPool
from scenarios.errors import FunctionError
from sim.kernel import Alarm, Host, World, begin
from strategies.ports import InvokeThrottled
from strategies.raised import Raised
from strategies.resources import Function as Declared
from strategies.resources import Handler


class Environment(Host):
    """One execution environment; `handler` remembers whatever the code keeps between invocations."""

    __slots__ = ("handler", "idle_since_s", "ready_s")

    def __init__(self) -> None:
        super().__init__()
        self.handler: Handler | None = None
        self.idle_since_s = self.ready_s = 0.0


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
        self._world, self._declared, self._handler_in = world, declared, handler_in
        self._dispatch, self._cold_start, self._on_death = dispatch, cold_start, on_death
        self._pool = WarmPool[Environment](declared.reserved_concurrency, account)
        self._bill, self.errors = LambdaBill(declared.memory_mb), HandlerErrors()
        self._running: dict[Invocation, None] = {}  # in the order in which their time is up
        self._deadline = Alarm(world, self._end_overdue)
        self._killed_until_s = 0.0

    @coroutine
    def invoke(self, event: Any, /) -> Generator[Invocation, None, Any]:
        """Invoke synchronously. Raises `FunctionError` or `InvokeThrottled`."""
        now_s = self._world.now_s
        if not self._pool.admit(now_s):
            raise InvokeThrottled(f"{self._declared.name} runs {self._pool.running} times already")
        invocation = Invocation(event, self._place)
        self._world.at(now_s + next(self._dispatch), invocation)
        yield invocation
        if invocation.error is not None:
            raise invocation.error
        return invocation.value

    def _place(self, invocation: Invocation) -> None:
        now_s = self._world.now_s
        self._pool.retire(now_s)  # there is no process to end
        environment = self._pool.take(now_s)
        if environment is None:
            self._start(invocation)
        else:
            invocation.environment, invocation.billed_from_s = environment, now_s
            self._run(invocation)

    def _start(self, invocation: Invocation) -> None:
        init_s = next(self._cold_start)
        begin_s = self._pool.start_s(self._world.now_s) + init_s
        invocation.environment, invocation.billed_from_s = Environment(), begin_s - init_s
        invocation.fire = self._run
        self._world.at(begin_s, invocation)

    def _run(self, invocation: Invocation) -> None:
        now_s, environment = self._world.now_s, invocation.environment
        self._bill.requests += 1
        self._pool.begin(environment, now_s)
        invocation.deadline_s = now_s + self._declared.timeout_s
        self._running[invocation] = None
        self._deadline.set(invocation.deadline_s)
        if now_s < self._killed_until_s:
            self._discard(invocation, "killed")
            return
        if environment.handler is None:
            environment.handler = self._handler_in(environment)
        work: Any = environment.handler(invocation.event)
        begin(work, environment, partial(self._end, invocation))

    def _end(self, invocation: Invocation, value: Any, error: BaseException | None) -> None:
        if error is not None:
            self.errors.note(Raised.of(error))
            error = _function_error(error)
        self._release(invocation)
        invocation.settle(value, error)

    def _end_overdue(self) -> None:
        """Lambda freezes and discards an environment: its memory dies, what it asked of services goes on."""
        for invocation in [*self._running]:
            if invocation.deadline_s > self._world.now_s:
                self._deadline.set(invocation.deadline_s)
                break
            self._discard(invocation, "timed out")

    def kill(self, until_s: float) -> None:
        """What runs dies, and until that instant each environment as soon as it has something to do."""
        self._killed_until_s = max(self._killed_until_s, until_s)
        for invocation in [*self._running]:
            self._discard(invocation, "killed")

    def _discard(self, invocation: Invocation, why: str) -> None:
        invocation.environment.alive = False
        self._release(invocation)
        invocation.settle(error=FunctionError(why))

    def _release(self, invocation: Invocation) -> None:
        """An invocation is over: it is billed, and its environment waits for the next, if it lives."""
        environment, now_s = invocation.environment, self._world.now_s
        del self._running[invocation]
        self._bill.billed_ms += started_ms(invocation.billed_from_s, now_s)
        self._pool.leave()
        if environment.alive:
            self._pool.keep(environment, now_s)
        elif environment.handler is not None:  # else it has asked for nothing
            self._on_death(environment)

    def bill(self) -> LambdaBill:
        """What has been used until now, by what still runs too."""
        now_s = self._world.now_s
        open_ms = sum(started_ms(invocation.billed_from_s, now_s) for invocation in self._running)
        return replace(self._bill, billed_ms=self._bill.billed_ms + open_ms)


class Invocation:
    """One run of a handler, and the event that it is: when it is placed, and when a cold environment is ready.

    Awaited until `settle` says what it came to.
    """

    __slots__ = ("billed_from_s", "deadline_s", "environment", "error", "event", "fire", "value", "waiter")

    billed_from_s: float
    deadline_s: float
    environment: Environment
    error: BaseException | None
    value: Any
    waiter: Callable[[Any], None]

    def __init__(self, event: Any, place: Callable[[Invocation], None]) -> None:
        self.event, self.fire = event, place

    def settle(self, value: Any = None, error: BaseException | None = None) -> None:
        self.value, self.error = value, error
        self.waiter(self)


def _function_error(error: BaseException) -> FunctionError:
    wrapped = FunctionError(repr(error))
    wrapped.__cause__ = error
    return wrapped
