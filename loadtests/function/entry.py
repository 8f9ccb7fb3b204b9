"""What a Lambda runs: the strategy's own handler, made once per environment, over boto3 and one asyncio runner.

Nothing here, nor in what this imports, needs more than Lambda's Python runtime brings: it must start fast and fit into
a small package.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, NoReturn, Self

from boto3.session import Session

from loadtests.ports.clients import client
from loadtests.ports.invoking import Invoker
from loadtests.ports.kernel import Clock, Group, Host
from loadtests.ports.payloads import handler_input
from loadtests.ports.request_threads import RequestThreads
from loadtests.ports.ses import Envelope, Mailer
from loadtests.ports.sqs import Queue
from loadtests.ports.tables import Table
from loadtests.record.function_lines import (
    ENDED,
    HANDED,
    TAKEN,
    CallLines,
    say_given_up,
    say_moved,
    say_raised,
    say_received,
)
from strategies.dice import Dice
from strategies.mixture import mixed
from strategies.ports import Mail, Ports
from strategies.raised import Raised
from strategies.resources import Account, Function, Lane, Plan, Way

READ_TIMEOUT_S = 60.0
TASK = f"{Path(__file__).parents[2]}{os.sep}"
"""The folder that the package lies in."""

RUN = "SESLAB_RUN"
"""The variable with the run's number, if the run has one."""

MailerOf = Callable[[Mapping[str, str], Clock, int], Any]
"""A mailer that sends at most so many calls at once, made of a function's variables."""


def handle(event: Mapping[str, Any], context: object) -> Any:
    """Lambda's entry point."""
    with telling_errors():
        return environment().run(event)


@contextmanager
def telling_errors() -> Iterator[None]:
    """Each world's Lambda reports an error in its own way; ours is the same everywhere."""
    try:
        yield
    except BaseException as error:
        say_raised(os.environ["SESLAB_FUNCTION"], Raised.of(error, TASK))
        raise


@cache
def environment() -> Environment:
    """One for each process, as Lambda keeps it between invocations."""
    return Environment(os.environ)


@cache
def session() -> Session:
    """Shared by all clients, so that each service's description is read once."""
    return Session()


class Environment:
    """What an execution environment remembers."""

    def __init__(self, variables: Mapping[str, str], mailer_of: MailerOf | None = None) -> None:
        """Without `mailer_of` mail is sent by the key that the function has."""
        self._runner, self._host = asyncio.Runner(), Host()
        plan, name = plan_of(variables), variables["SESLAB_FUNCTION"]
        function = next(function for function in plan.functions if function.name == name)
        self._handler = function.handler(_ports(variables, plan, function, self._host, mailer_of or _own_mailer))

    def run(self, event: Mapping[str, Any]) -> Any:
        """Run the handler to its end; the answer names the messages of a mapping that failed."""
        batch = handler_input(event)
        if "Records" in event:
            say_received(batch)
        with _noting(batch if "mails" in event else ()):
            failed = self.ask(batch)
        return failures(failed or ())

    def ask(self, argument: Any) -> Any:
        """What the handler answers, as it is."""
        return self._runner.run(self._handle(argument))

    def close(self) -> None:
        """End its event loop; a process of Lambda's ends without."""
        self._runner.close()

    async def _handle(self, argument: Any) -> Any:
        return await self._handler(argument)


def failures(message_ids: Iterable[str]) -> dict[str, Any]:
    """Tells a mapping which messages must come back."""
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in message_ids]}


class ToldWay(NamedTuple):
    """A way of sending as functions are told of it: its strategy, the module of that, its settings and lanes."""

    strategy: str
    module: str
    settings: Any
    lanes: Sequence[Sequence[Any]]


def variables_of(
    module: str,
    settings: Any,
    account: Account,
    seed: int,
    envelope: Envelope,
    ses_read_timeout_s: float = READ_TIMEOUT_S,
    ways: Sequence[ToldWay] = (),
) -> dict[str, str]:
    """What every function of a run is told; which function it is, and where its queues are, comes beside it.

    `module` is the strategy's; `ways` are those of workloads that have their own.
    """
    return {
        "SESLAB_STRATEGY": module,
        "SESLAB_SETTINGS": json.dumps(asdict(settings)),
        "SESLAB_RATE_PER_S": str(account.max_send_rate_per_s),
        "SESLAB_SEND_MEDIAN_S": str(account.send_median_s),
        "SESLAB_LANES": json.dumps(account.lanes),
        "SESLAB_WAYS": json.dumps([way._replace(settings=asdict(way.settings)) for way in ways]),
        "SESLAB_SEED": str(seed),
        "SESLAB_FROM": envelope.source,
        "SESLAB_TO": envelope.to,
        "SESLAB_ARCHIVE": json.dumps(envelope.archive),
        "SESLAB_READ_TIMEOUT_S": str(ses_read_timeout_s),
    }


def plan_of(variables: Mapping[str, str]) -> Plan:
    """The plan whose function this is."""
    told = ToldWay(
        "", variables["SESLAB_STRATEGY"], *map(json.loads, (variables["SESLAB_SETTINGS"], variables["SESLAB_LANES"]))
    )
    own = _way(told, variables).plan
    ways = [_way(ToldWay(*way), variables) for way in json.loads(variables["SESLAB_WAYS"])]
    return mixed(own, ways) if ways else own


