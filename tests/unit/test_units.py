"""Two values of one figure side by side."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import assume, given

from reports.units import alike, between, shown, side_by_side

VALUES = st.floats(1e-6, 1e9)


def number(text: str) -> float:
    """Without unit, sign for reading or separators."""
    return float(text.removesuffix(" s").replace(",", ""))


@given(base=VALUES, now=VALUES)
def test_a_difference_is_seen(base: float, now: float) -> None:
    """However small: before and now read differently, by what is said, and all three have as many decimals."""
    assume(abs(now - base) > 1e-9 * base)
    before, after, by, _ = side_by_side("makespan_s", base, now, now - base, None)
    by = by.partition(" (")[0]
    places = {len(text.removesuffix(" s").partition(".")[2]) for text in (before, after, by)}
    assert number(before) != number(after)
    assert number(after) - number(before) == pytest.approx(number(by), rel=1e-12, abs=1.01 * 10.0 ** -places.pop())
    assert not places
    assert number(by) == pytest.approx(now - base, rel=6e-3)


@given(low=st.floats(-1e6, 1e6), high=st.floats(-1e6, 1e6))
def test_an_interval_stays_on_its_side_of_zero(low: float, high: float) -> None:
    """What is rounded to nothing would hold zero, and a verdict would look wrong."""
    assume(all(abs(end) > 1e-9 for end in (low, high)))
    texts = between("makespan_s", (low, high)).removesuffix(" s").split(" to ")
    for text, end in zip(texts, (low, high), strict=True):
        assert number(text) * end > 0


@pytest.mark.parametrize(
    ("base", "now", "said"),
    [
        (30.21, 34.312, ("30.21 s", "34.31 s", "+4.10 s (+13.6 %)", "-")),
        (300.1, 300.0, ("300.1 s", "300.0 s", "-0.1 s (-0.0333 %)", "-")),
        (29.8312, 29.831912, ("29.831200 s", "29.831912 s", "+0.000712 s (+0.00239 %)", "-")),
        (0.0, 0.909, ("0 s", "0.909 s", "+0.909 s", "-")),
        (86_399.945, 0.865, ("86,399.945 s", "0.865 s", "-86,399.080 s (-100 %)", "-")),
        (None, 12.5, ("-", "12.5 s", "-", "-")),
        (3.0, 3.0, ("3 s", "3 s", "0 s (0 %)", "-")),
    ],
)
def test_a_row_has_one_exactness(base: float | None, now: float, said: tuple[str, ...]) -> None:
    """Enough for three digits of the least number that is in it, and no zeros that say nothing."""
    assert side_by_side("makespan_s", base, now, None if base is None else now - base, None) == said


def test_numbers_of_a_row_are_as_exact_as_the_least() -> None:
    """What is missing is a dash."""
    assert alike((0.00912, 4.07, None)) == ["0.00912", "4.07000", "-"]
    assert alike((31, 33)) == ["31", "33"]


def test_a_large_mean_is_no_power_of_ten() -> None:
    """Every digit before the point is shown."""
    assert shown("recipients.accepted", 1_234_567.25) == "1,234,567"
    assert shown("call_s.p50", 8.08e-05) == "0.0000808 s"
