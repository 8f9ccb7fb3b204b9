"""Coroutines on virtual time: a heap of events in the order of their instants, and light tasks that await them.

An event on the heap is fired by calling its `fire` with itself. Awaiting it writes the task's next step into its
`waiter`, which for an event of one stage is the same slot.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import suppress
from heapq import heappop, heappush
from itertools import count
from math import inf
from types import TracebackType, coroutine
from typing import Any, Protocol, Self

Heap = list[tuple[float, int, Any]]
"""Instant, running number, event: of two at one instant the lower number comes first."""


class World:
    """Virtual time: a clock, and a heap of the events that are still to come.

    Neither an event nor a horizon may lie before `now_s`. Ports on the hot path push onto `heap` themselves, each event
    with the next of `numbers`.
    """

    def __init__(self) -> None:
        self.now_s = 0.0
        self.heap: Heap = []
        self.numbers: Iterator[int] = count()
        self._stopped = False

    def at(self, time_s: float, event: Event) -> None:
        """Put an event on the heap; of two at one instant the first one put there fires first."""
        heappush(self.heap, (time_s, next(self.numbers), event))

    def call_at(self, time_s: float, action: Callable[[], None]) -> None:
        """Call a function at an instant."""
        heappush(self.heap, (time_s, next(self.numbers), Timer(action)))

    def run_until(self, horizon_s: float) -> None:
        """Fire what is due before the horizon, where time stands afterwards, unless `stop` ends the run sooner.

        An event's error comes out as it was raised.
        """
        heap = self.heap
        while True:  # not on the condition: Python 3.11 specialises only what jumps back unconditionally
            if self._stopped or not heap or heap[0][0] >= horizon_s:
                break
            self.now_s, _, event = heappop(heap)
            event.fire(event)
        if not self._stopped:
            self.now_s = horizon_s
        self._stopped = False

    def stop(self) -> None:
        """End the run behind the event that is firing; if none runs, the next ends before its first event."""
        self._stopped = True


class Event(Protocol):
    fire: Callable[[Any], None]


class Timer:
    """Calls a function at its instant."""

    __slots__ = ("action", "fire")

    def __init__(self, action: Callable[[], None]) -> None:
        self.action = action
        self.fire: Callable[[Any], None] = _act


def _act(timer: Timer) -> None:
    timer.action()


class Alarm:
    """Calls a function at the earliest of the instants for which it is set, and is then set no longer.

    For deadlines that hardly ever come: a timer for each would stay on the heap long after it has lost its meaning.
    """

    __slots__ = ("_action", "_at_s", "_world", "fire")

    def __init__(self, world: World, action: Callable[[], None]) -> None:
        self._world, self._action, self._at_s = world, action, inf
        self.fire: Callable[[Alarm], None] = Alarm._ring

    def set(self, at_s: float) -> None:
        if at_s < self._at_s:
            self._at_s = at_s
            self._world.at(at_s, self)

    def _ring(self) -> None:
        if self._at_s == self._world.now_s:  # otherwise it was set for an earlier instant afterwards
            self._at_s = inf
            self._action()


def ignore(_event: object) -> None:
    """What an event does that no task awaits."""


class Host:
    """Where tasks run and what they remember: a pod or a function's environment. When it dies they never run again.

    It has one processor, which does one thing after the other. `unraised` are errors of tasks whose group has not been
    left yet, and may never be.
    """

    __slots__ = ("_idle_from_s", "alive", "unraised")

    def __init__(self) -> None:
        self.alive = True
        self._idle_from_s = 0.0
        self.unraised: list[BaseException] = []

    def computed_s(self, now_s: float, cpu_s: float) -> float:
        """When the processor has done this work too, behind all that it has been given before."""
        begun_s = self._idle_from_s
        if begun_s < now_s:
            begun_s = now_s
        self._idle_from_s = done_s = begun_s + cpu_s
        return done_s


class Sleep:
    """Over at an instant: the step of the task that awaits it is what it fires."""

    __slots__ = ("fire",)

    fire: Callable[[Any], None]


Sleep.waiter = Sleep.__dict__["fire"]  # type: ignore[attr-defined]


class Reply:
    """Awaited until `settle` gives it a value or an error, once; never on the heap itself."""

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
            self._let_go()
            return
        try:
            event = self.coroutine.send(None)
        except StopIteration as stop:
            self.done(stop.value, None)
        except Exception as error:
            self.done(None, error)
        else:
            event.waiter = self.step

    def _let_go(self) -> None:
        """End the coroutine from the inside out: the garbage collector would begin anywhere, and complain."""
        with suppress(Exception, GeneratorExit):
            self.coroutine.throw(GeneratorExit()).waiter = ignore  # it would wait on its way out: a dead host does not


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
        heappush(self._heap, (now_s + delay_s if delay_s > 0.0 else now_s, next(self._numbers), sleep))
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
            self._host.unraised.append(error)
        if self._idle is not None and not self._running:
            self._idle.settle()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        if kind is not None and not issubclass(kind, Exception):
            return  # the coroutine is being closed, or the run broken off: nothing may be awaited
        if self._running:
            self._idle = Reply()
            await self._idle
        if self._error is not None:
            self._host.unraised.remove(self._error)
            if error is None:
                raise self._error
