"""What becomes of one account's accepted mail, and when: the simulator's post office, on a real clock."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple

from loadtests.endpoint.addresses import bare, is_simulator
from loadtests.endpoint.decision_log import STRANGER, CallTrace
from loadtests.endpoint.message import Message, Sent
from loadtests.endpoint.publishing.addressed import FATES_AT, Told, told_by
from loadtests.endpoint.publishing.letters import Addressee, Letter
from loadtests.endpoint.publishing.mailbox import Fate, Happening
from loadtests.endpoint.publishing.send_statistics import Kind as StatisticsKind
from loadtests.endpoint.publishing.send_statistics import SendStatistics
from scenarios.delivery.post_office import Copy, PostOffice, What
from scenarios.delivery.recipients import Kind, Nature, key_of_address
from scenarios.delivery.reputation import Reputation, Standing
from scenarios.delivery.tenancy import Tenancy
from scenarios.schema.delivery.delivery import Delivery
from scenarios.schema.delivery.delivery import Reputation as Patience

MOST_WAITING_BYTES = 200_000_000  # of mails that are followed: beyond, what is accepted is not
BY_ADDRESS = "by-address"  # instead of a provider's name, where the address tells the fate

Follows = Mapping[int, Told | None]
"""Which of a mail's recipients are followed, by their places, and what their addresses tell."""


class Course(NamedTuple):
    """How things go after acceptance, and how many times as fast; unless modelled, only as addresses tell."""

    delivery: Delivery
    is_modelled: bool
    speed: float
    fates_at: tuple[str, ...]


def course_of(delivery: Delivery | None, speed: float = 1.0, fates_at: tuple[str, ...] = (FATES_AT,)) -> Course:
    """Of a scenario; one without the table judges no account."""
    if delivery is None:
        return Course(Delivery(reputation=Patience(pauses=False)), False, speed, fates_at)
    return Course(delivery, True, speed, fates_at)


@dataclass(slots=True)
class _Passage:
    """A recipient on the way of its mail; `attempted_s` is when SES tried last, or tries next."""

    letter: Letter
    addressee: Addressee
    told: Told | None
    attempted_s: float = 0.0


class Due(NamedTuple):
    """Something that happens at its instant, in the post office's seconds."""

    at_s: float
    number: int
    letter: Letter
    addressee: Addressee
    happening: Happening
    is_last: bool


