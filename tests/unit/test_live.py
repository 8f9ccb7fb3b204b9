"""What is told of an account from second to second: the same as the whole log says, at the cost of what is new."""

from __future__ import annotations

import json
from threading import Event
from typing import Any
from unittest.mock import patch
from urllib.error import HTTPError

import pytest

from loadtests.endpoint.account_run import AccountRun
from loadtests.endpoint.accounts.draws import Draws
from loadtests.endpoint.admin import explain
from loadtests.endpoint.admin.watch import LAST_CALLS, SPAN_S, Watch
from loadtests.endpoint.decision_log import LIMITS, STRANGER, DecisionLog
from loadtests.endpoint.publishing.mailroom import course_of
from scenarios.ledger.ledger import ACCEPTED, MESSAGES
from tests.unit.served import Endpoint, account, mail, send, served
from tests.unit.virtual import batch, scenario


class Hand:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def now(self) -> float:
        return self.now_s


def begun(**limiter: Any) -> tuple[AccountRun, Hand]:
    """A run whose clock is set by hand."""
    of = scenario(batch(1), account={"max_send_rate_per_s": 5.0, "max_24h_send": -1, "limiter": limiter})
    run, clock = AccountRun(of, Draws(of, 1), 5.0, 0.0, Event(), DecisionLog(), course_of(None)), Hand()
    run.clock = clock  # type: ignore[assignment]
    return run, clock


def ask(run: AccountRun, now_s: float, recipients: int) -> int:
    """A call, decided and noted as SES does."""
    outcome = run.admission.decide(now_s, recipients, 0)
    run.decision_log.add(STRANGER, recipients, now_s, outcome, "test", LIMITS, 0, MESSAGES[outcome])
    return outcome


@pytest.mark.parametrize(
    "limiter", [{}, {"burst": 20, "admission": "debt"}, {"kind": "fixed-window"}, {"kind": "sliding-window"}]
)
@pytest.mark.parametrize("looks", [1, 7, 1_000])
def test_who_looks_often_sees_what_the_log_says(limiter: dict[str, Any], looks: int) -> None:
    """However often somebody looks, the calls with their causes, and the seconds, are those of the whole log."""
    run, clock = begun(**limiter)
    watch = Watch(run)
    accepted, refused = [0] * 40, [0] * 40
    for number in range(400):
        clock.now_s, recipients = number / 10, 1 + number % 3
        if number == 200:
            run.set_rate(8.0)
        counts = accepted if ask(run, clock.now_s, recipients) == ACCEPTED else refused
        counts[number // 10] += recipients
        if number % (400 // min(looks, 400)) == 0:
            watch.look()
    clock.now_s = 40.0
    watch.look()
    assert list(watch.calls) == explain.calls(run, LAST_CALLS)
    told = watch.seconds()
    assert (told["accepted"], told["refused"]) == (accepted, refused)
    assert told["tokens"][-1] == run.admission.room(40.0)


def test_only_the_last_minutes_are_told_and_remembered() -> None:
    """What lies further back is neither told nor kept, however much it was."""
    run, clock = begun()
    watch = Watch(run)
    for number in range(3 * SPAN_S):
        clock.now_s = float(number)
        ask(run, clock.now_s, 2)
        watch.look()
    told = watch.seconds()
    assert told["first_unix_s"] == 2 * SPAN_S - 1
    assert {len(told[name]) for name in ("accepted", "refused", "tokens")} == {SPAN_S}
    assert len(watch._accepted) <= SPAN_S + 1
    assert len(watch._replay._accepted) <= run.admission.capacity


def test_nothing_is_followed_while_nobody_looks() -> None:
    """Sends alone make no watch look; a question does, and says what has filled the bucket."""
    with (
        served(account=account(max_send_rate_per_s=1.0)) as endpoint,
        patch.object(Watch, "look", autospec=True, side_effect=Watch.look) as look,
    ):
        v2 = endpoint.client("sesv2")
        assert [send(v2, **mail()) for _ in range(2)] == [None, "TooManyRequestsException"]
        assert not look.called
        told = endpoint.ask("GET", "/_seslab/live")
        (of,) = told["accounts"]
        assert [call["outcome"] for call in of["calls"]] == ["accepted", "throttled"]
        assert of["calls"][1]["filled_by"] == [0]
        assert (of["capacity"], of["max_send_rate_per_s"], told["in_flight"]) == (1, 1.0, 0)
        later = endpoint.ask("GET", f"/_seslab/live?since={told['now_unix_s']}")
        assert later["accounts"][0]["calls"] == []


def test_a_limiter_can_be_changed() -> None:
    """The account begins anew under it, full and with an empty log; values that do not go together change nothing."""
    with served(account=account(max_send_rate_per_s=2.0)) as endpoint:
        v2 = endpoint.client("sesv2")
        assert [send(v2, **mail()) for _ in range(3)].count(None) == 2
        told = endpoint.ask("PUT", "/_seslab/limiter", {"burst": 5})
        assert (told["kind"], told["burst"]) == ("token-bucket", 5)
        assert [send(v2, **mail()) for _ in range(6)].count(None) == 5
        (of,) = endpoint.ask("GET", "/_seslab/stats")["accounts"]
        assert (of["accepted"], of["throttled"]) == (5, 1)
        assert endpoint.ask("PUT", "/_seslab/limiter", {"kind": "fixed-window"})["kind"] == "fixed-window"
        wrong(endpoint, {"kind": "sliding-window", "burst": 3}, "burst = 3: only a token-bucket has a burst")
        wrong(endpoint, {"kind": "leaky"}, "must be one of token-bucket, fixed-window, sliding-window")
        assert endpoint.ask("GET", "/_seslab/limiter")["kind"] == "fixed-window"


def wrong(endpoint: Endpoint, limiter: dict[str, Any], sentence: str) -> None:
    """The change is refused, and the line says why."""
    with pytest.raises(HTTPError) as error:
        endpoint.ask("PUT", "/_seslab/limiter", limiter)
    with error.value as answer:
        assert answer.code == 400
        assert sentence in json.load(answer)["message"]
