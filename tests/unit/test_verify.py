"""What is said of findings: a verdict on each, intervals that hold all at once, and cells that read alike."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, nan

import pytest

from reports.documents.verification import VerificationDocument
from reports.statistics.intervals import interval
from reports.verify.bench import Bench, Experiment, Finding, Law, Range, at_least, at_most, exactly
from reports.verify.document import CONFIDENCE, document
from reports.verify.table import sentences, table
from scenarios.measures.cost import load_prices
from sim.run import run
from tests.unit.test_documents import assert_declared


def verification(*found: Finding) -> VerificationDocument:
    """The document of one law of which that was found."""
    law = Law("law", "a system", "Someone, 1900", lambda _: [Experiment((), lambda _: found)])
    return document([law], Bench(run, 1, 3, load_prices()))


@pytest.mark.parametrize(
    ("theory", "samples", "resolution", "holds"),
    [
        (exactly(24.0), [24.0], 0.0, True),
        (exactly(24.0), [25.0], 0.0, False),
        (exactly(1.0), [1.0 + 1e-9], 1e-8, True),
        (exactly(1.0), [1.0 + 1e-7], 1e-8, False),
        (at_most(24.0), [3.0], 0.0, True),
        (at_most(24.0), [24.5], 0.0, False),
        (at_least(0.0), [-0.1], 0.0, False),
        (Range(3.0, 5.0), [4.0], 0.0, True),
        (Range(3.0, 5.0), [6.0], 0.0, False),
        (exactly(2.0), [1.0, 2.0, 3.0], 0.0, True),
        (exactly(2.0), [2.0, 2.0, 2.0], 0.0, True),
        (exactly(2.0), [2.1, 2.1, 2.1], 0.0, False),
        (at_most(24.0), [nan], 0.0, False),
        (at_least(0.0), [inf], 0.0, False),
        (exactly(2.0), [2.0, nan], 0.0, False),
    ],
)
def test_a_check_holds_where_theory_and_interval_meet(
    theory: Range, samples: Sequence[float], resolution: float, holds: bool
) -> None:
    """A single run must be what theory says, as finely as it can be told; a figure that is none never holds."""
    made = verification(Finding("it", "", theory, samples, resolution))
    assert made["holds"] is made["laws"][0]["checks"][0]["holds"] is holds
    assert_declared(VerificationDocument, made)


def test_all_intervals_hold_at_once() -> None:
    """Each of two has half of what may go wrong; what chance has no say in takes none of it."""
    by_chance = Finding("it", "", exactly(2.0), [1.0, 2.0, 4.0])
    made = verification(by_chance, by_chance, Finding("that", "", exactly(1.0), [1.0]))
    assert made["confidence_each"] == pytest.approx(1 - (1 - CONFIDENCE) / 2)
    assert made["laws"][0]["checks"][0]["interval"] == list(interval(by_chance.samples, made["confidence_each"]))


def test_figures_are_as_exact_as_their_interval() -> None:
    """Of a mean all have the decimals of two digits of the interval; of a single run they have what there is."""
    made = verification(
        Finding("mean", "s", exactly(1.0), [1.01, 1.0, 1.02]),
        Finding("one", "", exactly(343), [343.0]),
        Finding("window", "", at_most(24), [23.78125]),
        Finding("some", "", Range(336, 343), [340]),
        Finding("late", "s", at_least(0.0), [-0.5]),
        Finding("none", "s", exactly(1.0), [nan]),
    )
    assert [row[1:] for row in table(made).rows] == [
        ["1.00 s", "1.01 s", "0.18 s", "✓"],
        ["343", "343", "exact", "✓"],
        ["≤ 24", "23.78", "exact", "✓"],
        ["336 to 343", "340", "exact", "✓"],
        ["≥ 0 s", "-0.5 s", "exact", "✗"],
        ["1 s", "nothing", "-", "✗"],
    ]


def test_what_does_not_hold_is_named() -> None:
    """With its law, what was measured and what should have been; then how sure the rest is, and how sharp."""
    made = verification(Finding("mean", "s", exactly(1.0), [1.51, 1.5, 1.52]), Finding("one", "", exactly(3), [3]))
    assert sentences(made) == [
        "✗ 1 of 2 checks failed",
        "✗ law, mean: measured 1.51 s ±0.18 s, in theory 1.00 s",
        "exact: 1 of 2 checks; chance has no say in them, and any other figure would be an error",
        "means: 1 of 2 checks, over 3 replications; a right simulator fails under one seed of some 1,000",
        "their intervals: ±18 % of the figure; an error of twice as much would hardly stay hidden",
    ]
