"""What the five strategies declare by default."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from strategies import aimd, direct, heartbeat, lambda_concurrency, leaky_bucket, pacemaker, shared_bucket, sqs_dlq
from strategies.resources import Account, Lane, Mapping, Queue, Table, Ticker

TALK = Account(max_send_rate_per_s=30.0, send_median_s=0.05)
SANDBOX = Account(max_send_rate_per_s=1.0, send_median_s=0.05)


def test_direct_by_default() -> None:
    """No retries, 64 workers, each with a connection, in one pod without queues or functions."""
    plan = direct.plan(direct.Settings(), TALK)
    assert asdict(plan.settings) == {"retry": "none", "workers": 64, "pods": 1}
    assert (plan.pods.replicas, plan.pods.connections) == (1, 64)
    assert (plan.queues, plan.functions, plan.mappings, plan.tickers) == ((), (), (), ())


@pytest.mark.parametrize(
    ("given", "rate_per_pod", "chunk"),
    [
        ({}, 15.0, 15), ({"pods": 4}, 7.5, 7), ({"pods": 60}, 0.5, 1), ({"rate_per_pod": 120.0}, 120.0, 50),
        ({"chunk": 3}, 15.0, 3),
    ],
)  # fmt: skip
def test_leaky_bucket_by_default(given: dict[str, Any], rate_per_pod: float, chunk: int) -> None:
    """Two pods share the limit, and a call carries at most what a pod sends in a second: 1 to 50 recipients."""
    plan = leaky_bucket.plan(leaky_bucket.Settings(**given), TALK)
    usual = {"pods": 2, "burst": 1, "retry": "none", "pod_weights": (), "lanes": "ignore", "lane_shares": ()}
    assert asdict(plan.settings) == {**usual, **given, "rate_per_pod": rate_per_pod, "chunk": chunk}
    assert plan.pods.replicas == plan.settings.pods
    assert (plan.queues, plan.functions, plan.mappings, plan.tickers) == ((), (), (), ())


@pytest.mark.parametrize(
    ("given", "bounds"),
    [({}, (15.0, 0.75, 30.0)), ({"max_rate": 0.5}, (15.0, 0.5, 0.5)), ({"min_rate": 40.0}, (15.0, 40.0, 40.0))],
)
def test_aimd_by_default(given: dict[str, Any], bounds: tuple[float, float, float]) -> None:
    """A pod begins at its share, stays between a twentieth of that and R, and no default contradicts a setting."""
    settings = aimd.plan(aimd.Settings(**given), TALK).settings
    assert (settings.initial_rate, settings.min_rate, settings.max_rate) == bounds
    assert (settings.increase, settings.chunk) == (0.5, 15)


@pytest.mark.parametrize(
    ("given", "rate", "burst", "take", "chunk"),
    [({}, 30.0, 30, 1, 15), ({"rate": 600.0}, 600.0, 600, 30, 50), ({"rate": 0.5}, 0.5, 1, 1, 1)],
)
def test_shared_bucket_by_default(given: dict[str, Any], rate: float, burst: int, take: int, chunk: int) -> None:
    """The bucket drips R and holds a second of it; a pod fetches a tenth of its second at a time."""
    plan = shared_bucket.plan(shared_bucket.Settings(**given), TALK)
    assert (plan.settings.rate, plan.settings.burst, plan.settings.take, plan.settings.chunk) == (
        rate,
        burst,
        take,
        chunk,
    )
    assert plan.tables == (Table(plan.pods.uses[0]),)


@pytest.mark.parametrize(("account", "concurrency"), [(TALK, 2), (SANDBOX, 2), (Account(150.0, 0.05), 8)])
def test_sqs_dlq_by_default(account: Account, concurrency: int) -> None:
    """Batches of ten, 30 s, five receives, reports, and as many senders as rate times latency, at least two."""
    plan = sqs_dlq.plan(sqs_dlq.Settings(), account)
    assert asdict(plan.settings) == {
        "batch_size": 10, "maximum_concurrency": concurrency, "visibility_timeout_s": 30.0, "max_receive_count": 5,
        "report_batch_item_failures": True, "memory_mb": 512, "lanes": "ignore", "lane_shares": (),
    }  # fmt: skip
    assert plan.queues == (Queue("mails", 30.0, 5),)
    assert plan.mappings == (Mapping("mails", "sender", 10, 0.0, concurrency, report_batch_item_failures=True),)
    assert [function.reserved_concurrency for function in plan.functions] == [None]


def test_sqs_dlqs_concurrency_is_the_exact_product_rounded_up() -> None:
    """100 recipients a second at a median of 70 ms need seven senders, not eight."""
    plan = sqs_dlq.plan(sqs_dlq.Settings(), Account(100.0, 0.07))
    assert plan.settings.maximum_concurrency == 7


@pytest.mark.parametrize(("shares", "each"), [((), (4, 4)), ((0.7, 0.3), (5, 2)), ((0.9, 0.1), (7, 2))])
def test_sqs_dlq_shares_its_concurrency_out(shares: tuple[float, ...], each: tuple[int, ...]) -> None:
    """A lane has its whole senders of eight, but two at least, for a queue of its own with a dead-letter queue."""
    account = Account(150.0, 0.05, (Lane("resets", 1), Lane("news")))
    plan = sqs_dlq.plan(sqs_dlq.Settings(lanes="share", lane_shares=shares), account)
    assert plan.queues == (Queue("mails-resets", 30.0, 5), Queue("mails-news", 30.0, 5))
    assert tuple(mapping.maximum_concurrency for mapping in plan.mappings) == each
    assert [mapping.queue for mapping in plan.mappings] == list(plan.pods.uses) == ["mails-resets", "mails-news"]
    assert plan.settings.lane_shares == (shares or (0.5, 0.5))


@pytest.mark.parametrize(("account", "concurrency"), [(TALK, 30), (SANDBOX, 2)])
def test_lambda_concurrency_by_default(account: Account, concurrency: int) -> None:
    """One mail an invocation, each padded to a second, as many at once as R, at least two, held by the mapping."""
    plan = lambda_concurrency.plan(lambda_concurrency.Settings(), account)
    usual = {"concurrency": concurrency, "pad_s": 1.0, "limit_by": "maximum", "max_receive_count": 5, "memory_mb": 512}
    assert asdict(plan.settings) == usual
    assert plan.mappings == (Mapping("mails", "sender", 1, maximum_concurrency=concurrency),)
    assert [function.reserved_concurrency for function in plan.functions] == [None]


def test_lambda_concurrency_may_be_held_by_the_function() -> None:
    """Reserved concurrency replaces the mapping's maximum: the mapping then knows no limit."""
    plan = lambda_concurrency.plan(lambda_concurrency.Settings(limit_by="reserved"), TALK)
    assert [mapping.maximum_concurrency for mapping in plan.mappings] == [None]
    assert [function.reserved_concurrency for function in plan.functions] == [30]


