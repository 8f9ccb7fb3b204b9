"""Our retry policies against botocore itself: a real client, whose network, clock and chance are ours."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from math import inf, nextafter
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import botocore.endpoint
import botocore.exceptions
import hypothesis.strategies as st
import pytest
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.retries import adaptive, bucket, standard, throttling
from botocore.session import Session
from hypothesis import given, settings

from strategies.adaptive import RECHECK_S, AdaptiveRate
from strategies.backoff import RetryMode, Standard
from strategies.delivery import delivery
from strategies.ports import Mail, Ports, QuotaExceeded, Rejected, SendError, Throttled, Unanswered, Unavailable

SESSION = Session()
MODES: tuple[RetryMode, ...] = ("legacy", "standard", "adaptive")
START_S = 0.123456789  # off the half-second grid of the measured rate, lest an ulp decide on which side a send falls


class Clock:
    """Virtual time for one caller: a sleep is over at once, and never rounds to nothing, as no real one does."""

    def __init__(self) -> None:
        self.now_s = START_S

    def sleep(self, delay_s: float) -> None:
        """Move on."""
        if delay_s:
            self.now_s = max(self.now_s + delay_s, nextafter(self.now_s, inf))


class Answer(NamedTuple):
    """What becomes of one attempt: its latency, our port's error (None: accepted) and what botocore sees."""

    latency_s: float
    error: type[SendError] | None
    on_the_wire: Any


def ses_error(code: str) -> str:
    """An error document of SES's v1 API."""
    return f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"


ACCEPTED = (200, "<SendEmailResponse><SendEmailResult><MessageId>m</MessageId></SendEmailResult></SendEmailResponse>")
THROTTLING = (400, ses_error("Throttling"))
WIRE: dict[type[SendError] | None, tuple[Any, ...]] = {
    None: (ACCEPTED,),
    Throttled: (THROTTLING,),
    QuotaExceeded: (THROTTLING,),
    Unavailable: (
        *((status, ses_error("InternalFailure")) for status in (500, 502, 503, 504)),
        botocore.exceptions.EndpointConnectionError(endpoint_url="ses"),
        botocore.exceptions.ConnectTimeoutError(endpoint_url="ses"),
        botocore.exceptions.ConnectionClosedError(endpoint_url="ses"),
    ),
    Unanswered: (botocore.exceptions.ReadTimeoutError(endpoint_url="ses"),),
    Rejected: ((400, ses_error("MessageRejected")),),
}
V2_WIRE: dict[type[SendError] | None, tuple[Any, ...]] = {
    None: ((200, '{"MessageId": "m"}'),),
    Throttled: ((429, '{"__type": "TooManyRequestsException"}'),),
    Rejected: ((400, '{"__type": "MessageRejected"}'),),
}


class Wire:
    """The network: answers attempts in turn, each after its latency, then accepts all; notes when each was sent."""

    def __init__(self, clock: Clock, answers: Sequence[Answer], accepted: Answer) -> None:
        self._clock, self._answers, self._accepted = clock, iter(answers), accepted
        self.sent_s: list[float] = []

    def next(self) -> Answer:
        """One attempt."""
        self.sent_s.append(self._clock.now_s)
        answer = next(self._answers, self._accepted)
        self._clock.sleep(answer.latency_s)
        return answer

    def send(self, request: Any) -> AWSResponse:
        """As botocore's HTTP session."""
        answer = self.next().on_the_wire
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        raw = SimpleNamespace(stream=lambda: iter([body.encode()]))
        return AWSResponse(request.url, status, cast("Any", {}), raw)


