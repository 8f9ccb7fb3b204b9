"""Draws from the lanes' queues by priority and paces recipients by what it has learned of SES's limit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from strategies.consuming.feed import Feed
from strategies.consuming.hand import Held
from strategies.parts import everyone
from strategies.policies.lanes import Turns
from strategies.policies.learned_limit import LearnedLimit, Sent
from strategies.ports import MAX_RECIPIENTS, Paused, Ports, QuotaExceeded, Rejected, SendError, Throttled

SOON_S = 1e-6  # not worth a sleep, and more than rounding leaves of a wait that is over
AILING_S = 1.0  # longest wait between attempts while SES fails
EXHAUSTED_S = 10.0  # and while the quota of the day is used up: it comes back mail by mail


class Consumer:
    """What it has in hand and what it has learned outlast one spell of work.

    `limit_per_s` is what it may use of the account's, `most_burst` what it may find out that SES holds beyond, and
    `least_shares` what each lane gets at least. No more calls are begun than there are `connections` for: what waited
    for one would go when one is free, and not when it may.
    """

    def __init__(
        self,
        ports: Ports,
        queues: Sequence[str],
        limit_per_s: float,
        most_burst: float,
        least_shares: Sequence[float],
        connections: int,
    ) -> None:
        self._ports, self._now = ports, ports.clock.now
        self._new_limit = partial(LearnedLimit, limit_per_s, most_burst)
        self._turns = Turns(least_shares)
        largest = max(1, min(MAX_RECIPIENTS, int(limit_per_s)))
        self._feeds = [Feed(ports, queue, limit_per_s, largest, self._look_anew) for queue in queues]
        self._limit = self._new_limit(self._now(), rested=False)
        self._looks = 0
        self._connections = self._free = connections
        self._waits_for_one = False

    def expect(self, rested: bool) -> None:
        """Begin with nothing learned: with a burst where SES has rested, otherwise with care."""
        self._limit = self._new_limit(self._now(), rested)

    async def work(self, until_s: Callable[[], float]) -> None:
        """Receive and send up to an instant that may move; what is in hand then stays there."""
        self._until_s = until_s
        async with self._ports.group() as self._tasks:
            for feed in self._feeds:
                feed.begin(self._tasks, until_s, self._goes_on)
            self._look_anew()

    def _goes_on(self) -> bool:
        """Whether there is time left, or a call without an answer."""
        return self._now() < self._until_s() or self._free < self._connections

    def _look_anew(self) -> None:
        """Choose again whose turn it is: what has just come may be more urgent than what is being waited for."""
        self._looks += 1
        self._tasks.spawn(self._pace(self._looks))

    async def _pace(self, look: int) -> None:
        """Send what is in hand, each mail when it may go; ends when another look has begun."""
        while look == self._looks and self._now() < self._until_s():
            sizes = [feed.hand.next_size() for feed in self._feeds]
            self._waits_for_one = any(sizes) and not self._free
            if self._waits_for_one or not any(sizes):
                return
            lane = self._turns.next(sizes)
            wait_s = self._limit.wait_s(self._now(), sizes[lane])
            if wait_s > SOON_S:
                await self._ports.clock.sleep(max(SOON_S, min(wait_s, self._until_s() - self._now())))
            else:
                self._turns.sent(lane, sizes)
                self._begin(self._feeds[lane])

    def _begin(self, feed: Feed) -> None:
        held = feed.hand.take()
        if held.recipients > feed.largest:
            feed.split(held)
        elif held.until_s > self._now():
            call = self._limit.sent(self._now(), held.recipients)
            self._free -= 1
            self._tasks.spawn(self._send(feed, held, call))
        else:
            feed.keeper.let_go(held)
        feed.order()

    async def _send(self, feed: Feed, held: Held, call: Sent) -> None:
        mail = held.message.mail
        try:
            await self._ports.mailer.send(mail, everyone(mail))
        except Rejected:  # no second try can help: it lapses, is received again, and ends in the dead-letter queue
            feed.keeper.let_go(held)
        except (QuotaExceeded, Paused):
            self._limit.failed(call, self._now(), EXHAUSTED_S)
            self._send_later(feed, held)
        except Throttled:
            self._limit.refused(call, self._now())
            self._keep_refused(feed, held)
        except SendError:
            self._limit.failed(call, self._now(), AILING_S)
            self._send_later(feed, held)
        else:
            self._limit.accepted(call, self._now())
            feed.keeper.delete(held)
        self._free += 1
        if self._waits_for_one:
            self._look_anew()

    def _keep_refused(self, feed: Feed, held: Held) -> None:
        if self._limit.never_holds(held.recipients, self._now()):
            self._limit.hold_at_most(held.recipients - 1)
            feed.split(held)
            self._look_anew()
        else:
            self._send_later(feed, held)

    def _send_later(self, feed: Feed, held: Held) -> None:
        feed.hand.put_back(held)
        self._look_anew()
