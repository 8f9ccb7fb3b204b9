"""The figures of a run, checked recipient by recipient."""

from __future__ import annotations

import math
from collections.abc import Sequence

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from reports.statistics.intervals import interval
from reports.statistics.replications import combine
from scenarios.entry import LossCounts, StrategyEntry
from scenarios.ledger import recipients
from scenarios.ledger.ledger import ACCEPTED, FAILED, OUTCOMES, QUOTA, REJECTED, THROTTLED, Ledger
from scenarios.ledger.recipients import losses
from scenarios.measures import metrics
from scenarios.measures.cost import load_prices
from scenarios.measures.metrics import Weighted, measure, peak_1s
from scenarios.measures.shadow import shadow_of
from tests.unit.synthetic import Call, Mail, acceptances_by_recipient, ledger_of
from tests.unit.virtual import batch, scenario

PRICES = load_prices()
KEYS = {
    "strategy", "settings", "recipients", "calls", "latency_s", "call_s", "makespan_s", "goodput_per_s", "peak_1s",
    "attempted_peak_1s", "largest_mail", "losses", "utilisation", "efficiency", "cost_usd", "wall_s", "digest", "ci95",
}  # fmt: skip

instants = st.integers(0, 64).map(lambda eighths: eighths / 8)  # exact in binary, with many ties


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[Mail], list[Call]]:
    """A few mails of several recipients, sent in parts that may overlap, in any order and with any outcome."""
    mails = [
        Mail(draw(instants), draw(st.integers(1, 6)), draw(st.sampled_from(["lost", "dead_lettered"])))
        for _ in range(draw(st.integers(1, 4)))
    ]
    calls = []
    for _ in range(draw(st.integers(0, 12))):
        mail = draw(st.integers(0, len(mails) - 1))
        first = draw(st.integers(0, mails[mail].recipients - 1))
        size = draw(st.integers(1, mails[mail].recipients - first))
        calls.append(Call(mail, 8 + draw(instants), draw(st.integers(0, len(OUTCOMES) - 1)), size, first))
    return mails, calls


def figures(ledger: Ledger, bound_s: float | None = 1.0) -> StrategyEntry:
    """The entry at R = 10 and B = 5."""
    return measure(ledger, 10.0, 5, bound_s, PRICES)


def smallest_with(values: Sequence[float], percent: int) -> float:
    """The definition of a quantile, word for word."""
    return min(x for x in values if 100 * sum(y <= x for y in values) >= percent * len(values))


def test_entry_has_every_key_of_the_contract() -> None:
    """An entry holds all keys of the comparison document, as plain Python values."""
    entry = figures(ledger_of("direct", [Mail(0.0)], [Call(0, 1.0)]))
    assert entry.keys() >= KEYS
    assert type(entry["peak_1s"]) is int
    assert type(entry["latency_s"]["p99"]) is float


@given(runs())
def test_latency_counts_first_acceptances(run: tuple[list[Mail], list[Call]]) -> None:
    """Latency runs from the intended instant to a recipient's first acceptance, however the mail was cut up."""
    mails, calls = run
    first = acceptances_by_recipient(calls)
    latency_s = [times[0] - mails[mail].intended_s for (mail, _), times in first.items()]
    entry = figures(ledger_of("direct", mails, calls))
    if not latency_s:
        assert set(entry["latency_s"].values()) == {None}
        return
    assert entry["latency_s"]["mean"] == pytest.approx(math.fsum(latency_s) / len(latency_s))
    assert entry["latency_s"]["max"] == max(latency_s)
    assert entry["latency_s"]["p50"] == smallest_with(latency_s, 50)
    assert entry["latency_s"]["p95"] == smallest_with(latency_s, 95)
    assert entry["latency_s"]["p99"] == smallest_with(latency_s, 99)


