"""Laws of sharing a run out and putting it together again: nothing is in two shares, and nothing is in none."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import asdict, replace

import numpy as np
import pytest

import sim.run
from loadtests.application.worker_share import WHOLE, WorkerShare, refuse_indivisible
from loadtests.load.results.merged import merged
from reports.compare.explain import explain
from reports.compare.mechanism import Facts
from scenarios.errors import BadInput
from scenarios.ledger.ledger import Ledger, Unbalanced
from scenarios.measures.cost import load_prices
from scenarios.measures.metrics import measure
from scenarios.runs import plan_of
from scenarios.schema.model import Scenario

SHARES = (1, 2, 3, 7)
SCENARIO = Scenario.model_validate(
    {
        "name": "shared",
        "account": {"max_send_rate_per_s": 30.0},
        "workload": ({"process": "batch", "messages": 100, "recipients": 3},),
        "strategies": {"lambda-concurrency": {"concurrency": 24}},
    }
)


@pytest.fixture(scope="module", name="whole")
def _whole() -> Ledger:
    return replace(sim.run.run(SCENARIO, "direct", 1), wall_s=2.0)


def _share(whole: Ledger, portion: WorkerShare) -> Ledger:
    """What one worker would have left."""
    own = whole.calls["mail"] % portion.of == portion.place
    return replace(
        whole,
        mails={name: column[portion.numbers(len(column))] for name, column in whole.mails.items()},
        calls={name: column[own] for name, column in whole.calls.items()},
        usage={kind: amount / portion.of for kind, amount in whole.usage.items()} | {"harness_lag_s": portion.place},
        warnings=("all say this", f"only {portion.place} says this"),
        interrupted=portion.place == 1,
        ended_s=whole.ended_s - portion.place,
    )


@pytest.mark.parametrize("of", SHARES)
def test_all_shares_together_are_the_whole(whole: Ledger, of: int) -> None:
    """Rows are those of one ledger in its order, usage adds up, the worst lag and the last end count."""
    together = merged([_share(whole, WorkerShare(place, of)) for place in range(of)], whole.strategy)
    for name in whole.mails:
        np.testing.assert_array_equal(together.mails[name], whole.mails[name])
    order = np.lexsort((whole.calls["mail"] % of, whole.calls["decided_s"]))
    for name in set(whole.calls) - {"call"}:
        np.testing.assert_array_equal(together.calls[name], whole.calls[name][order])
    assert together.calls["call"].tolist() == list(range(len(order)))
    assert together.usage == pytest.approx(whole.usage | {"harness_lag_s": of - 1})
    assert together.warnings == ("all say this", *(f"only {place} says this" for place in range(of)))
    assert (together.interrupted, together.ended_s) == (of > 1, whole.ended_s)
    assert together.settings == {**whole.settings, "workers": 64 * of, "pods": of, "shares": of}


@pytest.mark.parametrize("of", SHARES)
def test_what_is_said_of_all_shares_is_true_of_them_together(of: int) -> None:
    """Each share has pods of its own: together they are so many times as many, and their rates make the limit."""
    shares = [share_of_leaky_bucket(WorkerShare(place, of)) for place in range(of)]
    entry = measure(merged(shares, "leaky-bucket"), 30.0, 30, None, load_prices())
    pods, each = 2 * of, 15 / of
    assert f"{pods} pods paced at {each:g} recipients/s each, together the limit of 30/s" in explain(
        entry, Facts.of(SCENARIO)
    )


def share_of_leaky_bucket(portion: WorkerShare) -> Ledger:
    """With the settings that a share resolves."""
    settings = asdict(portion.plan(SCENARIO, "leaky-bucket").settings)
    return replace(_share(sim.run.run(SCENARIO, "leaky-bucket", 1), portion), settings=settings)


def test_a_mail_of_two_shares_is_a_defect(whole: Ledger) -> None:
    """Two workers that played the same mails have sent them twice: their ledgers are no whole."""
    share = _share(whole, WorkerShare(0, 2))
    with pytest.raises(Unbalanced, match="the same mail"):
        merged([share, share], whole.strategy)


@pytest.mark.parametrize("of", SHARES)
def test_every_mail_is_in_one_portion(of: int) -> None:
    """The portions' numbers are all numbers, each once."""
    numbers = np.concatenate([WorkerShare(place, of).numbers(100) for place in range(of)])
    assert sorted(numbers.tolist()) == list(range(100))


@pytest.mark.parametrize("of", SHARES)
@pytest.mark.parametrize("rate_per_pod", [None, 10.0])
def test_the_limit_is_shared_out(of: int, rate_per_pod: float | None) -> None:
    """The pods of all shares together send as fast as those of one process, whoever has set their pace."""
    strategies = {} if rate_per_pod is None else {"leaky-bucket": {"rate_per_pod": rate_per_pod}}
    scenario = Scenario.model_validate({**SCENARIO.model_dump(by_alias=True), "strategies": strategies})
    alone, shares = (
        [portion.plan(scenario, "leaky-bucket").settings for portion in portions]
        for portions in ([WHOLE], [WorkerShare(place, of) for place in range(of)])
    )
    assert alone[0] == plan_of(scenario, "leaky-bucket").settings
    total = sum(settings.pods * settings.rate_per_pod for settings in shares)
    assert total == pytest.approx(alone[0].pods * alone[0].rate_per_pod)


@pytest.mark.parametrize(("of", "said"), [(12, None), (13, "concurrency = 24 .*: each would have 2, and all 26")])
def test_a_limit_that_cannot_be_shared_out_is_not(of: int, said: str | None) -> None:
    """AWS takes no fewer than two invocations at once: so many shares would be allowed more than one process is."""
    with nullcontext() if said is None else pytest.raises(BadInput, match=said):
        refuse_indivisible(SCENARIO, "lambda-concurrency", of)


@pytest.mark.parametrize(("of", "each"), [(1, 24), (2, 12), (5, 4), (20, 2)])
def test_concurrency_is_shared_out_as_far_as_aws_allows(of: int, each: int) -> None:
    """No more invocations at once than the scenario has set, but never fewer than AWS's two."""
    assert WorkerShare(0, of).plan(SCENARIO, "lambda-concurrency").settings.concurrency == each
