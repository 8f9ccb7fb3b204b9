"""Which pod gets which mail, in every world, whatever crashes and scales."""

from __future__ import annotations

from math import inf
from typing import Any

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from scenarios.aws.incarnations import incarnations
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


@given(st.integers(1, 3), st.sampled_from([(), (1.0, 2.0)]), st.lists(faults(), max_size=4))
def test_each_mail_has_one_life_that_lives_when_it_is_due(
    replicas: int, weights: tuple[float, ...], fault: list[Any]
) -> None:
    """Or, where none lives, one of those that begin next; an instant of change belongs to the lives before it."""
    tables = {"name": "dealing", "fault": tuple(fault)}
    workload = ({"process": "constant", "messages_per_s": 8.0, "duration_s": 6.0},)
    scenario = Scenario.model_validate({**tables, "workload": workload})
    intended_s = arrivals(scenario.workload, SEED).intended_s
    lives = incarnations(
        stretches(replicas, scenario.fault), weights, intended_s, np.arange(len(intended_s), dtype=np.int32)
    )
    dealt = np.concatenate([life.mails for life in lives])
    for number in range(len(intended_s)):
        living = [life for life in lives if life.born_s < intended_s[number] <= life.dies_s]
        next_born_s = min((life.born_s for life in lives if life.born_s >= intended_s[number]), default=inf)
        next_lives = [life for life in lives if life.born_s == next_born_s]
        holders = living or next_lives
        assert sum(number in life.mails for life in holders) == (dealt == number).sum() == bool(holders)
    assert all((np.diff(life.mails) > 0).all() for life in lives)
