"""A real botocore client whose network, clock and chance are ours, and our delivery in the same situation."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from math import inf, nextafter
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import botocore.endpoint
import botocore.exceptions
import pytest
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.retries import bucket, standard
from botocore.session import Session

from strategies.delivery import delivery
from strategies.policies.backoff import RetryMode
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
