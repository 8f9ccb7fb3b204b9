"""A load through several accounts: each mail by the key of its own, what SES decided of all, and one ledger of it."""

from __future__ import annotations

import time
from dataclasses import replace
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import sim.run
from loadtests.application.worker_share import WHOLE, WorkerShare
from loadtests.load.assignment import PART, Assignment, Place
from loadtests.load.options import Crew
from loadtests.load.results import shares_ledger
from loadtests.load.results.earlier import paused_before
from loadtests.load.results.ledger import ledger_of
from loadtests.load.results.locust_results import LocustResults
from loadtests.load.senders.of_accounts import OfAccounts
from loadtests.load.shares.share_order import ShareOrder
from loadtests.load.shares.through_accounts import ledgers_of
from loadtests.load.targets.accounts import accounts_of, mails_of, pool_of
from loadtests.load.targets.choose_target import LoadRequest, target_of
from loadtests.load.targets.endpoint_client import of_run
from loadtests.load.targets.target import LocalTarget
from loadtests.load.workers.master import inside
from loadtests.record.logs import CALL, DECISION, ClientLog
from loadtests.record.numbering import number_of
from reports.running.accounts import Across
from scenarios.errors import BadInput
from scenarios.ledger import store
from scenarios.ledger.ledger import ACCOUNT, PAUSED
from scenarios.measures.cost import load_prices
from scenarios.schema.accounts.pool import Pool
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import NOBODY, numbered_slices_of
from scenarios.traffic.workload import arrivals
from strategies.parts import everyone
from strategies.ports import Unavailable
from tests.unit.served import served

TABLES: dict[str, Any] = {
    "name": "two",
    "accounts": {
        "us": {"limiter": {"burst": 3}, "max_send_rate_per_s": 1e-3},
        "de": {"region": "eu-central-1", "identity": "de.example"},
    },
    "workload": (
        {"process": "batch", "messages": 4, "account": "us"},
        {"process": "batch", "messages": 2, "account": "de"},
    ),
}
TWO = Scenario.model_validate(TABLES)
US, FR, DE = range(3)


def results_of(calls: NDArray[Any], accounts: NDArray[np.uint8]) -> LocustResults:
    """What Locust would leave of these calls, each through that account."""
    return LocustResults(0, 60.0, interrupted=False, silent=[], workers=1, failures=[], calls=calls, accounts=accounts)


@pytest.mark.parametrize("user", ["ses-v2", "ses-v1"])
def test_each_mail_goes_by_its_accounts_key_and_the_ledger_knows_whose_it_was(user: str) -> None:
    """Three of four mails have room in one account, both of the other in its own region, from its own identity."""
    with served((), **TABLES) as endpoint:
        place, log, zero_unix_s = Place(endpoint.url), ClientLog(), time.time()
        target = LocalTarget(place, accounts_of(TWO))
        target.check(place, [user])
        asked = Assignment(user, place, TWO.seed, TWO.horizon_s, accounts=accounts_of(TWO))
        sent, senders = mails_of(TWO, TWO.seed), OfAccounts(asked, 0)
        with target.opened(TWO, asked):
            for index in range(6):
                mail = sent.mail(index)
                call = log.begin(mail, everyone(mail), 0.0)
                try:
                    owner = sent.account(index)
                    name = number_of(asked.run_of(owner), index)
                    senders.at(senders.place(owner, 1, 0.0)).send(name, sent.as_sent(index))
                except Exception as error:
                    assert "Maximum sending rate exceeded" in str(error)  # noqa: PT017 (the fourth of us)
                log.end(call, 1.0, None)
        senders.close()
        raw = target.decisions(zero_unix_s, 5)
        shown = {one["name"]: one for one in endpoint.ask("GET", "/_seslab/stats")["accounts"] if one["recipients"]}
    assert {name: (one["region"], one["recipients"]) for name, one in shown.items()} == {
        "us": ("us-east-1", 3),
        "de": ("eu-central-1", 2),
    }
    assert [rows["mail"].tolist() for rows in raw] == [[0, 1, 2, 3], [0, 1]], "as its SES draws fates"
    decisions = [of_run(rows, asked, sent) for rows in raw]
    assert [rows["mail"].tolist() for rows in decisions] == [[0, 1, 2, 3], [4, 5]], "as the scenario counts"
    rows = log.rows()
    rows["call"] = number_of(asked.run_of(sent.owners(rows["mail"])), rows["mail"].astype(np.int64))
    ledger = ledger_of(TWO, asked, sent.mails, results_of(rows, sent.accounts), decisions)
    assert ledger.accounts == ("us", "de")
    assert ledger.mails["accepted"].tolist() == [1, 1, 1, 0, 1, 1]
    assert np.bincount(ledger.calls[ACCOUNT]).tolist() == [4, 2]


