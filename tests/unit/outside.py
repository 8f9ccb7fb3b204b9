"""Strategies as users write them, in files outside the checkout."""

from __future__ import annotations

from pathlib import Path

DRIP = '''"""Pods hold mails in memory and drip them out; refused mails are lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from strategies.pacing import Pacer
from strategies.parts import everyone
from strategies.ports import Mail, Ports, SendError
from strategies.presentation.look import Look
from strategies.presentation.seen import Seen
from strategies.resources import Account, Plan, Pods
from strategies.settings import setting

LOOK = Look("#2A6F2A", "D", "-", "")


@dataclass(frozen=True, slots=True)
class Settings:
    rate_per_s: float | None = setting(None, "recipients a second; default R", scales="rate", gt=0)


def plan(settings: Settings, account: Account) -> Plan:
    rate_per_s = settings.rate_per_s or account.max_send_rate_per_s
    return Plan(replace(settings, rate_per_s=rate_per_s), Pods(partial(_pod, rate_per_s=rate_per_s)))


def mechanism(settings: Settings, seen: Seen) -> Iterator[str]:
    yield f"drips at {settings.rate_per_s:g}/s"


async def _pod(ports: Ports, rate_per_s: float) -> None:
    pacer = Pacer(rate_per_s)
    async with ports.group() as calls:
        async for mail in ports.outbox:
            await ports.clock.sleep(pacer.reserve(ports.clock.now(), mail.recipients))
            calls.spawn(_send(ports, mail))


async def _send(ports: Ports, mail: Mail) -> None:
    try:
        await ports.mailer.send(mail, everyone(mail))
    except SendError:
        ports.outbox.give_up(mail, everyone(mail))
'''
"""One pod that sends at a rate of its own."""

BASIN = '''"""The application enqueues; a function sends its batch, one mail after the other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from strategies.enqueue import enqueue
from strategies.resources import Account, Function, Mapping, Plan, Pods, Queue
from strategies.settings import setting

from .handling import handler


@dataclass(frozen=True, slots=True)
class Settings:
    batch_size: int = setting(10, "messages an invocation gets at most", ge=1, le=10)


def plan(settings: Settings, account: Account) -> Plan:
    return Plan(
        settings,
        Pods(partial(enqueue, queue="basin"), uses=("basin",)),
        queues=(Queue("basin"),),
        functions=(Function("tap", handler, timeout_s=30.0),),
        mappings=(Mapping("basin", "tap", settings.batch_size, maximum_concurrency=2),),
    )
'''
HANDLING = '''"""What the function does."""

from strategies.consuming.batch import send_each
from strategies.ports import Ports, Received
from strategies.resources import Handler


def handler(ports: Ports) -> Handler:
    async def handle(batch: list[Received]) -> list[str]:
        return await send_each(ports, batch)

    return handle
'''
"""A package of two modules, one of which a function runs."""

TANDEM = '''"""Whoever holds the lease sends what two queues have: a worker, or a function that a relay calls."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from strategies.parts import everyone
from strategies.ports import Ports, Tick
from strategies.resources import Account, Function, Handler, Plan, Pods, Queue, Table, Ticker
from strategies.settings import setting

LANES = ("even", "odd")


@dataclass(frozen=True, slots=True)
class Settings:
    serverless: bool = setting(False, "whether a function sends")


def plan(settings: Settings, account: Account) -> Plan:
    queues = tuple(Queue(name, max_receive_count=5, dead_letters="not-sent") for name in LANES)
    uses, pause_s = (*LANES, "lease"), 1 / account.max_send_rate_per_s
    if settings.serverless:
        functions, workers = (Function("sender", partial(_handler, pause_s=pause_s), 300.0, uses),), ()
    else:
        functions, workers = (), (Pods(partial(_send_all, pause_s=pause_s), 2, uses=uses),)
    return Plan(
        settings,
        Pods(_enqueue, uses=LANES),
        queues,
        functions,
        tickers=tuple(Ticker(one.name, "relay") for one in functions),
        workers=workers,
        tables=(Table("lease"),),
    )


async def _enqueue(ports: Ports) -> None:
    async for mail in ports.outbox:
        await ports.queues[LANES[mail.number % 2]].put([mail])


def _handler(ports: Ports, pause_s: float) -> Handler:
    async def handle(tick: Tick) -> None:
        if tick.number == 0:
            raise ValueError("the first call fails")
        await _send_all(ports, pause_s)

    return handle


async def _send_all(ports: Ports, pause_s: float) -> None:
    """For ever; the pod that comes second has no lease and only waits."""
    if not await ports.tables["lease"].put("holder", (), 0):
        await ports.clock.sleep(1e6)
    while True:
        for name in LANES:
            for message in await ports.queues[name].receive(10, 0.25):
                await ports.clock.sleep(pause_s)
                await ports.mailer.send(message.mail, everyone(message.mail))
                await ports.queues[name].delete([message])
'''
"""A plan with all that is neither an application's pod nor mapped to a queue."""

SCENARIO = """\
description = "sixty mails on an account that takes them all"
horizon_s = 60
[account]
max_send_rate_per_s = 500
[[workload]]
process = "batch"
messages = 60
"""


def written(folder: Path) -> Path:
    """`drip.py`, `tandem.py`, the package `sinks` with `basin.py` and `handling.py`, and `mine.toml`."""
    (folder / "sinks").mkdir()
    files = {
        "drip.py": DRIP,
        "tandem.py": TANDEM,
        "sinks/basin.py": BASIN,
        "sinks/handling.py": HANDLING,
        "mine.toml": SCENARIO,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
