"""One backlog over several accounts: who gets the next call, and what becomes of a pool when one of them is out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.running.accounts import Across
from scenarios.aws.routing import CLOSED_S, IMPAIRED_S, Router, router_of
from scenarios.ledger.ledger import ACCEPTED, ACCOUNT, FAILED, Ledger, assert_conserved, digest
from scenarios.measures.arrangements import ideal_of
from scenarios.measures.cost import load_prices
from scenarios.measures.measured import measured
from sim.run import run
from strategies.ports import Paused, QuotaExceeded, Throttled, Unanswered, Unavailable
from tests.unit.scenario_files import loaded

ACCOUNTS = '[accounts.us]\nmax_send_rate_per_s = 30\nregion = "us-east-1"\n'
ACCOUNTS += '[accounts.de]\nmax_send_rate_per_s = 15\nregion = "eu-central-1"\n'
FLOW = '[[workload]]\nprocess = "constant"\nduration_s = 20\nmessages_per_s = 40\n'
ROOM, GLOBAL = "[pool]\n", '[pool]\nrouting = "global-endpoint"\n'
OUTAGE = '[[fault]]\nkind = "outage"\nstart_s = 5\nduration_s = 5\naccount = "us"\n'
across = Across(run)


def ran(tmp_path: Path, text: str, strategy: str = "shared-bucket") -> Ledger:
    """A run of the accounts, whose fates add up."""
    ledger = across(loaded(tmp_path, "horizon_s = 60\n" + ACCOUNTS + text), strategy, 1)
    assert_conserved(ledger)
    return ledger


def dealt(router: Router, calls: int, recipients: int = 1, now_s: float = 0.0) -> list[int]:
    """How many of so many calls each account gets."""
    chosen = [router.choose(now_s, recipients) for _ in range(calls)]
    return [chosen.count(number) for number in range(2)]


@given(st.lists(st.floats(0.1, 100), min_size=2, max_size=5), st.integers(1, 300))
def test_calls_are_dealt_in_proportion_to_the_rates(rates_per_s: list[float], calls: int) -> None:
    """No two accounts are ever further apart than one call in the seconds of their rates that they were given."""
    router = Router(rates_per_s, [0.0] * len(rates_per_s))
    given_s = [0.0] * len(rates_per_s)
    for _ in range(calls):
        number = router.choose(0.0, 1)
        given_s[number] += 1 / rates_per_s[number]
    assert max(given_s) - min(given_s) <= 1 / min(rates_per_s) + 1e-9


@pytest.mark.parametrize(
    ("error", "shut_s"),
    [
        (Throttled, 0.5),
        (QuotaExceeded, CLOSED_S),
        (Paused, CLOSED_S),
        (Unavailable, IMPAIRED_S),
        (Unanswered, IMPAIRED_S),
    ],
)
def test_an_account_that_refuses_is_passed_over(error: type[Exception], shut_s: float) -> None:
    """For as long as its refusal means; afterwards it gets its share, and nothing on top of that."""
    router = Router([1.0, 1.0], [0.5, 0.5])
    router.failed(0, 0.0, error())  # type: ignore[arg-type]
    assert dealt(router, 10, now_s=shut_s * 0.99) == [0, 10]
    assert dealt(router, 10, now_s=shut_s) == [5, 5]


def test_where_none_is_open_the_first_to_open_is_tried() -> None:
    """A call is never held back: its refusal tells the strategy to wait."""
    router = Router([1.0, 1.0], [3.0, 2.0])
    for number in range(2):
        router.failed(number, 0.0, Throttled())
    assert router.choose(1.0, 1) == 1


def test_a_pool_sends_what_no_slice_could(tmp_path: Path) -> None:
    """Mail below the rates' sum flows through without a wait, each account sending its share; twice alike."""
    ledger = ran(tmp_path, FLOW + ROOM)
    by = np.bincount(ledger.calls[ACCOUNT][ledger.calls["outcome"] == ACCEPTED]).tolist()
    assert sum(by) == 800
    assert by[0] / by[1] == pytest.approx(2, rel=0.1)
    assert ledger.mails["last_accepted_s"].max() < 21
    assert digest(ran(tmp_path, FLOW + ROOM)) == digest(ledger)