def _way(told: ToldWay, variables: Mapping[str, str]) -> Way:
    lanes = tuple(Lane(*lane) for lane in told.lanes)
    account = Account(float(variables["SESLAB_RATE_PER_S"]), float(variables["SESLAB_SEND_MEDIAN_S"]), lanes)
    strategy: Any = import_module(told.module)
    return Way(told.strategy, account, strategy.plan(strategy.Settings(**with_tuples(told.settings)), account))


def with_tuples(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as a plan has them: what is several values is a tuple, which JSON does not have."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}


def _ports(variables: Mapping[str, str], plan: Plan, function: Function, host: Host, mailer_of: MailerOf) -> Ports:
    """Nothing but what is declared for the function: its variables name no other queue."""
    clock = Clock(0.0)
    return Ports(
        clock=clock,
        chance=Dice(int(variables["SESLAB_SEED"])),
        mailer=mailer_of(variables, clock, function.connections),
        outbox=NoOutbox(),
        group=partial(Group, host),
        share=SimpleNamespace(replicas=plan.pods.replicas),
        queues=_queues(variables, plan, function),
        functions=_functions(variables, plan, function),
        tables=_tables(variables, plan, function),
    )


def _own_mailer(variables: Mapping[str, str], clock: Clock, many: int) -> Mailer:
    ses = ses_client(variables, many)
    return Mailer(ses, clock, CallLines(variables.get(RUN)), RequestThreads(many), envelope_in(variables))


def ses_client(variables: Mapping[str, str], many: int, **who: str) -> Any:
    """For so many calls at once; `who` may name another key than the function's own."""
    read_timeout_s = float(variables.get("SESLAB_READ_TIMEOUT_S", READ_TIMEOUT_S))
    return client(session(), "sesv2", many, read_timeout_s, **who)


def envelope_in(variables: Mapping[str, str]) -> Envelope:
    """From whom and to whom the function's mail goes."""
    archive = tuple(json.loads(variables["SESLAB_ARCHIVE"]))
    configuration_set = variables.get("SESLAB_CONFIGURATION_SET", "")
    return Envelope(variables["SESLAB_FROM"], variables["SESLAB_TO"], configuration_set, archive)


def _queues(variables: Mapping[str, str], plan: Plan, function: Function) -> dict[str, Queue]:
    names = [queue.name for queue in plan.queues if queue.name in function.uses]
    if not names:
        return {}
    many = function.connections
    sqs = client(session(), "sqs", many, READ_TIMEOUT_S)
    urls = {name: variables[variable("QUEUE", name)] for name in names}
    return {name: Queue(sqs, url, RequestThreads(many), _nobody_asks, say_received) for name, url in urls.items()}


def _nobody_asks(mails: Sequence[Mail]) -> None:
    """A function's puts are no application's: what a queue has from it was in a queue before."""


def _functions(variables: Mapping[str, str], plan: Plan, function: Function) -> dict[str, Handing]:
    names = [other.name for other in plan.functions if other.name in function.uses]
    if not names:
        return {}
    many = function.connections
    functions = client(session(), "lambda", many, READ_TIMEOUT_S)
    return {
        name: Handing(Invoker(functions, variables[variable("FUNCTION", name)], RequestThreads(many))) for name in names
    }


def _tables(variables: Mapping[str, str], plan: Plan, function: Function) -> dict[str, Table]:
    used = [table for table in plan.tables if table.name in function.asks]
    if not used:
        return {}
    many = function.connections
    dynamodb = client(session(), "dynamodb", many, READ_TIMEOUT_S)
    names = {table.name: variables[variable("TABLE", table.name)] for table in used}
    return {table.name: Table(dynamodb, table, names[table.name], RequestThreads(many)) for table in used}


def variable(kind: str, name: str) -> str:
    """The environment variable that holds a queue's URL, or a function's or a table's name."""
    return f"SESLAB_{kind}_{name.upper().replace('-', '_')}"


class Handing:
    """Says what it has handed to Lambda's own queue; until then a caller that dies still has it elsewhere."""

    def __init__(self, invoker: Invoker) -> None:
        self._invoker = invoker

    async def invoke(self, mails: Sequence[Mail], /) -> None:
        await self._invoker.invoke(mails)
        say_moved(HANDED, mails)


@contextmanager
def _noting(mails: Sequence[Mail]) -> Iterator[None]:
    """Says what was taken from Lambda's own queue, and that it need not be tried again."""
    say_moved(TAKEN, mails)
    yield
    say_moved(ENDED, mails)


class NoOutbox:
    """A function has no mails of its own; what it gives up it says in its log."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> NoReturn:
        raise StopAsyncIteration

    async def take(self, at_most: int, /) -> list[Mail]:
        return []

    def of_lane(self, lane: int, /) -> Self:
        return self

    def give_up(self, mail: Mail, to: range, /) -> None:
        say_given_up(mail, to)


def warm() -> None:
    """Do what every new environment would do first: what it reads is then in the memory of all that fork from here."""
    for service in ("sesv2", "sqs", "lambda", "dynamodb"):
        client(session(), service, 1, READ_TIMEOUT_S)
