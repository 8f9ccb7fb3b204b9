"""What a comparison says of several accounts."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from reports.compare.accounts.arranged import said_of
from reports.compare.explain import explain
from reports.compare.mechanism import Facts
from reports.compare.sections import drawn
from reports.compare.table import accounts_in, arrangement_sentences, table
from reports.documents.accounts import ApartTable
from reports.documents.comparison import ComparisonDocument
from reports.documents.limits import BoundFigures
from reports.figures.canvas import limit_of
from reports.inboxes.pauses import is_or_are_paused, paused_of
from reports.inboxes.reputations import reputations
from reports.page.elements import Markup
from reports.words import duration, seconds
from scenarios.entry import StrategyEntry
from scenarios.figures import figures_of, is_figure
from tests.unit.comparisons import simulated
from tests.unit.scenario_files import loaded
from tests.unit.test_documents import assert_declared

ACCOUNTS = "[accounts.us]\nmax_send_rate_per_s = 30\n[accounts.de]\nmax_send_rate_per_s = 15\n"
MAIL = """
[[workload]]
process = "constant"
duration_s = 20
messages_per_s = 5
account = "us"
[[workload]]
process = "batch"
messages = 300
account = "de"
[thresholds]
soon = ["*.accounts.us.latency_s.p99 < 1", "*.accounts.de.makespan_s < 30"]
[rank]
by = "accounts.us.latency_s.p99"
"""


def bound(makespan_s: float) -> BoundFigures:
    """One of which only the end matters."""
    return {"makespan_s": makespan_s, "latency_mean_s": 0.0, "latency_p99_s": 0.0}


def apart(account: str, slice_s: float, pool_s: float) -> ApartTable:
    """An account's waits."""
    return {"account": account, "slice_p99_s": slice_s, "pool_p99_s": pool_s}


def test_accounts_are_told_apart_in_document_table_and_sentences(tmp_path: Path) -> None:
    """In slices and in a pool: declared, ranked and judged by an account, and a row for each."""
    for text in (MAIL, f"{MAIL}[pool]\n"):
        made = simulated(loaded(tmp_path, ACCOUNTS + text), "leaky-bucket", "heartbeat")
        assert_declared(ComparisonDocument, made)
        assert [one["account"] for one in made["accounts"]] == ["us", "de"]
        [rows] = [block.rows for sheet in accounts_in(made) for block in sheet.blocks]
        assert [row[0] for row in rows] == ["us", "de"]
        assert "p99 of us" in [column.name for column in table(made).columns]
        assert arrangement_sentences(made) == [made["arrangement"]["said"]]
        figures = figures_of(made["strategies"][0])
        assert all(is_figure(name) for name in figures if name.startswith("accounts."))
        assert made["account"]["max_send_rate_per_s"] == 45


def test_a_slice_says_how_its_first_account_sends(tmp_path: Path) -> None:
    """A mechanism that is set by the account is told of one of them, not of their sum."""
    made = simulated(loaded(tmp_path, ACCOUNTS + MAIL), "heartbeat")
    assert "each account by itself, for instance us: 30 recipients a tick" in made["strategies"][0]["explanation"]
    third = '[accounts.fr]\n[[workload]]\nprocess = "batch"\nmessages = 5\naccount = "fr"\n'
    facts = Facts.of(loaded(tmp_path, f'{ACCOUNTS}{MAIL}{third}[pool]\naccounts = ["us", "de"]\n'))
    assert facts.first_part is not None
    assert facts.first_part[0] == "us and de out of one pool, each other account by itself, for instance fr"


def test_refused_calls_are_counted_by_account(tmp_path: Path) -> None:
    """Of several those that had most; one account is not named, which all are of."""
    entry = simulated(loaded(tmp_path, ACCOUNTS + MAIL), "direct")["strategies"][0]
    us, de = (one["calls"]["throttled"] for one in entry["accounts"])
    assert (us, de > 0) == (0, True)
    assert f"{de:,} of 400 calls refused (de {de:,})" in entry["explanation"]
    last = entry["accounts"][1]
    many = [
        {**last, "account": name, "calls": {**last["calls"], "throttled": number}}
        for number, name in enumerate("abcdefg")
    ]
    told = explain(cast(StrategyEntry, {**entry, "accounts": many}), Facts.of(loaded(tmp_path, ACCOUNTS + MAIL)))
    assert "refused (d 3, e 4, f 5, g 6, others 3)" in told
    alone = '[accounts.de]\n[[workload]]\nprocess = "batch"\nmessages = 300\n'
    assert "calls refused; " in simulated(loaded(tmp_path, alone), "direct")["strategies"][0]["explanation"]


def test_the_limit_of_slices_is_a_sum(tmp_path: Path) -> None:
    """Which no one of them may send; a pool may, and so may one account."""
    for text, name in ((MAIL, "sum of all limits"), (f"{MAIL}[pool]\n", "limit")):
        made = simulated(loaded(tmp_path, ACCOUNTS + text), "direct")
        assert limit_of(made) == name
        assert f"against the {name} (dashed)" in drawn(made, "rate", Markup())


