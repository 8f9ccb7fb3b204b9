"""An SQS standard queue on virtual time: visibility, receive counts, redrive, at-least-once and long polls."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, MutableSequence, Sequence
from functools import partial
from math import inf
from operator import attrgetter
from typing import NamedTuple

from scenarios.aws.active_faults import Duplicates
from scenarios.aws.open_work import OpenWork
from scenarios.ledger.fates import Pieces
from sim.backlog import Backlog
from sim.hidden import Hidden, Message
from sim.kernel import Alarm, World
from strategies.ports import Mail, Received
from strategies.resources import Queue as Declared

IN_FLIGHT_MOST = 120_000  # received and not deleted, of a standard queue: the SQS API reference

_received: Callable[[tuple[Mail, str, str, int]], Received] = partial(tuple.__new__, Received)
"""A reception from its fields, at half the cost of `Received(...)`."""


class LongPoll(NamedTuple):
    """A receive that waits for a message until its deadline."""

    at_most: int
    deadline_s: float
    respond: Callable[[list[Received]], None]


class Queue:
    """What happens to messages at the instants at which requests reach the queue.

    Those that have never been received are numbers in a backlog; only received ones are objects.
    """

    def __init__(
        self,
        world: World,
        declared: Declared,
        open_work: OpenWork,
        receives: MutableSequence[int],
        duplicates: Duplicates,
    ) -> None:
        self._world, self._declared, self._open_work = world, declared, open_work
        self._receives, self._duplicates = receives, None if duplicates.never else duplicates
        self._fresh = Backlog()
        self._returned: deque[tuple[float, Message]] = deque()
        self._hidden = Hidden()
        self._polls: deque[LongPoll] = deque()
        self._alarm = Alarm(world, self._look_again)
        self._received: dict[str, Message] = {}
        self.dead = Pieces()

    def __len__(self) -> int:
        """Messages neither deleted nor dead-lettered."""
        return len(self._fresh) + len(self._received)

    def has_visible(self) -> bool:
        """Whether anything waits to be received."""
        self._surface()
        return self._fresh.since_s < inf or any(not message.gone for _, message in self._returned)

    @property
    def visible(self) -> int:
        """How many messages are not hidden."""
        self._surface()
        return len(self._fresh) + len(self._received) - self._hidden.count

    def mails(self) -> Iterator[Mail]:
        """What the queue still has."""
        yield from self._fresh
        yield from (message.mail for message in self._received.values())

    def arrive(self, mails: Sequence[Mail]) -> None:
        """Messages that count as open work already, since they were sent."""
        append, now_s = self._fresh.append, self._world.now_s
        for mail in mails:
            append(mail, now_s)
        self._serve_polls()

    def take(self, at_most: int) -> list[Received]:
        """Receive up to `at_most` of what is visible; what was received too often moves to the dead-letter queue."""
        self._surface()
        taken: list[Received] = []
        while len(taken) < at_most and self._hidden.count < IN_FLIGHT_MOST and (message := self._next()):
            if self._may_be_received(message):
                taken.append(self._receive(message))
        return taken

    def _next(self) -> Message | None:
        """The message that has been visible longest."""
        while self._returned and self._returned[0][0] <= self._fresh.since_s:
            _, message = self._returned.popleft()
            if not message.gone:
                return message
        if self._fresh.since_s == inf:
            return None
        message = Message(*self._fresh.popleft())
        self._received[message.message_id] = message
        return message

    def _may_be_received(self, message: Message) -> bool:
        if self._world.now_s - message.sent_s > self._declared.retention_s:
            self._remove(message)
            return False
        most = self._declared.max_receive_count
        if most is not None and message.received >= most:
            self._remove(message)
            self.dead.add(message.mail.number, message.mail.first, message.mail.recipients)
            return False
        return True

    def _remove(self, message: Message) -> None:
        self._hidden.remove(message)
        message.gone = True
        del self._received[message.message_id]
        self._open_work.done()

    def _receive(self, message: Message) -> Received:
        message.received += 1
        message.receipt = str(message.received)
        self._hide(message, self._declared.visibility_timeout_s)
        if self._duplicates is not None:
            self._double(message, self._duplicates)
        self._receives[message.mail.number] += 1
        return _received((message.mail, message.message_id, message.receipt, message.received))

    def _double(self, message: Message, duplicates: Duplicates) -> None:
        """Deliver it once more, however long it is hidden, if chance says so."""
        now_s = self._world.now_s
        message.doubled = not message.doubled and duplicates.once_more(now_s)
        if message.doubled:
            self._returned.append((now_s, message))

    def _hide(self, message: Message, timeout_s: float) -> None:
        visible_s = self._world.now_s + timeout_s
        self._hidden.add(message, visible_s)
        if self._polls:
            self._alarm.set(visible_s)

    def _surface(self) -> None:
        """Bring back what is hidden no longer."""
        if self._hidden.quiet_until_s <= self._world.now_s:
            self._returned.extend((message.visible_s, message) for message in self._hidden.back(self._world.now_s))

    def delete(self, received: Sequence[Received]) -> None:
        for message in self._current(received):
            self._remove(message)

    def hide(self, received: Sequence[Received], timeout_s: float) -> None:
        self._surface()
        for message in self._current(received):
            if message.hidden:  # SQS answers MessageNotInflight for what has reappeared
                self._hide(message, timeout_s)
        self._serve_polls()

    def _current(self, received: Sequence[Received]) -> Iterator[Message]:
        """The messages whose latest receipt this is; a stale receipt does nothing."""
        for one in received:
            message = self._received.get(one.message_id)
            if message is not None and one.receipt == message.receipt:
                yield message

    def lapse_s(self, received: Sequence[Received]) -> float:
        """When the first of these messages comes back, if it is not deleted before."""
        known = [self._received[one.message_id].visible_s for one in received if one.message_id in self._received]
        return min(known) if known else self._world.now_s + self._declared.visibility_timeout_s

    def wait(self, at_most: int, wait_s: float, respond: Callable[[list[Received]], None]) -> None:
        """Respond with messages as soon as there are any, and with none after `wait_s`."""
        deadline_s = self._world.now_s + wait_s
        self._polls.append(LongPoll(at_most, deadline_s, respond))
        self._look_again_at(deadline_s)

    def _serve_polls(self) -> None:
        polls, is_more = self._polls, True
        while polls and is_more:
            at_most = polls[0].at_most
            if taken := self.take(at_most):
                polls.popleft().respond(taken)
            is_more = len(taken) == at_most

    def _look_again_at(self, deadline_s: float) -> None:
        """For the polls that wait: at the first one's end, or as soon as a message may be back."""
        self._alarm.set(min(deadline_s, self._hidden.quiet_until_s))

    def _look_again(self) -> None:
        """A message may be back, or polls at their end, which are answered in the order of their deadlines."""
        self._serve_polls()
        now_s = self._world.now_s
        ended = sorted((poll for poll in self._polls if poll.deadline_s <= now_s), key=attrgetter("deadline_s"))
        for poll in ended:
            self._polls.remove(poll)
            poll.respond([])
        if self._polls:
            self._look_again_at(min(poll.deadline_s for poll in self._polls))
