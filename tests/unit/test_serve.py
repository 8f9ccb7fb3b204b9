"""`seslab serve`: what its flags make of a scenario, and a server that begins, says where it is, and ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import boto3
import pytest
from botocore.config import Config

from loadtests.endpoint.serve import Addresses, scenario_of, serve
from scenarios.errors import BadInput
from scenarios.schema.delivery.delivery import Delivery
from scenarios.schema.scenario_file import load
from tests.unit.served import SENDER, mail

ROOT = Path(__file__).parents[2]
PROGRAM = f"""
from functools import partial
from loadtests.endpoint.serve import Addresses, scenario_of, serve
scenario = scenario_of("outage", 0.0, {{"max_send_rate_per_s": 5.0}})
serve(scenario, Addresses("127.0.0.1", 0, 0, names=("ses",)), ("{SENDER}",), partial(print, flush=True))
"""
ENDS_S = 20


def served_account(**flags: Any) -> Any:
    """The account that flags make, without a scenario."""
    return scenario_of(None, None, flags).account


def test_without_flags_it_is_a_plain_account_that_answers_at_once() -> None:
    """The defaults of a scenario's account, and no latency."""
    scenario = scenario_of(None, None, {})
    assert (scenario.account.max_send_rate_per_s, scenario.account.max_24h_send) == (14, 50_000)
    assert scenario.latency.ses_send.median_s == scenario.latency.sqs.median_s == 0
    assert not scenario.fault


def test_flags_go_before_the_scenario() -> None:
    """What is given is changed and what depends on it follows; all else is the file's."""
    of_file = load("outage")
    scenario = scenario_of("outage", 7.0, {"max_send_rate_per_s": 99.0, "limiter.burst": None})
    assert (scenario.account.max_send_rate_per_s, scenario.account.limiter.burst) == (99, 99)
    assert (scenario.fault, scenario.latency.sqs) == (of_file.fault, of_file.latency.sqs)
    assert scenario.latency.ses_send.median_s == scenario.latency.ses_throttle.median_s == 0.007
    assert served_account(sandbox=True).max_24h_send == 200


@pytest.mark.parametrize(
    ("flags", "line"),
    [
        ({"max_send_rate_per_s": -1.0}, "--rate = -1.0: must be greater than 0"),
        ({"max_send_rate_per_s": float("nan")}, "--rate = nan: must be a finite number"),
        ({"limiter.burst": 0}, "--burst = 0: must be at least 1"),
        (
            {"limiter.kind": "leaky"},
            '--limiter = "leaky": must be one of token-bucket, fixed-window, sliding-window',
        ),
        ({"limiter.admission": "det"}, "--admission = \"det\": must be one of strict, debt; did you mean 'debt'?"),
        ({"max_24h_send": 0}, "--daily = 0: must be at least 1, or -1 for unlimited"),
        (
            {"limiter.kind": "fixed-window", "limiter.burst": 3},
            "--burst = 3: only a token-bucket has a burst; leave it out for a fixed-window",
        ),
    ],
)
def test_a_wrong_flag_is_named(flags: dict[str, Any], line: str) -> None:
    """One line says which flag, which value and what would be right."""
    with pytest.raises(BadInput) as error:
        served_account(**flags)
    assert str(error.value) == line


def test_a_wrong_latency_is_named() -> None:
    """It cannot be negative."""
    with pytest.raises(BadInput, match=r"^--latency-ms = -1: must be between 0 and 86400000$"):
        scenario_of(None, -1.0, {})


@pytest.mark.parametrize("speed", [0.0, -1.0, 1e7, float("nan")])
def test_a_wrong_speed_is_named(speed: float) -> None:
    """Nothing stands still after acceptance, and nothing is over before it has begun."""
    with pytest.raises(BadInput, match=r"^--delivery-speed = \S+: must be between 0\.001 and 1e\+06$"):
        serve(scenario_of(None, None, {}), Addresses("127.0.0.1", 0, 0), (), print, delivery_speed=speed)


@pytest.mark.parametrize("domain", ["", "me@example.com", "a b", "**"])
def test_a_domain_that_is_none(domain: str) -> None:
    """What no address has behind its @ is not taken in silence; * is every domain."""
    with pytest.raises(BadInput) as error:
        serve(scenario_of(None, None, {}), Addresses("127.0.0.1", 0, 0), (), print, fates_at=(domain,))
    assert str(error.value) == f"--fates-at = {domain}: must be a domain, such as fates.test, or * for all"


