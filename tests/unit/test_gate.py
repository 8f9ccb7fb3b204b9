"""Better, worse or nobody knows: the rule that turns figures into a verdict, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import hypothesis.strategies as st
import pytest
from hypothesis import given
from scipy import stats

from reports.gate import verdict
from reports.gate.verdict import Rule, judge, judge_all, worst
from reports.statistics.intervals import interval
from scenarios.directions import Direction
from scenarios.verdicts import FAIL, IMPROVED, INCONCLUSIVE, PASS, Verdict

LOWER, HIGHER, SAME = Rule("lower"), Rule("higher"), Rule("same")
BASE = [10.0, 12.0, 11.0, 13.0]

amounts = st.floats(min_value=-1e6, max_value=1e6).map(lambda value: round(value, 3))
replications = st.lists(amounts, min_size=2, max_size=8)
pairs = st.lists(st.tuples(amounts, amounts), min_size=2, max_size=8)
directions = st.sampled_from(["lower", "higher", "same"])
MIRRORED: dict[Direction, Direction] = {"lower": "higher", "higher": "lower", "same": "same"}


def moved(by: Sequence[float]) -> list[float]:
    """The base, each replication moved by its own amount."""
    return [value + change for value, change in zip(BASE, by, strict=True)]


@pytest.mark.parametrize(
    ("rule", "by", "verdict"),
    [
        (LOWER, [1.0, 1.1, 0.9, 1.0], FAIL),
        (LOWER, [-1.0, -1.1, -0.9, -1.0], IMPROVED),
        (HIGHER, [1.0, 1.1, 0.9, 1.0], IMPROVED),
        (HIGHER, [-1.0, -1.1, -0.9, -1.0], FAIL),
        (SAME, [1.0, 1.1, 0.9, 1.0], FAIL),
        (SAME, [-1.0, -1.1, -0.9, -1.0], FAIL),
        (LOWER, [3.0, -2.0, 2.0, -1.0], INCONCLUSIVE),
        (SAME, [3.0, -2.0, 2.0, -1.0], INCONCLUSIVE),
        (LOWER, [2.0, -2.0, 1.0, -1.0], INCONCLUSIVE),
        (Rule("lower", 1.5), [1.0, 1.1, 0.9, 1.0], PASS),
        (Rule("lower", 1.0), [1.0, 1.1, 0.9, 1.0], INCONCLUSIVE),
        (Rule("lower", 0.5), [1.0, 1.1, 0.9, 1.0], FAIL),
        (Rule("same", 1.5), [-1.0, -1.1, -0.9, -1.0], PASS),
        (Rule("higher", 0.2, relative=True), [-1.0, -1.1, -0.9, -1.0], PASS),
        (Rule("higher", 0.05, relative=True), [-1.0, -1.1, -0.9, -1.0], FAIL),
    ],
)
def test_the_interval_decides(rule: Rule, by: list[float], verdict: Verdict) -> None:
    """Beyond the tolerance on the wrong side is a failure, astride it is a doubt, within it passes."""
    assert judge(rule, BASE, moved(by)).verdict == verdict


def test_the_interval_is_that_of_a_paired_t_test() -> None:
    """As scipy has it, at whatever confidence."""
    head = moved([1.0, 2.0, 0.5, 1.5])
    for confidence in (0.95, 0.999):
        expected = stats.ttest_rel(head, BASE).confidence_interval(confidence)
        assert judge(LOWER, BASE, head, confidence).interval == pytest.approx(tuple(expected))


def test_what_pairs_have_in_common_makes_no_doubt() -> None:
    """A slow seed is slow on both sides: the same difference everywhere is certain, however much the seeds differ."""
    base = [1.0, 500.0, 20.0]
    assert judge(LOWER, base, [value + 0.001 for value in base]).verdict == FAIL


@given(replications, directions)
def test_equal_values_pass(values: list[float], direction: Direction) -> None:
    """Whatever they are, they are not worse, and there is no interval to show."""
    judged = judge(Rule(direction), values, values)
    assert (judged.verdict, judged.difference, judged.interval) == (PASS, 0.0, None)


@given(pairs, directions)
def test_the_verdict_is_symmetric(both: list[tuple[float, float]], direction: Direction) -> None:
    """Less of what should be low is more of what should be high."""
    base, head = (list(side) for side in zip(*both, strict=True))
    mirrored = judge(Rule(MIRRORED[direction]), [-value for value in base], [-value for value in head])
    assert mirrored.verdict == judge(Rule(direction), base, head).verdict


@given(pairs, directions)
def test_there_and_back(both: list[tuple[float, float]], direction: Direction) -> None:
    """What improves one way fails the other way, and a doubt is one both ways."""
    base, head = (list(side) for side in zip(*both, strict=True))
    there, back = judge(Rule(direction), base, head).verdict, judge(Rule(direction), head, base).verdict
    opposite = {IMPROVED: FAIL, FAIL: IMPROVED} if direction != "same" else {}
    assert back == opposite.get(there, there)


@given(pairs, directions)
def test_differences_within_the_tolerance_never_fail(both: list[tuple[float, float]], direction: Direction) -> None:
    """If every replication stays within it, so does their mean: at worst nobody can be sure."""
    base, head = (list(side) for side in zip(*both, strict=True))
    tolerance = max(abs(h - b) for b, h in both)
    assert judge(Rule(direction, tolerance), base, head).verdict != FAIL
    assert judge(Rule(direction), base, head, noise=tolerance + 1e-6).verdict == PASS


@given(pairs, st.floats(min_value=1e-3, max_value=1e3))
def test_a_larger_tolerance_is_never_stricter(both: list[tuple[float, float]], tolerance: float) -> None:
    """What it fails, none fails."""
    base, head = (list(side) for side in zip(*both, strict=True))
    if judge(Rule("lower", tolerance), base, head).verdict == FAIL:
        assert judge(LOWER, base, head).verdict == FAIL


def test_the_arithmetic_of_another_machine_is_no_difference() -> None:
    """The last digits of a float may differ with the processor; a billionth of the figure is nothing."""
    head = [value * (1 + 1e-10) for value in BASE]
    judged = judge(SAME, BASE, head)
    assert (judged.verdict, judged.interval) == (PASS, None)


def test_noise_is_not_judged() -> None:
    """A mean difference within the noise passes, with its interval shown; beyond it the interval decides."""
    head = moved([1.0, 1.1, 0.9, 1.0])
    within, beyond = judge(LOWER, BASE, head, noise=1.1), judge(LOWER, BASE, head, noise=0.9)
    assert (within.verdict, within.interval is None, within.noise) == (PASS, False, 1.1)
    assert beyond.verdict == FAIL


@pytest.mark.parametrize(
    ("base", "head", "verdict"),
    [
        ([None, None], [None, None], PASS),
        ([1.0, None], [None, None], INCONCLUSIVE),
        ([1.0] * 9 + [None], [None] * 10, FAIL),
        ([None] * 10, [1.0] * 9 + [None], IMPROVED),
        ([1.0, 2.0], [1.0, None], FAIL),
        ([1.0, None], [1.0, 2.0], IMPROVED),
        ([None, None], [1.0, None], INCONCLUSIVE),
        ([1.0, None], [None, 1.0], INCONCLUSIVE),
    ],
)
def test_losing_a_figure_fails(base: list[float | None], head: list[float | None], verdict: Verdict) -> None:
    """And it never passes: where it was missing in some replications before, the interval of how often decides."""
    judged = judge(HIGHER, base, head)
    assert (judged.verdict, judged.interval) == (verdict, None)
    assert judged.without == (base.count(None), head.count(None))


def test_a_replication_without_the_figure_on_both_sides_hides_nothing() -> None:
    """The other pairs are judged as ever."""
    head = moved([1.0, 1.1, 0.9, 1.0])
    judged = judge(LOWER, [*BASE, None], [*head, None])
    assert judged == judge(LOWER, BASE, head)._replace(without=(1, 1))
    assert judged.verdict == FAIL


def test_many_looks_do_not_find_accidents() -> None:
    """Only figures that moved share the 5 % (Bonferroni): with k of them each interval has 1 - 5 % / k."""
    head = moved([1.0, 2.0, 0.5, 1.5])
    for k in (1, 2, 7):
        names = [f"moved-{number}" for number in range(k)]
        base_values = {"still": BASE, **dict.fromkeys(names, BASE)}
        now_values = {"still": BASE, **dict.fromkeys(names, head)}
        assert verdict.moved(base_values, base_values, now_values) == k
        confidence = verdict.confidence_of_each(k)
        judged = judge_all(dict.fromkeys(base_values, LOWER), base_values, now_values, confidence)
        expected = interval([1.0, 2.0, 0.5, 1.5], 1 - 0.05 / k)
        assert judged["still"].interval is None
        assert [judged[name].interval for name in names] == [pytest.approx(expected)] * k


def test_more_figures_can_only_add_doubt() -> None:
    """Alone a figure fails; among twenty that moved as well its interval is too wide to be sure."""
    head = moved([1.0, 2.0, 0.5, 1.5])
    verdicts = [judge(LOWER, BASE, head, verdict.confidence_of_each(figures)).verdict for figures in (0, 1, 20)]
    assert verdicts == [FAIL, FAIL, INCONCLUSIVE]


def test_other_numbers_of_replications_are_not_paired() -> None:
    """They would be compared with other seeds than their own."""
    with pytest.raises(ValueError, match="zip"):
        judge(LOWER, [1.0, 2.0], [1.0])


def test_the_worst_verdict_counts() -> None:
    """Nothing at all is well, and a gain does not make up for a loss."""
    assert worst([]) == PASS
    assert worst([PASS, IMPROVED]) == IMPROVED
    assert worst([IMPROVED, INCONCLUSIVE, PASS]) == INCONCLUSIVE
    assert worst([INCONCLUSIVE, FAIL, IMPROVED]) == FAIL
