"""What every world promises of its mailer: one suite, a virtual and a real arm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scenarios.ledger.ledger import ACCEPTED, OUTCOMES
from scenarios.traffic.chance import PerMail
from strategies.ports import Mail, Ports, QuotaExceeded, Rejected, SendError, Throttled
from strategies.resources import Pods
from tests.contract.arms import SEED, Arm, moto, scenario, sim

REAL = (pytest.mark.real_time, pytest.mark.xdist_group("local_aws"))

SES = scenario(
    account={"max_send_rate_per_s": 0.01, "limiter": {"burst": 4}, "max_24h_send": 6},  # nothing drips in meanwhile
    latency={"ses_send": {"median_ms": 50, "p99_ms": 100}, "ses_throttle": {"constant_ms": 10}},
    workload=({"process": "batch", "messages": 8},),
)


@pytest.fixture(scope="module")
def local_aws() -> Iterator[Arm]:
    """The local AWS: one process for all tests, which start its clock and limiter anew."""
    with moto(SES) as arm:
        yield arm


@pytest.fixture(params=["sim", pytest.param("moto", marks=REAL)])
def play_ses(request: pytest.FixtureRequest) -> Arm:
    """A world with the SES of the scenario `SES`."""
    arm: Arm = sim if request.param == "sim" else request.getfixturevalue("local_aws")
    return arm


def sends(play: Arm, parts: list[tuple[int, range]], connections: int = 16) -> tuple[list[str], Any]:
    """Send these parts of mails at once; the names of what came of each, and SES's log."""
    came_of: list[str] = [""] * len(parts)

    async def send(ports: Ports, index: int, number: int, to: range) -> None:
        try:
            await ports.mailer.send(Mail(number, to.stop, 0.0), to)
        except SendError as error:
            came_of[index] = f"{type(error).__name__}: {error}"
        else:
            came_of[index] = "sent"

    async def main(ports: Ports) -> None:
        async with ports.group() as group:
            for index, (number, to) in enumerate(parts):
                group.spawn(send(ports, index, number, to))

    calls, _ = play(SES, Pods(main, connections=connections))
    return came_of, calls


def test_mailer_sends_and_ses_notes_whom(play_ses: Arm) -> None:
    """A send within the limits is accepted, and SES's log names mail, first recipient and number of recipients."""
    came_of, calls = sends(play_ses, [(3, range(2, 5))])
    assert came_of == ["sent"]
    noted = [calls[name].tolist() for name in ("mail", "first_recipient", "recipients", "outcome")]
    assert noted == [[3], [2], [3], [ACCEPTED]]


def test_mailer_decides_midway_and_answers_at_the_outcomes_draw(play_ses: Arm) -> None:
    """Each mail meets the same network in every world: never faster than its draw, decided no sooner than half-way."""
    _, calls = sends(play_ses, [(number, range(1)) for number in range(4)])
    accepts = PerMail(SES.latency.ses_send, SEED, "ses_send", 8).first
    refuse_s = 0.010
    assert sorted(calls["mail"].tolist()) == [0, 1, 2, 3]
    for mail, start_s, decided_s, end_s in zip(
        *(calls[name].tolist() for name in ("mail", "start_s", "decided_s", "end_s")), strict=True
    ):
        assert decided_s - start_s >= min(accepts[mail], refuse_s) / 2
        assert end_s - start_s >= accepts[mail]


def test_mailer_raises_throttled_beyond_the_burst(play_ses: Arm) -> None:
    """Of six recipients at once on B = 4 a whole mail is refused, as a throttle and not as a quota."""
    came_of, calls = sends(play_ses, [(0, range(3)), (1, range(3))])
    assert sorted(came_of) == ["Throttled: Maximum sending rate exceeded.", "sent"]
    assert [OUTCOMES[code] for code in calls["outcome"]] == ["accepted", "throttled"]


def test_mailer_raises_quota_exceeded(play_ses: Arm) -> None:
    """More recipients than the 24-hour quota has left are refused with an error that is also a throttle."""
    came_of, _ = sends(play_ses, [(0, range(7))])
    assert came_of == ["QuotaExceeded: Daily message quota exceeded."]
    assert issubclass(QuotaExceeded, Throttled)


def test_mailer_raises_rejected_for_51_recipients(play_ses: Arm) -> None:
    """SES takes 50 recipients a message: one more is refused for good, which is no throttle."""
    came_of, calls = sends(play_ses, [(0, range(51))])
    assert came_of[0].startswith("Rejected: ")
    assert not issubclass(Rejected, Throttled)
    assert [OUTCOMES[code] for code in calls["outcome"]] == ["rejected"]


def test_mailer_obeys_its_connections(play_ses: Arm) -> None:
    """A pod with two connections never has three calls on the wire."""
    _, calls = sends(play_ses, [(number, range(1)) for number in range(6)], connections=2)
    spans = list(zip(calls["start_s"].tolist(), calls["end_s"].tolist(), strict=True))
    assert len(spans) == 6
    assert max(sum(start_s <= at_s < end_s for start_s, end_s in spans) for at_s, _ in spans) <= 2