class Condition:
    """Stands in for the condition variable on which botocore waits for a token: nobody else is there to notify."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...
    def notify(self) -> None: ...

    def wait(self, timeout_s: float) -> None:
        """Wait in vain until the timeout."""
        self._clock.sleep(timeout_s)


@contextmanager
def botocore_on(clock: Clock, chance: float) -> Iterator[None]:
    """Botocore with our clock and chance."""
    threads = SimpleNamespace(Lock=threading.Lock, Condition=lambda _lock: Condition(clock))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=clock.sleep))
        patch.setattr(bucket, "time", SimpleNamespace(time=lambda: clock.now_s))
        patch.setattr(bucket, "threading", threads)
        patch.setattr("botocore.retryhandler.random", SimpleNamespace(random=lambda: chance))
        patch.setattr(standard.ExponentialBackoff.__init__, "__defaults__", (20, lambda: chance, None, None))
        yield


class Story(NamedTuple):
    """Mails one after the other: gaps before them, answers to the attempts, the jitter draw."""

    gaps_s: Sequence[float]
    answers: Sequence[Answer]
    chance: float


class Outcome(NamedTuple):
    """When attempts were made, and for each mail when it ended and whether it was accepted."""

    sent_s: list[float]
    ended_s: list[float]
    accepted: list[bool]


def played(story: Story, clock: Clock, wire: Wire, send: Callable[[], bool]) -> Outcome:
    """One caller sends the story's mails."""
    ended_s, accepted = [], []
    for gap_s in story.gaps_s:
        clock.sleep(gap_s)
        accepted.append(send())
        ended_s.append(clock.now_s)
    return Outcome(wire.sent_s, ended_s, accepted)


def by_botocore(mode: RetryMode, story: Story, service: str, accepted: Answer) -> Outcome:
    """The story as a real client plays it."""
    clock = Clock()
    wire = Wire(clock, story.answers, accepted)
    with botocore_on(clock, story.chance):
        config = Config(retries=cast("Any", {"mode": mode}), signature_version=UNSIGNED, region_name="eu-west-1")
        client: Any = SESSION.create_client(service, config=config)
        client._endpoint.http_session = wire
        return played(story, clock, wire, lambda: botocore_accepts(client, service))


def botocore_accepts(client: Any, service: str) -> bool:
    """One SendEmail."""
    text = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "b"}}}
    message = {"Source": "a@example.com", "Message": text} if service == "ses" else {"Content": {"Simple": text}}
    try:
        client.send_email(Destination={}, **message)
    except (ClientError, BotoCoreError):
        return False
    return True


def by_us(mode: RetryMode, story: Story, accepted: Answer) -> Outcome:
    """The story as our delivery plays it."""
    clock = Clock()
    wire = Wire(clock, story.answers, accepted)
    send = delivery(one_callers_ports(clock, wire, story.chance), mode)
    return played(story, clock, wire, lambda: we_accept(cast("Coroutine[Any, Any, None]", send(MAIL, range(1)))))


MAIL = Mail(7, 3, 0.0)


def one_callers_ports(clock: Clock, wire: Wire, chance: float) -> Ports:
    """Ports in which nothing suspends."""

    async def sleep(delay_s: float) -> None:
        clock.sleep(delay_s)

    async def send(mail: Mail, to: range) -> None:
        error = wire.next().error
        if error:
            raise error

    return cast(
        "Ports",
        SimpleNamespace(
            clock=SimpleNamespace(now=lambda: clock.now_s, sleep=sleep),
            chance=SimpleNamespace(uniform=lambda purpose, mail, attempt: chance),
            mailer=SimpleNamespace(send=send),
        ),
    )


def we_accept(delivering: Coroutine[Any, Any, None]) -> bool:
    """Drive a coroutine that never suspends."""
    try:
        delivering.send(None)
    except StopIteration:
        return True
    except SendError:
        return False
    raise AssertionError("suspended")


def check(mode: RetryMode, story: Story, service: str = "ses", wire: Any = WIRE) -> Outcome:
    """Both play it alike: the same attempts at the same instants, the same mails accepted."""
    accepted = Answer(0.05, None, wire[None][0])
    ours, theirs = by_us(mode, story, accepted), by_botocore(mode, story, service, accepted)
    assert len(ours.sent_s) == len(theirs.sent_s)
    assert ours.accepted == theirs.accepted
    assert ours.sent_s == pytest.approx(theirs.sent_s, rel=0, abs=1e-8)
    assert ours.ended_s == pytest.approx(theirs.ended_s, rel=0, abs=1e-8)
    return ours


latencies_s = st.sampled_from([0.02, 0.05, 0.3, 1.7])


