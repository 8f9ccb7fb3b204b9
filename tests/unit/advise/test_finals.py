"""Whom the finals choose, how sure that is, and who comes into them."""

from __future__ import annotations

import pytest

from reports.advise.assurance import Assurance
from reports.advise.bench import Budget, Met
from reports.advise.candidates import Candidate
from reports.advise.document import document
from reports.advise.finals import Finals
from reports.advise.search import PARTS, Search, group
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
    found = Search(bench, ["direct", "aimd"])
    same, near, other = B, Candidate("direct", (("workers", 3),)), C
    for one, value in ((same, 1.0), (A, 1.0), (near, 1.000001), (other, 1.0)):
        for at in range(2):
            bench.runs.setdefault((one, 1), {})[at] = Met(0.0, value, 1.0)
    assert group(found, [same, A, near, other]) == [same, near, other]


def test_groups_share_the_error() -> None:
    """However many are needed, all of them spend what there is."""
    assert sum(PARTS) == 1


def test_the_share_of_campaigns_is_wilkss_for_all_finalists() -> None:
    """Half of the error is shared out to the groups, and of a group to its finalists."""
    finalists = [Candidate("direct", (("workers", number),)) for number in range(2, 6)]
    finals = Finals(ASSURANCE, finalists, 0.5, values={one: [1.0] * 20 for one in finalists})
    assert finals.campaigns_share == pytest.approx((0.025 * 0.5 / 4) ** (1 / 20))
