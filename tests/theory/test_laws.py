"""What `seslab verify` checks does not hold of simulators that are wrong.

That it holds of ours, and how sharply, is what the page on verification shows: its command is run, and compared.
"""

from __future__ import annotations

import sys
from itertools import islice
from math import inf
from typing import Any

import pytest

from reports.documents.verification import Check, VerificationDocument
from reports.running import executors
from reports.running.experiment import Runner
from reports.statistics.intervals import interval
from reports.verify import laws
from reports.verify.bench import Bench, Law
from reports.verify.closed_forms import erlang_c, m_m_c_mean_wait_s
from reports.verify.document import document
from reports.verify.table import table
from scenarios.measures.bound import Bound, bound_of
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals
from seslab import command_line, worlds
from sim.run import run
from tests.theory import sabotaged

REPLICATIONS = 8
"""Enough to find a defect out, though the intervals of the command are narrower."""

D_D_1, G_D_1, M_D_1, M_M_C, TERMINATING, STEADY, MAKESPANS, RACES, LIMITERS = laws.LAWS


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run is made in this process: it would be over before others have started."""
    monkeypatch.setattr(executors, "QUICK_MAILS", inf)


def verified(law: Law, runner: Runner) -> VerificationDocument:
    """What the command makes of a law."""
    return document([law], Bench(runner, 1, REPLICATIONS, load_prices()))


def checks(law: Law, runner: Runner = run) -> list[Check]:
    """Those of a law."""
    [of_law] = verified(law, runner)["laws"]
    return of_law["checks"]


def of_two_strategies(law: Law) -> Law:
    """A law without its other strategies: what is wrong with a ledger is wrong whoever sent."""
    return law._replace(experiments=lambda bench: islice(law.experiments(bench), 2))


@pytest.mark.parametrize(
    ("law", "runner", "unmet"),
    [
        (D_D_1, sabotaged.begins_late, 4),
        (G_D_1, sabotaged.begins_late, 2),
        (M_D_1, sabotaged.serves_slowly, 2),
        (M_M_C, sabotaged.has_one_more_server, 6),
        (TERMINATING, sabotaged.is_late_for_arrivals, 8),
        (of_two_strategies(STEADY), sabotaged.forgets_mails, 2),
        (of_two_strategies(RACES), sabotaged.decides_early, 2),
        (LIMITERS, sabotaged.admits_one_more, 9),
        (D_D_1, sabotaged.admits_nobody, 4),
    ],
    ids=lambda value: getattr(value, "__name__", getattr(value, "name", None)),
)
def test_a_wrong_simulator_is_found_out(law: Law, runner: Runner, unmet: int) -> None:
    """Each defect breaks at least so many checks of its law, and 80 columns show all of them."""
    made = verified(law, runner)
    assert sum(not check["holds"] for check in made["laws"][0]["checks"]) >= unmet
    assert table(made).width <= 80


def test_a_wrong_bound_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousandth more than the best possible is another figure."""

    def slower(scenario: Scenario, traffic: Arrivals) -> Bound:
        bound = bound_of(scenario, traffic)
        return bound._replace(makespan_s=1.001 * (bound.makespan_s or 0.0))

    monkeypatch.setattr("reports.verify.ideal_sender.bound_of", slower)
    assert not any(check["holds"] for check in checks(MAKESPANS))


def ended(monkeypatch: pytest.MonkeyPatch, law: Law, runner: Runner, *words: str) -> object:
    """The exit code of `seslab verify` where there is one law, and such a simulator."""
    monkeypatch.setattr(laws, "LAWS", (law,))
    monkeypatch.setattr(worlds, "simulator", lambda: runner)
    monkeypatch.setattr(sys, "argv", ["seslab", "verify", *words])
    with pytest.raises(SystemExit) as end:
        command_line.main()
    return end.value.code


def test_the_command_says_what_does_not_hold(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends with exit code 1, marks the row, and names it below the table with both figures; otherwise with 0."""
    assert ended(monkeypatch, D_D_1, run) == 0
    assert "\n✓ all 4 checks hold\n" in capsys.readouterr().out
    assert ended(monkeypatch, D_D_1, sabotaged.serves_slowly) == 1
    shown = capsys.readouterr().out
    assert "\n✗ 3 of 4 checks failed\n✗ D/D/1, mean wait, λ 4/s, μ 4/s: measured 2.625 s, in theory 0 s\n" in shown
    assert sum(line.endswith(" ✗") for line in shown.splitlines()) == 3


def interrupting(*_asked: Any) -> Any:
    """A run in which Ctrl-C is pressed."""
    raise KeyboardInterrupt


def test_ctrl_c_ends_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Half of the checks would say nothing: one line, and the exit code of every command that was interrupted."""
    assert ended(monkeypatch, D_D_1, interrupting) == 130
    assert capsys.readouterr() == ("", "seslab: interrupted: 0 of 4 runs begun or done\n")


def test_erlang_c_by_hand() -> None:
    """M/M/1: an arrival waits with the probability that the server is busy; two servers at one erlang: one third."""
    assert erlang_c(1, 0.3) == pytest.approx(0.3)
    assert m_m_c_mean_wait_s(1, 0.5, 10.0) == pytest.approx(10.0)
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3)


def test_the_interval_is_students() -> None:
    """Of 1, 2, 3 the 99 % interval is 2 ± 9.925 ÷ √3."""
    half = 9.92484 / 3**0.5
    assert interval([1.0, 2.0, 3.0], 0.99) == pytest.approx((2.0 - half, 2.0 + half), rel=1e-5)
