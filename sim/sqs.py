"""SQS standard queues on virtual time: visibility, receive counts, redrive, at-least-once, long polls and latency."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from typing import Any

from sim.kernel import Reply, Timer, World
from sim.open_work import OpenWork
from strategies.ports import Mail, Received
from strategies.resources import Queue as Declared

IN_FLIGHT_MOST = 120_000  # received and not deleted, of a standard queue: the SQS API reference


class Message:
    """A mail in a queue. Its receipt number is good until the next reception; 0 says it was never received."""

    __slots__ = ("doubled", "gone", "hidden", "mail", "number", "receipt", "received", "sent_s", "visible_s")

    def __init__(self, number: int, mail: Mail, sent_s: float) -> None:
        self.number, self.mail, self.sent_s = number, mail, sent_s
        self.visible_s, self.received, self.receipt = sent_s, 0, 0
        self.doubled = self.gone = self.hidden = False


class LongPoll:
    """A receive that waits for a message until its deadline."""

    __slots__ = ("at_most", "deadline", "respond")

    def __init__(self, at_most: int, respond: Callable[[list[Received]], None]) -> None:
        self.at_most, self.respond = at_most, respond
        self.deadline: Timer | None = None


class Queue:
    """The queue itself: what happens to its messages at the instants at which requests reach it."""

    def __init__(
        self,
        world: World,
        declared: Declared,
        open_work: OpenWork,
        on_receive: Callable[[int], None],
        duplicates: Callable[[], bool],
    ) -> None:
        self._world, self._declared, self._open_work = world, declared, open_work
        self._on_receive, self._duplicates = on_receive, duplicates
        self._visible: deque[Message] = deque()
        self._hidden: list[tuple[float, int, Message]] = []
        self._polls: deque[LongPoll] = deque()
        self._alarm_s = float("inf")
        self._numbers = self._in_flight = 0
        self._messages: dict[str, Message] = {}
        self.coming: list[Sequence[Mail]] = []
        self.dead: list[Mail] = []
        self.expired: list[Mail] = []

    def __len__(self) -> int:
        """Messages neither deleted nor dead-lettered."""
        return len(self._messages)

    def has_visible(self) -> bool:
        """Whether anything waits to be received."""
        self._surface()
        return any(not message.gone for message in self._visible)

    def mails(self) -> Iterator[Mail]:
        """What the queue still has."""
        return (message.mail for message in self._messages.values())

    def arrive(self, mails: Sequence[Mail]) -> None:
        now_s = self._world.now
        for mail in mails:
            self._numbers += 1
            message = Message(self._numbers, mail, now_s)
            self._messages[str(message.number)] = message
            self._visible.append(message)
        self._open_work.add(len(mails))
        self._serve_polls()

    def take(self, at_most: int) -> list[Received]:
        """Receive up to `at_most` of what is visible; what was received too often moves to the dead-letter queue."""
        self._surface()
        taken: list[Received] = []
        while self._visible and len(taken) < at_most and self._in_flight < IN_FLIGHT_MOST:
            message = self._visible.popleft()
            if not message.gone and self._may_be_received(message):
                taken.append(self._receive(message))
        return taken

    def _may_be_received(self, message: Message) -> bool:
        if self._world.now - message.sent_s > self._declared.retention_s:
            self._remove(message, self.expired)
            return False
        most = self._declared.max_receive_count
        if most is not None and message.received >= most:
            self._remove(message, self.dead)
            return False
        return True

    def _remove(self, message: Message, to: list[Mail] | None = None) -> None:
        self._in_flight -= message.hidden
        message.gone = True
        del self._messages[str(message.number)]
        if to is not None:
            to.append(message.mail)
        self._open_work.done()

    def _receive(self, message: Message) -> Received:
        message.received += 1
        message.receipt += 1
        self._hide(message, self._declared.visibility_timeout_s)
        message.doubled = not message.doubled and self._duplicates()
        if message.doubled:  # it will be delivered once more, however long it is hidden
            self._visible.append(message)
        self._on_receive(message.mail.number)
        number = str(message.number)
        return Received(message.mail, number, f"{number}/{message.receipt}", message.received)

    def _hide(self, message: Message, timeout_s: float) -> None:
        self._in_flight += not message.hidden
        message.hidden, message.visible_s = True, self._world.now + timeout_s
        heappush(self._hidden, (message.visible_s, message.number, message))
        self._arm()

    def _surface(self) -> None:
        """Bring back what is hidden no longer; an entry that the message has outrun says nothing."""
        now_s = self._world.now
        while self._hidden and self._hidden[0][0] <= now_s:
            visible_s, _, message = heappop(self._hidden)
            if not message.gone and message.visible_s == visible_s:
                message.hidden = False
                self._in_flight -= 1
                self._visible.append(message)

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
            message = self._messages.get(one.message_id)
            if message is not None and one.receipt == f"{message.number}/{message.receipt}":
                yield message

    def lapse_s(self, received: Sequence[Received]) -> float:
        """When the first of these messages comes back, if it is not deleted before."""
        known = [self._messages[one.message_id].visible_s for one in received if one.message_id in self._messages]
        return min(known, default=self._world.now + self._declared.visibility_timeout_s)

    def poll(self, at_most: int, wait_s: float, respond: Callable[[list[Received]], None]) -> None:
        """Respond with messages as soon as there are any, and with none after `wait_s`."""
        taken = self.take(at_most)
        if taken or not wait_s:
            respond(taken)
            return
        waiting = LongPoll(at_most, respond)
        waiting.deadline = Timer(lambda: self._give_up(waiting))
        self._polls.append(waiting)
        self._world.at(self._world.now + wait_s, waiting.deadline)
        self._arm()

    def _give_up(self, waiting: LongPoll) -> None:
        self._polls.remove(waiting)
        waiting.respond([])

    def _serve_polls(self) -> None:
        while self._polls and (taken := self.take(self._polls[0].at_most)):
            waiting = self._polls.popleft()
            if waiting.deadline is not None:
                waiting.deadline.cancel()
            waiting.respond(taken)

    def _arm(self) -> None:
        """While somebody waits, be there when the next message comes back."""
        if self._polls and self._hidden and self._hidden[0][0] < self._alarm_s:
            self._alarm_s = self._hidden[0][0]
            self._world.call_at(self._alarm_s, self._alarm)

    def _alarm(self) -> None:
        self._alarm_s = float("inf")
        self._serve_polls()
        self._arm()


class Client:
    """One host's access to a queue: every request takes effect half-way through its latency, and is billed.

    What a request does goes on without its caller: a host that dies in mid-call does not take back what it asked for.
    """

    __slots__ = ("_billed", "_hand_over", "_latency", "_misses", "_open_work", "_queue", "_world")

    def __init__(
        self,
        world: World,
        queue: Queue,
        latency: Iterator[float],
        open_work: OpenWork,
        billed: Callable[[], None],
        misses: Callable[[], bool],
        hand_over: Callable[[Sequence[Mail]], None],
    ) -> None:
        self._world, self._queue, self._latency = world, queue, latency
        self._open_work, self._billed, self._misses, self._hand_over = open_work, billed, misses, hand_over

    def put(self, mails: Sequence[Mail], /) -> Reply:
        def arrive() -> None:
            self._queue.coming.remove(mails)
            self._hand_over(mails)
            self._queue.arrive(mails)

        self._queue.coming.append(mails)
        return self._request(arrive, ())

    def delete(self, messages: Sequence[Received], /) -> Reply:
        return self._request(lambda: self._queue.delete(messages), None)

    def hide(self, messages: Sequence[Received], timeout_s: float, /) -> Reply:
        return self._request(lambda: self._queue.hide(messages, timeout_s), None)

    def _request(self, effect: Callable[[], None], value: Any) -> Reply:
        reply, half_s = Reply(), next(self._latency) / 2
        self._billed()
        self._open_work.add()

        def arrive() -> None:
            effect()
            self._world.call_at(self._world.now + half_s, lambda: reply.settle(value))
            self._open_work.done()

        self._world.call_at(self._world.now + half_s, arrive)
        return reply

    def receive(self, at_most: int, wait_s: float, /) -> Reply:
        reply, half_s = Reply(), next(self._latency) / 2
        self._billed()

        def respond(messages: list[Received]) -> None:
            self._world.call_at(self._world.now + half_s, lambda: reply.settle(messages))

        def arrive() -> None:
            if not wait_s and self._misses():
                respond([])
            else:
                self._queue.poll(at_most, wait_s, respond)

        self._world.call_at(self._world.now + half_s, arrive)
        return reply
