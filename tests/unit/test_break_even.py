"""Where another strategy becomes the cheaper one: in the curves, in sentences and in the picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from reports.compare.break_even import break_even_sentences
from reports.compare.document import document
from reports.compare.drawings import draw_all, gathered
from reports.documents.comparison import ComparisonDocument
from reports.figures.month_curves import curves_of, marked_points, volume_of
from reports.words import volume
from scenarios.ledger.ledger import Ledger
from scenarios.measures.bound import Bound
from scenarios.measures.cost import load_prices
from scenarios.measures.measured import measured
from scenarios.measures.month import standing
from scenarios.measures.month_curve import ALIKE_USD, MonthCurve, cheaper
from tests.unit.pictures import texts
from tests.unit.synthetic import Call, Mail, ledger_of
from tests.unit.virtual import batch, scenario

WITHIN = (1.0, 1e9)
IDEAL = Bound(1.0, 1.0, 1.0)
curves = st.builds(
    MonthCurve,
    fixed_usd=st.floats(0.0, 500.0),
    admitted_per_recipient=st.sampled_from([1.0, 1.0, 1.1]),
    services_usd_per_recipient=st.floats(0.0, 1e-4),
    busy_hours_per_recipient=st.floats(0.0, 1e-4),
    quiet_usd_per_hour=st.floats(0.0, 1.0),
    hours=st.just(730.0),
    tiers=st.just([(0.0, 0.16e-3), (1e7, 0.14e-3), (1e8, 0.11e-3)]),
)


@given(one=curves, other=curves)
def test_at_a_break_even_both_cost_the_same(one: MonthCurve, other: MonthCurve) -> None:
    """Each end of a stretch that is none of the whole range is one."""
    for end in (end for stretch in cheaper(one, other, WITHIN) for end in stretch if end not in WITHIN):
        assert one.total_usd(end) == pytest.approx(other.total_usd(end), rel=1e-6)


@given(one=curves, other=curves, at=st.floats(0.0, 9.0).map(lambda power: 10.0**power))
def test_a_stretch_is_where_one_is_cheaper(one: MonthCurve, other: MonthCurve, at: float) -> None:
    """At any volume the stretches tell who is cheaper, unless both cost the same to two millionths of a dollar."""
    mine, theirs = one.total_usd(at), other.total_usd(at)
    if abs(mine - theirs) > 2 * ALIKE_USD:
        assert any(start <= at <= end for start, end in cheaper(one, other, WITHIN)) == (mine < theirs)


@given(one=curves)
def test_nobody_is_cheaper_than_itself(one: MonthCurve) -> None:
    """Without a difference there is no break-even."""
    assert cheaper(one, one, WITHIN) == []


def ledgers() -> dict[str, Ledger]:
    """One that is cheap to keep and dear to use, one the other way round, and one that is cheap because it loses."""
    sent, lost = [Call(mail, 1.0) for mail in range(4)], [Call(0, 1.0)]
    cases = {
        "heartbeat": (sent, {}, standing({"stepfunctions_transitions": 10_800.0}, 1)),
        "sqs-dlq": (sent, {"sqs_requests": 1e3}, standing({"sqs_requests": 360.0}, 1)),
        "direct": (lost, {}, standing({}, 1)),
    }
    made = {
        name: ledger_of(name, [Mail(0.0)] * 4, calls, usage={**used, **idle})
        for name, (calls, used, idle) in cases.items()
    }
    return {
        name: replace(one, usage={**one.usage, "ses_recipients": float(one.mails["accepted"].sum())})
        for name, one in made.items()
    }


def comparison(runs_per_month: float, *names: str) -> ComparisonDocument:
    """Their document, of so many runs of four mails a month."""
    of = scenario(batch(4), bill={"runs_per_month": runs_per_month})
    chosen = [one for name, one in ledgers().items() if not names or name in names]
    return document(of, "sim", 1, 1, IDEAL, [measured(of, one, IDEAL, load_prices()) for one in chosen])


def test_a_curve_goes_through_the_month_that_was_measured() -> None:
    """At the scenario's own volume it says what the entry says."""
    made = comparison(50)
    assert volume_of(made) == 200
    for entry in made["strategies"]:
        assert curves_of(made)[entry["strategy"]].total_usd(200) == pytest.approx(entry["month"]["total_usd"])


def test_the_cheapest_one_is_told_where_another_is_cheaper() -> None:
    """On either side of the break-even the sentence names the other; what loses mail is no rival."""
    assert list(break_even_sentences(comparison(10))) == [
        "above 1.66 million recipients a month heartbeat is cheaper than sqs-dlq"
        " (the 24-hour quota lets 1.52 million through)"
    ]
    assert list(break_even_sentences(comparison(1e6))) == [
        "below 1.66 million recipients a month sqs-dlq is cheaper than heartbeat"
        " (the 24-hour quota lets 1.52 million through)"
    ]
    assert not list(break_even_sentences(comparison(10, "sqs-dlq", "direct")))


def test_a_break_even_by_hand() -> None:
    """250 requests of SQS a mail weigh against 10,800 transitions an hour, in the hours without a run of a second."""
    [point] = marked_points(comparison(10))
    quiet_usd_per_hour = 10_800 * 0.025e-3 - 360 * 0.4e-6
    quiet_hours = 730 - point.recipients / 4 / 3600
    assert quiet_hours * quiet_usd_per_hour == pytest.approx(point.recipients * 250 * 0.4e-6)


def test_what_the_account_cannot_send_in_a_month_is_no_break_even() -> None:
    """At one recipient an hour there is no month of a million."""
    of = scenario(batch(4), rate_per_s=1 / 3600, bill={"runs_per_month": 10})
    entries = [measured(of, one, IDEAL, load_prices()) for one in ledgers().values()]
    assert not list(break_even_sentences(document(of, "sim", 1, 1, IDEAL, entries)))


def test_the_picture_tells_volume_and_break_even(tmp_path: Path) -> None:
    """Who costs how much, at which volume, and where that changes; without a bill there is none."""
    made = draw_all(tmp_path, gathered(comparison(10), ledgers().__getitem__))
    shown = texts(tmp_path / "month.svg")
    assert {tmp_path / "month.svg", tmp_path / "month.png"} <= set(made)
    assert "this scenario: 40" in shown
    assert "sqs-dlq" in shown
    assert "at 1.66 million" in shown
    assert "3 of 4 not accepted" in shown
    unbilled: Any = {key: value for key, value in comparison(10).items() if key != "bill"}
    draw_all(tmp_path, gathered(unbilled, ledgers().__getitem__))
    assert not list(tmp_path.glob("month.*"))


@pytest.mark.parametrize(
    ("units", "said"),
    [(1, "1"), (1234.5, "1,230"), (36_000, "36,000"), (1.234e6, "1.23 million"), (1e9, "1,000 million")],
)
def test_a_volume_has_three_digits(units: float, said: str) -> None:
    """More would be noise."""
    assert volume(units) == said
