"""What the command is asked for, refuses and leaves behind."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from reports.advise import command, folder
from reports.advise.bench import Budget
from reports.advise.document import document
from reports.advise.figure import ranking_by
from reports.advise.finals import MOST_CAMPAIGNS
from reports.documents.advice import AdviceDocument
from reports.figures import canvas
from reports.running.executors import OwnProcesses
from reports.running.experiment import LAST_SEED, Job
from reports.running.keeping import ADVICE, REPORT
from reports.running.parallel import Outcome
from reports.terminal import to_json
from scenarios.errors import BadInput, Interrupted, RunFailed
from scenarios.hypotheses.sets import Chosen
from seslab.commands.deciding.advise import CONFIDENCE, LAST_FIRST_SEED, confidence_of, indifference_of, share_of
from tests.unit.advise.problems import (
    CONTENDERS,
    A,
    B,
    in_finals,
    perform,
    question,
    scenario,
)
from tests.unit.pictures import texts


@pytest.mark.parametrize(
    ("end", "ends_as", "ended", "said"),
    [
        (KeyboardInterrupt(), Interrupted("interrupted: "), "interrupted", "it was interrupted"),
        (RunFailed("its scheduler went away; again: ..."), None, "failed", "it could not go on"),
    ],
)
def test_a_search_that_is_cut_short_tells_what_it_found(
    end: BaseException,
    ends_as: Exception | None,
    ended: str,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By Ctrl-C or a lost cluster: it leaves a document, and the command ends as it was cut short."""

    class Ending(OwnProcesses):
        times = count()

        def perform(self, jobs: Sequence[Job], *rest: Any) -> Outcome:
            if next(self.times) < 2:
                return super().perform(jobs, *rest)
            if isinstance(end, RunFailed):
                return Outcome([], False, end)
            raise end

    asked, chosen = question(scenario()), Chosen(question(scenario()).hypotheses)
    budget = Budget(None, None, lambda: 0.0)
    with pytest.raises(type(end) if ends_as is None else type(ends_as)) as over:
        command.advised(asked, CONTENDERS, budget, Ending(), chosen, tmp_path, False)
    assert str(over.value).startswith(str(ends_as or end))
    assert said in capsys.readouterr().out
    assert json.loads((tmp_path / ADVICE).read_text())["ended"] == ended


def test_a_budget_of_no_time_says_that_nothing_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    """In a line, on the other stream: there is no document."""
    asked = question(scenario())
    late = Budget(None, 1.0, lambda: 2.0)
    assert command.advised(asked, CONTENDERS, late, OwnProcesses(), Chosen(asked.hypotheses), None, True) is None
    out, said = capsys.readouterr()
    assert (out, said.count("\n")) == ("", 1)
    assert "before the first run" in said


@pytest.mark.parametrize(("runs", "limit_s", "found"), [(5, 60.0, None), (None, 0.5, False)])
def test_not_to_know_is_not_to_have_found(runs: int | None, limit_s: float, found: bool | None) -> None:
    """A budget that ends it at once tells nothing of what a whole search would have found."""

    class Here(OwnProcesses):
        def perform(self, jobs: Sequence[Job], *_: Any) -> Outcome:
            return perform(jobs, lambda _: False)

    asked = question(scenario(thresholds={"soon": (f"*.makespan_s < {limit_s}",)}))
    budget = Budget(runs, None, lambda: 0.0)
    assert command.advised(asked, CONTENDERS, budget, Here(), Chosen(asked.hypotheses), None, True) is found


@pytest.fixture
def decided(tmp_path: Path) -> AdviceDocument:
    """An answer in a folder, which came to its end."""
    advice = document(in_finals({A: [1.0] * 11, B: [2.0] * 11}), [])
    (tmp_path / ADVICE).write_text(to_json(advice))
    return advice


def test_a_folder_is_one_questions(decided: AdviceDocument, tmp_path: Path) -> None:
    """Another figure, other contenders or limiters are refused; their order is no matter."""
    figure, contenders, limiters = decided["figure"], decided["contenders"], question(scenario()).hypotheses
    folder.refuse_another(tmp_path, figure, contenders[::-1], limiters[::-1])
    for other in (
        ("cost_usd", contenders, limiters),
        (figure, ["direct"], limiters),
        (figure, contenders, limiters[:1]),
    ):
        with pytest.raises(BadInput, match="has another advice"):
            folder.refuse_another(tmp_path, *other)


