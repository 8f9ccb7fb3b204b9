"""Warm-ups of several accounts: each by its own mail, a pooled one by the share that it is dealt."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from reports.documents.warmup import WarmupsDocument
from reports.warmup import command, several
from reports.warmup.calendar_file import to_calendar
from scenarios.errors import BadInput
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from tests.unit.scenario_files import loaded
from tests.unit.test_documents import assert_declared

FIRST = date(2026, 12, 1)
IPS = '{ number = 2, ramp = [100, 200, 400], overflow = "held" }'
BOTH = f"[accounts.us]\nmax_send_rate_per_s = 30\ndedicated_ips = {IPS}\n[accounts.de]\nmax_send_rate_per_s = 15\n"
TO_US = '[[workload]]\nprocess = "batch"\nmessages = 900\naccount = "us"\n'
TO_DE = '[[workload]]\nprocess = "batch"\nmessages = 300\naccount = "de"\n'


def planned(scenario: Scenario) -> WarmupsDocument:
    """Its document, which is as declared."""
    document = several.planned_each(scenario, "s", FIRST, None, load_prices())
    assert_declared(WarmupsDocument, document)
    return document


def test_an_account_is_warmed_up_as_if_it_were_alone(tmp_path: Path) -> None:
    """Its own mail and nobody else's; who has no addresses is named."""
    document = planned(loaded(tmp_path, BOTH + TO_US + TO_DE))
    alone_mail = TO_US.replace('account = "us"\n', "")
    alone = loaded(tmp_path, f"dedicated_ips = {IPS}\n[account]\nmax_send_rate_per_s = 30\n{alone_mail}")
    [warmup] = document["warmups"]
    assert warmup.pop("account") == "us"
    assert warmup == command.planned(alone, "s", FIRST, None, load_prices())
    assert list(several.sentences({**document, "warmups": []})) == ["de: no addresses to warm up"]


@pytest.mark.parametrize(("routing", "share"), [("room", 2 / 3), ("global-endpoint", 1 / 2)])
def test_a_pooled_account_is_warmed_up_by_what_it_is_dealt(tmp_path: Path, routing: str, share: float) -> None:
    """In proportion to the rates, or half at a global endpoint, and all of them together all mail."""
    regions = BOTH.replace("[accounts.us]\n", '[accounts.us]\nregion = "us-east-1"\n').replace(
        "[accounts.de]\n", f'[accounts.de]\nregion = "eu-central-1"\ndedicated_ips = {IPS}\n'
    )
    us, de = planned(loaded(tmp_path, f'{regions}{TO_US}{TO_DE}[pool]\nrouting = "{routing}"\n'))["warmups"]
    assert us["days"][0]["due"] == 1200 * share
    assert us["days"][0]["due"] + de["days"][0]["due"] == 1200


def test_calendars_of_two_accounts_do_not_replace_each_other(tmp_path: Path) -> None:
    """Their entries have names of their own, and say whose they are."""
    both = BOTH.replace("[accounts.de]\n", f"[accounts.de]\ndedicated_ips = {IPS}\n")
    us, de = map(to_calendar, planned(loaded(tmp_path, both + TO_US + TO_DE))["warmups"])
    assert not {*re.findall("UID:(.*)", us)} & {*re.findall("UID:(.*)", de)}
    assert "SUMMARY:Warm-up of us\\, day 1" in us
    assert "SUMMARY:Warm-up of de: done" in de


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"dedicated_ips = {IPS}\n{BOTH}{TO_US}",
            "s: dedicated_ips: addresses are one account's, and there are us, de; say of one, such as [accounts.us.d",
        ),
        (
            BOTH.replace(f"dedicated_ips = {IPS}\n", "") + TO_US,
            "s: has no addresses to warm up; add a table [accounts.us.dedicated_ips] with number = 2",
        ),
        (BOTH + TO_DE, "s: accounts.us: sends no mail that could warm up its addresses; give it some, or leave"),
    ],
)
def test_accounts_without_what_is_planned_are_refused(tmp_path: Path, text: str, said: str) -> None:
    """In one line that says what would be right."""
    with pytest.raises(BadInput, match=f"^{re.escape(said)}[^\n]*$"):
        planned(loaded(tmp_path, text))
