"""What a strategy may ask of its world: a clock, chance, SES, queues, functions and company.

Each world (virtual time, a local AWS, AWS itself) supplies these ports. They return `Awaitable`s rather than
being `async def`, so that the simulator can hand out one of its events without a coroutine around it. Await what a port
returns where it is called: an answer without a waiting caller is not kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

MAX_RECIPIENTS = 50  # of one message, over To, Cc and Bcc: SES's quota page; not adjustable


class Mail(NamedTuple):
    """A mail, or a part of one that starts at recipient `first`; `number` and `intended_s` are the whole mail's.

    `lane` is the place of its kind among the account's lanes, of which the first is the most urgent.
    """

    number: int
    recipients: int
    intended_s: float
    first: int = 0
    lane: int = 0


class Received(NamedTuple):
    """A mail as a queue hands it out; `receipt` is good for this reception only."""

    mail: Mail
    message_id: str
    receipt: str
    receive_count: int


class Tick(NamedTuple):
    """One beat of a ticker: its running number and the instant at which it was due."""

    number: int
    due_s: float


class SendError(Exception):
    """SES did not confirm a mail."""


class Throttled(SendError):
    """Refused: the account's sending rate is used up. SES keeps nothing of the mail."""


class QuotaExceeded(Throttled):
    """Refused: the 24-hour quota is used up. SES's v1 API gives it the code of a throttle, so SDKs retry it."""


class Rejected(SendError):
    """Refused for what the mail is, such as more than 50 recipients: sending it again cannot help."""


class Paused(SendError):
    """Refused: AWS has paused the account's sending. SES keeps nothing of the mail, and will not until AWS relents."""


class Unavailable(SendError):
    """SES answered with a server error, or could not be reached; it accepted nothing."""


class Unanswered(SendError):
    """No answer came within the read timeout: whether SES accepted the mail is unknown."""


class InvokeThrottled(Exception):
    """A function was not started: it has no concurrency left."""


class Clock(Protocol):
    """Seconds since the scenario began. Compare instants only within one host."""

    def now(self) -> float: ...
    def sleep(self, delay_s: float, /) -> Awaitable[None]: ...


class Chance(Protocol):
    """Jitter: the same number in [0, 1) for the same purpose, mail and attempt, under every strategy."""

    def uniform(self, purpose: str, mail: int, attempt: int, /) -> float: ...


class Mailer(Protocol):
    """SES. Sends a mail to some of its recipients, all or none; raises a `SendError`."""

    def send(self, mail: Mail, to: range, /) -> Awaitable[None]: ...


class Queue(Protocol):
    """An SQS standard queue, ten messages a call as in SQS."""

    def put(self, mails: Sequence[Mail], /) -> Awaitable[Sequence[Mail]]:
        """Enqueue at most ten mails; returns those that the queue refused."""
        ...

    def receive(self, at_most: int, wait_s: float, /) -> Awaitable[list[Received]]:
        """Take up to `at_most` (1 to 10) messages, waiting up to `wait_s` (0 to 20) for the first."""
        ...

    def delete(self, messages: Sequence[Received], /) -> Awaitable[None]:
        """Remove at most ten received messages for good."""
        ...

    def hide(self, messages: Sequence[Received], timeout_s: float, /) -> Awaitable[None]:
        """Change the visibility of at most ten held messages: they reappear `timeout_s` from now."""
        ...


class Item(NamedTuple):
    """What a table holds under a key; version 0 says that nothing was ever put there."""

    value: tuple[float, ...]
    version: int


NOTHING = Item((), 0)

Key = str | tuple[str, str]
"""A text, or two where the table's key has two parts."""


class Table(Protocol):
    """A DynamoDB table of small items, read consistently."""

    def get(self, key: Key, /) -> Awaitable[Item]:
        """The item as the last put left it."""
        ...

    def of(self, first: str, /) -> Awaitable[Sequence[Item]]:
        """All items whose key begins with this part, or is it."""
        ...

    def put(
        self, key: Key, value: Sequence[float], if_version: int | None = None, until_s: float | None = None, /
    ) -> Awaitable[bool]:
        """Replace an item whole, which gives it its next version.

        With `if_version`, only if that is still its version; False says that it has changed meanwhile. Where items
        expire, the item may be forgotten after the instant `until_s`.
        """
        ...


class Function(Protocol):
    """Another Lambda function, invoked asynchronously: returns once the event is accepted."""

    def invoke(self, mails: Sequence[Mail], /) -> Awaitable[None]: ...


class Outbox(Protocol):
    """The application's mails as they fall due, and the place to say that one is given up."""

    def __aiter__(self) -> Self: ...
    def __anext__(self) -> Awaitable[Mail]: ...
    def take(self, at_most: int, /) -> Awaitable[list[Mail]]:
        """Wait for a mail, then take up to `at_most` of those that are due; empty once there will be none."""
        ...

    def of_lane(self, lane: int, /) -> Outbox:
        """The mails of one lane alone, so that none waits behind another's: take them either all here, or all there."""
        ...

    def give_up(self, mail: Mail, to: range, /) -> None: ...


class Group(Protocol):
    """Structured concurrency: leaving the block waits for every task and cancels none.

    The first error of a task is raised on leaving. The order in which tasks first run is unspecified.
    """

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...
    def spawn(self, task: Coroutine[Any, Any, None], /) -> None: ...


class Share(Protocol):
    """How many pods the deployment's configuration says there are; it need not be how many run."""

    @property
    def replicas(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that one pod or function environment may use, and nothing declared for another."""

    clock: Clock
    chance: Chance
    mailer: Mailer
    outbox: Outbox
    group: Callable[[], Group]
    share: Share
    queues: Mapping[str, Queue]
    functions: Mapping[str, Function]
    tables: Mapping[str, Table] = field(default_factory=dict)
