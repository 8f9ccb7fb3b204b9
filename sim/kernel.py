"""Coroutines on virtual time: the only file that knows both `await` and SimPy.

SimPy keeps the heap and the run loop; what lies on its heap are our own slotted events, and what waits for them are
light tasks. A SimPy `Process` would rebuild an exception from its `args` (a botocore error becomes a `TypeError`) and
costs two more events a call.

What lies on the heap is fired by calling its `fire` with itself. Whoever awaits an event is written into its `waiter`,
which for an event of one stage is the same slot; its `error`, if it has one, is thrown into whoever waited.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from heapq import heappop, heappush
from types import TracebackType, coroutine
from typing import Any, Protocol, Self, cast

from simpy import Environment
from simpy.core import EmptySchedule, StopSimulation

URGENT, NORMAL = 0, 1  # SimPy's priorities


Heap = list[tuple[float, int, int, Any]]
"""SimPy's own: time, priority, running number, event."""


class World(Environment):
    """SimPy's environment, whose heap holds our events only, and an end that anyone may call."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.heap: Heap = cast("Heap", self._queue)
        self.numbers = self._eid

    @property
    def now(self) -> float:
        return self.now_s

    def step(self) -> None:
        """Fire all events in a single step of SimPy's `run`: ours never fail, so none of its bookkeeping is needed."""
        heap = self.heap
        while heap:
            self.now_s, _, _, event = heappop(heap)
            event.fire(event)
        raise EmptySchedule

    def run_until(self, horizon_s: float) -> None:
        """Run until `stop`, the horizon, or nothing is left to happen; at the horizon, what is due then is left out."""
        self.at(horizon_s, Timer(_raise_stop), URGENT)
        self.run()

    def at(self, time_s: float, event: Event, priority: int = NORMAL) -> None:
        """Put an event on the heap; of two at one instant the first one put there fires first."""
        heappush(self.heap, (time_s, priority, next(self.numbers), event))

    def call_at(self, time_s: float, action: Callable[[], None]) -> None:
        heappush(self.heap, (time_s, NORMAL, next(self.numbers), Timer(action)))

    def stop(self) -> None:
        """End the run once the event that is being processed is."""
        self.at(self.now_s, Timer(_raise_stop), URGENT)


def _raise_stop() -> None:
    raise StopSimulation(None)


class Event(Protocol):
    fire: Callable[[Any], None]


class Timer:
    """Calls a function at its instant; `cancel` makes it do nothing."""

    __slots__ = ("action", "fire")

    def __init__(self, action: Callable[[], None]) -> None:
        self.action = action
        self.fire: Callable[[Any], None] = _act

    def cancel(self) -> None:
        self.fire, self.action = ignore, _nothing  # what it would have done need not be kept until then


def _nothing() -> None:
    """What a cancelled timer does."""


def _act(timer: Timer) -> None:
    timer.action()


def ignore(_event: object) -> None:
    """What an event does for which nobody waits."""


class Host:
    """Where tasks run and what they remember: a pod or a function's environment. When it dies they never run again."""

    __slots__ = ("alive", "cpu_free_s")

    def __init__(self) -> None:
        self.alive = True
        self.cpu_free_s = 0.0


class Sleep:
    """Over at an instant: who waits for it is what it fires."""

    __slots__ = ("fire",)


Sleep.waiter = Sleep.fire  # type: ignore[attr-defined]


class Reply:
    """Triggered once, by whoever holds it, with a value or an error; never on the heap itself."""

    __slots__ = ("error", "settled", "value", "waiter")

    def __init__(self) -> None:
        self.waiter: Callable[[Any], None] = ignore
        self.settled = False
        self.value: Any = None
        self.error: BaseException | None = None

    def settle(self, value: Any = None, error: BaseException | None = None) -> None:
        self.value, self.error, self.settled = value, error, True
        self.waiter(self)

    def __await__(self) -> Generator[Self, None, Any]:
        if not self.settled:
            yield self
        if self.error is not None:
            raise self.error
        return self.value


class Task:
    """A coroutine being stepped: eagerly when it begins, then whenever what it awaits has happened."""

    __slots__ = ("coroutine", "done", "host")

    coroutine: Coroutine[Any, Any, Any]
    done: Callable[[Any, BaseException | None], None]
    host: Host

    def step(self, _event: object) -> None:
        """Go on behind what was awaited."""
        if not self.host.alive:
            return
        try:
            event = self.coroutine.send(None)
        except StopIteration as stop:
            self.done(stop.value, None)
        except Exception as error:
            self.done(None, error)
        else:
            event.waiter = self.step


def begin(coroutine: Coroutine[Any, Any, Any], host: Host, done: Callable[[Any, BaseException | None], None]) -> None:
    """Run a coroutine on a host until its first wait; `done` is told what it comes to."""
    task = Task()
    task.coroutine, task.host, task.done = coroutine, host, done
    task.step(None)


def serve(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a part of a service itself: no host's death ends it, and an error in it is a defect of ours."""
    begin(coroutine, _SERVICE, _raise)


def _raise(_value: None, error: BaseException | None) -> None:
    if error is not None:
        raise error


_SERVICE = Host()


class Clock:
    """Virtual seconds."""

    __slots__ = ("_heap", "_numbers", "_world")

    def __init__(self, world: World) -> None:
        self._world, self._heap, self._numbers = world, world.heap, world.numbers

    def now(self) -> float:
        return self._world.now_s

    @coroutine
    def sleep(self, delay_s: float, /) -> Generator[Any, None, None]:
        sleep, now_s = Sleep(), self._world.now_s
        heappush(self._heap, (now_s + delay_s if delay_s > 0.0 else now_s, NORMAL, next(self._numbers), sleep))
        yield sleep


class Group:
    """Tasks of one host that are waited for together."""

    __slots__ = ("_done", "_error", "_host", "_idle", "_running")

    def __init__(self, host: Host) -> None:
        self._host, self._running, self._done = host, 0, self._finished
        self._error: BaseException | None = None
        self._idle: Reply | None = None

    def spawn(self, task: Coroutine[Any, Any, None], /) -> None:
        self._running += 1
        member = Task()
        member.coroutine, member.host, member.done = task, self._host, self._done
        member.step(None)

    def _finished(self, _value: None, error: BaseException | None) -> None:
        self._running -= 1
        if error is not None and self._error is None:
            self._error = error
        if self._idle is not None and not self._running:
            self._idle.settle()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        if kind is GeneratorExit:
            return  # the coroutine is being closed, nothing may be awaited
        if self._running:
            self._idle = Reply()
            await self._idle
        if self._error is not None and error is None:
            raise self._error
