"""A tick each second counts the recipients waiting and dispatches exactly what that second holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, groupby
from math import ceil
from typing import Literal, NamedTuple

from strategies.consuming.deletions import Deletions
from strategies.consuming.prefetch import RECEIVES, VISIBILITY_S, Held, Prefetch
from strategies.enqueue import BATCH, enqueue_by_lane, put_all, queue_names
from strategies.parts import everyone
from strategies.policies.lanes import LANE_SHARES_HELP, LANES_HELP, Lanes, refuse_unused_shares, shares_of
from strategies.policies.packing import Apart, Common
from strategies.ports import (
    MAX_RECIPIENTS,
    Mail,
    Paused,
    Ports,
    QuotaExceeded,
    Received,
    Rejected,
    SendError,
    Throttled,
    Tick,
)
from strategies.ports import Queue as QueuePort
from strategies.presentation.clauses import use_of_lanes
from strategies.presentation.look import Look
from strategies.presentation.seen import Seen
from strategies.presentation.words import rated
from strategies.resources import FULL_CORE_MB, MEMORY_MB, Account, Function, Handler, Plan, Pods, Queue, Ticker
from strategies.settings import memory, setting

LOOK = Look("#009E73", "o", "-", "")
QUEUE = "mails"
HEART = "heart"
WORKER = "worker"
MAX_RECEIVE_COUNT = 5
TIMEOUT_S = 5.0
SPREAD_S = 0.7  # of each second: leaves the last calls time to end before the next tick needs the environment


@dataclass(frozen=True, slots=True)
class Settings:
    fill: float = setting(1.0, "budget of a tick as a share of R", gt=0, le=10)
    dispatch: Literal["spread", "burst", "async"] = setting(
        "spread", "over the second, all at the tick, or through asynchronous invocations"
    )
    ticker: Literal["timestamp_wait", "standard_loop", "express_loop"] = setting(
        "timestamp_wait", "how Step Functions makes the second"
    )
    memory_mb: int = memory(FULL_CORE_MB, "of the function that ticks")
    worker_memory_mb: int = memory(MEMORY_MB, "of those that send where dispatch is async")
    lookahead: float = setting(2.0, "budgets of mail held in hand, their visibility extended", ge=0, le=100)
    lanes: Lanes = setting("ignore", LANES_HELP)
    lane_shares: tuple[float, ...] = setting((), LANE_SHARES_HELP, gt=0, le=1)

    def __post_init__(self) -> None:
        refuse_unused_shares(self.lanes, self.lane_shares)


def plan(settings: Settings, account: Account) -> Plan:
    """A queue or one a lane, a function that a ticker calls every second and, for `async`, workers that it calls."""
    queues = (QUEUE,) if settings.lanes == "ignore" else queue_names(QUEUE, account.lanes)
    settings = replace(settings, lane_shares=shares_of(settings.lanes, settings.lane_shares, account))
    per_tick = round(settings.fill * account.max_send_rate_per_s, 9)
    beats = Beats(queues, _budgets(settings, per_tick, len(queues)), settings.lookahead)
    return Plan(
        settings,
        Pods(partial(enqueue_by_lane, queues=queues), uses=queues),
        queues=tuple(Queue(queue, VISIBILITY_S, MAX_RECEIVE_COUNT) for queue in queues),
        functions=_functions(settings, beats, per_tick),
        tickers=(Ticker(HEART, settings.ticker),),
    )


Budgets = Apart | Common


class Beats(NamedTuple):
    """What a heart is made of: a queue a lane, what makes their budgets anew, and how many are held in hand."""

    queues: tuple[str, ...]
    budgets: Callable[[], Budgets]
    lookahead: float


def _budgets(settings: Settings, per_tick: float, lanes: int) -> Callable[[], Budgets]:
    if settings.lanes in ("ignore", "share"):
        return partial(Apart, [round(per_tick * each, 9) for each in settings.lane_shares or (1.0,)])
    return partial(Common, per_tick, settings.lane_shares or (0.0,) * lanes)


def _functions(settings: Settings, beats: Beats, per_tick: float) -> tuple[Function, ...]:
    receives, queues = RECEIVES * len(beats.queues), beats.queues
    if settings.dispatch == "async":
        dispatches, works = partial(_dispatching_heart, beats=beats), partial(_working, queues=queues)
        return (
            Function(HEART, dispatches, TIMEOUT_S, (*queues, WORKER), settings.memory_mb, connections=receives),
            Function(WORKER, works, TIMEOUT_S, queues, settings.worker_memory_mb, connections=BATCH),
        )
    spacing_s = SPREAD_S / per_tick if settings.dispatch == "spread" else 0.0
    sends = partial(_sending_heart, beats=beats, spacing_s=spacing_s)
    return (Function(HEART, sends, TIMEOUT_S, queues, settings.memory_mb, connections=receives + ceil(per_tick)),)


def _sending_heart(ports: Ports, beats: Beats, spacing_s: float) -> Handler:
    return Heart(ports, beats, Sender(ports, spacing_s)).beat


def _dispatching_heart(ports: Ports, beats: Beats) -> Handler:
    return Heart(ports, beats, Dispatcher(ports)).beat


class Heart:
    """What one warm environment does at a tick and remembers until the next."""

    def __init__(self, ports: Ports, beats: Beats, out: Sender | Dispatcher) -> None:
        self._ports, self._out, self._budgets = ports, out, beats.budgets()
        per_tick = self._budgets.per_tick
        self._ahead = [(1 + beats.lookahead) * each for each in per_tick]
        self._hands = [
            Prefetch(ports, queue, largest=max(1, min(MAX_RECIPIENTS, int(each))))
            for queue, each in zip(beats.queues, per_tick, strict=True)
        ]
        self._last_tick = -1

    async def beat(self, tick: Tick) -> None:
        """Send what this second holds, first of all what the last one refused, and meanwhile read for the next.

        Only what a backlog has is read ahead: to wait for arrivals would make this tick last into the next.
        """
        start_s, budgets = self._ports.clock.now(), self._budgets.next_tick()
        async with self._ports.group() as lanes:
            for hand, budget in zip(self._hands, budgets, strict=True):
                lanes.spawn(hand.prepare(budget))
        second = self._take(budgets)
        ticks_come_here = tick.number == self._last_tick + 1  # so what is read ahead will be sent from here
        async with self._ports.group() as work:
            for hand, ahead, budget in zip(self._hands, self._ahead, budgets, strict=True):
                if ticks_come_here and not hand.drained:
                    work.spawn(hand.fill(ahead - budget))
            work.spawn(self._out.send(second, start_s))
        self._last_tick = tick.number

    def _take(self, budgets: Sequence[int]) -> list[Held]:
        """What this second holds, the most urgent lane's first."""
        chosen = self._budgets.pack([hand.sizes() for hand in self._hands], budgets)
        return [held for hand, places in zip(self._hands, chosen, strict=True) for held in hand.take(places)]


