"""The heartbeat's clock: a Step Functions machine that ticks every second, each of its kinds with its own drift.

`timestamp_wait` calls the function and waits for its end before it waits for the next whole second: so there is one
environment with one memory, and a tick that comes late moves none of those after it. The two loops call asynchronously,
because they wait a second after each tick whatever it took. A `relay` does not tick: it calls a function that works for
minutes, and calls it again when it ends. All but `express_loop` are Standard workflows, whose history is bounded.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from math import floor
from typing import Any

from scenarios.aws.open_work import Start
from scenarios.errors import FunctionError
from scenarios.schema.latency import Constant, Latency, Lognormal
from strategies.ports import Clock, InvokeThrottled, Tick

PERIOD_S = 1.0
TRANSITIONS = 3  # wait, task, choice: billed for each tick
RELAY_TRANSITIONS = 2  # task, choice
SUCCESSION_TRANSITIONS = 1  # the task that starts an execution's successor
STANDARD_TRANSITION = Lognormal(median_ms=30, p99_ms=100)  # no trustworthy figure exists
EXPRESS_TRANSITION = Constant(constant_ms=10)  # measured by Zac Charles, 2021
HISTORY_EVENTS = 25_000  # of one Standard execution, at most: Step Functions' quota page; not adjustable
EVENTS_PER_TICK = 9  # wait 2, task 5, choice 2
EVENTS_BESIDES = 100  # start, successor and end need 10; the rest is margin
STANDARD_TICKS = (HISTORY_EVENTS - EVENTS_BESIDES) // EVENTS_PER_TICK
RESTART_GAP_S = (0.05, 0.5)  # between an execution and its successor: documented nowhere
MINUTE_S = 60.0
EXPRESS_TICKS = 60
EXPRESS_GB = 64 / 1024
RULE_JITTER_S = 0.5  # of the rule that starts an Express loop, around its constant phase: Zac Charles, 2021


@dataclass
class TickerBill:
    """Raw counts."""

    transitions: int = 0
    express_requests: int = 0
    express_gb_s: float = 0.0
    scheduler_invocations: int = 0


def billed(bills: Sequence[TickerBill]) -> dict[str, float]:
    """The counts of several tickers, summed, as a ledger's usage names them."""
    return {
        "stepfunctions_transitions": sum(bill.transitions for bill in bills),
        "express_requests": sum(bill.express_requests for bill in bills),
        "express_gb_s": sum(bill.express_gb_s for bill in bills),
        "scheduler_invocations": sum(bill.scheduler_invocations for bill in bills),
    }


class Ticker:
    """Ticks until the run ends. `invoke` waits for the function's end, `send` hands it an event.

    `late`, `transition` and `calling` are streams of seconds, `chance` of numbers in [0, 1).
    """

    def __init__(
        self,
        clock: Clock,
        start: Start,
        invoke: Callable[[Tick], Awaitable[Any]],
        send: Callable[[Tick], None],
        late: Iterator[float],
        transition: Iterator[float],
        calling: Iterator[float],
        chance: Iterator[float],
    ) -> None:
        self._clock, self._start, self._invoke, self._send = clock, start, invoke, send
        self._late, self._transition, self._calling, self._chance = late, transition, calling, chance
        self._numbers, self._second = count(), 0
        self.bill = TickerBill()

    def start(self, kind: str) -> None:
        loops: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "timestamp_wait": partial(self._executions, self._tick_on_the_second),
            "standard_loop": partial(self._executions, self._tick_and_pause),
            "express_loop": self._express_minutes,
            "relay": partial(self._executions, self._relay),
        }
        self._start(loops[kind]())

    async def _executions(self, tick: Callable[[], Awaitable[None]]) -> None:
        """A Standard workflow: one execution after the other, each for as many ticks as its history holds."""
        while True:
            for _ in range(STANDARD_TICKS):
                await tick()
            self.bill.transitions += SUCCESSION_TRANSITIONS
            await self._clock.sleep(RESTART_GAP_S[0] + (RESTART_GAP_S[1] - RESTART_GAP_S[0]) * next(self._chance))

    def _transitions_s(self, transitions: int) -> float:
        return sum(next(self._transition) for _ in range(transitions))

    def _next(self, due_s: float) -> Tick:
        return Tick(next(self._numbers), due_s)

    async def _tick_on_the_second(self) -> None:
        """Waits for an absolute whole second; those that a long call has missed altogether are skipped."""
        second = self._second
        await self._clock.sleep(max(0.0, second + next(self._late) - self._clock.now()))
        self.bill.transitions += TRANSITIONS
        await self._clock.sleep(self._transitions_s(1))
        await self._call(self._next(float(second)))
        self._second = max(second + 1, int(self._clock.now()))
        await self._clock.sleep(self._transitions_s(TRANSITIONS - 1))

    async def _call(self, tick: Tick) -> bool:
        """Whether it went well. The machine catches what the function throws: the next tick comes all the same."""
        try:
            await self._invoke(tick)
        except (FunctionError, InvokeThrottled):
            return False
        return True

    async def _relay(self) -> None:
        """Calls the function, which works as long as it may, and calls it again, but not twice in one whole second.

        A call that failed is tried again after a second at the earliest.
        """
        self.bill.transitions += RELAY_TRANSITIONS
        began_s = self._clock.now()
        went_well = await self._call(self._next(began_s))
        again_s = floor(began_s if went_well else self._clock.now() + PERIOD_S) + PERIOD_S
        await self._clock.sleep(self._transitions_s(RELAY_TRANSITIONS))
        if again_s > self._clock.now():
            await self._clock.sleep(again_s - self._clock.now())

    async def _tick_and_pause(self) -> None:
        """Waits a second after each tick: the machine's own time is added to every period."""
        self.bill.transitions += TRANSITIONS
        self._send(self._next(self._clock.now()))
        await self._clock.sleep(PERIOD_S + self._overhead_s())

    def _overhead_s(self) -> float:
        return next(self._calling) + self._transitions_s(TRANSITIONS)

    async def _express_minutes(self) -> None:
        """A loop is started every minute at one phase; the one that runs when the scenario begins has begun before."""
        phase_s = MINUTE_S * next(self._chance)
        for minute in count(-2):  # a loop lasts a little longer than a minute
            start_s = minute * MINUTE_S + phase_s + RULE_JITTER_S * (2 * next(self._chance) - 1)
            await self._clock.sleep(max(0.0, start_s - self._clock.now()))
            self._start(self._express_loop(start_s))

    async def _express_loop(self, start_s: float) -> None:
        """Sixty ticks of a second and a bit each: the last ones fall into the next minute's loop.

        Of a loop that has begun before the scenario only what is left of it is billed.
        """
        periods_s = [PERIOD_S + self._overhead_s() for _ in range(EXPRESS_TICKS)]
        started_here = start_s >= 0.0
        self.bill.express_requests += started_here
        self.bill.scheduler_invocations += started_here
        due_s = start_s
        for period_s in periods_s:
            if due_s >= self._clock.now():
                await self._clock.sleep(due_s - self._clock.now())
                self._send(self._next(due_s))
            due_s += period_s
            self.bill.express_gb_s += max(0.0, min(period_s, due_s)) * EXPRESS_GB


def transitions_of(kind: str) -> int:
    """How many a machine makes for each tick, or for each call of a relay."""
    return RELAY_TRANSITIONS if kind == "relay" else TRANSITIONS


def default_transition(kind: str) -> Latency:
    return EXPRESS_TRANSITION if kind == "express_loop" else STANDARD_TRANSITION