def test_providers_are_the_scenario_s_or_the_catalogue_s() -> None:
    """The flag takes the catalogue's where the scenario has none; without either nothing is modelled."""
    assert scenario_of(None, None, {}).delivery is None
    assert scenario_of(None, None, {}, delivers=True).delivery == Delivery()


@pytest.mark.parametrize("flag", ["--port", "--smtp-port"])
def test_a_port_in_use(flag: str) -> None:
    """Nothing is served, and one line says whose port it is."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        at = Addresses("127.0.0.1", port, 0) if flag == "--port" else Addresses("127.0.0.1", 0, port)
        with pytest.raises(BadInput) as error:
            serve(scenario_of(None, None, {}), at, (), print)
    assert str(error.value) == (
        f"{flag} = {port}: cannot listen on 127.0.0.1: address already in use; name another port"
    )


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("192.0.2.1", "cannot assign requested address"),
        *((host, "this is no name") for host in ("", "evil..com", "ü..com", f"{'a' * 64}.com")),
    ],
)
def test_a_host_that_is_not_ours(host: str, why: str) -> None:
    """Another port would not help: the line is about the address, and none at all does not mean every one."""
    with pytest.raises(BadInput) as error:
        serve(scenario_of(None, None, {}), Addresses(host, 0, 0), (), print)
    assert str(error.value) == f"--host = {host}: cannot listen there: {why}; name an address of this machine"


@pytest.mark.parametrize("name", ["http://ses", "ses:5555", "", "*", "a b"])
def test_a_host_that_is_no_name(name: str) -> None:
    """Scheme and port do not belong to it, and there is none that means all."""
    with pytest.raises(BadInput) as error:
        serve(scenario_of(None, None, {}), Addresses("127.0.0.1", 0, 0, names=(name,)), (), print)
    assert str(error.value) == f"--allow-host = {name}: must be a name such as ses, without http:// and port"


@pytest.mark.parametrize("identity", ["", " ", "me@", "@example.com", "Me <me@example.com>", "http://example.com"])
def test_an_identity_that_is_none(identity: str) -> None:
    """What no mail could come from is not verified in silence."""
    with pytest.raises(BadInput) as error:
        serve(scenario_of(None, None, {}), Addresses("127.0.0.1", 0, 0), (SENDER, identity), print)
    assert str(error.value) == f"--verify = {identity}: must be an address or a domain, such as example.com"


@pytest.mark.parametrize("keep_mb", [-1.0, float("nan"), float("inf")])
def test_a_size_that_is_none(keep_mb: float) -> None:
    """Mails are kept in some memory that there may be."""
    with pytest.raises(BadInput) as error:
        serve(scenario_of(None, None, {}), Addresses("127.0.0.1", 0, 0), (), print, keep_mb)
    assert str(error.value) == f"--keep-mb = {keep_mb:g}: must be between 0 and 1000000"


@contextmanager
def running() -> Iterator[subprocess.Popen[str]]:
    """A server of its own, which a failing test does not leave behind."""
    with subprocess.Popen([sys.executable, "-c", PROGRAM], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(end: signal.Signals) -> None:
    """It says where it is, answers by the names it has; Ctrl-C and `kill` are its normal ends, exit code 0."""
    with running() as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(4)]
        url = told[2].split()[1].partition("=")[2]
        keys = {"aws_access_key_id": "seslab", "aws_secret_access_key": "seslab", "region_name": "us-east-1"}
        v2 = boto3.client("sesv2", endpoint_url=url, config=Config(proxies={}), **keys)
        assert v2.send_email(**mail())["MessageId"]
        assert v2.get_account()["SendQuota"]["MaxSendRate"] == 5
        v2.close()
        allowed = Request(f"{url}/_seslab/rate", headers={"Host": "SES:5555"})
        with build_opener(ProxyHandler({})).open(allowed, timeout=10) as answer:
            assert answer.status == 200
        process.send_signal(end)
        assert process.stdout.read() == "stopped\n"
        assert process.wait(ENDS_S) == 0
    assert told[0].startswith(f"seslab serves a local AWS at {url}, and SMTP at 127.0.0.1:")
