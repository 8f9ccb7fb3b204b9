"""Tenants in a run: AWS judges each for itself, and what the account allows they share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from reports.running.accounts import Across
from scenarios.figures import figures_of, is_figure
from scenarios.ledger.delivered import SUPPRESSED
from scenarios.ledger.ledger import ACCEPTED, PAUSED, Ledger
from scenarios.measures.arrangements import ideal_of
from scenarios.measures.cost import load_prices
from scenarios.measures.measured import measured
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import origins
from sim.run import run
from tests.unit.scenario_files import loaded
from tests.unit.served import account, mail, send, served, traced

MAIL = """
horizon_s = 120
[account]
max_send_rate_per_s = 50
[delivery]
providers = { gmail = 1.0 }
hard_bounce = 0.5
[delivery.reputation]
representative_volume = 100
[[workload]]
process = "constant"
duration_s = 60
messages_per_s = 10
tenant = "shop"
[[workload]]
process = "constant"
start_s = 50
duration_s = 10
messages_per_s = 1
"""
ANOTHER, OWN = '\ntenant = "club"\n[tenants.club]\n[tenants.shop]\n', "\n[tenants.shop]\nsuppressed = 1.0\n"


def ran(tmp_path: Path, text: str) -> tuple[Scenario, Ledger]:
    """Sent by whoever never tries again."""
    scenario = loaded(tmp_path, text)
    return scenario, Across(run)(scenario, "direct", 1)


def outcomes(scenario: Scenario, ledger: Ledger, workload: int) -> set[int]:
    """What SES made of the calls for a workload's mails."""
    mine = origins(scenario.workload, 1)[ledger.calls["mail"]] == workload
    return set(ledger.calls["outcome"][mine].tolist())


def test_a_tenant_that_is_paused_stops_no_other(tmp_path: Path) -> None:
    """One list of dead addresses pauses who sent to it; the account itself, and another tenant, go on."""
    for more in ("\n[tenants.shop]\n", ANOTHER):
        scenario, ledger = ran(tmp_path, MAIL + more)
        assert outcomes(scenario, ledger, 0) == {ACCEPTED, PAUSED}
        assert outcomes(scenario, ledger, 1) == {ACCEPTED}
    scenario, ledger = ran(tmp_path, MAIL.replace('tenant = "shop"', ""))
    assert outcomes(scenario, ledger, 1) == {PAUSED}


def test_tenants_and_the_rest_add_up_to_the_whole(tmp_path: Path) -> None:
    """Where each mail is some tenant's: recipients, calls and copies by fate; and each tenant's pause is its own."""
    scenario, ledger = ran(tmp_path, MAIL + ANOTHER)
    entry = measured(scenario, ledger, ideal_of(scenario, 1), load_prices())
    for table in ("recipients", "calls", "delivery"):
        for figure, total in entry[table].items():
            if figure != "within_deadline":
                assert sum(one[table][figure] for one in entry["tenants"]) == total, figure  # type: ignore[literal-required]
    club, shop = entry["tenants"]
    assert club["tenant"] == "club"
    assert club["reputation"]["paused_s"] is None
    assert shop["reputation"]["paused_s"] == entry["reputation"]["paused_s"]
    assert entry["own_reputation"]["paused_s"] is None
    assert all(is_figure(name) for name in figures_of(entry) if "tenants." in name or "own_" in name)


def test_a_list_of_a_tenants_own_suppresses_its_mail_alone(tmp_path: Path) -> None:
    """Whom a tenant may not send to, others may."""
    scenario, ledger = ran(tmp_path, MAIL + OWN)
    assert ledger.delivered is not None
    copies = ledger.delivered.copies
    of = origins(scenario.workload, 1)[copies["mail"]]
    assert (copies["outcome"][of == 0] == SUPPRESSED).all()
    assert not np.isin(copies["outcome"][of == 1], SUPPRESSED).any()


def test_tenants_share_the_accounts_rate(tmp_path: Path) -> None:
    """Whose mail it is, the limiter does not ask."""
    batch = '[[workload]]\nprocess = "batch"\nmessages = 20\n'
    text = f"[account]\nmax_send_rate_per_s = 5\n{batch}tenant = 'a'\n{batch}tenant = 'b'\n[tenants.a]\n[tenants.b]\n"
    assert ran(tmp_path, text)[1].mails["accepted"].sum() <= 5 + 5


def test_the_local_ses_judges_tenants_of_a_run_alike() -> None:
    """Whose mail of a run is of a paused tenant is refused in its name; the account's, and strangers', is taken."""
    tables: dict[str, Any] = {
        "account": account(max_send_rate_per_s=1e6),
        "tenants": {"shop": {}},
        "delivery": {
            "providers": {"a": {"share": 1.0, "inbox": {"constant_ms": 0}}},
            "hard_bounce": 1.0,
            "reputation": {"representative_volume": 20},
        },
        "workload": (
            {"process": "batch", "messages": 40, "tenant": "shop"},
            {"process": "batch", "messages": 1, "at_s": 1.0},
        ),
    }
    with served(speed=1e6, **tables) as endpoint:
        ses = endpoint.client("sesv2")
        said = [send(ses, **mail(), **traced(number, number, 0)) for number in range(40)]
        assert {None, "SendingPausedException"} == {*said}
        assert said == sorted(said, key=bool)
        assert send(ses, **mail(), **traced(40, 40, 0)) is None
        assert send(ses, **mail()) is None
        told = endpoint.ask("GET", "/_seslab/reasons")["reasons"]
    assert [one["said"] for one in told] == ["Sending is disabled for the tenant <shop>."]
