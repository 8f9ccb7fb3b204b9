"""The sentence about each strategy."""

from __future__ import annotations

from typing import Any, cast

import pytest

from reports.compare.explain import explain
from scenarios.entry import USERS, StrategyEntry
from scenarios.ledger.ledger import FAILED, MESSAGES, QUOTA, REJECTED, THROTTLED
from strategies.presentation.clauses import without_lanes
from strategies.presentation.seen import LaneSeen, Seen
from tests.unit.entries import FACTS, entry, facts, sent, told
from tests.unit.synthetic import Call, Mail


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (
            entry("direct", sent(1, 2.0)),
            "25 % accepted, lost 3 of 4: throttled, never retried; no pacing, up to 64 mails in hand at once; "
            "3 of 4 calls refused",
        ),
        (
            entry("direct", sent(1, 2.0), retry="legacy"),
            "25 % accepted, lost 3 of 4: throttled at the last call in legacy mode; no pacing, "
            "up to 64 mails in hand at once; 3 of 4 calls refused, retried in botocore's legacy mode",
        ),
        (
            entry("leaky-bucket", [Call(0, 1.0)]),
            "25 % accepted, lost 3 of 4: never attempted, whoever held them was gone; "
            "2 pods paced at 15 recipients/s each, together the limit of 30/s; no call refused",
        ),
        (
            entry("aimd", [Call(0, 0.1, THROTTLED), *sent(4, 2.0)]),
            "all 4 accepted in 2.00 s, 75 % of the best possible; 2 pods that each look for the limit alone: from 15 "
            "recipients/s up by 0.5/s in a second of sending, down to 90 % at a refusal, which is how it is found; "
            "1 of 5 calls refused, kept in memory and sent again before what is new, for 300 s at most",
        ),
        (
            entry("shared-bucket", sent(4, 2.0)),
            "all 4 accepted in 2.00 s, 75 % of the best possible; 2 pods take tokens out of one bucket in a table: "
            "30/s and up to 30 at once; no call refused",
        ),
        (
            entry("sqs-dlq", sent(3, 2.0), "dead_lettered"),
            "75 % accepted, dead-lettered 1 of 4: received more than 5 times, throttled at the last call; "
            "the event source mapping ramps up to 2 invocations at once (30/s × 0.05 s = 1.5, rounded up), each "
            "sending a batch of up to 10 without pacing; 1 of 4 calls refused, back in the queue for the visibility "
            "timeout",
        ),
        (
            entry("lambda-concurrency", [*sent(4, 2.0), Call(3, 2.5)]),
            "all 4 accepted in 2.00 s, 75 % of the best possible, 1 duplicate; "
            "the event source mapping ramps up to 30 invocations at once, one mail and at least 1 s each: "
            "at most 30/s against a limit of 30/s; no call refused",
        ),
        (
            entry("heartbeat", [Call(0, 0.1, THROTTLED), *sent(4, 2.0)]),
            "all 4 accepted in 2.00 s, 75 % of the best possible; 30 recipients a tick, spread over the second; "
            "1 of 5 calls refused, sent again next tick",
        ),
        (
            entry("own", [Call(0, 1.0, REJECTED), Call(1, 2.0, QUOTA), Call(2, 3.0, FAILED)], "pending"),
            "none accepted, 4 still pending at the end, kept while the 24-hour quota is used up; "
            "1 of 3 calls refused for the quota, 1 of 3 calls failed, "
            "1 of 3 calls rejected: “Recipient count exceeds 50.”",
        ),
    ],
)
def test_explanation_says_what_the_figures_show(told: StrategyEntry, sentence: str) -> None:
    """Outcome, mechanism and refusals, each from the entry, and nothing that was not counted."""
    assert explain(told, FACTS) == sentence


def test_explanation_of_an_interrupted_run_says_so_first() -> None:
    """What a run that was cut short did not accept must not read as the strategy's failure."""
    told = entry("own", sent(1, 2.0), "pending") | {"interrupted": True}
    assert explain(told, FACTS).startswith("interrupted before its end; 25 % accepted, 3 still pending at the end; ")


@pytest.mark.parametrize("user", USERS)
def test_nothing_is_said_of_what_somebody_else_did_with_a_users_mails(user: str) -> None:
    """What SES has not seen was given up by someone; why something came twice, an application or a queue would know."""
    told = explain(entry(user, [*sent(2, 2.0), Call(0, 2.5)]), facts(sqs={"duplicate_probability": 0.5}))
    assert told.startswith("50 % accepted, lost 2 of 4: throttled at the last call, 1 duplicate; 2 of 5 calls refused")
    unseen = explain(entry(user, [Call(0, 1.0)]), FACTS)
    assert unseen == "25 % accepted, lost 3 of 4: given up before SES saw them; no call refused"


