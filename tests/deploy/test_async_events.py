"""Laws of what Lambda's own queue has at the end of a run, told by the lines that functions write."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from loadtests.deploy.async_events import in_lambda
from loadtests.deploy.harvest import bill_of_relayed
from loadtests.function.entry import variables_of
from loadtests.ports.payloads import invocation
from loadtests.ports.ses import Envelope
from loadtests.record.function_lines import WORD
from strategies.ports import Mail, Ports
from strategies.resources import Account, Function, Handler, Plan, Pods


def _line(what: str, *pieces: Sequence[int]) -> str:
    return f"{WORD} {json.dumps({what: pieces})}"


def _held(lines: Sequence[str]) -> list[tuple[int, ...]]:
    return [(int(mail), int(first), int(many)) for mail, first, many in zip(*in_lambda(lines).columns(), strict=True)]


@pytest.mark.parametrize(
    ("said", "is_held"),
    [
        (("handed",), True),
        (("handed", "taken"), True),
        (("handed", "taken", "ended"), False),
        (("handed", "taken", "taken"), True),
        (("handed", "taken", "taken", "ended"), False),
        (("handed", "taken", "taken", "taken"), False),
        (("handed", "taken", "ended", "handed"), True),
        (("handed", "taken", "ended", "handed", "taken", "taken", "taken"), False),
        (("taken", "ended"), False),
    ],
)
def test_lambda_has_an_event_until_a_function_ends_or_has_failed_thrice(said: tuple[str, ...], is_held: bool) -> None:
    """An event is Lambda's from the hand-over until one try ends well, or the third has not; logs come in any order."""
    for order in set(itertools.permutations(said)):
        assert _held([_line(what, (7, 0, 1)) for what in order]) == [(7, 0, 1)] * is_held


def test_parts_and_batches_are_told_apart() -> None:
    """One line may tell of many mails, and another of some of them; a part of a mail is not the other."""
    lines = [
        _line("handed", (1, 0, 30), (1, 30, 30), (2, 0, 1)),
        _line("taken", (1, 30, 30)),
        _line("ended", (1, 30, 30)),
    ]
    assert _held(lines) == [(1, 0, 30), (2, 0, 1)]


def test_lines_of_others_are_passed_over() -> None:
    """Lambda's own lines, other facts of ours and a line that was cut off tell nothing of events."""
    whole = _line("handed", (1, 0, 1))
    assert _held(["REPORT RequestId: x", _line("given_up", (1, 0, 1)), whole[:-1], f"{WORD}!"]) == []


@dataclass(frozen=True)
class Settings:
    """Of the strategy that this module is."""

    fails: bool


async def _nothing(ports: Ports) -> None:
    """What its pods do."""


def plan(settings: Settings, account: Account) -> Plan:
    """One function, which ends well or does not."""

    def worker(ports: Ports) -> Handler:
        async def work(mails: Sequence[Mail]) -> None:
            if settings.fails:
                raise ArithmeticError

        return work

    return Plan(settings, Pods(_nothing), functions=(Function("worker", worker, 1.0),))


EVENT = """
import json, sys
from loadtests.function.entry import handle
handle(json.loads(sys.argv[1]), None)
"""


@pytest.mark.parametrize(("fails", "what"), [(False, ["taken", "ended"]), (True, ["taken"])])
def test_a_function_says_what_it_takes_and_ends(fails: bool, what: list[str]) -> None:
    """What an event brings is taken at once; it has ended only if the handler has ended well."""
    told = variables_of(__name__, Settings(fails), Account(1.0, 0.05), 1, Envelope())
    variables = {**os.environ, **told, "SESLAB_FUNCTION": "worker", "AWS_DEFAULT_REGION": "us-east-1"}
    event = json.dumps(invocation([Mail(3, 2, 0.0), Mail(4, 5, 0.0, 50)]))
    ended = subprocess.run(
        [sys.executable, "-c", EVENT, event], env=variables, capture_output=True, text=True, check=False
    )
    assert ("ArithmeticError" in ended.stderr) is fails
    said = [line for line in ended.stdout.splitlines() if '"raised"' not in line]
    assert said == [_line(word, (3, 0, 2), (4, 50, 5)) for word in what]


def test_a_call_that_a_relay_waits_for_is_billed_until_the_run_ends() -> None:
    """It has begun, and Lambda has not reported it yet; where all are reported, the reports are the bill."""

    def report(ms: int) -> str:
        return (
            f"REPORT RequestId: x\tDuration: {ms} ms\tBilled Duration: {ms} ms\tMemory Size: 512 MB\tMax Memory Used: 9"
        )

    lines = ["START RequestId: x", report(60_000), "START RequestId: y"]
    assert bill_of_relayed(lines, 512, ended_s=90.0) == {"lambda_requests": 2.0, "lambda_gb_s": 45.0}
    assert bill_of_relayed([*lines, report(30_500)], 512, ended_s=90.0) == {
        "lambda_requests": 2.0,
        "lambda_gb_s": 45.25,
    }