class Mailroom:
    """One account's, from its second zero on. Instants are in its run's seconds and must not decrease.

    The caller sees to it that one thread at a time asks.
    """

    def __init__(self, course: Course, seed: int, tenancy: Tenancy | None = None) -> None:
        """Who sends a run's own mails, `tenancy` says: without it the account itself."""
        self.course, self.statistics = course, SendStatistics()
        self._tenancy = tenancy or Tenancy(course.delivery, seed)
        self._providers = list(course.delivery.providers.items())
        self._office, self._coming = PostOffice(course.delivery, seed, self, tenancy=self._tenancy), deque[_Passage]()
        self._passages: dict[int, _Passage] = {}
        self._heap: list[Due] = []
        self._numbered = self.waiting_bytes = self.not_followed = 0
        self.counts: dict[str, Counter[str]] = {}
        self.is_over = False

    @property
    def reputation(self) -> Reputation:
        """As it stood when it was last asked for something."""
        return self._office.reputation

    def standing(self, now_s: float) -> Standing:
        """What AWS makes of the account by now; nothing where providers are not modelled."""
        if not self.course.is_modelled:
            return "healthy"
        self._office.advance(now_s * self.course.speed)
        return self.reputation.standing

    def paused_sender(self, now_s: float, mail: int) -> int | None:
        """The number of whoever sends a mail, 0 for the account itself, if AWS has paused it by now."""
        if not self.course.is_modelled:
            return None
        self._office.advance(now_s * self.course.speed)
        sender = self._tenancy.of_mail(mail)
        return sender if self._office.reputations[sender].is_paused else None

    def follows(self, message: Message, trace: CallTrace) -> Follows:
        """Which recipients are followed: all of a run's own, and of others those that are no simulator's."""
        if trace is not STRANGER:
            return dict.fromkeys(range(len(message.recipients)), None) if self.course.is_modelled else {}
        return dict(self._follows(message))

    def _follows(self, message: Message) -> Iterator[tuple[int, Told | None]]:
        for place, address in enumerate(message.recipients):
            if address not in message.suppressed and not is_simulator(address):
                told = told_by(address, self.course.fates_at, self._patience_s(message))
                if told is not None or self.course.is_modelled:
                    yield place, told

    def _patience_s(self, message: Message) -> float:
        """For how long SES tries: its configuration set may say less than the scenario."""
        most_s, own_s = self.course.delivery.max_delivery_s, message.max_delivery_s
        return most_s if own_s is None else min(most_s, own_s)

    def take(
        self, now_s: float, message: Message, sent: Sent, trace: CallTrace, follows: Follows, record: bytes
    ) -> Letter:
        """SES has accepted a mail; `record` is what its events say of it, if anything listens."""
        addressees = {place: Addressee(bare(message.recipients[place])) for place in follows}
        letter = Letter(message, sent, addressees, record)
        if self.waiting_bytes + letter.size_bytes > MOST_WAITING_BYTES:
            self.not_followed += len(follows)
            letter.is_followed = False
            return letter
        self.waiting_bytes += letter.size_bytes
        self._hand_over(now_s * self.course.speed, letter, trace, follows)
        return letter

    def _hand_over(self, at_s: float, letter: Letter, trace: CallTrace, follows: Follows) -> None:
        self._office.advance(at_s)
        patience_s = self._patience_s(letter.message)
        modelled = [letter.addressees[place] for place, told in follows.items() if told is None]
        self._coming.extend(_Passage(letter, addressee, None) for addressee in modelled)
        if trace is not STRANGER:
            self._office.take(at_s, trace.mail, range(trace.first, trace.first + len(modelled)), patience_s)
        elif modelled:
            self._office.take_for(at_s, [key_of_address(addressee.address) for addressee in modelled], patience_s)
        for place, told in follows.items():
            if told is not None:
                self._coming.append(_Passage(letter, letter.addressees[place], told))
                self._office.add_known(at_s, 0, Nature(-1, 0, told.kind), told.happens, patience_s)

    def taken(self, copy: Copy) -> None:
        """The post office has one more."""
        passage = self._coming.popleft()
        passage.attempted_s = copy.accepted_s
        passage.addressee.provider = BY_ADDRESS if passage.told else self._providers[copy.nature.provider][0]
        self._passages[copy.number] = passage
        self._count(passage.addressee, "accepted")

    def happens(self, copy: Copy, what: What, at_s: float) -> None:
        """It is certain what happens to one of them, though perhaps not yet."""
        passage = self._passages.get(copy.number)
        if passage is None:  # a complaint that its provider keeps for itself
            return
        if what in (What.DEFERRED, What.EXPIRED):
            again_s = at_s if what == What.DEFERRED else None
            self._await(copy, passage, passage.attempted_s, self._delay(copy), again_s)
            passage.attempted_s = at_s
        if what != What.DEFERRED:
            is_last = what == What.COMPLAINED or not self._will_complain(copy, passage)
            self._await(copy, passage, at_s, self._fate(copy, passage, what), is_last=is_last)
            if is_last:
                del self._passages[copy.number]

    def _fate(self, copy: Copy, passage: _Passage, what: What) -> Fate:
        is_timed = what == What.EXPIRED and passage.letter.message.max_delivery_s is not None
        return Fate.TIMED_OUT if is_timed else _fate(what, copy.nature.kind)

    def _will_complain(self, copy: Copy, passage: _Passage) -> bool:
        """So that SES hears of it."""
        reports = passage.told is not None or self._providers[copy.nature.provider][1].reports_complaints
        return copy.nature.kind == Kind.COMPLAINING and reports

    def _delay(self, copy: Copy) -> Fate:
        if copy.nature.kind == Kind.FULL:
            return Fate.DELAYED_BY_FULL_MAILBOX
        return Fate.DELAYED if copy.nature.provider < 0 else Fate.DELAYED_BY_LIMIT

    def _await(
        self,
        copy: Copy,
        passage: _Passage,
        at_s: float,
        fate: Fate,
        again_s: float | None = None,
        is_last: bool = False,
    ) -> None:
        def unix_s(instant_s: float) -> float:
            return passage.letter.sent.at_unix_s + (instant_s - copy.accepted_s) / self.course.speed

        happening = Happening(
            fate,
            unix_s(at_s),
            self._reply(copy, passage, fate),
            None if again_s is None else unix_s(again_s),
            unix_s(copy.accepted_s + copy.patience_s),
        )
        self._numbered += 1
        heappush(self._heap, Due(at_s, self._numbered, passage.letter, passage.addressee, happening, is_last))

    def _reply(self, copy: Copy, passage: _Passage, fate: Fate) -> str:
        if passage.told is not None:
            return passage.told.reply
        is_limited = fate in (Fate.DELAYED_BY_LIMIT, Fate.EXPIRED, Fate.TIMED_OUT)
        return self._providers[copy.nature.provider][1].reply if is_limited else ""

    def due(self, now_s: float) -> Iterator[Due]:
        """What has happened since the last question, in the order of its instants; each counts as it is taken.

        So a letter is open until its very last event is taken, however many of them come at once.
        """
        until_s = now_s * self.course.speed
        if not self.is_over:
            self._office.advance(until_s)
        while self._heap and self._heap[0].at_s <= until_s:
            due = heappop(self._heap)
            self._note(due)
            yield due

    def _note(self, due: Due) -> None:
        due.addressee.happened.append(due.happening)
        state = due.addressee.state
        self._count(due.addressee, "deferrals" if state == "waiting" else state)
        if state in _STATISTICS:
            self.statistics.count(_STATISTICS[state], due.happening.at_unix_s)
        due.letter.open -= due.is_last
        if not due.letter.open:
            self.waiting_bytes -= due.letter.size_bytes

    def _count(self, addressee: Addressee, what: str) -> None:
        self.counts.setdefault(addressee.provider, Counter())[what] += 1

    def next_in_s(self, now_s: float) -> float | None:
        """In how many seconds something is due."""
        instants = [self._heap[0].at_s] if self._heap else []
        if (office_s := self._office.next_s()) is not None:
            instants.append(office_s)
        return min(instants) / self.course.speed - now_s if instants else None

    def end(self) -> None:
        """Another run follows, or none: what waits is told no more."""
        self.is_over = True
        self._heap.clear()


def _fate(what: What, kind: Kind) -> Fate:
    if what == What.BOUNCED:
        return Fate.SUPPRESSED_GLOBALLY if kind == Kind.SUPPRESSED_GLOBALLY else Fate.BOUNCED
    if what == What.EXPIRED:
        return Fate.EXPIRED_AT_FULL_MAILBOX if kind == Kind.FULL else Fate.EXPIRED
    return _FATES[what]


_FATES = {
    What.DELIVERED: Fate.DELIVERED,
    What.SUPPRESSED: Fate.SUPPRESSED_BY_ACCOUNT,
    What.COMPLAINED: Fate.COMPLAINED,
}
_STATISTICS: dict[str, StatisticsKind] = {"bounced": "Bounces", "complained": "Complaints"}
