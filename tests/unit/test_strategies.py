"""Laws that make each of the strategies what it is."""

from __future__ import annotations

import numpy as np
import pytest

from strategies.pacing import Pacer
from strategies.registry import STRATEGIES
from tests.unit.simulated import outcomes, run, total
from tests.unit.virtual import (
    ACCEPT_S,
    CPU_S,
    REFUSE_S,
    batch,
    exactly,
    fault,
)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("rate_per_s", [0.5, 1.0, 14.0, 500.0])
def test_every_strategy_sends_a_little_mail_at_any_rate(strategy: str, rate_per_s: float) -> None:
    """Three mails far apart are accepted, once each, whatever the account and the strategy."""
    mails = [batch(1, at_s=number * 20.0) for number in range(3)]
    ledger = run(strategy, *mails, rate_per_s=rate_per_s)
    assert [total(ledger, column) for column in ("accepted", "duplicated")] == [3, 0]


@pytest.mark.parametrize("pods", [1, 4])
def test_each_pod_that_calls_directly_spends_a_retry_quota_of_its_own(pods: int) -> None:
    """Of botocore's 500 a throttle's retry costs 5: a hundred retries a client, and one for each that it earns back."""
    hurried = {"retry": "standard", "pods": pods, "workers": 400}
    ledger = run("direct", batch(400 * pods), settings=hurried, rate_per_s=1.0)
    assert 100 * pods <= len(ledger.calls["mail"]) - 400 * pods <= 100 * pods + total(ledger, "accepted")


@pytest.mark.parametrize("rate_per_s", [50.0, 1 / 3, 0.1, 7.3, 999.0])
def test_the_pacer_never_freezes_and_never_hurries(rate_per_s: float) -> None:
    """A sender that waits as long as it is told starts call k at k ÷ rate: no residue stops it, none adds up."""
    pacer, now_s, starts_s = Pacer(rate_per_s), 0.0, list[float]()
    for _ in range(20_000):
        now_s += pacer.reserve(now_s, 1)
        starts_s.append(now_s)
    assert starts_s == pytest.approx([number / rate_per_s for number in range(20_000)], rel=1e-12, abs=1e-9)


def test_a_pod_at_50_a_second_never_freezes() -> None:
    """A thousand mails on one pod take 999 fiftieths of a second, none of them nothing."""
    ledger = run("leaky-bucket", batch(1000), settings={"pods": 1, "rate_per_pod": 50.0}, horizon_s=100.0)
    starts_s = ledger.calls["start_s"]
    assert np.diff(starts_s) == pytest.approx(np.full(999, 0.02), abs=1e-9)
    assert starts_s[-1] == exactly(999 / 50)


def test_the_pacers_burst_is_a_credit() -> None:
    """After a rest `burst` recipients start at once, then one per period, and credit is never more than that."""
    pacer = Pacer(4.0, burst=3)
    assert [pacer.reserve(0.0, 1) for _ in range(5)] == [0.0, 0.0, 0.0, 0.25, 0.5]
    assert [pacer.reserve(100.0, 1) for _ in range(4)] == [0.0, 0.0, 0.0, 0.25]


def test_the_leaky_bucket_splits_mails_into_chunks() -> None:
    """A part of n recipients occupies its pod for n ÷ rate seconds after its start, and the next mail waits for it."""
    ledger = run("leaky-bucket", batch(2, recipients=20), settings={"pods": 1, "rate_per_pod": 8.0}, rate_per_s=8.0)
    parts = zip(*(ledger.calls[name].tolist() for name in ("mail", "first_recipient", "recipients")), strict=True)
    assert list(parts) == [(0, 0, 8), (0, 8, 8), (0, 16, 4), (1, 0, 8), (1, 8, 8), (1, 16, 4)]
    assert ledger.calls["start_s"].tolist() == [exactly(at_s) for at_s in (0.0, 1.0, 2.0, 2.5, 3.5, 4.5)]
    assert total(ledger, "accepted") == 40


def test_parts_of_one_mail_have_independent_fates() -> None:
    """What becomes of one chunk says nothing of the others: here SES is out for the second of three."""
    out = fault("outage", 0.5, 1.0)
    ledger = run(
        "leaky-bucket", batch(1, recipients=20), settings={"pods": 1, "rate_per_pod": 8.0}, fault=(out,), rate_per_s=8.0
    )
    assert outcomes(ledger) == ["accepted", "failed", "accepted"]
    assert (total(ledger, "accepted"), total(ledger, "lost")) == (12, 8)


def test_a_whole_mail_in_one_call_is_refused_where_its_chunks_pass() -> None:
    """A mail of more recipients than the account's burst never passes in one piece, however long one waits."""
    in_one, in_chunks = (
        run("leaky-bucket", batch(1, recipients=20), settings={"pods": 1, "chunk": chunk}, rate_per_s=8.0)
        for chunk in (20, 8)
    )
    assert (total(in_one, "lost"), total(in_chunks, "lost")) == (20, 0)


