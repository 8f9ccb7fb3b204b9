"""Laws of a load test on an account: what is allowed, who hears what SES did, and that nothing stays."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from boto3.session import Session

from loadtests.application.worker_share import WorkerShare
from loadtests.deploy import stacks, staging
from loadtests.deploy.cloud import Cloud
from loadtests.deploy.on_aws import Permit
from loadtests.deploy.stack.publishing import QUEUE, SET
from loadtests.deploy.staging import EventChannel
from loadtests.load.assignment import Place
from loadtests.load.results.merged import merged
from loadtests.load.shares.share_order import ShareOrder
from loadtests.load.targets.choose_target import LoadRequest, target_of
from loadtests.moto.local_aws import Moto
from loadtests.ports.local import REGION
from loadtests.ports.ses import SENDER, Envelope, request
from loadtests.record import run_registry
from scenarios.budget import Budget
from scenarios.errors import BadInput
from scenarios.ledger import store
from scenarios.ledger.ledger import ACCEPTED
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import arrivals
from strategies.ports import Mail
from tests.deploy import marks
from tests.deploy.relay import LONG, SCENARIO, Relay
from tests.loadtest.at_work import at_work

pytestmark = marks.on_ministack()

PERMIT = Permit(SENDER, yes=True)
ELSEWHERE = "http://staging.example.com/send"
HEAD_S = 3.0
ENDS_S = 120
ROOT = Path(__file__).parents[2]


def _permitted(cloud: Cloud, permit: Permit = PERMIT, sender: str = "ses-v2", shares: int = 1) -> list[str]:
    lines: list[str] = []
    staging.permitted(cloud, [staging.asked(SCENARIO, sender, 1)], shares, permit, load_prices(), lines.append)
    return lines


@pytest.mark.parametrize("sender", ["ses-v2", "leaky-bucket"])
def test_the_plan_is_told_before_anything_is_made(account: Cloud, sender: str) -> None:
    """Account, recipients, dollars and what SES's events need are shown; nothing exists yet."""
    told = "\n".join(_permitted(account, sender=sender, shares=2))
    for fact in ("000000000000", REGION, "40 recipients", "USD", "1 SES::ConfigurationSet", "1 SNS::Topic", "2 times"):
        assert fact in told
    assert "Lambda" not in told
    assert stacks.status(account) == []


@pytest.mark.parametrize(
    ("permit", "named"),
    [
        (PERMIT._replace(source=None), "--from"),
        (PERMIT._replace(to="you@example.net"), "--to"),
        (PERMIT._replace(budget=Budget(39)), "--budget-recipients 39"),
        (PERMIT._replace(yes=False), "add --yes"),
    ],
)
def test_what_is_not_allowed_is_refused(account: Cloud, permit: Permit, named: str) -> None:
    """The same on an account and at an application elsewhere: no sender, no consent, too much, nobody to ask."""
    with pytest.raises(BadInput, match=named):
        _permitted(account, permit)
    with pytest.raises(BadInput, match=named):
        staging.permitted_elsewhere(ELSEWHERE, [staging.asked(SCENARIO, "http", 1)], permit, load_prices(), print)


def test_an_application_elsewhere_is_named() -> None:
    """Whose it is and how much it gets is said before anything is sent."""
    lines: list[str] = []
    runs = [staging.asked(SCENARIO, "http", seed) for seed in (1, 2)]
    staging.permitted_elsewhere(ELSEWHERE, runs, PERMIT, load_prices(), lines.append)
    assert ELSEWHERE in lines[0]
    assert "80 recipients" in lines[-1]


@pytest.mark.parametrize("strategy", ["sqs-dlq", "lambda-concurrency", "heartbeat"])
def test_functions_are_deployed_and_not_played(strategy: str) -> None:
    """On AWS a worker is an application: what Lambda does, it cannot; one line says what to do."""
    on_aws = LoadRequest(Place(region="us-east-1"), PERMIT)
    with pytest.raises(BadInput, match=rf"^{strategy}: .*seslab deploy.*--user sqs$"):
        target_of(SCENARIO, [strategy], on_aws, load_prices(), print)


