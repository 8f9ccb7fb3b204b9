"""A tick each second counts the recipients waiting and dispatches exactly what that second holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Literal

from strategies.enqueue import BATCH, enqueue, put_all
from strategies.parts import everyone
from strategies.policies.packing import Allowance
from strategies.ports import MAX_RECIPIENTS, Mail, Ports, QuotaExceeded, Received, Rejected, SendError, Throttled, Tick
from strategies.prefetch import RECEIVES, VISIBILITY_S, Held, Prefetch
from strategies.presentation.clauses import without_lanes
from strategies.presentation.look import Look
from strategies.presentation.seen import Seen
from strategies.presentation.words import counted
from strategies.resources import FULL_CORE_MB, Account, Function, Handler, Plan, Pods, Queue, Ticker
from strategies.settings import setting

LOOK = Look("#009E73", "o", "-", "")
QUEUE = "mails"
HEART = "heart"
WORKER = "worker"
MAX_RECEIVE_COUNT = 5
TIMEOUT_S = 5.0
SPREAD_S = 0.8  # of each second: leaves the last calls time to end before the next tick needs the environment


@dataclass(frozen=True, slots=True)
class Settings:
    fill: float = setting(1.0, "budget of a tick as a share of R", gt=0, le=10)
    dispatch: Literal["spread", "burst", "async"] = setting(
        "spread", "over the second, all at the tick, or through asynchronous invocations"
    )
    ticker: Literal["timestamp_wait", "standard_loop", "express_loop"] = setting(
        "timestamp_wait", "how Step Functions makes the second"
    )
    lookahead: float = setting(2.0, "budgets of mail held in hand, their visibility extended", ge=0, le=100)


def plan(settings: Settings, account: Account) -> Plan:
    """A queue, a function that a ticker calls every second and, for `async`, the workers that it calls."""
    beats_alone = settings.dispatch != "async"
    return Plan(
        settings,
        Pods(partial(enqueue, queue=QUEUE), uses=(QUEUE,)),
        queues=(Queue(QUEUE, VISIBILITY_S, MAX_RECEIVE_COUNT),),
        functions=(_sender(settings, account),) if beats_alone else (_dispatcher(settings, account), _worker()),
        tickers=(Ticker(HEART, settings.ticker),),
    )


def _sender(settings: Settings, account: Account) -> Function:
    per_tick = round(settings.fill * account.max_send_rate_per_s, 9)
    spacing_s = SPREAD_S / per_tick if settings.dispatch == "spread" else 0.0
    heart = partial(_sending_heart, lookahead=settings.lookahead, per_tick=per_tick, spacing_s=spacing_s)
    return Function(HEART, heart, TIMEOUT_S, (QUEUE,), FULL_CORE_MB, connections=RECEIVES + ceil(per_tick))


def _dispatcher(settings: Settings, account: Account) -> Function:
    per_tick = round(settings.fill * account.max_send_rate_per_s, 9)
    heart = partial(_dispatching_heart, lookahead=settings.lookahead, per_tick=per_tick)
    return Function(HEART, heart, TIMEOUT_S, (QUEUE, WORKER), FULL_CORE_MB, connections=RECEIVES)


def _worker() -> Function:
    return Function(WORKER, _working, TIMEOUT_S, (QUEUE,), connections=BATCH)


def _sending_heart(ports: Ports, lookahead: float, per_tick: float, spacing_s: float) -> Handler:
    return Heart(ports, lookahead, per_tick, Sender(ports, spacing_s)).beat


def _dispatching_heart(ports: Ports, lookahead: float, per_tick: float) -> Handler:
    return Heart(ports, lookahead, per_tick, Dispatcher(ports)).beat


class Heart:
    """What one warm environment does at a tick and remembers until the next."""

    def __init__(self, ports: Ports, lookahead: float, per_tick: float, out: Sender | Dispatcher) -> None:
        self._ports, self._out = ports, out
        self._allowance, self._ahead = Allowance(per_tick), (1 + lookahead) * per_tick
        self._prefetch = Prefetch(ports, QUEUE, largest=max(1, min(MAX_RECIPIENTS, int(per_tick))))
        self._last_tick = -1

    async def beat(self, tick: Tick) -> None:
        """Send what this second holds, first of all what the last one refused, and meanwhile read for the next.

        Only what a backlog has is read ahead: to wait for arrivals would make this tick last into the next.
        """
        start_s, budget = self._ports.clock.now(), self._allowance.next_tick()
        await self._prefetch.extend()
        self._prefetch.drop_lapsing()
        await self._prefetch.split_refused()
        await self._prefetch.fill(budget)
        second = self._prefetch.take(budget)
        ticks_come_here = tick.number == self._last_tick + 1  # so what is read ahead will be sent from here
        async with self._ports.group() as work:
            if ticks_come_here and not self._prefetch.drained:
                work.spawn(self._prefetch.fill(self._ahead - budget))
            work.spawn(self._out.send(second, start_s, self._prefetch))
        self._last_tick = tick.number


class Sender:
    """Sends a second's mails itself, each as far apart as its recipients are in a second that is full."""

    def __init__(self, ports: Ports, spacing_s: float) -> None:
        self._ports, self._spacing_s, self._queue = ports, spacing_s, ports.queues[QUEUE]
        self._quota_is_used_up = False

    async def send(self, second: Sequence[Held], start_s: float, prefetch: Prefetch) -> None:
        before = 0
        if self._quota_is_used_up:  # one mail a tick asks whether it still is
            second = self._only_first(second, prefetch)
        async with self._ports.group() as calls:
            for held in second:
                calls.spawn(self._send(held, start_s + self._spacing_s * before, prefetch))
                before += held.recipients

    @staticmethod
    def _only_first(second: Sequence[Held], prefetch: Prefetch) -> Sequence[Held]:
        for held in second[1:]:
            prefetch.put_back(held)
        return second[:1]

    async def _send(self, held: Held, at_s: float, prefetch: Prefetch) -> None:
        if (delay_s := at_s - self._ports.clock.now()) > 0.0:
            await self._ports.clock.sleep(delay_s)
        mail = held.message.mail
        try:
            await self._ports.mailer.send(mail, everyone(mail))
        except Rejected:
            return  # no second try can help: it lapses, is received again, and ends in the dead-letter queue
        except QuotaExceeded:
            self._quota_is_used_up = True
            prefetch.put_back(held)
        except SendError as error:
            held.refusals += isinstance(error, Throttled)
            prefetch.put_back(held)
        else:
            self._quota_is_used_up = False
            await self._queue.delete([held.message])