def test_explanation_counts_each_reason_of_loss() -> None:
    """Where recipients were lost for several reasons, each has its number."""
    told = entry("own", [Call(0, 1.0, REJECTED), Call(1, 2.0, FAILED), Call(2, 3.0, QUOTA)])
    assert explain(told, FACTS).startswith(
        "none accepted, lost 4 of 4: 1 refused for the 24-hour quota, kept by nobody, "
        "1 rejected by SES: “Recipient count exceeds 50.”, 1 failed at the last call, 1 never attempted"
    )


def test_explanation_quotes_ses() -> None:
    """What SES said is counted sentence by sentence, without the single mails' addresses; its usual words go unsaid."""
    told = entry("own", [Call(0, 1.0, REJECTED), Call(1, 2.0, THROTTLED), Call(2, 3.0, FAILED)])
    strange = "Email address is not verified. The following identities failed the check: {}@example.com"
    told["refusals"] = [
        {"outcome": "rejected", "said": strange.format("a"), "calls": 7},
        {"outcome": "rejected", "said": "Recipient count exceeds 50.", "calls": 2},
        {"outcome": "rejected", "said": strange.format("b"), "calls": 1},
        {"outcome": "throttled", "said": MESSAGES[THROTTLED], "calls": 1},
        {"outcome": "failed", "said": "Read timed out", "calls": 1},
    ]
    said = explain(told, FACTS)
    assert "1 rejected by SES: 8 × “Email address is not verified…”, 2 × “Recipient count exceeds 50.”" in said
    assert "1 of 3 calls refused, 1 of 3 calls failed: “Read timed out”, 1 of 3 calls rejected" in said


@pytest.mark.parametrize(
    ("limit_per_s", "calls", "clause"),
    [
        (3.0, sent(4, 0.5), "; up to 4 admitted within one second (limit 3)"),
        (4.0, sent(4, 0.5), "; no call refused"),
        (2.0, sent(2, 0.5), "; asked for up to 4 within one second, granted up to 2 (limit 2)"),
        (4.0, sent(2, 0.5), "; 2 of 4 calls refused"),
    ],
)
def test_explanation_names_a_peak_above_the_limit(limit_per_s: float, calls: list[Call], clause: str) -> None:
    """More than the limit within one second is worth a word, asked for or admitted."""
    assert explain(entry("own", calls), facts(account={"max_send_rate_per_s": limit_per_s})).endswith(clause)


LATE = [Call(i, 10.0 * i) for i in range(4)]
FOUR = [Mail(0.0)] * 4


@pytest.mark.parametrize(
    ("pods", "reshare", "duration_s", "clause"),
    [
        (4, False, 60.0, "; from 15 s on 4 pods send 60/s together against a limit of 30/s; "),
        (1, False, 10.0, "; from 15 s to 25 s 1 pod sends 15/s against a limit of 30/s; "),
        (4, True, 60.0, "; from 15 s on 4 pods of 7.5/s, shared anew; "),
    ],
)
def test_explanation_counts_the_pods_that_were_there(pods: int, reshare: bool, duration_s: float, clause: str) -> None:
    """Hard-coded shares add up to what runs, and only what began before the last acceptance is told."""
    fault = {"kind": "scale_pods", "start_s": 15, "duration_s": duration_s, "pods": pods, "reshare": reshare}
    assert clause in told("leaky-bucket", facts(fault=[fault]), LATE, FOUR)
    later = facts(fault=[{**fault, "start_s": 30}])
    assert "from 30 s" not in told("leaky-bucket", later, LATE, FOUR)


