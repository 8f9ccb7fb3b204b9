"""What a strategy is made of, declared as data: each world builds, simulates or deploys the same declaration."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from strategies.ports import Ports

FULL_CORE_MB = 1769  # memory at which Lambda gives a function one vCPU: Lambda's quota page
CALL_CPU_S = 0.001  # of a whole processor, a call of boto3 1.44 to any service: `python -m benchmarks.calls`
MEMORY_MB = 512  # of a function that sends one mail after the other: it mostly waits
LEAST_MEMORY_MB, MOST_MEMORY_MB = 128, 10_240  # of a function: Lambda's quota page

Handler = Callable[[Any], Awaitable[Any]]
"""Called once per event. From a mapping: `list[Received]` in, the message ids that failed out. From a ticker: a
`Tick`. From `Function.invoke`: `Sequence[Mail]`."""


class Lane(NamedTuple):
    """A kind of mail; of two lanes that of the higher priority is the more urgent."""

    name: str
    priority: int = 0


class Account(NamedTuple):
    """What a strategy may know of the SES account: neither the limiter's kind nor its burst.

    `lanes` are the kinds of mail that it sends, the most urgent first; a mail's `lane` is its place among them.
    """

    max_send_rate_per_s: float
    send_median_s: float
    lanes: tuple[Lane, ...] = (Lane("default"),)


@dataclass(frozen=True, slots=True)
class Pods:
    """Long-lived processes; mails are dealt round-robin over `replicas`, or by `weights`.

    Workers beside the application are dealt none, and no scaling of the application changes how many they are.
    """

    main: Callable[[Ports], Coroutine[Any, Any, None]]
    replicas: int = 1
    weights: tuple[float, ...] = ()
    connections: int = 64
    uses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Queue:
    """An SQS standard queue; with `max_receive_count` set, a dead-letter queue stands behind it.

    Queues that name the same `dead_letters` share that one; otherwise each has its own.
    """

    name: str
    visibility_timeout_s: float = 30.0
    max_receive_count: int | None = None
    retention_s: float = 4 * 86400.0
    dead_letters: str | None = None

    @property
    def dead_letter_queue(self) -> str | None:
        """What the queue is called that stands behind it, if one does."""
        return None if self.max_receive_count is None else self.dead_letters or f"{self.name}-dead"


@dataclass(frozen=True, slots=True)
class Table:
    """A DynamoDB table, paid by the request, whose items have a key of one part or two, and a version.

    Where items expire, each says until when it is of use; DynamoDB removes it within days of that. What is there
    `already`, under that name, is not made.
    """

    name: str
    keys: tuple[str, ...] = ("key",)
    expires: bool = False
    already: str = ""


EVENTS = ("send", "reject", "delivery", "bounce", "complaint", "deliveryDelay", "renderingFailure")
"""All that SES tells of a mail's way, in CloudFormation's words; what its reader does then is no part of it."""


@dataclass(frozen=True, slots=True)
class Topic:
    """An SNS topic to which a configuration set tells `events` of its mail, and which hands them on to a queue.

    `events` are in CloudFormation's words, such as `deliveryDelay`.
    """

    name: str
    queue: str
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function. `handler(ports)` runs once per cold start; what it remembers dies with its environment.

    It may write to what it `uses`, and not to the tables that it `reads`; unless it `sends`, it may send no mail. One
    that has a URL answers there what the account lets sign a request. It has `memory_mb / FULL_CORE_MB` of a processor;
    of more than one its Python uses one.
    """

    name: str
    handler: Callable[[Ports], Handler]
    timeout_s: float
    uses: tuple[str, ...] = ()
    memory_mb: int = MEMORY_MB
    reserved_concurrency: int | None = None
    connections: int = 10
    reads: tuple[str, ...] = ()
    sends: bool = True
    has_url: bool = False

    @property
    def asks(self) -> tuple[str, ...]:
        """The parts that it needs."""
        return (*self.uses, *self.reads)


@dataclass(frozen=True, slots=True)
class Mapping:
    """A Lambda event source mapping from a queue to a function."""

    queue: str
    function: str
    batch_size: int = 10
    window_s: float = 0.0
    maximum_concurrency: int | None = None
    report_batch_item_failures: bool = True


@dataclass(frozen=True, slots=True)
class Ticker:
    """A Step Functions machine that invokes a function every second; a `relay`, as soon as the last call is over."""

    function: str
    kind: Literal["timestamp_wait", "standard_loop", "express_loop", "relay"] = "timestamp_wait"


class Way(NamedTuple):
    """A way of sending beside a contender's own: the one that some workloads name, and its plan for an account."""

    strategy: str
    account: Account
    plan: Plan


@dataclass(frozen=True, slots=True)
class Plan:
    """One strategy, resolved for one account: its settings with every default filled in, and its parts.

    `pods` are the application, to which mails are dealt; `workers` are processes beside it. Where workloads go ways of
    their own, each of `ways` has pods for their mails, and its other parts are among the plan's. `strategy` is the
    name of the one whose parts they are, whatever the contender is called; it is filled in where plans are resolved.
    """

    settings: Any
    pods: Pods
    queues: tuple[Queue, ...] = ()
    functions: tuple[Function, ...] = ()
    mappings: tuple[Mapping, ...] = ()
    tickers: tuple[Ticker, ...] = ()
    workers: tuple[Pods, ...] = ()
    tables: tuple[Table, ...] = ()
    topics: tuple[Topic, ...] = ()
    ways: tuple[Way, ...] = ()
    strategy: str = ""

    def applications(self) -> tuple[Pods, ...]:
        """The pods that mails are dealt to, way by way; those of mails without a way of their own come first."""
        return (self.pods, *(way.plan.pods for way in self.ways))

    def strategies(self) -> tuple[str, ...]:
        """Whose code runs in it."""
        return (self.strategy, *(way.plan.strategy for way in self.ways))

    def all_pods(self) -> tuple[Pods, ...]:
        """Those, and the workers beside them."""
        return (*self.applications(), *self.workers)
