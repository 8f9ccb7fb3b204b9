"""Questions about one account, which accounts with limits of their own do not answer by their sum."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.errors import BadInput
from scenarios.traffic.one_account import refuse_apart
from seslab.app import run
from tests.unit.scenario_files import loaded, written

MAIL = '[[workload]]\nprocess = "batch"\nmessages = 10\naccount = "a"\n'
TWO = f"[accounts.a]\n[accounts.b]\n{MAIL}"


@pytest.mark.parametrize(
    "line",
    [
        ["track", "s.toml"],
    ],
)
def test_accounts_with_limits_of_their_own_are_refused(
    line: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line, with their names, before anything is simulated; b is an account although it has no mail."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path, f'{TWO}[thresholds]\nsafe = "*.recipients.lost == 0"\n[dedicated_ips]\n[delivery]\n[tracker]\n')
    with pytest.raises(BadInput, match=rf"^s.toml: has the accounts a, b, and {line[0]} looks at one;[^\n]*$"):
        run(line, "seslab")


def test_a_pool_of_all_is_one_sender_to_a_tracker(tmp_path: Path) -> None:
    """Its events come from one backlog."""
    pool = loaded(tmp_path, f"{TWO}[pool]\n")
    refuse_apart("s", pool, "track")
    refuse_apart("s", loaded(tmp_path, f"[accounts.a]\n{MAIL}"), "track")