def test_an_endpoint_without_the_accounts_is_told_from_the_first() -> None:
    """One that was not started with the scenario would take any key for the same account's."""
    with served() as endpoint, pytest.raises(BadInput, match="knows no account us, de; start it with the scenario"):
        LocalTarget(Place(endpoint.url), accounts_of(TWO)).check(Place(endpoint.url), ["ses-v2"])


def test_a_scenario_of_one_account_is_refused_by_a_server_of_several() -> None:
    """Its key would be nobody's."""
    with served((), **TABLES) as endpoint, pytest.raises(BadInput, match="serves accounts us, de, and the scenario"):
        LocalTarget(Place(endpoint.url)).check(Place(endpoint.url), ["ses-v2"])


def test_limits_that_add_up_to_the_same_are_told_apart() -> None:
    """Whoever exchanges two accounts' limits hears of both."""
    rates = {"us": 12.0, "de": 25.0}
    with served(
        (), **{**TABLES, "accounts": {name: {"max_send_rate_per_s": rate} for name, rate in rates.items()}}
    ) as up:
        accounts = {name: {"max_send_rate_per_s": 37.0 - rate, "max_24h_send": 9} for name, rate in rates.items()}
        other = Scenario.model_validate({**TABLES, "accounts": accounts})
        target = LocalTarget(Place(up.url), accounts_of(other))
        told = "\n".join(target.warnings(other))
    for name, rate in rates.items():
        assert f"{name}: {up.url} allows {rate:g} recipients/s, the scenario reckons with {37 - rate:g}" in told
    assert told.count("in 24 hours, the scenario reckons with 9 recipients") == 2


def test_a_pause_by_earlier_mail_is_told() -> None:
    """What is refused from the first call on was paused by no mail of this run."""
    told = replace(Across(sim.run.run)(POOLED, "direct", 1), strategy="ses-v2")
    assert list(paused_before(told, POOLED)) == []
    assert told.delivered is not None
    judgements = tuple(one._replace(judged=one.judged._replace(paused_s=None)) for one in told.delivered.judgements)
    earlier = replace(told, delivered=told.delivered._replace(judgements=judgements))
    refused = {**told.calls, "outcome": np.where(told.calls[ACCOUNT] == US, PAUSED, told.calls["outcome"])}
    assert list(paused_before(replace(told, calls=refused), POOLED)) == []
    [line] = paused_before(replace(earlier, calls=refused), POOLED)
    assert "because account us had been paused by earlier mail" in line