@pytest.mark.parametrize(("pool", "ends_s"), [("", (500 - 30) / 30), (ROOM, (600 - 45) / 45)])
def test_constant_traffic_beyond_the_limit_ends_when_the_closed_form_says(
    tmp_path: Path, pool: str, ends_s: float
) -> None:
    """Mail at a rate λ for T ends at (λ·T - B) ÷ R: in slices of the fuller account, in a pool of both; not before."""
    flow = '[[workload]]\nprocess = "constant"\nduration_s = 10\n'
    mail = f'{flow}messages_per_s = 50\naccount = "us"\n{flow}messages_per_s = 10\naccount = "de"\n'
    ledger = ran(tmp_path, mail + pool, "shared-bucket")
    assert ledger.mails["accepted"].sum() == 600
    assert ends_s <= ledger.mails["last_accepted_s"].max() <= 1.05 * ends_s
    assert np.mean(ledger.calls["outcome"] == ACCEPTED) > 0.95  # a sender that asks for more ends as soon, by refusals


def test_a_region_that_is_out_is_left(tmp_path: Path) -> None:
    """A global endpoint sends half through each Region, and all through the other while one is out."""
    ledger = ran(tmp_path, FLOW.replace("40", "12") + GLOBAL)
    assert np.bincount(ledger.calls[ACCOUNT]).tolist() == [120, 120]
    calls = ran(tmp_path, FLOW.replace("40", "12") + GLOBAL + OUTAGE).calls
    meanwhile = (calls["decided_s"] >= 5) & (calls["decided_s"] < 10)
    assert 1 <= np.count_nonzero(calls["outcome"] == FAILED) <= 6
    assert np.count_nonzero(meanwhile & (calls[ACCOUNT] == 1)) >= 55


def test_a_rate_change_of_one_account_is_in_the_bound(tmp_path: Path) -> None:
    """The pool's limit is the sum of what the accounts allow at the time."""
    change = '[[fault]]\nkind = "rate_change"\nstart_s = 0\nduration_s = 600\nmax_send_rate_per_s = 5\naccount = "us"\n'
    batch = '[[workload]]\nprocess = "batch"\nmessages = 445\n'
    scenario = loaded(tmp_path, f"{ACCOUNTS}{batch}{ROOM}{change}")
    assert ideal_of(scenario, 1).makespan_s == pytest.approx((445 - 45) / 20)


def test_figures_of_pooled_accounts_add_up(tmp_path: Path) -> None:
    """Calls and recipients of the accounts are together the whole's; no account has a bound of its own."""
    text = "horizon_s = 60\n" + ACCOUNTS + FLOW + ROOM
    scenario = loaded(tmp_path, text)
    entry = measured(scenario, across(scenario, "shared-bucket", 1), ideal_of(scenario, 1), load_prices())
    assert sum(one["recipients"]["accepted"] for one in entry["accounts"]) == entry["recipients"]["accepted"]
    assert sum(one["calls"]["attempted"] for one in entry["accounts"]) == entry["calls"]["attempted"]
    assert [one["bound_s"] for one in entry["accounts"]] == [None, None]


def test_what_is_outside_the_pool_stays_outside(tmp_path: Path) -> None:
    """A third account sends its own mail alone, and the pool the rest."""
    third = "[accounts.fr]\nmax_send_rate_per_s = 5\n"
    ledger = ran(tmp_path, f'{third}{FLOW}{FLOW}account = "fr"\n[pool]\naccounts = ["us", "de"]\n', "leaky-bucket")
    assert ledger.accounts == ("us", "de", "fr")
    assert sorted(set(ledger.calls[ACCOUNT].tolist())) == [0, 1, 2]


def test_no_pool_is_done_before_the_quota_of_each_account_lets_it(tmp_path: Path) -> None:
    """400 at 10 a second each: one has 50, so that the other sends 350, ten of which its bucket holds."""
    accounts = "[accounts.a]\nmax_send_rate_per_s = 10\nmax_24h_send = 50\n"
    accounts += "[accounts.b]\nmax_send_rate_per_s = 10\nmax_24h_send = 1000\n"
    scenario = loaded(tmp_path, f'{accounts}[pool]\n[[workload]]\nprocess = "batch"\nmessages = 400\n')
    assert ideal_of(scenario, 1).makespan_s == pytest.approx(34.0)


def test_hosts_begin_with_different_accounts() -> None:
    """Two pods that deal in step never have both of their calls at one account."""
    hosts = [router_of("room", [14.0, 14.0], number) for number in range(2)]
    for _ in range(5):
        assert {host.choose(0.0, 8) for host in hosts} == {0, 1}
