"""The first call that is not what it was: kept as text, found exactly, told in words."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from reports.gate.first_calls import MOST, events_of, first_difference, rows_of
from scenarios.ledger.ledger import ACCEPTED, FAILED, THROTTLED, Ledger
from scenarios.schema.scenario_file import load
from sim.run import run
from tests.unit.synthetic import Call, Mail, ledger_of

instants_s = st.integers(0, 10**9).map(lambda number: number / 1e6)
calls = st.tuples(st.integers(0, 9), instants_s, st.sampled_from([ACCEPTED, THROTTLED, FAILED])).map(
    lambda row: Call(*row)
)
histories = st.lists(calls, min_size=1, max_size=40, unique_by=lambda call: call.decided_s).map(
    lambda found: sorted(found, key=lambda call: call.decided_s)
)
CHANGES: list[Callable[[Call], Call]] = [
    lambda call: call._replace(mail=call.mail + 1),
    lambda call: call._replace(outcome=THROTTLED if call.outcome == ACCEPTED else ACCEPTED),
    lambda call: call._replace(call_s=call.call_s + 0.001),
]


def ledger(history: list[Call]) -> Ledger:
    """Of ten mails and these calls."""
    return ledger_of("direct", [Mail(0.0)] * 11, history)


def with_column(base: Ledger, name: str, values: list[Any]) -> Ledger:
    """The ledger with another column of calls."""
    return replace(base, calls={**base.calls, name: np.array(values, base.calls[name].dtype)})


@given(histories)
def test_the_same_calls_have_no_difference(history: list[Call]) -> None:
    """Two ledgers of the same calls are the same text, in which nothing differs."""
    assert events_of(ledger(history)) == events_of(ledger(history))
    assert first_difference(events_of(ledger(history)), events_of(ledger(history))) is None


@given(histories)
def test_every_call_is_kept(history: list[Call]) -> None:
    """What the text holds is what the ledger holds, times to the microsecond."""
    kept, columns = rows_of(events_of(ledger(history))), ledger(history).calls
    for name in ("mail", "recipients", "outcome"):
        assert np.array_equal(kept[name], columns[name])
    for name in ("start_s", "decided_s", "end_s"):
        assert np.abs(kept[name] / 1e6 - columns[name]).max() <= 0.51e-6


@given(histories, st.data(), st.sampled_from(CHANGES))
def test_the_first_changed_call_is_found(
    history: list[Call], data: st.DataObject, change: Callable[[Call], Call]
) -> None:
    """Whatever is changed from some call on, that call is named, with its mail and its instant."""
    first = data.draw(st.integers(0, len(history) - 1))
    found = first_difference(
        events_of(ledger(history)), events_of(ledger([*history[:first], *map(change, history[first:])]))
    )
    assert found is not None
    assert (found.call, found.mail) == (first, change(history[first]).mail)
    assert found.at_s == pytest.approx(history[first].decided_s, abs=1e-6)


@given(histories, st.data())
def test_a_missing_call_is_found(history: list[Call], data: st.DataObject) -> None:
    """One that is no longer made at the end, and one that is made in addition."""
    left = data.draw(st.integers(0, len(history) - 1))
    long, short = events_of(ledger(history)), events_of(ledger(history[:left]))
    fewer, more = first_difference(long, short), first_difference(short, long)
    assert fewer is not None
    assert more is not None
    assert (fewer.call, more.call) == (left, left)
    assert fewer.mail == more.mail == history[left].mail
    assert fewer.cause.startswith("not called; was ")
    assert more.cause.endswith("one call more")


@pytest.mark.parametrize(
    ("now", "cause"),
    [
        (Call(0, 1.0, THROTTLED), "throttled at 1.000000 s; was accepted at 1.000000 s"),
        (Call(1, 1.0), "accepted at 1.000000 s; was mail 0, accepted at 1.000000 s"),
        (Call(0, 1.0, call_s=0.054), "accepted at 1.000000 s; began 2 ms earlier, ended 2 ms later"),
        (Call(0, 1.25), "accepted at 1.250000 s; decided 250 ms later, began 250 ms later, ended 250 ms later"),
    ],
)
def test_the_cause_says_what_is_different(now: Call, cause: str) -> None:
    """Another mail, another outcome, or by how much the call has moved."""
    found = first_difference(events_of(ledger([Call(0, 1.0)])), events_of(ledger([now])))
    assert found is not None
    assert (found.call, found.mail, found.cause) == (0, now.mail, cause)


def test_recipients_are_told() -> None:
    """Of a mail sent in other parts: for how many."""
    mails = [Mail(0.0, recipients=5, otherwise="pending")]
    whole, part = (ledger_of("direct", mails, [Call(0, 1.0, recipients=many)]) for many in (5, 3))
    found = first_difference(events_of(whole), events_of(part))
    assert found is not None
    assert found.cause == "accepted for 3 recipients at 1.000000 s; was mail 0, accepted for 5 recipients at 1.000000 s"


def test_what_never_was_is_told_so() -> None:
    """A call that SES never saw, or whose end nobody saw, has no such instant, and none is made up."""
    known = ledger([Call(0, 1.0, FAILED)])
    unseen, unheard = with_column(known, "decided_s", [np.nan]), with_column(known, "end_s", [np.nan])
    lost, found, deaf = (
        first_difference(events_of(base), events_of(head))
        for base, head in ((known, unseen), (unseen, known), (known, unheard))
    )
    assert lost is not None
    assert lost.cause == "failed at 0.975000 s; never decided"
    assert found is not None
    assert found.cause == "failed at 1.000000 s; decided only now"
    assert deaf is not None
    assert deaf.cause == "failed at 1.000000 s; never ended"


def test_only_the_first_calls_are_kept() -> None:
    """A baseline lives under version control: a thousand calls, in less than twenty thousand characters."""
    long = run(load("broadcast-900"), "direct", 1)
    text = events_of(long)
    assert len(long.calls["call"]) > 0
    assert len(rows_of(text)) == min(MOST, len(long.calls["call"]))
    many = ledger([Call(i % 10, i / 8) for i in range(MOST + 5)])
    assert len(rows_of(events_of(many))) == MOST
    assert first_difference(events_of(many), events_of(ledger([Call(i % 10, i / 8) for i in range(MOST + 9)]))) is None
    assert len(text) < 20_000


def test_a_run_without_calls_has_events_too() -> None:
    """No call at all is a history like others."""
    nothing = events_of(ledger([]))
    found = first_difference(nothing, events_of(ledger([Call(3, 2.0)])))
    assert first_difference(nothing, nothing) is None
    assert found is not None
    assert (found.call, found.mail) == (0, 3)


@pytest.mark.parametrize("text", ["", "!!", "aGVsbG8=", b64encode(b"\0").decode()])
def test_what_is_no_history_is_refused(text: str) -> None:
    """With the one error that a reader of baselines waits for."""
    with pytest.raises(ValueError, match=r"decompress|base64|cut off|incomplete"):
        rows_of(text)


def test_an_outcome_that_there_is_not_is_refused() -> None:
    """It could not be told in words."""
    with pytest.raises(ValueError, match="no such outcome"):
        rows_of(events_of(with_column(ledger([Call(0, 1.0)]), "outcome", [9])))