def answers_of(wire: dict[type[SendError] | None, tuple[Any, ...]]) -> st.SearchStrategy[list[Answer]]:
    """Short patterns, each many times over, so that the quota (100 throttles, 35 other failures) is used up."""
    kind = st.sampled_from([(error, seen) for error, all_seen in wire.items() for seen in all_seen])
    answer = st.builds(lambda pair, latency_s: Answer(latency_s, *pair), kind, latencies_s)
    patterns = st.tuples(st.lists(answer, min_size=1, max_size=3), st.integers(1, 60))
    return st.lists(patterns, max_size=8).map(lambda drawn: [a for pattern, n in drawn for a in pattern * n])


def stories(wire: dict[type[SendError] | None, tuple[Any, ...]]) -> st.SearchStrategy[Story]:
    """Up to 120 mails."""
    gaps_s = st.lists(st.sampled_from([0.0, 0.01, 0.25, 2.0]), min_size=1, max_size=120)
    return st.builds(Story, gaps_s, answers_of(wire), st.floats(0, 1, exclude_max=True))


# Derandomised: time that is rounded differently in its last bit could fall on two sides of a half second.
few = settings(max_examples=25, derandomize=True, deadline=None)


@pytest.mark.parametrize("mode", MODES)
@few
@given(story=stories(WIRE))
def test_attempts_and_delays_are_botocores(mode: RetryMode, story: Story) -> None:
    """Any outcomes of v1's SendEmail: a real client attempts, waits and gives up at the same instants."""
    check(mode, story)


@pytest.mark.parametrize("mode", MODES)
@few
@given(story=stories(V2_WIRE))
def test_v2s_throttles_are_retried_alike(mode: RetryMode, story: Story) -> None:
    """SES's v2 API throttles with status 429 and another code, to the same effect."""
    check(mode, story, "sesv2", V2_WIRE)


def alike(error: type[SendError] | None, count: int, seen: int = 0) -> list[Answer]:
    """The same answer, many times."""
    return [Answer(0.05, error, WIRE[error][seen])] * count


@pytest.mark.parametrize(("mode", "attempts", "waited_s"), [("legacy", 5, 7.5), ("standard", 3, 1.5)])
def test_a_throttled_mail_by_hand(mode: RetryMode, attempts: int, waited_s: float) -> None:
    """Half of 1 + 2 + 4 + 8 s in legacy, half of 1 + 2 s in standard, and then the mail is given up."""
    outcome = check(mode, Story([0.0], alike(Throttled, 9), 0.5))
    assert outcome.accepted == [False]
    assert len(outcome.sent_s) == attempts
    assert outcome.ended_s[0] == pytest.approx(START_S + waited_s + attempts * 0.05)


def test_a_server_error_backs_off_from_50_ms() -> None:
    """Standard waits half of 50 and of 100 ms after an error that is no throttle."""
    outcome = check("standard", Story([0.0], alike(Unavailable, 9), 0.5))
    assert outcome.ended_s[0] == pytest.approx(START_S + 0.075 + 3 * 0.05)


@pytest.mark.parametrize(
    ("error", "retries"), [(Throttled, 100), (QuotaExceeded, 100), (Unavailable, 35), (Unanswered, 35)]
)
def test_the_quota_ends_all_retries(error: type[SendError], retries: int) -> None:
    """500 tokens pay for 100 retries of throttles, or 35 of anything else; then every failure is final."""
    outcome = check("standard", Story([0.0] * 120, alike(error, 1000), 0.1))
    assert len(outcome.sent_s) == 120 + retries


DRAINED = alike(Unavailable, 35 + 60)  # 60 mails, 35 retries: 10 of the quota are left


@pytest.mark.parametrize(
    ("meanwhile", "mails", "retries"),
    [
        ([], 0, 0),
        (alike(None, 3), 3, 0),
        (alike(None, 4), 4, 1),
        (alike(None, 18), 18, 2),
        ([*alike(Throttled, 1), *alike(None, 1)] * 9, 9, 0),
        ([*alike(Throttled, 1), *alike(None, 1)] * 9 + alike(None, 4), 13, 1),
    ],
)
def test_what_success_earns(meanwhile: list[Answer], mails: int, retries: int) -> None:
    """A success at once earns 1, one after a retry what that retry cost: 10 left, 14 needed for another retry."""
    outcome = check("standard", Story([0.0] * (60 + mails + 9), DRAINED + meanwhile + alike(Unavailable, 99), 0.1))
    assert len(outcome.sent_s) == len(DRAINED) + len(meanwhile) + 9 + retries