class Sender:
    """Sends a second's mails itself, each as far apart as its recipients are in a second that is full."""

    def __init__(self, ports: Ports, spacing_s: float) -> None:
        self._ports, self._spacing_s = ports, spacing_s
        self._is_shut = False

    async def send(self, second: Sequence[Held], start_s: float) -> None:
        if self._is_shut:  # one mail a tick asks whether it still is
            second = self._only_first(second)
        before = accumulate((held.recipients for held in second), initial=0)
        at_s = [start_s + self._spacing_s * recipients for recipients in before]  # the last is when the second is full
        async with self._ports.group() as calls:
            deletions: dict[Prefetch, Deletions[Held]] = {
                hand: Deletions(self._ports.clock, hand.queue, calls, mails, at_s[-1])
                for hand, mails in Counter(held.hand for held in second).items()
            }
            for held, begins_s in zip(second, at_s, strict=False):
                calls.spawn(self._send(held, begins_s, deletions[held.hand]))

    @staticmethod
    def _only_first(second: Sequence[Held]) -> Sequence[Held]:
        for held in second[1:]:
            held.hand.put_back(held)
        return second[:1]

    async def _send(self, held: Held, at_s: float, deletions: Deletions[Held]) -> None:
        if (delay_s := at_s - self._ports.clock.now()) > 0.0:
            await self._ports.clock.sleep(delay_s)
        mail = held.message.mail
        try:
            await self._ports.mailer.send(mail, everyone(mail))
        except Rejected:
            pass  # no second try can help: it lapses, is received again, and ends in the dead-letter queue
        except (QuotaExceeded, Paused):
            self._is_shut = True
            held.hand.put_back(held)
        except SendError as error:
            held.refusals += isinstance(error, Throttled)
            held.hand.put_back(held)
        else:
            self._is_shut = False
            deletions.add(held)
            return
        deletions.spare()


class Dispatcher:
    """Hands a second's mails to asynchronous invocations, ten of a lane each; Lambda's own queue keeps them then."""

    def __init__(self, ports: Ports) -> None:
        self._ports, self._function = ports, ports.functions[WORKER]

    async def send(self, second: Sequence[Held], start_s: float) -> None:
        async with self._ports.group() as calls:
            for hand, lane in groupby(second, lambda held: held.hand):
                messages = [held.message for held in lane]
                for start in range(0, len(messages), BATCH):
                    calls.spawn(self._invoke(hand.queue, messages[start : start + BATCH]))

    async def _invoke(self, queue: QueuePort, messages: Sequence[Received]) -> None:
        await self._function.invoke([message.mail for message in messages])
        await queue.delete(messages)


def _working(ports: Ports, queues: Sequence[str]) -> Handler:
    async def handle(mails: Sequence[Mail]) -> None:
        refused: list[Mail] = []
        async with ports.group() as calls:
            for mail in mails:
                calls.spawn(_send_or_keep(ports, mail, refused))
        await put_all(ports, queues[mails[0].lane] if len(queues) > 1 else queues[0], refused)

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
    yield f"{rated(settings.fill * seen.rate_per_s, 'recipient')} a tick, {_MANNERS[settings.dispatch]}"
    yield _TICKERS[settings.ticker]
    yield use_of_lanes(settings.lanes, settings.lane_shares, seen)


def after_refusal(settings: Settings) -> str:
    """What becomes of a refused mail."""
    return "put back at the end of the queue" if settings.dispatch == "async" else "sent again next tick"
