"""Laws of the world aws, with ministack in AWS's place and our own SES in SES's: nothing here can reach AWS."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loadtests.application.run_request import RunRequest
from loadtests.deploy import on_aws, stacks
from loadtests.deploy.cloud import Cloud
from loadtests.deploy.events import kept_events
from loadtests.deploy.on_aws import Permit
from loadtests.deploy.run import run
from loadtests.deploy.run_site import RunSite
from loadtests.deploy.tidy import tidy
from loadtests.load.left_over import recovered
from loadtests.moto.local_aws import Moto
from loadtests.ports.local import REGION
from loadtests.ports.ses import SENDER, Envelope
from loadtests.record import run_registry
from reports.compare.folder import keep_document
from scenarios.budget import Budget
from scenarios.errors import BadInput, RunFailed
from scenarios.ledger import store
from scenarios.ledger.ledger import ACCEPTED, Ledger, assert_conserved
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import as_toml
from tests.deploy import marks
from tests.deploy.patience import until
from tests.deploy.relay import LONG, SCENARIO, Relay

pytestmark = marks.on_ministack()

PERMIT = Permit(SENDER, yes=True)


def _prepare(cloud: Cloud, permit: Permit, scenario: Scenario = SCENARIO, show: Callable[[str], None] = print) -> Any:
    return on_aws.prepare(cloud, scenario, ["sqs-dlq", "heartbeat"], 1, permit, load_prices(), show)


def test_the_plan_is_told_before_anything_is_made(account: Cloud) -> None:
    """Account, region, calls, recipients, dollars and every resource are shown; nothing exists yet."""
    lines: list[str] = []
    _prepare(account, PERMIT, show=lines.append)
    told = "\n".join(lines)
    for fact in ("000000000000", REGION, "80 recipients", "80 calls", "USD", "1 Lambda::Function", "StateMachine"):
        assert fact in told
    assert SENDER in told
    assert stacks.status(account) == []


@pytest.mark.parametrize(
    ("permit", "named"),
    [
        (PERMIT._replace(source=None), "--from"),
        (PERMIT._replace(source="stranger@example.net"), "--from stranger@example.net"),
        (PERMIT._replace(to="you@example.net"), "--to"),
        (PERMIT._replace(budget=Budget(79)), "--budget-recipients 79"),
        (PERMIT._replace(budget=Budget(usd=0.001)), "--budget-usd"),
        (PERMIT._replace(yes=False), "add --yes"),
    ],
)
def test_what_is_not_allowed_is_refused(account: Cloud, permit: Permit, named: str) -> None:
    """A sender unknown to SES, a recipient that nobody named, a budget too small, nobody to ask: nothing is made."""
    with pytest.raises(BadInput, match=named):
        _prepare(account, permit)
    assert stacks.status(account) == []


def test_an_account_that_is_slower_than_the_scenario_is_refused(account: Cloud) -> None:
    """SES says 14 a second here: a scenario that reckons with 30 names both."""
    faster = SCENARIO.model_copy(update={"account": SCENARIO.account.model_copy(update={"max_send_rate_per_s": 30.0})})
    with pytest.raises(BadInput, match="max_send_rate_per_s = 30: SES allows account 000000000000 14 "):
        _prepare(account, PERMIT, faster)


@pytest.mark.parametrize(("answer", "goes_on"), [("y", True), ("", False), ("no", False)])
def test_somebody_is_asked(account: Cloud, answer: str, goes_on: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal only a yes goes on."""
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    with os.fdopen(theirs) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        if goes_on:
            assert _prepare(account, PERMIT._replace(yes=False))
        else:
            with pytest.raises(BadInput, match="not confirmed"):
                _prepare(account, PERMIT._replace(yes=False))
    os.close(ours)


def _played(cloud: Cloud, ses: Moto, strategy: str, budget: Budget, scenario: Scenario = SCENARIO) -> Ledger:
    """A run on the account, less patient than with a cloud that is far away."""
    relay = Relay(ses, cloud)

    @contextmanager
    def quick(of: RunRequest, name: str) -> Iterator[RunSite]:
        with on_aws.site(of, name, cloud, Envelope(SENDER), budget) as site:

            def witness_of(outputs: Mapping[str, str]) -> on_aws.EventsWitness:
                relay.begin(outputs)
                return site.witness_of(outputs)  # type: ignore[return-value]

            yield replace(site, witness_of=witness_of, quiet_s=0.5, poll_s=0, settle_s=1.0, head_s=1.0)

    ses.start(0)
    try:
        return run(scenario, strategy, 1, sites=quick)
    finally:
        relay.end()