def test_a_pause_by_earlier_mail_names_the_tenant_whose_mail_was_refused() -> None:
    """And beside it the account for the mail that no tenant sends; who was not refused is not named."""
    mail = {"process": "batch", "account": "us"}
    tables = {
        "name": "tenants",
        "accounts": {"us": {}, "fr": {}},
        "tenants": {"gold": {"account": "us"}, "dirty": {"account": "us"}},
        "workload": ({**mail, "messages": 3, "tenant": "dirty"}, {**mail, "messages": 1}, {**mail, "messages": 2}),
        "delivery": {"hard_bounce": 0.0},
    }
    scenario = Scenario.model_validate(tables)
    ran = Across(sim.run.run)(scenario, "direct", 1)
    told = replace(ran, strategy="ses-v2", calls={**ran.calls, "outcome": np.full(6, PAUSED, np.uint8)})
    lines = [line.split(" had been ")[0] for line in paused_before(told, scenario)]
    refused = "calls were refused because"
    assert lines == [f"ses-v2: 3 {refused} account us", f"ses-v2: 3 {refused} tenant dirty"]
    assert told.delivered is not None
    judged = [one._replace(judged=one.judged._replace(paused_s=1.0)) for one in told.delivered.judgements if one.tenant]
    own = [one for one in told.delivered.judgements if not one.tenant]
    ours = replace(told, delivered=told.delivered._replace(judgements=(*own, *judged)))
    [line] = paused_before(ours, scenario)
    assert "account us" in line, "the tenant was paused by this run's mail"


POOLED_TABLES: dict[str, Any] = {
    "name": "pooled",
    "accounts": {
        "us": {"max_send_rate_per_s": 20.0},
        "fr": {"max_send_rate_per_s": 1.0, "limiter": {"burst": 3}},
        "de": {"max_send_rate_per_s": 10.0, "limiter": {"burst": 4}},
    },
    "pool": {"accounts": ("us", "de")},
    "workload": (
        {"process": "batch", "messages": 60},
        {"process": "batch", "messages": 5, "account": "fr"},
        {"process": "batch", "messages": 6, "account": "de"},
    ),
    "delivery": {"hard_bounce": 0.2, "reputation": {"representative_volume": 10}},
    "latency": {"ses_send": {"constant_ms": 0}, "ses_throttle": {"constant_ms": 0}},
}
POOLED = Scenario.model_validate(POOLED_TABLES)


@pytest.mark.parametrize("routing", ["room", "global-endpoint"])
def test_a_pools_mail_is_dealt_as_its_routing_says(routing: str) -> None:
    """By weight or evenly, and past an account that has no room; who names another account goes there."""
    pool = Pool.model_validate({"accounts": ("us", "de"), "routing": routing})
    scenario = POOLED.model_copy(update={"pool": pool})
    asked = Assignment("http", Place("http://127.0.0.1:1"), 1, 60.0, accounts=accounts_of(scenario))
    told = Assignment.from_json(replace(asked, pool=pool_of(scenario)).to_json())
    senders, mails = OfAccounts(told, 0), mails_of(scenario, 1)
    whose = [mails.account(number) for number in range(len(mails.accounts))]
    assert [whose.count(place) for place in (NOBODY, FR)] == [66, 5]
    dealt = [senders.place(owner, 1, 0.0) for owner in whose]
    assert [dealt.count(place) for place in (US, FR, DE)] == ([44, 5, 22] if routing == "room" else [33, 5, 33])
    senders.failed(US, 0.0, Unavailable("out"))
    senders.failed(FR, 0.0, Unavailable("out, and in no pool"))
    assert [senders.place(owner, 1, 0.0) for owner in (NOBODY, NOBODY, FR)] == [DE, DE, FR]
    senders.close()