@pytest.mark.parametrize(
    ("strategy", "settings", "clause"),
    [
        ("leaky-bucket", {"pod_weights": (4, 1)}, "one pod gets 80 % of the mails and sends no more than its 15/s"),
        ("leaky-bucket", {"pods": 3, "rate_per_pod": 15.0}, "45/s together against a limit of 30/s"),
        ("leaky-bucket", {"pods": 1, "rate_per_pod": 20.0}, "1 pod paced at 20 recipients/s against a limit of 30/s"),
        ("leaky-bucket", {"burst": 20}, "up to 2 × 20 = 40 recipients at once against a bucket of 30"),
        ("aimd", {"pods": 1}, "1 pod that looks for the limit: from 15 recipients/s up by"),
        (
            "shared-bucket",
            {"rate": 20.0, "take": 5},
            "a table, 5 at a time: 20/s and up to 30 at once against a limit of 30/s",
        ),
        ("shared-bucket", {"atomic": False}, "pods that read it at the same time use the same tokens"),
        ("sqs-dlq", {"maximum_concurrency": 5}, "ramps up to 5 invocations at once, each sending"),
        ("lambda-concurrency", {"pad_s": 0.5}, "at most 60/s against a limit of 30/s"),
        ("heartbeat", {"ticker": "standard_loop"}, "the ticks drift: each comes"),
        ("heartbeat", {"ticker": "express_loop"}, "around each minute those of two loops overlap"),
        ("direct", {"workers": 1}, "up to 1 mail in hand at once"),
        ("direct", {"pods": 3}, "3 pods that do not know of one another; no pacing, up to 192 mails in hand at once"),
        ("direct", {"pods": 2, "retry": "standard"}, "of one another, each with a retry quota of its own; no pacing"),
    ],
)
def test_explanation_says_what_the_settings_come_to(strategy: str, settings: dict[str, Any], clause: str) -> None:
    """Settings are set against the limit."""
    assert clause in told(strategy, FACTS, LATE, FOUR, **settings)


def test_explanation_takes_a_setting_that_a_kept_run_does_not_name_at_its_default() -> None:
    """A run that was kept before `direct` had pods is told as one of a single pod."""
    kept = entry("direct", sent(1, 2.0))
    kept["settings"] = {"retry": "none", "workers": 64}
    assert explain(kept, FACTS) == explain(entry("direct", sent(1, 2.0)), FACTS)


def test_explanation_leaves_equal_weights_unsaid() -> None:
    """Weights that deal alike explain nothing."""
    assert "one pod gets" not in told("leaky-bucket", FACTS, LATE, FOUR, pod_weights=(2, 2))


def test_explanation_tells_pods_that_call_at_one_instant() -> None:
    """In the sandbox the bucket holds one recipient, and two pods ask for two at once."""
    sandbox, calls = facts(account={"sandbox": True}), [Call(0, 0.0), Call(1, 0.0, THROTTLED)]
    clause = "the pods may call at the same instant, up to 2 recipients at once against a bucket of 1"
    mails = [Mail(0.0)] * 2
    assert clause in told("leaky-bucket", sandbox, calls, mails, rate_per_pod=0.5, chunk=1)
    assert clause not in told("leaky-bucket", sandbox, calls[:1], mails[:1], rate_per_pod=0.5, chunk=1)


@pytest.mark.parametrize("strategy", ["direct", "sqs-dlq", "lambda-concurrency"])
def test_explanation_says_that_a_mail_can_be_too_large(strategy: str) -> None:
    """Sent whole, a mail above B is refused for ever; one of B waits for a full bucket; on debt both pass."""
    for recipients, clause in (
        (50, "more than 30 recipients (here up to 50) never fits the bucket: refused for ever"),
        (30, "a mail to 30 recipients fits the bucket only when it is full"),
    ):
        mails, calls = [Mail(0.0, recipients)], [Call(0, 1.0, THROTTLED, recipients)]
        assert clause in told(strategy, FACTS, calls, mails)
        on_debt = facts(account={"max_send_rate_per_s": 30, "limiter": {"admission": "debt"}})
        assert "the bucket" not in told(strategy, on_debt, calls, mails)


def test_explanation_counts_recipients_where_the_strategy_counts_mails() -> None:
    """Thirty padded invocations of 50 recipients each are no 30 recipients a second."""
    sentence = told("lambda-concurrency", FACTS, [Call(0, 1.0, recipients=50)], [Mail(0.0, 50)])
    assert "up to 30 × 50 = 1,500 recipients/s against a limit of 30/s" in sentence


@pytest.mark.parametrize(
    ("strategy", "settings", "fate", "clauses"),
    [
        ("direct", {}, "lost", ["SES answered with a server error, never retried"]),
        ("direct", {"retry": "legacy"}, "lost", ["error at the last call in legacy mode", "retried in botocore's"]),
        ("sqs-dlq", {}, "pending", ["2 of 4 calls met a server error, back in the queue for the visibility"]),
        ("heartbeat", {}, "pending", ["2 of 4 calls met a server error, sent again next tick"]),
        ("heartbeat", {"dispatch": "async"}, "pending", ["error, put back at the end of the queue"]),
    ],
)
def test_explanation_tells_an_outage_and_what_was_done(
    strategy: str, settings: dict[str, Any], fate: str, clauses: list[str]
) -> None:
    """A server error is named where the scenario has one, and then the strategy's answer to it."""
    out = facts(fault=[{"kind": "outage", "start_s": 1, "duration_s": 1}])
    sentence = told(strategy, out, sent(2, 2.0, FAILED), [Mail(0.0, otherwise=fate)] * 4, **settings)
    assert all(clause in sentence for clause in clauses)


