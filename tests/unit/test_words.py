"""Numbers for people."""

from __future__ import annotations

import pytest

from reports import words
from strategies.presentation.words import count, share


@pytest.mark.parametrize(("value", "said"), [(0.0, "0"), (0.25, "0.25"), (2.5, "2.5"), (832.2, "832"), (1e4, "10,000")])
def test_counts_are_as_exact_as_they_matter(value: float, said: str) -> None:
    """A tenth of a recipient matters beside two, not beside eight hundred, and what is not zero is not shown so."""
    assert count(value) == said


def test_shares_are_rounded_down() -> None:
    """One lost recipient of a million keeps the rest from being called 100 %."""
    assert share(999_999, 1_000_000) == "99.9 %"
    assert share(1_000_000, 1_000_000) == "100 %"
    assert share(29, 100) == "29 %"
    assert share(0, 0) == "-"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "-"),
        (0.0, "0 ms"),
        (0.0314, "31 ms"),
        (9.996, "10.0 s"),
        (30.34, "30.3 s"),
        (900.0, "15.0 min"),
        (86400, "24.0 h"),
    ],
)
def test_durations_have_the_unit_that_suits(seconds: float | None, said: str) -> None:
    """A reader never counts the digits of a day in seconds."""
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("span_s", "said"),
    [
        (None, "-"),
        (0.0, "0"),
        (0.0004, "<0.001"),
        (0.0314, "0.031"),
        (9.996, "10.0"),
        (29.83, "29.8"),
        (5421.4, "5,421"),
        (86_399.6, "86,400"),
    ],
)
def test_a_column_of_seconds_has_no_other_unit(span_s: float | None, said: str) -> None:
    """Three digits, but milliseconds at most; nothing before the point is rounded away, and no time becomes zero."""
    assert words.seconds(span_s) == said


@pytest.mark.parametrize(
    ("margin_s", "said"),
    [(0.0, "29.8 ±0"), (4e-4, "29.834 ±<0.001"), (0.043, "29.834 ±0.043"), (0.43, "29.83 ±0.43"), (43.0, "29.8 ±43.0")],
)
def test_seconds_are_as_exact_as_their_margin(margin_s: float, said: str) -> None:
    """At least two digits of the margin, and both with as many decimals."""
    assert words.with_margin(29.834, [29.834 - margin_s, 29.834 + margin_s]) == said
    assert words.with_margin(None, None) == "-"


def test_a_share_beyond_all_numbers_is_none() -> None:
    """A document that was changed by hand may say so; it is shown without one."""
    assert share(1e308, 1) == "-"