def test_what_is_undecided_replaces_nothing_decided(
    decided: AdviceDocument, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is shown, and a line tells that the folder keeps what it has."""
    asked, one = question(scenario()), Budget(1, None, lambda: 0.0)
    command.advised(asked, CONTENDERS, one, OwnProcesses(), Chosen(asked.hypotheses), tmp_path, True)
    out, said = capsys.readouterr()
    assert '"ended": "budget"' in out
    assert f"{tmp_path} keeps the decided advice" in said
    assert [path.name for path in tmp_path.iterdir()] == [ADVICE]
    assert (tmp_path / ADVICE).read_text() == to_json(decided)


def test_more_runs_are_not_replaced_by_fewer(decided: AdviceDocument, tmp_path: Path) -> None:
    """Of two that came to no end; what came to its end replaces either."""
    (tmp_path / ADVICE).write_text(to_json({**decided, "ended": "interrupted", "runs": 455}))
    assert folder.better_in(tmp_path, "budget", 5) == "the advice of 455 runs that it has; this one is of 5"
    assert not folder.better_in(tmp_path, "budget", 455)
    assert not folder.better_in(tmp_path, "decided", 5)


def test_an_answer_is_kept_whole_or_not_at_all(
    decided: AdviceDocument, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full when the picture is drawn leaves all that was there."""
    folder.save(tmp_path, decided, "", "")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.name for path in before} >= {ADVICE, REPORT, "front.svg", "front.png"}
    assert {"advised", "direct"} <= {*texts(tmp_path / "figures" / "front.svg").splitlines()}

    def full(*_: Any) -> list[Path]:
        raise RunFailed("front.svg: No space left on device")

    monkeypatch.setattr(canvas, "save", full)
    with pytest.raises(RunFailed, match="No space left"):
        folder.save(tmp_path, {**decided, "runs": 0}, "", "")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        ("goodput_per_s", "more of it is better"),
        ("latency.p99", "figure to minimise"),
        ("month.total_usd", r"a month needs a table \[bill\]"),
        ("lanes.news.latency_s.p99", "news"),
    ],
)
def test_a_figure_that_cannot_be_minimised_is_refused(figure: str, said: str) -> None:
    """In one line that names it and what would be right."""
    with pytest.raises(BadInput, match=said) as refused:
        ranking_by(scenario(), figure)
    assert "\n" not in str(refused.value)
    assert figure in str(refused.value)


def test_seeds_that_would_run_out_are_refused() -> None:
    """Before anything is run."""
    assert LAST_FIRST_SEED == LAST_SEED - MOST_CAMPAIGNS
    with pytest.raises(BadInput, match="campaigns count up beyond"):
        ranking_by(scenario(seed=2**63 - 1), "makespan_s")


@pytest.mark.parametrize("text", ["0", "1e-300", "-1", "none", "100%", "1%%", "inf", ""])
def test_an_indifference_that_is_none_is_refused(text: str) -> None:
    """One of nothing would never end."""
    with pytest.raises(BadInput, match="--indifference"):
        indifference_of(text)
    assert indifference_of("2%") == (0.02, True)
    assert indifference_of("0.5") == (0.5, False)


@pytest.mark.parametrize("text", ["100%", "95", "0", "99.5%", "none", ""])
def test_a_share_that_no_number_of_campaigns_reaches_is_refused(text: str) -> None:
    """In a line that says which would do."""
    with pytest.raises(BadInput, match=f"--share {text or repr('')}: must be above 0 and at most 99%.* such as 95%"):
        share_of(text)
    assert share_of("95%") == share_of("0.95") == 0.95


@pytest.mark.parametrize("text", ["95", "0.4", "100%", "99.999%", "nan", "sure", ""])
def test_a_confidence_that_is_none_is_refused(text: str) -> None:
    """As a number, or as a percentage."""
    with pytest.raises(BadInput, match=f"--confidence {text or repr('')}: must be from 0.5 to 0.9999, such as"):
        confidence_of(text)
    assert confidence_of("95%") == confidence_of(CONFIDENCE) == 0.95