@given(runs())
def test_latency_of_all_counts_what_was_not_accepted_as_infinitely_late(run: tuple[list[Mail], list[Call]]) -> None:
    """The same over every submitted recipient; a figure that is infinite is null, for JSON has no infinity."""
    mails, calls = run
    first = acceptances_by_recipient(calls)
    waits_s = [
        first[number, recipient][0] - mail.intended_s if (number, recipient) in first else math.inf
        for number, mail in enumerate(mails)
        for recipient in range(mail.recipients)
    ]
    expected = {f"p{percent}": smallest_with(waits_s, percent) for percent in (50, 95, 99)} | {"max": max(waits_s)}
    expected["mean"] = sum(waits_s) / len(waits_s)  # eighths of seconds add up exactly
    found = figures(ledger_of("direct", mails, calls))["latency_of_all_s"]
    assert {name: math.inf if value is None else value for name, value in found.items()} == expected


@given(runs())
def test_makespan_ends_with_the_last_first_acceptance(run: tuple[list[Mail], list[Call]]) -> None:
    """A duplicate after everything is accepted does not lengthen the makespan."""
    mails, calls = run
    first = [times[0] for times in acceptances_by_recipient(calls).values()]
    expected = max(first) - min(mail.intended_s for mail in mails) if first else None
    assert figures(ledger_of("direct", mails, calls))["makespan_s"] == expected


@given(st.lists(st.tuples(instants, st.integers(1, 50)), max_size=30))
def test_peak_is_the_fullest_half_open_second(admitted: list[tuple[float, int]]) -> None:
    """No window [t, t + 1) admits more than the peak, and one admits as many."""
    admitted.sort()
    starts = [i / 16 for i in range(-16, 140)]
    fullest = max((sum(n for at, n in admitted if t <= at < t + 1) for t in starts), default=0)
    times = np.array([at for at, _ in admitted], float)
    assert peak_1s(times, np.array([n for _, n in admitted], np.int32)) == (fullest if admitted else 0)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.integers(1, 9)), min_size=1), st.integers(1, 100))
def test_percentile_is_the_smallest_with_enough_at_or_below(pairs: list[tuple[float, int]], percent: int) -> None:
    """Weights count as repetitions, and no interpolation invents a value."""
    sorted_values = Weighted.of(np.array([x for x, _ in pairs]), np.array([n for _, n in pairs]))
    assert sorted_values.percentile(percent) == smallest_with([x for x, n in pairs for _ in range(n)], percent)


@given(runs())
def test_losses_add_up_to_what_is_gone(run: tuple[list[Mail], list[Call]]) -> None:
    """Each lost or dead-lettered recipient has one reason: its last call's outcome; without any, what became of it."""
    mails, calls = run
    ledger = ledger_of("direct", mails, calls)
    accepted = acceptances_by_recipient(calls)
    expected = dict.fromkeys(LossCounts.__annotations__, 0)
    for number, mail in enumerate(mails):
        for recipient in range(mail.recipients):
            if (number, recipient) not in accepted:
                mine = [c for c in ledger_rows(ledger) if c[0] == number and c[1] <= recipient < c[2]]
                uncalled = "crashed" if mail.otherwise == "lost" else "never_invoked"
                expected[OUTCOMES[mine[-1][3]] if mine else uncalled] += 1
    assert losses(ledger) == expected


def ledger_rows(ledger: Ledger) -> list[tuple[int, int, int, int]]:
    """Mail, first recipient, one past the last, outcome; in the order of the decisions."""
    calls = ledger.calls
    until = calls["first_recipient"] + calls["recipients"]
    return list(zip(calls["mail"], calls["first_recipient"], until, calls["outcome"], strict=True))


def test_losses_leave_pending_recipients_out() -> None:
    """Of a mail with a part still pending, only as many recipients are explained as are gone."""
    ledger = ledger_of(
        "sqs-dlq", [Mail(0.0, 4, "pending")], [Call(0, 1.0, THROTTLED, 2, 0), Call(0, 2.0, FAILED, 2, 2)]
    )
    ledger.mails["pending"][0], ledger.mails["dead_lettered"][0] = 2, 2
    assert losses(ledger) == dict.fromkeys(LossCounts.__annotations__, 0) | {"throttled": 2}