@pytest.mark.parametrize("strategy", ["heartbeat", "leaky-bucket"])
def test_events_are_the_witness(cloud: Cloud, ses: Moto, strategy: str) -> None:
    """Mails of functions and of pods alike are known to be accepted because SES says so, and nothing is left."""
    ledger = _played(cloud, ses, strategy, Budget())
    assert_conserved(ledger)
    assert ledger.world == "aws"
    assert ledger.mails["accepted"].tolist() == [1] * 40
    assert stacks.status(cloud) == []


def test_the_budget_holds_while_mails_are_sent(cloud: Cloud, ses: Moto) -> None:
    """When SES has taken more than was allowed the run is stopped, and nothing is left."""
    with pytest.raises(RunFailed, match=r"--budget-recipients 10: SES has accepted \d\d"):
        _played(cloud, ses, "leaky-bucket", Budget(10), LONG)
    assert stacks.status(cloud) == []


KILLED = """
import sys
from functools import partial
from loadtests.deploy import on_aws
from loadtests.deploy.cloud import aws
from loadtests.deploy.run import run
from scenarios.budget import Budget
from loadtests.ports.ses import SENDER, Envelope
from scenarios.schema.scenario_file import load
sites = partial(on_aws.site, cloud=aws(), envelope=Envelope(SENDER), budget=Budget())
run(load(sys.argv[1]), "leaky-bucket", 1, sites=sites)
"""


def test_a_killed_run_is_recovered_and_removed(
    cloud: Cloud, ses: Moto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After kill -9 the next command keeps a ledger of all that SES had accepted, and removes the stack."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    scenario, relay = tmp_path / "long.toml", Relay(ses, cloud)
    scenario.write_text(
        as_toml(SCENARIO.model_copy(update={"horizon_s": 600.0})).replace("messages = 40", "messages = 500")
    )
    ses.start(0)
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(scenario)])
    try:
        record = _noted()
        relay.begin(_until_made(cloud, record.run))
        until(lambda: len(kept_events(run_registry.witness_of(record.run))) >= 20)  # at most two of each mail
    finally:
        process.kill()
        process.wait()
    said: list[str] = []
    tidy(said.append, keep_document, recovered)
    relay.end()
    ledger = store.read(run_registry.directory().parent / "recovered" / record.run, "leaky-bucket")
    assert_conserved(ledger)
    assert all(word in said[-1] for word in (record.run, "cleaned up", "recovered"))
    accepted = int((ses.calls()["outcome"] == ACCEPTED).sum())
    assert 10 <= accepted < 500
    assert int(ledger.mails["accepted"].sum()) == accepted
    assert int(ledger.mails["pending"].sum()) == 500 - accepted
    assert (stacks.status(cloud), run_registry.records()) == ([], [])


def _noted() -> run_registry.RunRecord:
    return until(run_registry.records)[0]


def _until_made(cloud: Cloud, run: str) -> dict[str, str]:
    until(lambda: [standing.state for standing in stacks.status(cloud)] == ["CREATE_COMPLETE"])
    return stacks.outputs(cloud, run)


def test_a_stack_that_fails_says_why_and_is_removed(cloud: Cloud) -> None:
    """A resource that AWS cannot make is named with AWS's reason; what was made before it is gone."""
    properties = {
        "RoleArn": "arn:aws:iam::000000000000:role/odd",
        "DefinitionS3Location": {"Bucket": "no", "Key": "no"},
    }
    document = {"Resources": {"Odd": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}}
    name = "20260101t000000-abcdef"
    with pytest.raises(RunFailed, match=f"stack seslab-{name}: Odd: CREATE_FAILED"):
        stacks.deploy(cloud, name, "odd", document, print, ["direct"])
    assert [standing.state for standing in stacks.status(cloud)] == ["CREATE_FAILED"]
    stacks.teardown(cloud, None, print)
    assert stacks.status(cloud) == []