def test_legacy_has_no_quota() -> None:
    """Legacy makes five attempts for every mail, however long an outage lasts."""
    assert len(check("legacy", Story([0.0] * 120, alike(Unavailable, 1000), 0.1)).sent_s) == 600


@pytest.mark.parametrize("mode", MODES)
def test_a_rejected_mail_is_never_retried(mode: RetryMode) -> None:
    """Sending again cannot help a mail that SES refuses for what it is."""
    assert len(check(mode, Story([0.0], alike(Rejected, 9), 0.5)).sent_s) == 1


def test_no_mode_means_the_mailer_itself() -> None:
    """Mode none adds nothing, not even a call."""
    ports = one_callers_ports(Clock(), Wire(Clock(), [], Answer(0.0, None, ACCEPTED)), 0.5)
    assert delivery(ports, "none") is ports.mailer.send


@pytest.mark.parametrize("mode", MODES)
def test_the_last_error_is_raised(mode: RetryMode) -> None:
    """A mail given up ends in the error of its last attempt."""
    answers = [*alike(Throttled, 1), *alike(Unanswered, 1), *alike(Rejected, 1)]
    ports = one_callers_ports(Clock(), Wire(Clock(), answers, Answer(0.0, None, ACCEPTED)), 0.5)
    with pytest.raises(Rejected):
        cast("Coroutine[Any, Any, None]", delivery(ports, mode)(MAIL, range(1))).send(None)


def test_each_attempt_of_each_part_has_a_draw_of_its_own() -> None:
    """No two attempts of a mail's parts share their jitter, wherever the parts begin and however many attempts."""
    draws: list[tuple[str, int, int]] = []

    def uniform(*index: Any) -> float:
        draws.append(index)
        return 0.5

    answers = alike(Throttled, 15)
    ports = one_callers_ports(Clock(), Wire(Clock(), answers, Answer(0.0, None, ACCEPTED)), 0.5)
    cast("Any", ports).chance = SimpleNamespace(uniform=uniform)
    send = delivery(ports, "legacy")
    parts = [(Mail(7, 3, 0.0), range(1)), (Mail(7, 3, 0.0), range(1, 3)), (Mail(7, 3, 0.0, first=40), range(40, 43))]
    assert not any(we_accept(cast("Coroutine[Any, Any, None]", send(mail, to))) for mail, to in parts)
    assert len(draws) == len(set(draws)) == 15
    assert {draw[:2] for draw in draws} == {("backoff", 7)}


@given(
    st.lists(st.tuples(st.sampled_from([None, Throttled, Unavailable, Unanswered]), st.integers(1, 3)), max_size=400)
)
def test_the_quota_never_exceeds_500(story: list[tuple[type[SendError] | None, int]]) -> None:
    """However successes and failures follow, a fresh outage is granted at most 100 retries."""
    backoff = Standard()
    for error, attempt in story:
        if error is None:
            backoff.succeeded(Unavailable if attempt > 1 else None)
        else:
            backoff.failed(error, attempt, 0.5)
    granted = [backoff.failed(Throttled, 1, 0.5) for _ in range(200)]
    assert len(granted) - granted.count(None) <= 100


# The adaptive rate alone.


def their_rate(clock: Any) -> Any:
    """Botocore's limiter as a client builds it; it takes the word of `throttled` for what is a throttle."""
    return adaptive.ClientRateLimiter(
        rate_adjustor=throttling.CubicCalculator(starting_max_rate=0, start_time=clock.now_s),
        rate_clocker=adaptive.RateClocker(clock),
        token_bucket=bucket.TokenBucket(max_rate=1, clock=clock),
        throttling_detector=SimpleNamespace(is_throttling_error=lambda *, throttled: throttled),
        clock=clock,
    )


