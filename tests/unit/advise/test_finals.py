"""Whom the finals choose, how sure that is, and who comes into them."""

from __future__ import annotations

from itertools import islice

import pytest

from reports.advise.assurance import Assurance, shares
from reports.advise.bench import Budget, Met
from reports.advise.candidates import Candidate
from reports.advise.document import document
from reports.advise.finalists import finalists
from reports.advise.finals import Finals, played
from reports.advise.search import play, traps
from reports.advise.sentences import sentences
from tests.unit.advise.problems import (
    ASSURANCE,
    A,
    B,
    C,
    Table,
    in_finals,
    perform,
    question,
    scenario,
)


def test_of_equals_the_one_that_changes_less_is_chosen() -> None:
    """Though its mean is more by less than matters; not if it is more by what does."""
    apart = [2.0 + number / 10 for number in range(11)]
    near = in_finals({A: apart, B: [value + 0.001 for value in apart]})
    far = in_finals({A: apart, B: [value + 0.1 for value in apart]})
    assert (near.choice, far.choice) == (B, A)
    assert [one["standing"] for one in document(near, [])["candidates"]] == ["chosen", "tied"]


def test_the_choice_goes_on_until_it_meets_all_as_often_as_was_asked() -> None:
    """Alone; and if it fails on the way, whoever is as good takes its place."""
    assurance = Assurance(0.95, 0.01, True, 0.8)
    found = in_finals({A: [1.0] * 40, B: [2.0] * 40}, assurance)
    campaigns, part = found.groups[0].campaigns, found.groups[0].campaigns_share
    assert part is not None
    assert part >= 0.8 > (0.025 / 2) ** (1 / (campaigns - 1))
    assert len(found.groups[0].values[B]) < campaigns
    other = in_finals({A: [1.0] * 40, B: [1.0] * 12 + [None]}, assurance)
    assert other.choice == A


def test_only_what_does_the_same_is_left_out_of_the_finals() -> None:
    """Two strategies that come to the same are two; one that a setting changes nothing of is one."""
    bench = Table(question(scenario()), perform, Budget(None, None, lambda: 0.0), table={})
    same, near, other = B, Candidate("direct", (("workers", 3),)), C
    for one, value in ((same, 1.0), (A, 1.0), (near, 1.000001), (other, 1.0)):
        for at in range(2):
            bench.runs.setdefault((one, 1), {})[at] = Met(0.0, value, 1.0)
    assert finalists(bench, [same, A, near, other], 1) == [same, other, near]


def test_groups_share_the_error() -> None:
    """However many are needed, both errors of all of them together are those that were allowed."""
    groups = [ASSURANCE.part(share) for share in islice(shares(), 60)]
    for whole, parts in (
        (ASSURANCE.error_of_admission, [one.error_of_admission for one in groups]),
        (ASSURANCE.error_of_equality, [one.error_of_equality for one in groups]),
        (1 - ASSURANCE.of_selection, [1 - one.of_selection for one in groups]),
    ):
        assert sum(parts) == pytest.approx(whole)
    assert 1 - ASSURANCE.confidence == pytest.approx(
        ASSURANCE.error_of_admission + ASSURANCE.error_of_equality + 1 - ASSURANCE.of_selection
    )


def test_the_share_of_campaigns_is_wilkss_for_all_finalists() -> None:
    """Half of the error is shared out to the finalists."""
    four = [Candidate("direct", (("workers", number),)) for number in range(2, 6)]
    finals = Finals(ASSURANCE, four, values={one: [1.0] * 20 for one in four})
    assert finals.campaigns_share == pytest.approx((0.025 / 4) ** (1 / 20))


def test_of_equals_the_one_that_is_better_in_the_other_figure_is_chosen() -> None:
    """Though it changes more; not by less than a hundredth, nor where the first figure is worse by what matters."""
    apart = [2.0 + number / 10 for number in range(11)]
    equal = in_finals({B: apart, A: [value + 0.001 for value in apart]}, besides={A: 1.0, B: 2.0})
    alike = in_finals({B: apart, A: [value + 0.001 for value in apart]}, besides={A: 1.99, B: 2.0})
    far = in_finals({B: apart, A: [value + 0.1 for value in apart]}, besides={A: 1.0, B: 2.0})
    assert (equal.choice, alike.choice, far.choice) == (A, B, B)


def test_an_equal_of_the_best_that_is_better_in_the_other_figure_is_a_finalist() -> None:
    """However many are a little better in the first one."""
    bench = Table(question(scenario()), perform, Budget(None, None, lambda: 0.0), table={})
    many = [Candidate("direct", (("workers", number),)) for number in range(2, 9)]
    for place, one in enumerate(many):
        for at in range(2):
            bench.runs.setdefault((one, 1), {})[at] = Met(0.0, 1.0 + place / 1e3, 529.0 if one != many[-1] else 148.0)
    chosen = finalists(bench, many, 1)
    assert many[0] in chosen
    assert chosen[0] == many[-1]


def failing_once(campaign: int) -> list[float | None]:
    """Of five."""
    return [None if number == campaign else 1.0 for number in range(5)]


def test_what_made_a_finalist_proves_nothing_of_it() -> None:
    """A campaign in which others had failed is met because of that: as many others are met as without it."""
    found = in_finals({A: [1.0, 1.0, None], C: [2.0] * 13}, plays=False)
    found.groups.append(Finals(ASSURANCE, [A]))
    played(found.bench, found.groups[0], 2, lambda _: None)
    assert [campaign for campaign, _ in traps(found)] == [1]
    found.groups.append(Finals(ASSURANCE, [C], known=frozenset({1})))
    played(found.bench, found.groups[1], 2, lambda _: None)
    assert (found.groups[1].campaigns, found.groups[1].fresh) == (11, 10)
    assert found.groups[1].campaigns_share == pytest.approx(0.025 ** (1 / 10))


def test_nobody_is_advised_of_whom_all_failed() -> None:
    """The closest is who met most campaigns before. Who fails where finalists did plays no finals, but a run or few."""
    many = [Candidate("direct", (("workers", number),)) for number in range(2, 19)]
    values = {one: [1.0 + place / 1e3, *failing_once(place % 5)] for place, one in enumerate(many)}
    found = in_finals(values, plays=False)
    before = found.bench.budget.spent
    play(found, lambda _: None)
    assert found.choice is None
    assert [len(group.finalists) for group in found.groups] == [3, 3]
    assert len(found.fallen) == len(many) - 6
    finals = sum(2 * (loss.campaigns + 1) for group in found.groups for loss in group.out.values())
    assert found.bench.budget.spent - before <= finals + len(traps(found)) * (len(many) - 3)
    told = document(found, [])
    assert {one["standing"] for one in told["candidates"]} == {"failed"}
    said, *_ = sentences(told)
    assert "none of 17 candidates meets everything" in said
    assert "fails after 4 campaigns of the finals" in said
