"""What a fit answers where calls tell little, or nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reports.fit import folder
from reports.fit.command import explained
from reports.fit.document import document
from scenarios.errors import BadInput
from scenarios.hypotheses.sets import of_accounts
from scenarios.inference.calls import calls_of
from scenarios.inference.fit import fitted
from scenarios.inference.reading import Trace
from scenarios.inference.suppositions import Supposition
from scenarios.inference.written import hypotheses, nominal
from scenarios.schema.accounts.account import Account
from tests.unit.inference.test_fit import RATE_PER_S, SINGLE, greedy

REFUSED = calls_of(0.1 * np.arange(8), [50] * 8, [False] * 8)


@pytest.mark.parametrize("rate_per_s", [None, 50.0])
def test_calls_that_are_all_refused_decide_nothing(rate_per_s: float | None, tmp_path: Path) -> None:
    """That is said, and everything is written: also of windows of fewer recipients than most shards."""
    fit = fitted(REFUSED, rate_per_s, among=(*SINGLE, Supposition("sliding-window", 4), Supposition("token-bucket", 4)))
    made = document(fit, "calls.csv", rate_per_s, 0, 0)
    assert made["verdict"] == "no-acceptances"
    assert made["cannot_tell"][0].startswith("no call was accepted: ")
    folder.save(tmp_path, made, fit)
    named_per_s = nominal(fit, rate_per_s)
    read = of_accounts(tmp_path / folder.LIMITERS)(Account(max_send_rate_per_s=named_per_s)).hypotheses
    assert len(read) == len(fit.alive)


def test_a_window_is_not_dealt_to_more_shards_than_it_has_recipients() -> None:
    """In the sandbox it holds one."""
    fit = fitted(REFUSED, 1.0, among=[Supposition("fixed-window", shards) for shards in (1, 2)])
    assert [one.supposition.shards for one in fit.explanations] == [1]


def test_limiters_without_a_known_rate_are_written_as_they_were_found() -> None:
    """As shares of the most that any of them lets through: none is clipped to what the most probable one does."""
    fit = fitted(greedy(8, burst=4), None, among=SINGLE)
    assert len(fit.alive) > 1
    written = {one.name: one.limiter.effective_rate for one in hypotheses(fit, nominal(fit, None))}
    most = max(one.rate_per_s.best for one in fit.alive)
    for one in fit.alive:
        if one.supposition.has_burst:
            assert written[one.supposition.kind] * most == pytest.approx(one.rate_per_s.best, rel=1e-4)


@pytest.mark.parametrize("rate_per_s", [1e-300, 0.1, 1e6, float("nan")])
def test_a_named_rate_that_no_calls_are_of_is_refused(rate_per_s: float) -> None:
    """One line says which it may be; nothing is fitted."""
    with pytest.raises(BadInput, match=r"--rate .*: must be 0\.[0-9]+ to [0-9,]+: these calls asked for at most"):
        explained(Trace(greedy(30, burst=31), 0, RATE_PER_S), "calls.csv", rate_per_s)
