"""What a fit answers where calls tell little, or nothing."""

from __future__ import annotations

from errno import ENOSPC
from pathlib import Path

import numpy as np
import pytest

from reports.documents.fit import FitDocument
from reports.fit import folder
from reports.fit.command import explained, show
from reports.fit.document import document
from reports.fit.table import answer, table
from scenarios.errors import BadInput
from scenarios.hypotheses.sets import of_accounts
from scenarios.inference.calls import calls_of
from scenarios.inference.fit import Fit, fitted
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


def test_best_values_are_inside_their_intervals() -> None:
    """Calls without a refusal are explained as well by points that are hardly probable."""
    calls = calls_of([0.0, 0.1, 0.2, 0.9, 1.5], [4, 4, 6, 2, 8], [True] * 5)
    for one in fitted(calls, 14.0, among=[*SINGLE, Supposition("token-bucket", 1, costly=True)]).explanations:
        for interval in (one.rate_per_s, one.capacity, one.refusal_cost, one.phase_s):
            assert interval.low <= interval.best <= interval.high


@pytest.fixture(scope="module")
def found() -> Fit:
    """Of few calls of a bucket."""
    return fitted(greedy(60, burst=6), RATE_PER_S, among=SINGLE[:2])


def told(found: Fit, *rows: tuple[Supposition, float, int]) -> FitDocument:
    """Of explanations that are these: each with a weight, and contradicted by so many calls."""
    best = found.explanations[0]
    explanations = [best._replace(supposition=one, weight=weight, unexplained=off) for one, weight, off in rows]
    return document(found._replace(explanations=explanations), "-", RATE_PER_S, 0, 0)


def test_a_kind_that_is_decided_is_not_open_too(found: Fit) -> None:
    """What else is believed a little is not what cannot be told; what has no row counts for its kind, as is said."""
    rows = [(Supposition("sliding-window"), 0.949, 0), (Supposition("sliding-window", 1, costly=True), 0.002, 0)]
    made = told(found, *rows, (Supposition("debt"), 0.025, 0), (Supposition("token-bucket"), 0.024, 0))
    assert answer(made) == "decided: a sliding window (95.1 %)"
    assert not any(line.startswith("which it is") for line in made["cannot_tell"])
    assert "what is below 1 % has no row, and counts for its kind" in [one.note for one in table(made).columns]
    open_ = told(found, (Supposition("debt"), 0.6, 0), (Supposition("debt", 2), 0.38, 0))
    assert open_["cannot_tell"][0] == "which it is of debt and debt-2"


@pytest.mark.parametrize(("contradicted", "is_said"), [(4, True), (9, False)])
def test_shards_that_explain_little_more_may_be_inexact_instants(found: Fit, contradicted: int, is_said: bool) -> None:
    """Instants that are off by some milliseconds make a few outcomes that no limiter alone has made."""
    rows = (Supposition("sliding-window", 2), 0.99, 0), (Supposition("sliding-window"), 0.001, contradicted)
    assert any("--within-ms" in line for line in told(found, *rows)["cannot_tell"]) == is_said


def test_what_cannot_be_kept_is_shown(
    found: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A disk that is full by then does not take the answer along."""

    def full(*_: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(folder, "save", full)
    with pytest.raises(OSError, match="No space left"):
        show(document(found, "-", RATE_PER_S, 0, 0), found, False, tmp_path)
    assert "token-bucket" in capsys.readouterr().out