LOST = {"kind": "lost_response", "start_s": 0, "duration_s": 9, "probability": 0.5}
AGAIN = {"kind": "duplicate_delivery", "start_s": 0, "duration_s": 9, "probability": 0.5}
BY_ANSWER = "the answer to an accepted call was lost and its mail sent again"


@pytest.mark.parametrize(
    ("strategy", "faults", "settings", "clause"),
    [
        ("direct", [], {}, ", 1 duplicate; "),
        ("direct", [LOST, AGAIN], {}, f", 1 duplicate: {BY_ANSWER}; "),
        ("heartbeat", [LOST, AGAIN], {}, f", 1 duplicate: {BY_ANSWER} or SQS delivered twice; "),
        ("sqs-dlq", [], {"report_batch_item_failures": False}, ": one mail that fails brings its whole batch back"),
    ],
)
def test_explanation_names_all_that_may_have_caused_duplicates(
    strategy: str, faults: list[dict[str, Any]], settings: dict[str, Any], clause: str
) -> None:
    """Causes come from the scenario and the settings; where there is none, none is made up."""
    calls = [Call(1, 0.5, THROTTLED), *sent(4, 2.0), Call(0, 3.0)]
    four = [Mail(0.0, receives=strategy != "direct")] * 4
    assert clause in told(strategy, facts(fault=faults), calls, four, **settings)


@pytest.mark.parametrize(
    ("settings", "clause"),
    [
        (
            {"limit_by": "reserved", "max_receive_count": 1},
            "received more than once, never attempted: the function had",
        ),
        ({}, "received more than 5 times, never attempted: received, and not sent before the visibility"),
    ],
)
def test_explanation_tells_mail_that_no_invocation_came_to(settings: dict[str, Any], clause: str) -> None:
    """Dead-lettered without a call is nobody's crash."""
    assert clause in told("lambda-concurrency", FACTS, [], [Mail(0.0, otherwise="dead_lettered")], **settings)


def test_explanation_names_a_neighbour_beside_refusals() -> None:
    """Refusals on a shared account are not all the strategy's own doing."""
    shared = facts(neighbour=[{"process": "batch", "messages": 4}])
    assert "3 of 4 calls refused beside another sender on the account" in told("direct", shared, sent(1, 2.0), FOUR)


SEEN = Seen(30.0, "bucket", 30, 30, 0.05, 1, 2.0, 0, 0)
RESET, LETTER = LaneSeen("reset", 1, 97.0), LaneSeen("letter", 0, 99.0)
SAID = "it knows no lanes: among letter mail, reset mail "


@pytest.mark.parametrize(
    ("lanes", "said"),
    [
        ((RESET, LETTER), f"{SAID}waits (p99 97 s)"),
        ((RESET, LETTER, LETTER._replace(name="digest")), f"{SAID}waits (p99 97 s)".replace("letter", "less urgent")),
        ((RESET._replace(gone=1), LETTER._replace(p99_s=None, gone=7)), f"{SAID}loses 1 recipient"),
        ((RESET._replace(gone=30), LETTER._replace(gone=7)), f"{SAID}waits (p99 97 s) and loses 30 recipients"),
        ((RESET._replace(p99_s=2.0), LETTER), ""),
        ((RESET, LETTER._replace(p99_s=48.0)), ""),
        ((RESET._replace(p99_s=None), LETTER._replace(gone=7)), ""),
        ((RESET._replace(priority=0), LETTER), ""),
        ((), ""),
    ],
)
def test_lanes_are_missed_only_where_that_cost_something(lanes: tuple[LaneSeen, ...], said: str) -> None:
    """The most urgent mail was late or lost, and less urgent mail likewise; equally urgent mail may be in its way."""
    assert without_lanes(SEEN._replace(lanes=lanes)) == said


@pytest.mark.parametrize("strategy", ["direct", "lambda-concurrency", "aimd", "shared-bucket"])
def test_a_strategy_without_lanes_says_what_that_cost(strategy: str) -> None:
    """It sees each lane as the entry has it: the mean of its p99, and whatever was lost or dead-lettered of it."""
    lanes = [
        {"lane": lane, "priority": priority, "latency_s": {"p50": 1.0, "p99": p99_s}}
        | {"recipients": {"lost": 1.0, "dead_lettered": 2.5}}
        for lane, priority, p99_s, _ in (RESET, LETTER)
    ]
    told = cast(StrategyEntry, {**entry(strategy, sent(4, 2.0)), "lanes": lanes})
    assert f"; {SAID}waits (p99 97 s) and loses 3.5 recipients; " in explain(told, FACTS)
