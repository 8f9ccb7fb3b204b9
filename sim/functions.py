"""Lambda functions on virtual time: environments that start cold and stay warm, concurrency, timeouts and the bill."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from typing import Any

from scenarios.aws.handler_errors import HandlerErrors
from scenarios.aws.lambda_bill import LambdaBill, started_ms
from scenarios.aws.warm_pool import Concurrency, WarmPool
from scenarios.errors import FunctionError
from scenarios.outside.blame import place_of
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
        self._bill, self.errors = LambdaBill(declared.memory_mb), HandlerErrors(declared.name)
        self._invocations: set[Invocation] = set()

    def invoke(self, event: Any) -> Reply:
        """Invoke synchronously. Settles with the result, `FunctionError` or `InvokeThrottled`."""
        reply, now_s = Reply(), self._world.now_s
        if self._pool.admit(now_s):
            self._world.call_at(now_s + next(self._dispatch), lambda: self._place(event, reply))
        else:
            refusal = InvokeThrottled(f"{self._declared.name} runs {self._pool.running} times already")
            reply.settle(error=refusal)
        return reply

    def _place(self, event: Any, reply: Reply) -> None:
        now_s = self._world.now_s
        self._pool.retire(now_s)  # there is no process to end
        ready = self._pool.take(now_s)
        if ready is None:
            self._start(event, reply)
        else:
            self._run(ready, event, reply, init_s=0.0)

    def _start(self, event: Any, reply: Reply) -> None:
        init_s = next(self._cold_start)
        begin_s = self._pool.start_s(self._world.now_s) + init_s
        self._world.call_at(begin_s, lambda: self._run(Environment(), event, reply, init_s))

    def _run(self, environment: Environment, event: Any, reply: Reply, init_s: float) -> None:
        now_s = self._world.now_s
        self._bill.requests += 1
        self._pool.begin(environment, now_s)
        invocation = Invocation(self, environment, reply, now_s - init_s)
        self._invocations.add(invocation)
        timer = Timer(invocation.time_out)
        self._world.at(now_s + self._declared.timeout_s, timer)
        invocation.begin(self._handle(environment, event), timer)

    def _handle(self, environment: Environment, event: Any) -> Any:
        if environment.handler is None:
            environment.handler = self._handler_in(environment)
        return environment.handler(event)

    def release(self, invocation: Invocation) -> None:
        """An invocation is over: it is billed, and its environment waits for the next, if it lives."""
        environment, now_s = invocation.environment, self._world.now_s
        self._invocations.remove(invocation)
        self._bill.billed_ms += started_ms(invocation.billed_from_s, now_s)
        self._pool.leave()
        if environment.alive:
            self._pool.keep(environment, now_s)
        else:
            self._on_death(environment)

    def bill(self) -> LambdaBill:
        """What has been used until now, by what still runs too."""
        now_s = self._world.now_s
        open_ms = sum(started_ms(invocation.billed_from_s, now_s) for invocation in self._invocations)
        return replace(self._bill, billed_ms=self._bill.billed_ms + open_ms)


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
        if error is not None:
            self._function.errors.note(place_of(error))
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