@pytest.mark.parametrize("retry", ["legacy", "standard"])
@pytest.mark.parametrize(("lanes", "buckets"), [("ignore", 1), ("share", 2), ("strict", 1)])
def test_the_leaky_buckets_retries_take_their_turn(retry: str, lanes: str, buckets: int) -> None:
    """First call or retry, it occupies its bucket from its start on: none starts sooner than n ÷ rate after another."""
    settings = {"pods": 1, "retry": retry, "lanes": lanes}
    two = ({**batch(20), "lane": "urgent", "priority": 1}, {**batch(20), "lane": "news"})
    ledger = run("leaky-bucket", *two, settings=settings, rate_per_s=8.0, fault=(fault("outage", 0.5, 1.0),))
    is_urgent, starts_s = ledger.calls["mail"] < 20, ledger.calls["start_s"]
    lines = [is_urgent, ~is_urgent] if buckets == 2 else [starts_s >= 0]
    assert len(starts_s) > 40
    assert all((np.diff(np.sort(starts_s[line])) >= buckets / 8 - 1e-9).all() for line in lines)


@pytest.mark.parametrize("retry", ["legacy", "standard", "adaptive"])
def test_every_retry_mode_loses_less_than_none(retry: str) -> None:
    """A burst of three seconds' worth loses all beyond the limit at once, and less if the SDK insists."""
    without, insisting = (
        run("direct", batch(60), settings={"retry": mode}, rate_per_s=20.0) for mode in ("none", retry)
    )
    assert total(without, "lost") > total(insisting, "lost")
    assert total(without, "accepted") + total(without, "lost") == 60
    assert total(insisting, "duplicated") == 0


def test_direct_without_retries_loses_whatever_is_refused() -> None:
    """Twenty at once on a limit of ten: the first ten are accepted, the others lost in the same instant."""
    ledger = run("direct", batch(20), rate_per_s=10.0)
    assert ledger.mails["lost"].tolist() == [0] * 10 + [1] * 10
    assert ledger.ended_s == exactly(max(20 * CPU_S + REFUSE_S, 10 * CPU_S + ACCEPT_S))


def test_retries_after_a_lost_answer_send_a_mail_twice() -> None:
    """SendEmail has no token: a mode that retries what was not answered duplicates, mode none does not.

    A call whose answer is lost ends when its caller's patience does.
    """
    tables = {"fault": (fault("lost_response", 0.0, 0.5, probability=1.0),), "client": {"read_timeout_s": 1.0}}
    without, insisting = (run("direct", batch(5), settings={"retry": mode}, **tables) for mode in ("none", "standard"))
    assert (total(without, "accepted"), total(without, "duplicated")) == (5, 0)
    assert without.calls["end_s"] == exactly(without.calls["start_s"] + np.arange(1, 6) * CPU_S + 1.0)
    assert (total(insisting, "accepted"), total(insisting, "duplicated")) == (5, 5)


@pytest.mark.parametrize(("reports", "duplicates"), [(True, False), (False, True)])
def test_sqs_dlq_duplicates_unless_failures_are_reported(reports: bool, duplicates: bool) -> None:
    """A refused mail returns with its whole batch, accepted ones included, unless the handler says which it was."""
    ledger = run(
        "sqs-dlq", batch(40), settings={"report_batch_item_failures": reports}, rate_per_s=5.0, horizon_s=3000.0
    )
    assert "throttled" in outcomes(ledger)
    assert (total(ledger, "duplicated") > 0) == duplicates


def test_sqs_dlq_dead_letters_what_is_refused_too_often() -> None:
    """With one receive a refused mail is dead at once: every mail is either accepted or dead-lettered, none lost."""
    ledger = run("sqs-dlq", batch(40), settings={"max_receive_count": 1}, rate_per_s=5.0, horizon_s=3000.0)
    assert total(ledger, "dead_lettered") > 0
    assert total(ledger, "dead_lettered") + total(ledger, "accepted") == 40
    assert (ledger.mails["throttles"][ledger.mails["dead_lettered"] > 0] == 1).all()


@pytest.mark.parametrize(("recipients", "throttled"), [(1, False), (50, True)])
def test_lambda_concurrency_is_safe_for_single_recipients_only(recipients: int, throttled: bool) -> None:
    """R padded invocations a second are R calls, and so 50 R recipients: far beyond the limit."""
    ledger = run("lambda-concurrency", batch(150, recipients=recipients), rate_per_s=50.0, horizon_s=3000.0)
    assert ("throttled" in outcomes(ledger)) == throttled


def test_lambda_concurrency_pads_to_a_second() -> None:
    """From one environment calls come no closer than a second, and so no more than R in any second."""
    ledger = run("lambda-concurrency", batch(40), rate_per_s=4.0)
    starts_s = np.sort(ledger.calls["start_s"])
    assert (starts_s[4:] - starts_s[:-4] >= 1.0).all()
    assert total(ledger, "accepted") == 40