class Dispatcher:
    """Hands a second's mails to asynchronous invocations, ten each; from then on Lambda's own queue keeps them."""

    def __init__(self, ports: Ports) -> None:
        self._ports, self._queue, self._function = ports, ports.queues[QUEUE], ports.functions[WORKER]

    async def send(self, second: Sequence[Held], start_s: float, prefetch: Prefetch) -> None:
        async with self._ports.group() as calls:
            for start in range(0, len(second), BATCH):
                calls.spawn(self._invoke([held.message for held in second[start : start + BATCH]]))

    async def _invoke(self, messages: Sequence[Received]) -> None:
        await self._function.invoke([message.mail for message in messages])
        await self._queue.delete(messages)


def _working(ports: Ports) -> Handler:
    async def handle(mails: Sequence[Mail]) -> None:
        refused: list[Mail] = []
        async with ports.group() as calls:
            for mail in mails:
                calls.spawn(_send_or_keep(ports, mail, refused))
        await put_all(ports, QUEUE, refused)

    return handle


async def _send_or_keep(ports: Ports, mail: Mail, refused: list[Mail]) -> None:
    """A worker has no message to let lapse: what SES refuses for good is given up, the rest goes back to the queue."""
    try:
        await ports.mailer.send(mail, everyone(mail))
    except Rejected:
        ports.outbox.give_up(mail, everyone(mail))
    except SendError:
        refused.append(mail)


_MANNERS = {"spread": "spread over the second", "burst": "all at the tick", "async": "by asynchronous invocations"}
_TICKERS = {
    "timestamp_wait": "",
    "standard_loop": "the ticks drift: each comes a second and the state machine's own time after the last",
    "express_loop": "the ticks drift, and around each minute those of two loops overlap",
}


def mechanism(settings: Settings, seen: Seen) -> Iterator[str]:
    """How it came to its figures."""
    yield f"{counted(settings.fill * seen.rate_per_s, 'recipient')} a tick, {_MANNERS[settings.dispatch]}"
    yield _TICKERS[settings.ticker]
    yield without_lanes(seen)


def after_refusal(settings: Settings) -> str:
    """What becomes of a refused mail."""
    return "put back at the end of the queue" if settings.dispatch == "async" else "sent again next tick"
