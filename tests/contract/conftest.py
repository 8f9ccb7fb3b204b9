"""The worlds that plans are played in: a virtual one, and a local AWS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.arms import PlanArm, moto_plan, scenario, sim_plan

REAL = (pytest.mark.real_time, pytest.mark.xdist_group("local_aws_queues"))


@pytest.fixture(scope="package")
def local_aws_queues() -> Iterator[PlanArm]:
    """The local AWS: one process for all tests, which start its clock anew."""
    with moto_plan(scenario()) as arm:
        yield arm


@pytest.fixture(params=["sim", pytest.param("moto", marks=REAL)])
def play(request: pytest.FixtureRequest) -> PlanArm:
    """A world with queues, functions, workers and tables."""
    arm: PlanArm = sim_plan if request.param == "sim" else request.getfixturevalue("local_aws_queues")
    return arm