def test_a_load_test_tells_of_a_pool_what_a_simulation_tells() -> None:
    """The same calls and decisions are the same ledger: fates, who decided, inboxes and reputation of each account."""
    simulated, mails = Across(sim.run.run)(POOLED, "direct", 1), mails_of(POOLED, 1)
    calls = simulated.calls
    seen, decided = np.zeros(len(calls["mail"]), CALL), np.zeros(len(calls["mail"]), DECISION)
    for rows in (seen, decided):
        rows["reason"] = ""
        for name in {*calls} & {*(rows.dtype.names or ())}:
            rows[name] = calls[name]
    seen["seen"] = calls["outcome"]
    asked = Assignment("ses-v2", Place("http://127.0.0.1:1"), 1, 60.0, accounts=accounts_of(POOLED))
    each = [decided[calls[ACCOUNT] == place] for place in (US, FR, DE)]
    loaded = ledger_of(POOLED, asked, mails.mails, results_of(seen, calls[ACCOUNT]), each)
    assert loaded.accounts == simulated.accounts == ("us", "fr", "de")
    for name in ("accepted", "lost", "pending", "attempts", "throttles"):
        assert loaded.mails[name].tolist() == simulated.mails[name].tolist()
    for name in ("mail", "outcome", ACCOUNT, "decided_s"):
        assert loaded.calls[name].tolist() == calls[name].tolist()
    assert loaded.delivered is not None
    assert simulated.delivered is not None
    assert {one.account for one in loaded.delivered.judgements} == {"us", "de", "fr"}
    assert loaded.delivered.judgements == simulated.delivered.judgements
    assert any(one.judged.paused_s is not None for one in loaded.delivered.judgements)
    for name, column in simulated.delivered.copies.items():
        assert np.array_equal(loaded.delivered.copies[name], column, equal_nan=column.dtype.kind == "f")


def test_a_call_by_another_accounts_key_is_told_and_its_mail_is_not_lost() -> None:
    """An application chooses the key; mail that it sent by the wrong one was accepted all the same."""
    asked = Assignment("http", Place("http://127.0.0.1:1"), 1, 60.0, accounts=accounts_of(TWO))
    taken, decided, accounts = np.zeros(6, CALL), np.zeros(6, DECISION), mails_of(TWO, 1).accounts
    for rows in (taken, decided):
        rows["mail"], rows["recipients"], rows["call"], rows["reason"] = range(6), 1, range(6), ""
    taken["end_s"], decided["decided_s"] = 1.0, range(6)
    wrong = (accounts == 0) & (decided["mail"] == 1)
    each = [decided[(accounts == 0) & ~wrong], decided[(accounts == 1) | wrong]]
    ledger = ledger_of(TWO, asked, mails_of(TWO, 1).mails, results_of(taken, accounts), each)
    assert ledger.mails["accepted"].tolist() == [1] * 6
    assert ledger.warnings == ("us: http: 1 call was made with the key of another account than its mail's",)


def test_the_name_of_a_call_tells_whose_mail_it_is_for() -> None:
    """Accounts count their mails alike: what a wrong key decided is still known by its run's number for the owner."""
    sent, pooled = mails_of(POOLED, 1), pool_of(POOLED)
    asked = Assignment("http", Place("x"), 1, 60.0, accounts=accounts_of(POOLED), pool=pooled)
    assert [one.run for one in asked.each()] == [asked.run_of(owner) for owner in (NOBODY, FR, NOBODY)]
    rows = np.zeros(len(sent.accounts), DECISION)
    rows["mail"] = [sent.as_sent(number).number for number in range(len(rows))]
    rows["call"] = number_of(asked.run_of(sent.owners(np.arange(len(rows)))), 0)
    assert sorted(of_run(rows, asked, sent)["mail"].tolist()) == [*range(len(rows))]
    assert len(of_run(rows, replace(asked, run=asked.run_of(1 << 8)), sent)) == 0


