"""Laws of a whole load test on an account, from the plan to the verdict: ministack and our own SES stand in for AWS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from loadtests.deploy import stacks, staging
from loadtests.deploy.cloud import Cloud
from loadtests.deploy.on_aws import Permit
from loadtests.deploy.stack.publishing import QUEUE, SET
from loadtests.deploy.staging import EventChannel
from loadtests.load import loadtest
from loadtests.load.assignment import Place
from loadtests.load.targets.aws_target import AwsTarget
from loadtests.load.targets.choose_target import Crew, LoadRequest
from loadtests.moto.local_aws import Moto
from loadtests.ports.local import REGION
from loadtests.ports.ses import SENDER
from loadtests.record import run_registry
from scenarios.budget import Budget
from scenarios.errors import BadInput
from scenarios.ledger.ledger import ACCEPTED, Ledger, assert_conserved
from scenarios.measures.cost import load_prices
from scenarios.outside import plug
from scenarios.schema.model import Scenario
from tests.deploy import marks
from tests.deploy.relay import SCENARIO, Relay
from tests.unit.outside import written

pytestmark = marks.on_ministack()


@pytest.fixture(name="heard")
def _heard(ses: Moto, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each channel that is made gets a relay, which in one AWS would not be needed."""
    relays: list[Relay] = []
    made = staging.channels

    @contextmanager
    def relayed(of: Any, shares: int, cloud: Cloud, *others: Any) -> Iterator[Sequence[EventChannel]]:
        with made(of, shares, cloud, *others) as channels:
            for channel in channels:
                relays.append(Relay(ses, cloud))
                relays[-1].begin({SET: channel.configuration_set, QUEUE: channel.events})
            yield channels

    monkeypatch.setattr(staging, "channels", relayed)
    monkeypatch.setattr(AwsTarget, "quiet_s", 0.5)  # SQS's counts are exact here
    yield
    for relay in relays:
        relay.end()


def _sent(sender: str, processes: int, budget: int = 1000, scenario: Scenario = SCENARIO) -> Ledger:
    asked = LoadRequest(
        Place(region=REGION), Permit(SENDER, budget=Budget(budget), yes=True), Crew(processes=processes)
    )
    runner = loadtest.prepare(scenario, [sender], asked, load_prices(), print)
    return runner(scenario, sender, 1)


def _with(messages: int, **fields: float) -> Scenario:
    """So many mails at once."""
    batch = SCENARIO.workload[0].model_copy(update={"messages": messages})
    return SCENARIO.model_copy(update={"workload": (batch,), **fields})


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize(("sender", "processes", "mails"), [("leaky-bucket", 2, 40), ("ses-v2", 1, 120)])
def test_ses_itself_tells_what_became_of_the_mails(
    cloud: Cloud, ses: Moto, sender: str, processes: int, mails: int
) -> None:
    """Every mail has the fate that SES says, a paced strategy loses none, and nothing is left on the account."""
    ses.start(0)
    ledger = _sent(sender, processes, scenario=_with(mails))
    assert_conserved(ledger)
    accepted = int(ledger.mails["accepted"].sum())
    assert accepted == int((ses.calls()["outcome"] == ACCEPTED).sum())
    assert (accepted == mails) == (sender == "leaky-bucket")  # 120 at once are too many for who retries nothing
    assert int(ledger.mails["lost"].sum()) == mails - accepted
    assert (stacks.status(cloud), list(run_registry.directory().iterdir())) == ([], [])


@pytest.mark.usefixtures("heard")
def test_a_share_has_queues_tables_and_workers_of_its_own(
    cloud: Cloud, ses: Moto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a strategy without functions declares beside its pods is in each share's stack, and gone with it.

    That no queue will have more is only sure at the horizon: the few mails are through long before it.
    """
    ses.start(0)
    monkeypatch.chdir(written(tmp_path))
    strategy = plug.named("./tandem.py")
    try:
        ledger = _sent(strategy, 2, scenario=_with(12, horizon_s=8.0))
    finally:
        plug.unplug(strategy)
    assert_conserved(ledger)
    assert ledger.mails["accepted"].tolist() == [1] * 12
    assert not np.isnan(ledger.mails["enqueued_s"]).any()
    assert cloud.client("dynamodb").list_tables()["TableNames"] == []
    assert stacks.status(cloud) == []


@pytest.mark.usefixtures("heard")
def test_the_budget_is_kept_before_anything_is_made(cloud: Cloud) -> None:
    """A scenario of more recipients than allowed is refused with one line."""
    with pytest.raises(BadInput, match="--budget-recipients 39: "):
        _sent("leaky-bucket", 1, 39)
    assert stacks.status(cloud) == []
