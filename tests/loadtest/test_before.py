"""Laws of what a load test finds out before it sends: who is there, and at which rate."""

from __future__ import annotations

import socket

import pytest

from loadtests.load.assignment import Place
from loadtests.load.targets.check_target import check_listening
from loadtests.load.targets.target import LocalTarget
from scenarios.errors import RunFailed
from scenarios.schema.delivery.delivery import Delivery
from tests.loadtest.locusts import RATE_PER_S, Served, scenario

pytestmark = [pytest.mark.real_time, pytest.mark.xdist_group("locust")]


@pytest.fixture(name="deserted")
def _deserted() -> str:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"127.0.0.1:{port}"


@pytest.mark.parametrize("user", ["smtp", "http"])
def test_a_load_that_nobody_would_take_is_not_sent(served: Served, deserted: str, user: str) -> None:
    """Whoever is not there is named in one line, with the option; other users' places are not asked for."""
    place = Place(endpoint=served.url, smtp=deserted, url=f"http://{deserted}/send")
    flag = {"smtp": "--smtp", "http": "--target"}[user]
    with pytest.raises(RunFailed, match=rf"^{flag} \S+: nobody answers there: \S") as caught:
        check_listening(place, [user])
    assert "\n" not in str(caught.value)
    check_listening(place, ["ses-v2"])


def test_who_is_there_is_not_complained_of(served: Served) -> None:
    """The server's own SMTP, and its HTTP side in the place of an application."""
    check_listening(Place(endpoint=served.url, smtp=served.smtp, url=f"{served.url}/send"), ["smtp", "http"])


@pytest.mark.parametrize(("reckoned", "notes"), [(RATE_PER_S, 0), (RATE_PER_S / 2, 1)])
def test_another_rate_than_the_scenarios_is_told(served: Served, reckoned: float, notes: int) -> None:
    """Sentences about the limit would otherwise speak of the wrong one."""
    load = scenario(1, 1, account={"max_send_rate_per_s": float(reckoned)})
    warnings = LocalTarget(Place(endpoint=served.url)).warnings(load)
    assert len(warnings) == notes
    delivered = load.model_copy(update={"delivery": Delivery()})
    *_, told = LocalTarget(Place(endpoint=served.url)).warnings(delivered)
    assert "no mailbox providers (--delivery)" in told
    assert all(f"allows {RATE_PER_S} recipients/s" in warning for warning in warnings)