def test_a_worker_deals_a_parts_mails_as_the_part_counts_its_lanes_and_ways() -> None:
    """What a share is told of an account or a pool are the mails that this has by itself."""
    usual, letters = {"process": "batch", "messages": 4}, {"process": "constant", "messages_per_s": 3, "duration_s": 3}
    workload = (
        {**usual, "account": "fr", "lane": "urgent", "priority": 3},
        {**letters, "account": "fr"},
        {**usual, "messages": 5, "strategy": "heartbeat"},
        {**letters, "strategy": "sqs-dlq"},
        {**letters, "account": "de", "lane": "late", "priority": -1},
    )
    scenario = Scenario.model_validate({**POOLED_TABLES, "workload": workload})
    sent = mails_of(scenario, 1)
    order = ShareOrder(scenario, "direct", 1, 1, WHOLE, 0, Path(), sent.mails, sent.accounts)
    for name, part, mails in order.parts:
        own, numbers = arrivals(part.workload, 1), np.arange(len(mails.recipients), dtype=np.int32)
        assert (mails.intended_s.tolist(), mails.recipients.tolist()) == (
            own.intended_s.tolist(),
            own.recipients.tolist(),
        )
        for number in range(3):
            for mine, its in ((mails.on_way, own.on_way), (mails.in_lane, own.in_lane)):
                assert mine(numbers, number).tolist() == its(numbers, number).tolist(), (name, number)


def test_a_share_of_a_strategy_sends_through_the_accounts_and_a_lost_share_is_known(tmp_path: Path) -> None:
    """Each account's mail by its own key, the pool's by all of its; what a lost worker had of each is pending."""
    wide = {
        name: {**one, "max_send_rate_per_s": 100.0, "limiter": {}} for name, one in POOLED_TABLES["accounts"].items()
    }
    tables = {**POOLED_TABLES, "accounts": wide, "horizon_s": 20.0}
    scenario = Scenario.model_validate(tables)
    sent, mine = mails_of(scenario, 1), np.zeros(71, dtype=bool)
    with served((), **tables) as endpoint:
        place = Place(endpoint.url)
        zero_unix_s, share = ceil(time.time() + 0.5), WorkerShare(0, 2)
        which = scenario, "leaky-bucket", 1, 7, share, zero_unix_s, tmp_path, sent.mails, sent.accounts
        order = ShareOrder(*which, endpoint=endpoint.url)
        ledgers = ledgers_of(order, tmp_path / "log")
        decisions = LocalTarget(place, accounts_of(scenario)).decisions(zero_unix_s, 0)
    for name, ledger in ledgers.items():
        folder = tmp_path / "worker-0" / PART.format(name)
        folder.mkdir(parents=True)
        store.write(ledger, folder)
    results = LocustResults(zero_unix_s, 20.0, True, [1], 2, [], np.zeros(0, CALL))
    asked = Assignment("leaky-bucket", place, 1, 20.0, scenario="x", accounts=accounts_of(scenario), run=7)
    whole = shares_ledger.ledger_of(scenario, asked, sent.mails, results, tmp_path, decisions)
    for _, numbers in numbered_slices_of(scenario, 1).values():
        mine[numbers[::2]] = True
    assert whole.accounts == ("us", "fr", "de")
    assert np.array_equal(whole.mails["accepted"] == 1, mine)
    assert np.array_equal(whole.mails["pending"] == 1, ~mine)
    by = whole.calls[ACCOUNT]
    assert np.array_equal(by == FR, sent.accounts[whole.calls["mail"]] == FR)
    assert {US, DE} <= {*by.tolist()}
    assert whole.delivered is not None
    assert {one.account for one in whole.delivered.judgements} == {*scenario.accounts}


def test_a_file_stays_in_its_workers_folder_whatever_it_is_called() -> None:
    """Workers on other machines name files, an account's in a folder of its own."""
    named = {"part-us/calls-direct.parquet": "part-us/calls-direct.parquet", "../../x": "x", "/etc/x": "etc/x"}
    assert {name: inside(name).as_posix() for name in named} == named


def test_what_cannot_tell_accounts_apart_is_refused() -> None:
    """A queue and AWS itself have one key."""
    here = LoadRequest(Place("http://127.0.0.1:1"), crew=Crew())
    for scenario, sender, asked, why in (
        (TWO, "sqs", here, "sqs loads a queue of one"),
        (TWO, "ses-v2", LoadRequest(Place(region="eu-west-1")), "--region: boto3's key is of one account"),
    ):
        with pytest.raises(BadInput, match=why):
            target_of(scenario, [sender], asked, load_prices(), print)
