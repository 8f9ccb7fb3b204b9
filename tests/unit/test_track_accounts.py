"""Trackers of several accounts: SES tells each account what became of its own mail, tenants' among it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reports.documents.tracking import TrackingDocument
from reports.running.accounts import Across
from reports.track.document import document
from reports.track.table import sentences, tables
from scenarios.delivery.tenancy import tenants_of_mails
from scenarios.ledger.delivered import DELIVERY_FATES
from scenarios.ledger.ledger import ACCEPTED, ACCOUNT, Ledger
from scenarios.schema.model import Scenario
from scenarios.tracking.figures import Heard
from scenarios.tracking.request import requests_of
from sim.run import run
from sim.tracking import track
from tests.unit.scenario_files import loaded
from tests.unit.test_documents import assert_declared

TRACKED = "[delivery]\nhard_bounce = 0.2\nreputation = { pauses = false }\n[tracker]\nduplicate_probability = 0.2\n"
HEAD = "horizon_s = 300\n[accounts.us]\nmax_send_rate_per_s = 30\n[accounts.de]\nmax_send_rate_per_s = 15\n"
TO_US = '[[workload]]\nprocess = "batch"\nmessages = 90\naccount = "us"\n'
TO_DE = '[[workload]]\nprocess = "batch"\nmessages = 60\naccount = "de"\n'
SHOP = '[tenants.shop]\naccount = "us"\nsuppressed = 0.7\n[tenants.club]\naccount = "us"\n'
OF_SHOP = 'tenant = "shop"\n'
FATE_OF = {"complained": "delivered", "sent": "pending", "delayed": "pending", "returned": "expired"}


def tracked(scenario: Scenario) -> tuple[Ledger, TrackingDocument]:
    """A simulated run, and what trackers in the simulator make of it."""
    ledger = Across(run)(scenario, "leaky-bucket", 1, None)
    heard = {name: Heard(one, track(one)) for name, one in requests_of(scenario, ledger).items()}
    made = document(scenario, "leaky-bucket", "sim", heard)
    assert_declared(TrackingDocument, made)
    return ledger, made


def heard_of(states: dict[str, int]) -> Counter[str]:
    """What a tracker knows, as a ledger says it."""
    fates = Counter[str]()
    for state, many in states.items():
        fates[FATE_OF.get(state, state)] += many
    return fates


def so(ledger: Ledger, mails: NDArray[Any]) -> Counter[str]:
    """What became of the copies of these mails; what SES suppresses it tells as a bounce."""
    assert ledger.delivered is not None
    copies = ledger.delivered.copies
    fates = [DELIVERY_FATES[fate] for fate in copies["outcome"][np.isin(copies["mail"], mails)]]
    return Counter("bounced" if fate == "suppressed" else fate for fate in fates)


@pytest.mark.parametrize("pool", ["", "[pool]\n"])
def test_each_account_hears_what_became_of_its_mail(tmp_path: Path, pool: str) -> None:
    """As the run's own ledger has it, whether accounts send apart or in a pool; together they hear of all."""
    scenario = loaded(tmp_path, HEAD + TO_US + TO_DE + pool + TRACKED)
    ledger, made = tracked(scenario)
    for number, one in enumerate(made["accounts"]):
        mine = (ledger.calls[ACCOUNT] == number) & (ledger.calls["outcome"] == ACCEPTED)
        assert heard_of(one["states"]) == so(ledger, ledger.calls["mail"][mine])
    for key in ("recipients", "events", "duplicates", "overtaken", "lost", "dead_letters"):
        assert sum(one[key] for one in made["accounts"]) == made["tracker"][key]
    assert made["tracker"]["recipients"] == 150
    assert made["holds"]
    assert [row[0] for row in tables(made)[0].rows] == ["us", "de", "all"]


@pytest.mark.parametrize("head", [HEAD, "horizon_s = 300\n"])
def test_a_tenants_own_suppression_list_is_heard_of(tmp_path: Path, head: str) -> None:
    """Of each tenant what the ledger has of its mails, whatever the accounts; who sends nothing has none."""
    several = head == HEAD
    mail = TO_US + OF_SHOP + TO_US + (TO_DE if several else "")
    text = head + mail + SHOP + TRACKED
    scenario = loaded(tmp_path, text if several else text.replace('account = "us"\n', ""))
    ledger, made = tracked(scenario)
    shop, club = made["tenants"]
    whose = tenants_of_mails(scenario, 1)
    assert heard_of(shop["states"]) == so(ledger, np.flatnonzero(whose == 1))
    assert shop["states"]["bounced"] > shop["states"]["delivered"]
    assert (club["recipients"], club["right"], shop.get("account")) == (0, None, "us" if several else None)
    assert heard_of(made["tracker"]["states"]) == so(ledger, np.arange(len(whose)))
    assert [row[0] for row in tables(made)[1].rows] == ["shop", "club"]


def test_an_account_whose_mail_ses_took_none_of_is_named(tmp_path: Path) -> None:
    """It is nothing that the trackers of the others did wrong."""
    outage = '[[fault]]\nkind = "outage"\naccount = "de"\nstart_s = 0\nduration_s = 300\n'
    _, made = tracked(loaded(tmp_path, HEAD + TO_US + TO_DE + TRACKED + outage))
    assert (made["accounts"][1]["right"], made["holds"]) == (None, True)
    assert any(one.startswith("of de SES accepted no mail") for one in sentences(made))
