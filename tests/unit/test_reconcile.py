"""Two logs of the same calls: what callers saw, what SES decided, and how they become one."""

from __future__ import annotations

from typing import Any

import numpy as np

from loadtests.load.wait_downstream import may_be_sent_again
from loadtests.record.function_log import function_log_of
from loadtests.record.logs import CALL, DECISION, ClientLog, from_bytes, to_bytes
from loadtests.record.reconcile import joined, left_by_the_dead, on_the_way
from scenarios.ledger.fates import settle
from scenarios.ledger.ledger import ACCEPTED, FAILED, REJECTED, THROTTLED
from scenarios.runs import plan_of
from scenarios.schema.scenario_file import load
from scenarios.traffic.workload import Arrivals
from strategies.ports import Mail, Rejected, Throttled, Unanswered

MAIL = Mail(12, 60, 0.0)
ELSEWHERE = 2**62  # a call's number in a function


def decisions(*rows: tuple[int, int, float, int]) -> Any:
    """A witness's rows from call, mail, instant and outcome."""
    return np.array([(call, mail, 0, 1, at_s, outcome, "") for call, mail, at_s, outcome in rows], DECISION)


def test_each_call_has_a_row_of_its_own() -> None:
    """A call's number finds its end, calls on their way have none, and a snapshot does not change with its log."""
    log = ClientLog()
    numbers = [log.begin(MAIL, range(10 * part, 10 * part + 2), float(part)) for part in range(3)]
    before = log.rows()
    log.end(numbers[1], 7.0, None)
    assert numbers == log.rows()["call"].tolist() == [0, 1, 2]
    assert np.isnan(before["end_s"]).all()
    assert log.rows()["first_recipient"].tolist() == [0, 10, 20]
    assert log.rows()["seen"].tolist() == [FAILED, ACCEPTED, FAILED]
    np.testing.assert_array_equal(log.rows()["end_s"], [np.nan, 7.0, np.nan])


def test_the_views_are_joined_at_the_end_of_the_run() -> None:
    """In SES's order, then what failed before it: what it decided later, or a stranger's or nobody's call, is left out.

    Calls 0 to 2 are decided in time, late and in time; 3 fails in time, 4 late, and 5 is still on its way.
    """
    log = ClientLog()
    for start_s, end_s in ((0.0, 2.0), (0.1, 11.0), (0.2, 1.0), (0.3, 0.4), (9.0, 12.0), (9.5, None)):
        call = log.begin(MAIL, range(1), start_s)
        if end_s is not None:
            log.end(call, end_s, Unanswered())
    witness = decisions(
        (2, 12, 0.5, THROTTLED), (-1, -1, 0.6, ACCEPTED), (0, 12, 0.7, ACCEPTED), (1, 12, 10.5, ACCEPTED)
    )
    calls = joined(witness, log.rows(), ended_s=10.0)
    assert calls["call"].tolist() == [0, 1, 2]
    assert calls["start_s"].tolist() == [0.2, 0.0, 0.3]
    assert calls["end_s"].tolist() == [1.0, 2.0, 0.4]
    assert calls["outcome"].tolist() == [THROTTLED, ACCEPTED, FAILED]
    np.testing.assert_array_equal(calls["decided_s"], [0.5, 0.7, np.nan])


def test_a_call_that_only_the_witness_saw_has_neither_start_nor_end() -> None:
    """A function whose log is not at hand sent it: SES's decision counts all the same."""
    for callers in (np.zeros(0, CALL), ClientLog().rows()):
        calls = joined(decisions((ELSEWHERE, 3, 0.5, ACCEPTED)), callers, ended_s=1.0)
        assert calls["mail"].tolist() == [3]
        assert np.isnan([calls["start_s"][0], calls["end_s"][0]]).all()


def test_a_refusal_that_no_witness_tells_of_is_its_callers_word() -> None:
    """SES publishes no event for what it refuses; but what it accepted, the witness knows: else it was not accepted."""
    log = ClientLog()
    log.end(log.begin(MAIL, range(1), 0.0), 0.1, Throttled())
    log.end(log.begin(MAIL, range(1), 0.2), 0.3, None)
    calls = joined(np.zeros(0, DECISION), log.rows(), ended_s=1.0)
    assert calls["outcome"].tolist() == [THROTTLED, FAILED]


