"""A probe asks a served SES one call at a time, and everything is checked before anything is sent."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import count
from socket import socket
from types import SimpleNamespace
from typing import Any

import pytest

from loadtests.ports.ses import SENDER
from loadtests.probe.asking import SesLimiter
from loadtests.probe.plan import Plan, ask, planned
from loadtests.suppression.place import Place
from scenarios.budget import Budget
from scenarios.errors import BadInput, RunFailed
from scenarios.measures.cost import load_prices
from tests.unit.served import Endpoint, account, served


@pytest.fixture(scope="module")
def ses() -> Iterator[Endpoint]:
    """Of 50 recipients a second, of which 9 get through at once."""
    with served((SENDER,), account=account(max_send_rate_per_s=50, limiter={"burst": 9})) as endpoint:
        yield endpoint


def plan_of(endpoint: str, recipients: int = 1000) -> Plan:
    """Without an account on AWS."""
    return planned(endpoint, None, None, Budget(recipients, 1.0), load_prices())[0]


def test_the_limiter_answers(ses: Endpoint) -> None:
    """What fits is accepted, what does not is refused, and each answer has its instants."""
    plan = plan_of(ses.url)
    assert plan.allowance.pace.rate_per_s == 50
    assert plan.allowance.recipients == 1000
    limiter = SesLimiter(plan.client, plan.envelope, "here")
    answers = [limiter.ask(recipients) for recipients in (8, 50)]
    assert [one.accepted for one in answers] == [True, False]
    assert answers[0].start_s < answers[0].end_s <= answers[1].start_s


def test_another_refusal_ends_the_probe(ses: Endpoint) -> None:
    """A sender that is not verified is no matter of the limiter."""
    plan = plan_of(ses.url)
    limiter = SesLimiter(plan.client, plan.envelope._replace(source="nobody@example.net"), "here")
    with pytest.raises(RunFailed, match=r"after 0 calls: .* is not verified.*--from, or .* --verify example\.net"):
        limiter.ask(1)


@pytest.mark.parametrize("about", [{}, {"SendQuota": {"MaxSendRate": "14"}}])
def test_what_is_no_ses_is_said_to_be_none(
    about: dict[str, Any], monkeypatch: pytest.MonkeyPatch, ses: Endpoint
) -> None:
    """A server that answers, but not as SES does."""
    monkeypatch.setattr(Place, "client", lambda _: SimpleNamespace(get_account=lambda: about))
    with pytest.raises(RunFailed, match=r"does not answer as SES does: its account has no SendQuota\.MaxSendRate"):
        plan_of(ses.url)


def test_a_region_is_asked_as_any_sender_asks_it(monkeypatch: pytest.MonkeyPatch, ses: Endpoint) -> None:
    """To the mailbox simulator only, from a verified sender, within both budgets, and after a yes."""
    for name, value in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "y", "ENDPOINT_URL": ses.url}.items():
        monkeypatch.setenv(f"AWS_{name}", value)

    def plan_in(sender: str | None, usd: float) -> tuple[Plan, list[str]]:
        return planned(None, "us-east-1", sender, Budget(1000, usd), load_prices())

    plan, lines = plan_in(SENDER, 1.0)
    assert plan.place.account
    assert plan.envelope.address(0, 0).endswith("@simulator.amazonses.com")
    assert "at most 1,000 recipients accepted, about 0.10 USD" in lines[1]
    assert SesLimiter(plan.client, plan.envelope, "aws").ask(1).accepted
    with pytest.raises(BadInput, match="nobody is here to answer; add --yes"):
        ask(plan, False, lambda _: None, lines)
    for sender, usd, says in (
        (None, 1.0, "--from missing"),
        ("me@example.net", 1.0, r"--from me@example\.net: neither .* is verified in us-east-1"),
        (SENDER, 0.01, r"--budget-usd 0\.01: a probe of 1,000 recipients costs about 0\.10 USD; lower --budget-rec"),
        (SENDER, math.inf, "--budget-usd inf: is no budget"),
    ):
        with pytest.raises(BadInput, match=says):
            plan_in(sender, usd)


def test_a_server_here_that_is_gone_is_said_to_be_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 would ask it again and again; a port that is bound but not listened on answers nobody."""
    with socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        for name, value in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "y", "ENDPOINT_URL": url}.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        monkeypatch.setattr("botocore.client.BaseClient._make_api_call", None)
        with pytest.raises(RunFailed, match=f"AWS_ENDPOINT_URL {url}: nobody answers there: Connection refused"):
            planned(None, "us-east-1", SENDER, Budget(1000, 1.0), load_prices())


def test_calls_too_slow_for_the_rate_are_not_made(monkeypatch: pytest.MonkeyPatch, ses: Endpoint) -> None:
    """They would use up the budget, and tell nothing."""
    clock = count(0.0, 0.5)
    monkeypatch.setattr("loadtests.probe.plan.monotonic", lambda: next(clock))
    with pytest.raises(BadInput, match=r"a call takes 750 ms, .* do not empty a limiter of 50 a second; .* CloudShell"):
        plan_of(ses.url)


def test_nothing_is_sent_without_a_place_or_with_too_little(ses: Endpoint) -> None:
    """One line says which option, and what would be right."""
    before = len(ses.decisions())
    for endpoint, recipients, says in (
        (None, 1000, "--region: missing"),
        ("http://192.0.2.2:5612", 1000, "is not on this machine"),
        ("ftp://here", 1000, "--endpoint = ftp://here: must be"),
        (ses.url, 100, "--budget-recipients 100: a probe at 50 a second needs 250"),
    ):
        with pytest.raises(BadInput, match=says):
            planned(endpoint, None, None, Budget(recipients, 1.0), load_prices())
    assert len(ses.decisions()) == before
