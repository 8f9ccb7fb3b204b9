"""Laws of what travels to Locust's workers: every mail arrives as it was drawn, its lane too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from loadtests.load.assignment import Assignment, Place, WorkerMails, all_mails, read, share_of, whole, written
from loadtests.load.workers.share_proxy import order_of
from scenarios.runs import account_of
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import as_toml
from scenarios.traffic.workload import Arrivals, arrivals
from strategies.ports import Mail
from strategies.resources import Lane

LANES = Scenario.model_validate(
    {
        "name": "two-lanes",
        "horizon_s": 60.0,
        "workload": (
            {"process": "batch", "messages": 3, "recipients": 2},
            {"process": "batch", "messages": 2, "lane": "urgent", "priority": 1},
        ),
    }
)


def _sent(mails: WorkerMails) -> WorkerMails:
    """As a worker gets them."""
    message: dict[str, Any] = mails.packed()
    return WorkerMails.unpacked(**message)


@given(st.integers(0, 20), st.integers(1, 4), st.booleans())
def test_shares_have_every_mail_once(mails: int, of: int, has_lanes: bool) -> None:
    """Packed and unpacked, all shares together are the whole, and each mail has its number, size and labels."""
    lanes = np.arange(mails) % 3 if has_lanes else np.empty(0)
    drawn = Arrivals(np.arange(mails) / 8, np.arange(mails, dtype=np.int32) + 1, lanes.astype(np.uint8))
    accounts = (np.arange(mails) % 5).astype(np.uint8)
    shares = [_sent(share_of(all_mails(drawn, accounts), worker, of)) for worker in range(of)]
    got = [share.mail(index) for share in shares for index in range(len(share.mails.recipients))]
    whose = {share.mail(index).number: share.account(index) for share in shares for index in range(len(share.accounts))}
    assert whose == dict(enumerate(accounts.tolist()))
    assert sorted(got) == [Mail(n, n + 1, n / 8, lane=n % 3 if has_lanes else 0) for n in range(mails)]


def test_a_strategys_share_knows_the_lanes(tmp_path: Path) -> None:
    """From the master's file to a process's order: the mails are the scenario's, and so are the account's lanes."""
    drawn = arrivals(LANES.workload, 1)
    written(
        Assignment("direct", Place("http://127.0.0.1:1"), 1, 60.0, scenario=as_toml(LANES)), all_mails(drawn), tmp_path
    )
    assignment, mails = read(tmp_path)
    order = order_of(assignment, _sent(whole(mails, 1, 2)), 0, tmp_path)
    assert account_of(order.scenario).lanes == (Lane("urgent", 1), Lane("default", 0))
    assert order.mails.lanes.tolist() == drawn.lanes.tolist() == [1, 1, 1, 0, 0]
    assert order.mails.recipients.tolist() == drawn.recipients.tolist() == [2, 2, 2, 1, 1]


def test_a_share_needs_no_trace(tmp_path: Path) -> None:
    """Its file is on the master's machine, which has read it."""
    (tmp_path / "sent.csv").write_text("at_s,recipients\n0,1\n2,3\n")
    trace = {"process": "trace", "path": str(tmp_path / "sent.csv"), "account": "us"}
    table = {"name": "traced", "accounts": {"us": {}, "eu": {}}, "workload": (trace,), "neighbour": (trace,)}
    traced = Scenario.model_validate(table)
    drawn = arrivals(traced.workload, 1)
    (tmp_path / "sent.csv").unlink()
    assignment = Assignment("direct", Place("http://127.0.0.1:1"), 1, 60.0, scenario=as_toml(traced))
    order = order_of(assignment, _sent(whole(all_mails(drawn, np.zeros(2, np.uint8)), 0, 1)), 0, tmp_path)
    assert [(name, mails.recipients.tolist()) for name, _, mails in order.parts] == [("us", [1, 3])]