def test_functions_tell_by_lines_of_their_logs() -> None:
    """Calls on the run's own clock, receptions by mail and message, losses; Lambda's own lines say nothing."""
    told = function_log_of(
        [
            "START RequestId: 1",
            f'SESLAB {{"call": {ELSEWHERE}, "mail": 3, "first": 2, "recipients": 4, "start_unix_s": 100.25, '
            '"end_unix_s": 100.5, "error": "Rejected", "said": "Email address is not verified."}',
            'SESLAB {"received": [["m1", 3, 1], ["m2", 4, 1]]}',
            'SESLAB {"received": [["m1", 3, 2]]}',
            'SESLAB {"given_up": [3, 2, 4]}',
            'SESLAB {"received": [["m3", 5',
        ],
        zero_unix_s=100.0,
    )
    assert told.calls.tolist() == [(ELSEWHERE, 3, 2, 4, 0.25, 0.5, REJECTED, "Email address is not verified.")]
    assert told.receives == {(3, "m1"): 2, (4, "m2"): 1}
    assert [column.tolist() for column in told.given_up.columns()] == [[3], [2], [4]]


def test_ses_is_quoted_and_otherwise_its_caller() -> None:
    """A witness that has SES's own words is believed; where it has none, the caller's word stands."""
    log = ClientLog()
    for said in ("heard first", "heard second", "heard third"):
        log.end(log.begin(MAIL, range(1), 0.0), 1.0, Rejected(said))
    witness = decisions((0, 12, 0.5, REJECTED), (1, 12, 0.6, REJECTED))
    witness["reason"] = ["said", ""]
    calls = joined(witness, log.rows(), ended_s=9.0)
    assert calls["reason"].tolist() == ["said", "heard second", "heard third"]
    assert from_bytes(to_bytes(log.rows())).tolist() == log.rows().tolist()


def test_what_nobody_has_ended_or_decided_is_on_the_way() -> None:
    """Of five calls one has ended, one was decided, one decided after the end: SES may still decide on the others."""
    callers = np.zeros(4, CALL)
    callers["call"], callers["end_s"], callers["mail"] = [0, 1, 2, 3], [1.0, np.nan, 5.0, np.nan], [10, 11, 12, 13]
    callers["first_recipient"], callers["recipients"] = 7, 5
    witness = decisions((1, 11, 0.5, ACCEPTED), (4, 14, 2.5, ACCEPTED), (-1, -1, 2.5, ACCEPTED))
    mails, firsts, recipients = on_the_way(witness, callers, 2.0).columns()
    assert (mails.tolist(), firsts.tolist(), recipients.tolist()) == ([14, 12, 13], [0, 7, 7], [1, 5, 5])


def test_the_dead_send_nothing_again() -> None:
    """What SES had refused of a sender that was killed is lost, unless a queue still has it; all else is pending."""
    mails = Arrivals(np.zeros(4), np.ones(4, np.int32))
    witness = decisions((0, 0, 1.0, ACCEPTED), (1, 1, 1.0, THROTTLED), (2, 2, 1.0, THROTTLED), (3, 2, 2.0, ACCEPTED))
    calls = joined(witness, np.zeros(0, CALL), 9.0)
    for strategy, lost, pending in (
        ("leaky-bucket", [0, 1, 0, 0], [0, 0, 0, 1]),
        ("heartbeat", [0, 0, 0, 0], [0, 1, 0, 1]),
    ):
        custody = left_by_the_dead(plan_of(load("rehearsal"), strategy), mails, witness, 9.0)
        fates = settle(mails, calls, custody, np.full(4, np.nan), np.zeros(4, np.int32))
        assert (fates["lost"].tolist(), fates["pending"].tolist()) == (lost, pending)


def test_only_what_was_refused_for_the_moment_may_be_sent_again() -> None:
    """A throttle is waited out by many applications, a rejection by none; what was accepted since is done."""
    assert may_be_sent_again(decisions((0, 1, 1.0, ACCEPTED), (1, 2, 1.0, THROTTLED)))
    assert not may_be_sent_again(decisions((0, 2, 1.0, THROTTLED), (1, 2, 2.0, ACCEPTED), (2, 3, 3.0, REJECTED)))
    assert not may_be_sent_again(decisions((0, 2, 1.0, ACCEPTED), (1, 2, 2.0, THROTTLED)))
