"""Our retry policies against botocore itself."""

from __future__ import annotations

from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any, cast

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from strategies.delivery import delivery
from strategies.policies.backoff import RetryMode, Standard
from strategies.ports import Mail, QuotaExceeded, Rejected, SendError, Throttled, Unanswered, Unavailable
from tests.unit.botocore_twin import (
    ACCEPTED,
    MAIL,
    MODES,
    START_S,
    V2_WIRE,
    WIRE,
    Answer,
    Clock,
    Story,
    Wire,
    check,
    one_callers_ports,
    we_accept,
)

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