def test_losses_without_a_call_tell_the_dead_letter_queue_from_a_crash() -> None:
    """Of a mail of six in parts, one was refused, two vanished with a pod, and three expired in the queue."""
    ledger = ledger_of("own", [Mail(0.0, 6, "dead_lettered")], [Call(0, 1.0, THROTTLED, 1, 0)])
    ledger.mails["lost"][0], ledger.mails["dead_lettered"][0] = 2, 4
    assert losses(ledger) == dict.fromkeys(LossCounts.__annotations__, 0) | {
        "throttled": 1,
        "crashed": 2,
        "never_invoked": 3,
    }


@given(st.lists(st.tuples(instants, st.integers(1, 5)), max_size=20), st.integers(1, 5))
def test_peak_is_the_same_in_stretches(admitted: list[tuple[float, int]], stretch: int) -> None:
    """However few decisions are looked at together, the fullest second is found."""
    times, sizes = np.array(sorted(at for at, _ in admitted), float), np.array([n for _, n in admitted], np.int32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metrics, "_STRETCH", stretch)
        assert peak_1s(times, sizes) == metrics.window_sums(times, sizes).max(initial=0)


def test_what_was_asked_for_is_counted_beside_what_was_admitted() -> None:
    """Three recipients within a second of which one was admitted, and the largest mail has two."""
    calls = [Call(0, 1.0, THROTTLED, 2), Call(1, 1.5), Call(0, 2.25, THROTTLED)]
    entry = figures(ledger_of("own", [Mail(0.0, 2), Mail(0.0)], calls))
    assert (entry["attempted_peak_1s"], entry["peak_1s"], entry["largest_mail"]) == (3, 1, 2)


