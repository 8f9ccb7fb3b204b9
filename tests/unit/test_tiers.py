"""What a month's volume costs, and what a scenario may say of prices."""

from __future__ import annotations

import math
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from scenarios.errors import BadInput
from scenarios.measures.cost import load_prices
from scenarios.measures.tiers import Tiers, prices_of, tiers_of, usd_for
from scenarios.schema.scenario_file import as_toml
from tests.unit.scenario_files import BATCH, loaded

PRICES = load_prices()

volumes = st.floats(0.0, 1e9)
tiers = st.lists(st.tuples(st.floats(1.0, 1e8), st.floats(0.0, 1.0)), max_size=4, unique_by=lambda tier: tier[0]).map(
    lambda above: [(0.0, 0.5), *sorted(above)]
)


@given(tiers=tiers, less=volumes, more=volumes)
def test_more_mail_never_costs_less(tiers: Tiers, less: float, more: float) -> None:
    """A month's price rises with its volume, whatever the tiers, and nothing costs nothing."""
    less, more = sorted((less, more))
    assert usd_for(0.0, tiers) == 0.0
    assert usd_for(less, tiers) <= usd_for(more, tiers)


@given(tiers=tiers, before=volumes, more=volumes)
def test_a_further_unit_costs_what_its_tier_says(tiers: Tiers, before: float, more: float) -> None:
    """Between two volumes each unit costs its own tier's price: no edge has a jump."""
    edges = [before, *(above for above, _ in tiers if before < above < before + more), before + more]
    each = [max((above, usd) for above, usd in tiers if above <= start)[1] for start in edges[:-1]]
    expected = math.fsum(usd * (end - start) for usd, start, end in zip(each, edges[:-1], edges[1:], strict=True))
    assert usd_for(before + more, tiers) - usd_for(before, tiers) == pytest.approx(expected, rel=1e-6, abs=1e-3)


def test_eleven_million_on_essentials() -> None:
    """Ten million at 16 cents for a thousand, and one at 14."""
    assert usd_for(11e6, tiers_of(PRICES.by_kind["essentials_recipients"])) == pytest.approx(1600 + 140)


def test_a_price_of_ones_own_is_used_without_a_bill(tmp_path: Path) -> None:
    """What the scenario says of a price replaces ours, and no other."""
    own = loaded(tmp_path, f"[prices]\nsqs_requests = {{ usd = 3, per = 1000 }}\n{BATCH}")
    priced = prices_of(own, PRICES, 9).by_kind
    assert priced["sqs_requests"].usd_per_unit == 0.003
    assert priced["ses_recipients"] == PRICES.by_kind["ses_recipients"]


def test_with_a_bill_a_recipient_costs_the_plan_s_average(tmp_path: Path) -> None:
    """Two million runs of ten: of twenty million half cost 16 cents a thousand and half 14."""
    billed = loaded(tmp_path, f"[bill]\nruns_per_month = 2e6\n{BATCH}")
    assert prices_of(billed, PRICES, 10).by_kind["ses_recipients"].usd_per_unit == pytest.approx(0.15e-3)
    assert prices_of(billed, PRICES, 0).by_kind["ses_recipients"].usd_per_unit == pytest.approx(0.16e-3)


def test_a_bill_is_read_back_as_it_was(tmp_path: Path) -> None:
    """A run keeps its scenario with every default spelt out, and that file says the same."""
    text = f"""
    [bill]
    runs_per_month = 30
    plan = "pro"
    [prices]
    pro_recipients = {{ usd = 0.2, per = 1_000, tiers = [{{ above = 5_000_000, usd = 0.1 }}], source = "our contract" }}
    {BATCH}"""
    billed = loaded(tmp_path, text)
    assert loaded(tmp_path, as_toml(billed)) == billed


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ("[bill]", "bill.runs_per_month: is required"),
        ("[bill]\nruns_per_month = 0", "bill.runs_per_month = 0: must be greater than 0"),
        ('[bill]\nruns_per_month = 1\nplan = "essential"', "did you mean 'essentials'?"),
        ("[bill]\nruns_per_month = 1\ndedicated_ip = 1", "did you mean 'dedicated_ips'?"),
        ("[prices]\nsqs_request = { usd = 1, per = 1 }", "unknown price 'sqs_request', did you mean 'sqs_requests'?"),
        ("[prices]\nsqs_requests = 3", "prices.sqs_requests = 3: must be a table"),
        ("[prices]\nsqs_requests = { usd = 1 }", "prices.sqs_requests.per: is required"),
        ("[prices]\nsqs_requests = { usd = -1, per = 1 }", "prices.sqs_requests.usd = -1: must be at least 0"),
        ("[prices]\nsqs_requests = { usd = 1, per = 1, tiers = [{ above = 2, usd = 0 }] }", "must be left out: only"),
        (
            "[prices]\nses_recipients = { usd = 1, per = 1, tiers = [{ above = 2, usd = 0 }, { above = 2, usd = 0 }] }",
            "must stand in the order of their `above`",
        ),
        (
            "[bill]\nruns_per_month = 1\n[prices]\nses_recipients = { usd = 1, per = 1 }",
            "must be essentials_recipients on the plan essentials",
        ),
        ('[thresholds]\ncheap = "*.month.total_usd < 9"', "a month needs a table [bill]"),
    ],
)
def test_a_wrong_bill_or_price_is_named(tmp_path: Path, tables: str, said: str) -> None:
    """One line says which key it is, and what would be right."""
    with pytest.raises(BadInput) as error:
        loaded(tmp_path, f"{tables}\n{BATCH}")
    assert said in str(error.value)
    assert "\n" not in str(error.value)
