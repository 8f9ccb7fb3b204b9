"""Which pod gets which mail, in every world, whatever crashes and scales."""

from __future__ import annotations

from math import inf
from typing import Any

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from scenarios.aws.incarnations import Incarnation, incarnations, kept
from scenarios.aws.pod_lives import stretches
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import arrivals

SEED = 1
EIGHTHS = st.integers(0, 40).map(lambda eighths: eighths / 8)


@st.composite
def faults(draw: st.DrawFn) -> dict[str, Any]:
    """A crash or a scaling; many begin and end at instants at which mail is due."""
    window = {"start_s": draw(EIGHTHS), "duration_s": draw(EIGHTHS.filter(bool))}
    if draw(st.booleans()):
        return {"kind": "pod_crash", "pod": draw(st.integers(0, 3)), **window}
    return {"kind": "scale_pods", "pods": draw(st.integers(1, 4)), **window}


dealings = st.tuples(st.integers(1, 3), st.sampled_from([(), (1.0, 2.0)]), st.lists(faults(), max_size=4))


def lives_of(replicas: int, weights: tuple[float, ...], fault: list[Any]) -> tuple[Any, list[Incarnation]]:
    """Eight mails a second for six seconds, and the lives that they are dealt to."""
    workload = ({"process": "constant", "messages_per_s": 8.0, "duration_s": 6.0},)
    scenario = Scenario.model_validate({"name": "dealing", "fault": tuple(fault), "workload": workload})
    intended_s = arrivals(scenario.workload, SEED).intended_s
    numbers = np.arange(len(intended_s), dtype=np.int32)
    return intended_s, incarnations(stretches(replicas, scenario.fault), weights, intended_s, numbers)


@given(dealings)
def test_each_mail_has_one_life_that_lives_when_it_is_due(dealing: Any) -> None:
    """Or, where none lives, one of those that begin next; an instant of change belongs to the lives after it."""
    intended_s, lives = lives_of(*dealing)
    dealt = np.concatenate([life.mails for life in lives])
    for number in range(len(intended_s)):
        living = [life for life in lives if life.born_s <= intended_s[number] < life.dies_s]
        next_born_s = min((life.born_s for life in lives if life.born_s > intended_s[number]), default=inf)
        next_lives = [life for life in lives if life.born_s == next_born_s]
        holders = living or next_lives
        assert sum(number in life.mails for life in holders) == (dealt == number).sum() == bool(holders)
    assert all((np.diff(life.mails) > 0).all() for life in lives)


@given(dealings, EIGHTHS)
def test_a_mail_that_no_pod_has_had_is_safe(dealing: Any, ended_s: float) -> None:
    """When a run ends, a mail is with a sender unless the life that it was dealt to has begun and is over."""
    intended_s, lives = lives_of(*dealing)
    at_work = [life for life in lives if life.dies_s > ended_s]
    is_kept = kept(intended_s, ended_s, at_work)
    for number in range(len(intended_s)):
        is_over = any(number in life.mails and life.dies_s <= ended_s for life in lives if life.born_s <= ended_s)
        assert is_kept[number] == (not is_over or intended_s[number] > ended_s)