def test_what_slicing_costs_and_protects() -> None:
    """By ideal senders' times: the end of all, who would wait less in a pool, and who waits less in its slice."""
    assert said_of(bound(199), bound(80), [apart("us", 100, 40), apart("de", 0, 30)]) == (
        "at best, slicing costs 119 s until the last mail is out (199 s, not 80.0 s) and us (p99 100 s in its slice, "
        "40.0 s in one pool), and protects de (p99 0 ms in its slice, 30.0 s in one pool)"
    )
    alike = [apart("us", 0, 0), apart("de", 0.05, 0)]
    assert (
        said_of(bound(80), bound(80), alike)
        == "at best, slicing makes no mail wait longer for the limit, and spares none a wait"
    )


def test_a_pause_names_its_account(tmp_path: Path) -> None:
    """The one whose calls SES refused for it, and not the one beside it, which its slice protected."""
    mail = MAIL.split("[thresholds]")[0]
    bad = "[delivery]\nhard_bounce = 0.5\nreputation = { representative_volume = 600 }\n"
    made = simulated(loaded(tmp_path, f"horizon_s = 900\n{ACCOUNTS}{mail}{bad}"), "leaky-bucket")
    [entry] = made["strategies"]
    paused = [one["account"] for one in entry["accounts"] if one["calls"]["paused"]]
    assert (paused, paused_of(entry)) == (["de"], "account de")
    assert "refused because AWS had paused account de;" in entry["explanation"]
    assert "AWS pauses account de after" in entry["explanation"]
    said = "slicing protects us from the pause of de: with leaky-bucket AWS pauses no other account"
    assert arrangement_sentences(made)[1:] == [said]
    assert any("when AWS first paused account de, or might have" in one.note for one in table(made).columns)
    [accounts] = accounts_in(made)
    paused_s = entry["accounts"][1]["reputation"]["paused_s"]
    assert [row[-1] for row in accounts.rows] == ["-", seconds(paused_s)]
    pooled = simulated(loaded(tmp_path, f"horizon_s = 900\n{ACCOUNTS}{mail}{bad}[pool]\n"), "leaky-bucket")
    assert len(arrangement_sentences(pooled)) == 1


def test_a_pause_names_its_tenant_and_the_account_beside_it(tmp_path: Path) -> None:
    """Each with its own instant, in sentences, in the tenants' table, and among those whom AWS judged."""
    one = "[[workload]]\nprocess = 'batch'\nmessages = 300\n"
    bad = "[delivery]\nhard_bounce = 0.5\nreputation = { representative_volume = 300 }\n"
    made = simulated(
        loaded(tmp_path, f"horizon_s = 900\n{one}tenant = 'shop'\n{one}{bad}[tenants.shop]\n"), "leaky-bucket"
    )
    [entry] = made["strategies"]
    own, its = (duration(one["paused_s"]) for one in (entry["own_reputation"], entry["tenants"][0]["reputation"]))
    assert own != its
    assert f"AWS pauses the account after {own} and tenant shop after {its}, as" in entry["explanation"]
    assert "kept while" not in entry["explanation"]
    assert "calls refused because the account and tenant shop are paused" in entry["explanation"]
    [tenants] = accounts_in(made)
    assert [row[0] for row in tenants.rows] == ["shop"]
    judged = {row[0]: row[4] for row in reputations(made["strategies"]).rows}
    assert judged == {"the account": seconds(entry["own_reputation"]["paused_s"]), "tenant shop": tenants.rows[0][-1]}


def test_calls_are_refused_for_those_alone_whose_calls_were(tmp_path: Path) -> None:
    """Not for a tenant paused after its last call, nor for an account of which only a tenant's calls were refused."""
    mail = "[[workload]]\nprocess = 'batch'\nmessages = 300\n"
    given = loaded(tmp_path, f"{mail}tenant = 'shop'\n{mail}[delivery]\n[tenants.shop]\n")
    whole = simulated(given, "leaky-bucket")["strategies"][0]

    def entry(own: float, shop: float) -> StrategyEntry:
        tenant = whole["tenants"][0]
        tenants = [{**tenant, "calls": {**tenant["calls"], "paused": shop}}]
        calls = {**whole["calls"], "paused": own + shop}
        return cast(StrategyEntry, {**whole, "calls": calls, "tenants": tenants})

    assert is_or_are_paused(entry(0, 4)) == "tenant shop is paused"
    assert is_or_are_paused(entry(2, 4)) == "the account and tenant shop are paused"
    assert is_or_are_paused(entry(2, 0)) == "the account is paused"
    two = [{"account": name, "calls": {"paused": paused}} for name, paused in (("us", 0.1 + 0.2), ("de", 5))]
    tenants = [
        {"tenant": name, "account": "us", "calls": {"paused": paused}} for name, paused in (("a", 0.3), ("b", 0))
    ]
    several = cast(StrategyEntry, {**entry(0, 0), "accounts": two, "tenants": tenants})
    assert is_or_are_paused(several) == "account de and tenant a are paused"
    at_aws = {name: value for name, value in entry(2, 4).items() if name != "reputation"}
    assert is_or_are_paused(cast(StrategyEntry, at_aws)) == "the account is paused"