def test_heartbeat_by_default() -> None:
    """A budget of R, spread over the second by a machine that waits for timestamps, and two budgets in hand."""
    plan = heartbeat.plan(heartbeat.Settings(), TALK)
    usual = {"fill": 1.0, "dispatch": "spread", "ticker": "timestamp_wait", "lookahead": 2.0}
    usual |= {"memory_mb": 1769, "worker_memory_mb": 512, "lanes": "ignore", "lane_shares": ()}
    assert asdict(plan.settings) == usual
    assert plan.tickers == (Ticker("heart", "timestamp_wait"),)
    assert [function.name for function in plan.functions] == ["heart"]
    assert not plan.mappings


def test_heartbeat_has_workers_only_when_it_invokes_them() -> None:
    """With `async` a second function sends; the heart may then invoke it."""
    heart, worker = heartbeat.plan(heartbeat.Settings(dispatch="async"), TALK).functions
    assert worker.name in heart.uses


@pytest.mark.parametrize(
    ("strategy", "given"),
    [
        (sqs_dlq, {}), (lambda_concurrency, {}), (heartbeat, {}), (heartbeat, {"dispatch": "async"}),
        (pacemaker, {"runs_as": "function"}),
    ],
)  # fmt: skip
def test_a_functions_memory_is_a_setting(strategy: Any, given: dict[str, Any]) -> None:
    """Of each strategy that runs in a function, with a default that the resolved settings show."""
    for settings in (strategy.Settings(**given), strategy.Settings(**given, memory_mb=1024)):
        plan = strategy.plan(settings, TALK)
        assert plan.functions[0].memory_mb == plan.settings.memory_mb
        assert settings.memory_mb in (None, plan.settings.memory_mb)


def test_the_hearts_workers_have_a_memory_of_their_own() -> None:
    """They wait for SES, while the heart counts: what is spent on the one need not be spent on the others."""
    plan = heartbeat.plan(heartbeat.Settings(dispatch="async", worker_memory_mb=256), TALK)
    assert [function.memory_mb for function in plan.functions] == [1769, 256]