def test_parts_are_expanded_in_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few recipients are expanded at once, the figures are the same."""
    mails = [Mail(float(i), 5) for i in range(40)]
    calls = [Call(i, 50 + i + part / 8, (i + part) % 2, 3, part) for i in range(40) for part in (0, 1, 2)]
    whole = figures(ledger_of("direct", mails, calls))
    monkeypatch.setattr(recipients, "_AT_ONCE", 7)
    assert figures(ledger_of("direct", mails, calls)) == whole


def test_nothing_accepted_leaves_nulls() -> None:
    """Without an acceptance there is no latency, call time, makespan, goodput, utilisation or efficiency."""
    entry = figures(ledger_of("direct", [Mail(0.0)], [Call(0, 1.0, THROTTLED)]))
    for key in ("makespan_s", "goodput_per_s", "utilisation", "efficiency", "cost_per_million_usd"):
        assert entry[key] is None
    assert set(entry["latency_s"].values()) | set(entry["call_s"].values()) == {None}
    assert entry["peak_1s"] == 0


def test_no_mail_at_all() -> None:
    """A workload without a mail has counts of zero and no figures."""
    entry = figures(ledger_of("direct", [], []), bound_s=None)
    assert set(entry["recipients"].values()) | set(entry["calls"].values()) == {0}
    assert entry["makespan_s"] is None


def test_calls_are_counted_by_outcome() -> None:
    """Attempted calls are the sum over the outcomes."""
    outcomes = (ACCEPTED, THROTTLED, THROTTLED, QUOTA, REJECTED, FAILED)
    calls = [Call(0, float(i), outcome) for i, outcome in enumerate(outcomes)]
    assert figures(ledger_of("direct", [Mail(0.0)], calls))["calls"] == {
        "attempted": 6, "accepted": 1, "throttled": 2, "quota": 1, "rejected": 1, "failed": 1, "paused": 0,
    }  # fmt: skip


def test_shadow_copies_are_the_first_recipients_of_each_mail() -> None:
    """They are counted as they were accepted, with whichever part, and cost what every recipient costs."""
    of = scenario(batch(2, recipients=2) | {"shadow_copies": 1}, batch(1, recipients=3) | {"shadow_copies": 1})
    parts = [Call(2, 2.0, ACCEPTED, 2, 2), Call(2, 3.0, ACCEPTED, 2)]
    calls = [Call(0, 0.0, ACCEPTED, 3), Call(1, 1.0, THROTTLED, 3), *parts]
    ledger = ledger_of("direct", [Mail(0.0, 3), Mail(0.0, 3), Mail(0.0, 4)], calls)
    assert shadow_of(ledger, of.workload, 0.5) == {"recipients": 2, "usd": 1.0}
    assert shadow_of(ledger, scenario(batch(3)).workload, 0.5) is None


def test_call_times_leave_out_what_only_the_witness_saw() -> None:
    """A call without a start or an end has no duration."""
    ledger = ledger_of("direct", [Mail(0.0)] * 3, [Call(i, 1.0 + i, call_s=(i + 1) / 4) for i in range(3)])
    ledger.calls["start_s"][2] = np.nan
    assert figures(ledger)["call_s"] == {"p50": 0.25, "p99": 0.5}


def test_utilisation_counts_duplicates_against_burst_and_refill() -> None:
    """Utilisation is what SES admitted over what the limiter could have admitted: (4 + 1) / (5 + 10 x 2)."""
    calls = [Call(0, 2.0, recipients=3), Call(0, 2.5), Call(1, 3.0)]
    assert figures(ledger_of("direct", [Mail(1.0, 3), Mail(1.0)], calls))["utilisation"] == 5 / (5 + 10 * 2)


@pytest.mark.parametrize(
    ("calls", "bound_s", "efficiency"),
    [
        ([Call(0, 2.0), Call(1, 4.0)], 3.0, 0.75),
        ([Call(0, 2.0), Call(1, 4.0, THROTTLED)], 3.0, None),
        ([Call(0, 2.0), Call(1, 4.0)], 0.0, None),
        ([Call(0, 2.0), Call(1, 4.0)], None, None),
    ],
)
def test_efficiency_needs_all_accepted_and_a_positive_bound(
    calls: list[Call], bound_s: float | None, efficiency: float | None
) -> None:
    """Efficiency is the bound over the makespan, and null where the comparison would flatter."""
    assert figures(ledger_of("direct", [Mail(0.0)] * 2, calls), bound_s)["efficiency"] == efficiency


def entry_of(latency_s: float, accepted: int = 1) -> StrategyEntry:
    """One replication of two mails, so many of them accepted."""
    mails, calls = [Mail(0.0)] * 2, [Call(i, latency_s) for i in range(accepted)]
    return measure(ledger_of("direct", mails, calls, wall_s=latency_s, warnings=("slow",)), 10.0, 5, 1.0, PRICES)


def test_combine_takes_means_and_intervals_of_medians() -> None:
    """Six replications: the mean of each figure, its median, and an interval that takes in nearly all of them."""
    combined = combine([entry_of(float(latency_s)) for latency_s in (1, 1, 2, 2, 3, 3)])
    assert combined["latency_s"]["p99"] == combined["medians"]["latency_s.p99"] == 2.0
    low, high = combined["ci95"]["latency_s.p99"]
    assert 1 <= low < 2 < high <= 3
    assert combine([entry_of(1.0)] * 5)["ci95"] == {}
    assert combined["recipients"]["accepted"] == 1
    assert combined["warnings"] == ["slow"]
    assert combined["wall_s"] == 2.0
    assert "wall_s" not in combined["medians"]


def test_combine_gives_null_where_any_replication_does() -> None:
    """A mean over replications of which one has no figure would be a figure of other runs."""
    combined = combine([entry_of(1.0), entry_of(1.0, accepted=0)])
    assert combined["makespan_s"] is None
    assert "makespan_s" not in combined["ci95"]
    assert combined["recipients"]["accepted"] == 0.5


def test_combine_repeats_nothing_that_varies_with_the_machine() -> None:
    """Wall time has no interval, and the digest is the digest of the digests."""
    entries = [entry_of(1.0), entry_of(2.0)]
    combined = combine(entries)
    assert "wall_s" not in combined["ci95"]
    assert combined["digest"].startswith("sha256:")
    assert combined["digest"] not in {entry["digest"] for entry in entries}
    assert combined["digest"] == combine(entries)["digest"] != combine(entries[::-1])["digest"]


def test_one_replication_is_itself() -> None:
    """A single replication has no interval."""
    assert combine([entry_of(1.0)]) == entry_of(1.0)


def test_equal_values_have_an_interval_of_no_width() -> None:
    """A figure that never varies is known exactly."""
    assert interval([0.1, 0.1, 0.1]) == (0.1, 0.1)