@given(
    st.floats(0, 1e6),
    st.lists(st.tuples(st.one_of(st.just(0.0), st.floats(0, 0.1), st.floats(0, 30)), st.booleans()), max_size=200),
)
def test_the_adaptive_rate_is_botocores(start_s: float, answers: list[tuple[float, bool]]) -> None:
    """Any instants of success and throttle: the same allowed rate after each, to the last bit."""
    clock = Clock()
    clock.now_s = start_s
    cast("Any", clock).current_time = lambda: clock.now_s
    theirs, ours = their_rate(clock), AdaptiveRate(start_s)
    for gap_s, throttled in answers:
        clock.sleep(gap_s)
        theirs.on_receiving_response(throttled=throttled)
        ours.answered(clock.now_s, throttled)
        assert ours.allowed_per_s == theirs._token_bucket.max_rate


class Waiting(NamedTuple):
    """A caller that looks again at `wake_s`."""

    wake_s: float
    ticket: int


def let_go(rate: AdaptiveRate, now_s: float, callers: int) -> tuple[list[tuple[float, int]], int]:
    """When and with which ticket each of many callers may send, and how often they looked."""
    waiting = [Waiting(now_s, rate.reserve(now_s)) for _ in range(callers)]
    gone, looks = [], 0
    while waiting:
        now_s, ticket = heapq.heappop(waiting)
        wait_s, looks = rate.wait_s(ticket, now_s), looks + 1
        if wait_s:
            assert now_s + wait_s > now_s
            heapq.heappush(waiting, Waiting(now_s + wait_s, ticket))
        else:
            gone.append((now_s, ticket))
    return gone, looks


def throttled_rate(now_s: float) -> AdaptiveRate:
    """A rate to which a throttle has just taught the wait, its bucket empty."""
    rate = AdaptiveRate(now_s)
    rate.answered(now_s, throttled=True)
    return rate


@given(st.integers(1, 60), st.floats(0, 1e6))
def test_many_callers_go_in_turn_at_the_rate(callers: int, now_s: float) -> None:
    """Caller k goes k / rate after a throttle that left no token, in the order of coming, with few looks."""
    rate = throttled_rate(now_s)
    gone, looks = let_go(rate, now_s, callers)
    due_s = [k / rate.allowed_per_s for k in range(1, callers + 1)]
    assert [ticket for _, ticket in gone] == list(range(1, callers + 1))
    assert [at_s - now_s for at_s, _ in gone] == pytest.approx(due_s, abs=1e-6)
    assert looks <= sum(wait_s / RECHECK_S + 2 for wait_s in due_s)


def test_a_long_line_looks_seldom() -> None:
    """A thousand callers wait a thousand seconds on average, yet none looks each half second."""
    _, looks = let_go(throttled_rate(0.0), 0.0, 1000)
    assert looks < 1000 * 1000 / RECHECK_S / 10


def test_nobody_sleeps_through_the_steepest_growth() -> None:
    """However many wait: when the rate grows as fast as CUBIC lets it, a caller looks again before it is due."""
    for callers in (3, 30, 300, 3000, 30_000):
        rate = throttled_rate(0.0)
        last = [rate.reserve(0.0) for _ in range(callers)][-1]
        sleep_s = rate.wait_s(last, 0.0)
        for answer in range(int(sleep_s * 2000)):
            rate.answered(answer / 2000, throttled=False)
        assert rate.wait_s(last, sleep_s) > 0.0


def test_a_faster_rate_reaches_those_who_wait() -> None:
    """Callers who drew a ticket at a low rate do not wait as long as that rate would have had it."""
    rate = throttled_rate(0.0)
    tickets = [rate.reserve(0.0) for _ in range(10)]
    for answer in range(1, 60):
        rate.answered(0.1 * answer, throttled=False)
    assert rate.allowed_per_s > 10
    assert rate.wait_s(tickets[-1], 7.0) == 0.0


def test_before_the_first_throttle_nobody_waits() -> None:
    """The bucket is consulted only once a throttle has been seen."""
    gone, looks = let_go(AdaptiveRate(0.0), 0.0, 1000)
    assert {at_s for at_s, _ in gone} == {0.0}
    assert looks == 1000
