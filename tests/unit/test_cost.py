"""Prices and what a run costs by them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from scenarios.errors import BadInput
from scenarios.figures import USAGE
from scenarios.measures.cost import PRICES, cost, load_prices
from scenarios.schema.prices import KINDS


def test_a_million_recipients_cost_what_the_price_list_says() -> None:
    """100 dollars for SES, 0.40 for a million SQS requests, and so on; no free tier is taken off."""
    usage = {"ses_recipients": 1e6, "sqs_requests": 1e6, "lambda_requests": 1e6, "stepfunctions_transitions": 1e3}
    assert cost(usage, load_prices()) == pytest.approx(100 + 0.40 + 0.20 + 0.025)


def test_seconds_of_memory_are_priced_by_the_gigabyte() -> None:
    """A million GB-seconds of Lambda cost 16.67 dollars, the same of Express workflows 16.67."""
    prices = load_prices()
    assert cost({"lambda_gb_s": 1e6}, prices) == pytest.approx(16.6667)
    assert cost({"express_gb_s": 1e6}, prices) == pytest.approx(16.67)


def test_nothing_used_costs_nothing() -> None:
    """No usage, no bill."""
    assert cost({}, load_prices()) == 0.0


def test_every_price_has_a_day_a_region_and_a_source() -> None:
    """A price without its source and day cannot be checked or renewed."""
    prices = load_prices()
    assert prices.as_of >= dt.date(2026, 7, 22)
    assert prices.region == "us-east-1"
    assert prices.by_kind.keys() == {*KINDS} >= {*USAGE}
    assert all(price.source for price in prices.by_kind.values())


def test_an_edited_file_is_used(tmp_path: Path) -> None:
    """Prices are the user's to change."""
    path = tmp_path / "prices.toml"
    path.write_text(PRICES.read_text().replace("usd = 0.10\n", "usd = 0.16\n"))
    assert cost({"ses_recipients": 1000}, load_prices(path)) == pytest.approx(0.16)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("usd = 0.40", "usd = nan", "sqs_requests.usd = nan"),
        ("usd = 0.40", "usd = -1", "sqs_requests.usd = -1"),
        ("usd = 0.40", 'usd = "0.40"', 'sqs_requests.usd = "0.40"'),
        ("usd = 0.40", "usd = true", "sqs_requests.usd = true"),
        ("per = 1_000\n", "per = 0\n", "ses_recipients.per = 0"),
        ("usd = 0.40", "dollars = 0.40", "sqs_requests.dollars = 0.4"),
        ("[sqs_requests]", "[sqs_request]", "did you mean 'sqs_requests'?"),
        ("{ above = 10_000_000, ", "{ above = 200_000_000, ", "essentials_recipients.tiers = "),
        ("usd = 24.95", "usd = 24.95\ntiers = [{ above = 9, usd = 20 }]", "dedicated_ip_months.tiers = "),
        ("as_of = 2026-07-22", 'as_of = "July"', "as_of = 'July'"),
        ('region = "us-east-1"', "", "region = None"),
        ('source = "cloudburn.io (2026-03)"', 'source = ""', 'scheduler_invocations.source = ""'),
        ("[sqs_requests]", "[sqs_requests", "not a TOML file"),
    ],
)
def test_a_wrong_price_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    """The message is one line with the file, the key and the value."""
    path = tmp_path / "prices.toml"
    assert old in PRICES.read_text()
    path.write_text(PRICES.read_text().replace(old, new, 1))
    with pytest.raises(BadInput) as error:
        load_prices(path)
    assert str(path) in str(error.value)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_of_several_unknown_keys_the_first_is_named(tmp_path: Path) -> None:
    """The message follows the file, whatever order a set would have."""
    path = tmp_path / "prices.toml"
    strangers = "".join(f"{letter} = 1\n" for letter in "gfedcba")
    path.write_text(strangers + PRICES.read_text())
    with pytest.raises(BadInput, match=": g = 1: unknown price"):
        load_prices(path)


def test_a_missing_table_or_file_is_named(tmp_path: Path) -> None:
    """Neither a missing price nor a missing file ends in a traceback."""
    path = tmp_path / "prices.toml"
    with pytest.raises(BadInput, match="cannot read the prices"):
        load_prices(path)
    path.write_text('as_of = 2026-07-22\nregion = "us-east-1"\n')
    with pytest.raises(BadInput, match="ses_recipients: is required"):
        load_prices(path)


def test_what_aws_does_not_bill_costs_nothing() -> None:
    """A run's usage may tell more than AWS counts."""
    assert cost({"ses_recipients": 1000, "harness_lag_s": 0.2}, load_prices()) == pytest.approx(0.1)
