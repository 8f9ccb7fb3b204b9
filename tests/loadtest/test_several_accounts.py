"""A load through several accounts: each mail by the key of its own, what SES decided of all, and one ledger of it."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from loadtests.load.assignment import Assignment, Place
from loadtests.load.loadtest import mails_of
from loadtests.load.options import Crew
from loadtests.load.results.ledger import ledger_of
from loadtests.load.results.locust_results import LocustResults
from loadtests.load.senders.senders import sender_of
from loadtests.load.targets.choose_target import LoadRequest, accounts_of, target_of
from loadtests.load.targets.target import LocalTarget
from loadtests.record.logs import ClientLog
from scenarios.errors import BadInput
from scenarios.ledger.ledger import ACCOUNT
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from strategies.parts import everyone
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


@pytest.mark.parametrize("user", ["ses-v2", "ses-v1"])
def test_each_mail_goes_by_its_accounts_key_and_the_ledger_knows_whose_it_was(user: str) -> None:
    """Three of four mails have room in one account, both of the other in its own region, from its own identity."""
    with served((), **TABLES) as endpoint:
        place, log, zero_unix_s = Place(endpoint.url), ClientLog(), time.time()
        target = LocalTarget(place, accounts_of(TWO))
        target.check(place, [user])
        asked = Assignment(user, place, TWO.seed, TWO.horizon_s, accounts=accounts_of(TWO))
        sent, senders = mails_of(TWO, TWO.seed), [sender_of(one) for one in asked.each()]
        with target.opened(TWO, asked):
            for index in range(6):
                mail = sent.mail(index)
                call = log.begin(mail, everyone(mail), 0.0)
                try:
                    senders[sent.account(index)].send(sent.call(asked.run, call), mail)
                except Exception as error:
                    assert "Maximum sending rate exceeded" in str(error)  # noqa: PT017 (the fourth of us)
                log.end(call, 1.0, None)
        for sender in senders:
            sender.close()
        decisions = target.decisions(zero_unix_s, 5)
        shown = {one["name"]: one for one in endpoint.ask("GET", "/_seslab/stats")["accounts"] if one["recipients"]}
    assert {name: (one["region"], one["recipients"]) for name, one in shown.items()} == {
        "us": ("us-east-1", 3),
        "de": ("eu-central-1", 2),
    }
    rows = log.rows()
    rows["call"] = sent.call(asked.run, rows["call"])
    results = LocustResults(int(zero_unix_s), 60.0, interrupted=False, silent=[], workers=1, failures=[], calls=rows)
    ledger = ledger_of(TWO, asked, sent.mails, results, decisions)
    assert ledger.accounts == ("us", "de")
    assert ledger.mails["accepted"].tolist() == [1, 1, 1, 0, 1, 1]
    assert np.bincount(ledger.calls[ACCOUNT]).tolist() == [4, 2]


def test_an_endpoint_without_the_accounts_is_told_from_the_first() -> None:
    """One that was not started with the scenario would take any key for the same account's."""
    with served() as endpoint, pytest.raises(BadInput, match="knows no account us, de; start it with the scenario"):
        LocalTarget(Place(endpoint.url), accounts_of(TWO)).check(Place(endpoint.url), ["ses-v2"])


def test_what_cannot_tell_accounts_apart_is_refused() -> None:
    """A strategy's share, a queue and AWS itself have one key; the users of a pool would have to choose."""
    here = LoadRequest(Place("http://127.0.0.1:1"), crew=Crew())
    pooled = Scenario.model_validate({**TABLES, "pool": {}, "workload": ({"process": "batch", "messages": 1},)})
    for scenario, sender, asked, why in (
        (TWO, "direct", here, "direct loads a place that sends through one"),
        (TWO, "sqs", here, "sqs loads a place that sends through one"),
        (pooled, "ses-v2", here, r"\[pool\]"),
        (TWO, "ses-v2", LoadRequest(Place(region="eu-west-1")), "--region: boto3's key is of one account"),
    ):
        with pytest.raises(BadInput, match=why):
            target_of(scenario, [sender], asked, load_prices(), print)