@contextmanager
def _channels(cloud: Cloud, ses: Moto, shares: int, budget: Budget) -> Iterator[list[EventChannel]]:
    """Each with a relay, which in one AWS would not be needed."""
    relays = [Relay(ses, cloud) for _ in range(shares)]
    of = staging.asked(SCENARIO, "leaky-bucket", 1)
    try:
        with staging.channels(of, shares, cloud, Envelope(SENDER), budget, print) as channels:
            assert len(stacks.status(cloud)) == shares
            for relay, channel in zip(relays, channels, strict=True):
                relay.begin({SET: channel.configuration_set, QUEUE: channel.events})
            yield channels
    finally:
        for relay in relays:
            relay.end()


def _orders(
    channels: Sequence[EventChannel], strategy: str, folder: Path, budget: int, scenario: Scenario = SCENARIO
) -> list[ShareOrder]:
    zero_unix_s, of = ceil(time.time() + HEAD_S), len(channels)
    return [
        ShareOrder(
            scenario,
            strategy,
            1,
            run=1,
            share=WorkerShare(place, of),
            zero_unix_s=zero_unix_s,
            folder=folder,
            mails=arrivals(scenario.workload, 1),
            envelope=Envelope(SENDER),
            region=REGION,
            outputs={**channel.outputs},
            budget_recipients=budget,
        )
        for place, channel in enumerate(channels)
    ]


def _played(orders: Sequence[ShareOrder]) -> list[subprocess.CompletedProcess[bytes]]:
    """All at once; each process ends by itself."""
    ended: list[Any] = [None] * len(orders)
    threads = [Thread(target=_play, args=(place, order, ended)) for place, order in enumerate(orders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def _play(place: int, order: ShareOrder, ended: list[Any]) -> None:
    fresh_machine = {**os.environ, "XDG_STATE_HOME": str(order.folder / f"state-{place}")}
    with at_work(order, fresh_machine) as process:
        told, complaint = process.communicate(timeout=ENDS_S)
        ended[place] = subprocess.CompletedProcess(process.args, process.returncode, told, complaint)


def test_shares_hear_from_ses_itself(cloud: Cloud, ses: Moto, tmp_path: Path) -> None:
    """Two shares account for every mail once by SES's events alone; then their stacks are gone, and all notes."""
    ses.start(0)
    with _channels(cloud, ses, 2, Budget()) as channels:
        orders = _orders(channels, "leaky-bucket", tmp_path, 40)
        ended = _played(orders)
    assert [(process.returncode, process.stderr) for process in ended] == [(0, b"")] * 2
    assert [len(process.stdout.splitlines()) for process in ended] == [20, 20]
    whole = merged(
        [store.read(tmp_path / f"share-{order.share.place}", "leaky-bucket") for order in orders], "leaky-bucket"
    )
    assert whole.mails["mail"].tolist() == list(range(40))
    assert whole.mails["accepted"].tolist() == [1] * 40
    assert int((ses.calls()["outcome"] == ACCEPTED).sum()) == 40
    assert (stacks.status(cloud), list(run_registry.directory().iterdir())) == ([], [])


def test_a_share_keeps_to_its_budget(cloud: Cloud, ses: Moto, tmp_path: Path) -> None:
    """When SES has taken more than was allowed the share ends with one line; nothing is left."""
    ses.start(0)
    with _channels(cloud, ses, 1, Budget()) as channels:
        (ended,) = _played(_orders(channels, "leaky-bucket", tmp_path, 10, LONG))
    assert ended.returncode == 3
    (line,) = ended.stderr.decode().splitlines()
    assert line.startswith("--budget-recipients 10: SES has accepted ")
    assert (stacks.status(cloud), list(run_registry.directory().iterdir())) == ([], [])


def test_a_channel_can_be_read_here(cloud: Cloud, ses: Moto) -> None:
    """What a user sends with the channel's configuration set its reader hears, mail by mail."""
    ses.start(0)
    with _channels(cloud, ses, 1, Budget()) as (channel,):
        channel.reader.begin(int(time.time()))
        client = Session(region_name=REGION).client("sesv2", endpoint_url=ses.url)
        envelope = Envelope(SENDER, configuration_set=channel.configuration_set)
        for number in range(5):
            client.send_email(**request(number, Mail(number, 1, 0.0), range(1), envelope))
        client.close()
        rows = channel.reader.calls(5)
    assert sorted(rows["mail"].tolist()) == list(range(5))
    assert (rows["outcome"] == ACCEPTED).all()
