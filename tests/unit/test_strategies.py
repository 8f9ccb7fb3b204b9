"""The five strategies: what they declare by default, and the laws that make each of them what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

import sim.run
from scenarios.ledger import OUTCOMES, Ledger
from strategies import direct, heartbeat, lambda_concurrency, leaky_bucket, sqs_dlq
from strategies.hand import Hand
from strategies.pacing import Pacer
from strategies.packing import Allowance, pack
from strategies.ports import Ports
from strategies.registry import STRATEGIES
from strategies.resources import Account, Mapping, Pods, Queue, Ticker
from tests.unit.virtual import (
    ACCEPT_S,
    CPU_S,
    REFUSE_S,
    SEED,
    batch,
    evenly,
    exactly,
    fates,
    fault,
    play,
    scenario,
    simulation,
)

TALK = Account(max_send_rate_per_s=30.0, send_median_s=0.05)
SANDBOX = Account(max_send_rate_per_s=1.0, send_median_s=0.05)


def run(strategy: str, *workload: dict[str, Any], settings: dict[str, Any] | None = None, **tables: Any) -> Ledger:
    """Simulate one strategy on constant latencies."""
    return sim.run.run(scenario(*workload, strategies={strategy: settings or {}}, **tables), strategy, SEED)


def total(ledger: Ledger, column: str) -> int:
    """A column of the mails, added up."""
    return int(ledger.mails[column].sum())


def outcomes(ledger: Ledger) -> list[str]:
    """What SES made of each call, in the order of decision."""
    return [OUTCOMES[code] for code in ledger.calls["outcome"]]


def test_direct_by_default() -> None:
    """No retries, 64 workers, each with a connection, in one pod without queues or functions."""
    plan = direct.plan(direct.Settings(), TALK)
    assert asdict(plan.settings) == {"retry": "none", "workers": 64}
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
    usual = {"pods": 2, "burst": 1, "retry": "none", "pod_weights": ()}
    assert asdict(plan.settings) == {**usual, **given, "rate_per_pod": rate_per_pod, "chunk": chunk}
    assert plan.pods.replicas == plan.settings.pods
    assert (plan.queues, plan.functions, plan.mappings, plan.tickers) == ((), (), (), ())


@pytest.mark.parametrize(("account", "concurrency"), [(TALK, 2), (SANDBOX, 2), (Account(150.0, 0.05), 8)])
def test_sqs_dlq_by_default(account: Account, concurrency: int) -> None:
    """Batches of ten, 30 s, five receives, reports, and as many senders as rate times latency, at least two."""
    plan = sqs_dlq.plan(sqs_dlq.Settings(), account)
    assert asdict(plan.settings) == {
        "batch_size": 10, "maximum_concurrency": concurrency, "visibility_timeout_s": 30.0, "max_receive_count": 5,
        "report_batch_item_failures": True,
    }  # fmt: skip
    assert plan.queues == (Queue("mails", 30.0, 5),)
    assert plan.mappings == (Mapping("mails", "sender", 10, 0.0, concurrency, report_batch_item_failures=True),)
    assert [function.reserved_concurrency for function in plan.functions] == [None]


def test_sqs_dlqs_concurrency_is_the_exact_product_rounded_up() -> None:
    """100 recipients a second at a median of 70 ms need seven senders, not eight."""
    plan = sqs_dlq.plan(sqs_dlq.Settings(), Account(100.0, 0.07))
    assert plan.settings.maximum_concurrency == 7


@pytest.mark.parametrize(("account", "concurrency"), [(TALK, 30), (SANDBOX, 2)])
def test_lambda_concurrency_by_default(account: Account, concurrency: int) -> None:
    """One mail an invocation, each padded to a second, as many at once as R, at least two, held by the mapping."""
    plan = lambda_concurrency.plan(lambda_concurrency.Settings(), account)
    usual = {"concurrency": concurrency, "pad_s": 1.0, "limit_by": "maximum", "max_receive_count": 5}
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
    assert asdict(plan.settings) == usual
    assert plan.tickers == (Ticker("heart", "timestamp_wait"),)
    assert [function.name for function in plan.functions] == ["heart"]
    assert not plan.mappings


def test_heartbeat_has_workers_only_when_it_invokes_them() -> None:
    """With `async` a second function sends; the heart may then invoke it."""
    heart, worker = heartbeat.plan(heartbeat.Settings(dispatch="async"), TALK).functions
    assert worker.name in heart.uses


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("rate_per_s", [0.5, 1.0, 14.0, 500.0])
def test_every_strategy_sends_a_little_mail_at_any_rate(strategy: str, rate_per_s: float) -> None:
    """Three mails far apart are accepted, once each, whatever the account and the strategy."""
    mails = [batch(1, at_s=number * 20.0) for number in range(3)]
    ledger = run(strategy, *mails, rate_per_s=rate_per_s)
    assert [total(ledger, column) for column in ("accepted", "duplicated")] == [3, 0]


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
    """SendEmail has no token: a mode that retries what was not answered duplicates, mode none does not."""
    tables = {"fault": (fault("lost_response", 0.0, 0.5, probability=1.0),), "client": {"read_timeout_s": 1.0}}
    without, insisting = (run("direct", batch(5), settings={"retry": mode}, **tables) for mode in ("none", "standard"))
    assert (total(without, "accepted"), total(without, "duplicated")) == (5, 0)
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


def test_heartbeat_carries_the_fraction_of_its_budget() -> None:
    """Half a recipient a tick is one every other tick; 2.3 are 23 in ten ticks, exactly, for ever."""
    half, mixed = Allowance(0.5), Allowance(2.3)
    assert [half.next_tick() for _ in range(6)] == [0, 1, 0, 1, 0, 1]
    assert sum(mixed.next_tick() for _ in range(1000)) == 2300


def test_heartbeat_keeps_to_its_budget() -> None:
    """A backlog goes out at R a second: SES refuses nothing, and no tick sends more than its budget."""
    ledger = run("heartbeat", batch(100), rate_per_s=10.0)
    assert set(outcomes(ledger)) == {"accepted"}
    assert np.bincount(ledger.calls["start_s"].astype(int)).max() <= 10
    assert total(ledger, "accepted") == 100


def test_heartbeat_sends_refused_mail_first_and_receives_it_once() -> None:
    """What the first tick was refused is sent before anything else, and never returns to the queue."""
    first_tick = fault("extra_throttling", 0.0, 1.375, probability=1.0)
    ledger = run("heartbeat", batch(20), rate_per_s=5.0, fault=(first_tick,))
    assert outcomes(ledger) == ["throttled"] * 5 + ["accepted"] * 20
    assert ledger.calls["mail"].tolist() == [*range(5), *range(20)]
    assert ledger.mails["receives"].tolist() == [1] * 20


@pytest.mark.parametrize(("rate_per_s", "recipients", "most"), [(10.0, 11, 5), (10.0, 50, 5), (60.0, 51, 25)])
def test_heartbeat_splits_what_no_second_holds(rate_per_s: float, recipients: int, most: int) -> None:
    """A mail of more recipients than R, or than SES takes, goes out in parts of half of that, each recipient once."""
    ledger = run("heartbeat", batch(2, recipients=recipients), rate_per_s=rate_per_s)
    assert ledger.calls["recipients"].max() == most
    assert [total(ledger, column) for column in ("accepted", "duplicated")] == [2 * recipients, 0]


SPLIT_BEGINS_S = 0.125  # the mail is in the queue
EVERY_STAGE_S = [number / 32 for number in range(1, 16)]  # receive, put the parts, delete the original, and between


@pytest.mark.parametrize("dies_s", EVERY_STAGE_S)
def test_a_split_that_is_cut_short_loses_nothing(dies_s: float) -> None:
    """Parts are in the queue before the original leaves it: whenever the splitter dies, no recipient is missing."""
    incarnations: list[float] = []

    async def main(ports: Ports) -> None:
        incarnations.append(ports.clock.now())
        if len(incarnations) == 1:
            await ports.queues["mails"].put(await ports.outbox.take(1))
            await Hand(ports, "mails", largest=5).fill(12.0)
        else:
            await _send_all(ports)

    crash = fault("pod_crash", SPLIT_BEGINS_S + dies_s, 1.0, pod=0)
    of = scenario(batch(1, recipients=12), fault=(crash,), horizon_s=100.0)
    done = play(simulation(of, pods=Pods(main, uses=("mails",)), queues=(Queue("mails", 8.0, 5),)))
    assert len(incarnations) == 2
    assert fates(done)["accepted"] == [12]


async def _send_all(ports: Ports) -> None:
    """Send whatever comes out of the queue."""
    queue = ports.queues["mails"]
    for _ in range(10):
        messages = await queue.receive(10, 5.0)
        for message in messages:
            mail = message.mail
            await ports.mailer.send(mail, range(mail.first, mail.first + mail.recipients))
        await queue.delete(messages)


def waits_s(sizes: Sequence[int], budget: int) -> dict[int, int]:
    """For each mail of a queue that is held as a whole, the tick that takes it."""
    waiting, tick, taken = list(enumerate(sizes)), 0, dict[int, int]()
    while waiting:
        chosen = {waiting[index] for index in pack([size for _, size in waiting], budget)}
        taken.update({number: tick for number, _ in chosen})
        waiting, tick = [one for one in waiting if one not in chosen], tick + 1
    return taken


def test_packing_never_starves_a_large_mail() -> None:
    """A mail as large as a whole budget among small ones waits for at most as many ticks as mails stand before it."""
    for place in range(30):
        sizes = [3] * place + [10] + [3] * (40 - place)
        assert waits_s(sizes, budget=10)[place] <= place


def test_packing_fills_the_budget_with_what_fits() -> None:
    """In order, each mail that still fits; the first always goes."""
    assert pack([7, 5, 3, 1], 10) == [0, 2]
    assert pack([10, 1, 1], 10) == [0]
    assert pack([4, 4, 4, 2], 10) == [0, 1, 3]
    assert pack([], 10) == []


def test_heartbeat_does_not_starve_a_large_mail() -> None:
    """Ten recipients at once in an endless stream of small mails at R: sent soon, and in one piece."""
    stream, large = evenly(10.0, 60.0), batch(1, at_s=5.0, recipients=10)
    ledger = run("heartbeat", stream, large, rate_per_s=10.0, horizon_s=300.0)
    number = int(np.argmax(ledger.mails["recipients"]))
    assert ledger.mails["attempts"][number] == 1
    assert ledger.mails["last_accepted_s"][number] <= 15.0
    assert total(ledger, "accepted") == 610


@pytest.mark.parametrize("kind", ["timestamp_wait", "standard_loop", "express_loop"])
@pytest.mark.parametrize("dispatch", ["spread", "burst", "async"])
def test_every_heartbeat_sends_everything_once(dispatch: str, kind: str) -> None:
    """However it ticks and dispatches, and though SES refuses some, every mail is accepted, none twice."""
    settings = {"dispatch": dispatch, "ticker": kind}
    ledger = run("heartbeat", batch(200), settings=settings, rate_per_s=10.0, horizon_s=600.0)
    assert [total(ledger, column) for column in ("accepted", "duplicated")] == [200, 0]
