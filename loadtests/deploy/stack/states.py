"""A ticker as a Step Functions machine: Amazon States Language, queries in JSONata.

Each kind is its simulated twin's (`scenarios.aws.ticker`): three transitions a tick, or two of a relay that need not
wait, and at most nine events of history.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scenarios.aws.ticker import EXPRESS_TICKS, MINUTE_S, PERIOD_S, STANDARD_TICKS
from strategies.resources import Ticker

State = dict[str, Any]


def machine(ticker: Ticker, function_arn: str) -> dict[str, Any]:
    """The definition of the ticker's machine; an execution's input is made by `first_input`."""
    build: Callable[[str], dict[str, State]] = {
        "timestamp_wait": _timestamp_wait,
        "standard_loop": _standard_loop,
        "express_loop": _express_loop,
        "relay": _relay,
    }[ticker.kind]
    return {"QueryLanguage": "JSONata", "StartAt": "Begin", "States": build(function_arn)}


def is_express(ticker: Ticker) -> bool:
    return ticker.kind == "express_loop"


def first_input(zero_unix_s: int) -> dict[str, int]:
    """What makes an execution tick from that second of Unix time on."""
    return {"number": 0, "first": 0, "second": zero_unix_s}


def _timestamp_wait(function_arn: str) -> dict[str, State]:
    """Waits for absolute whole seconds and for the function's end; seconds that a long call has missed are skipped."""
    following = "{% $max([$states.input.second + 1, $floor($millis() / 1000)]) %}"
    tick = {"number": "{% $states.input.number %}", "due_s": "{% $states.input.second %}"}
    return {
        "Begin": _until_second("Tick"),
        "Tick": _invoke(function_arn, {"Payload": {"tick": tick}}, _counted(following)),
        "More": _while(STANDARD_TICKS, "Begin", "Successor"),
        "Successor": _successor(),
    }


def _standard_loop(function_arn: str) -> dict[str, State]:
    """Waits a second after each tick, and not for the function."""
    return {
        "Begin": _until_second("Tick"),
        "Tick": _send(function_arn),
        "More": _while(STANDARD_TICKS, "Pause", "Successor"),
        "Pause": _pause("Tick"),
        "Successor": _successor(),
    }


def _express_loop(function_arn: str) -> dict[str, State]:
    """Sixty ticks; what starts the next loop is a schedule. Numbers go on from loop to loop, since minutes do."""
    number = f"{{% $floor($millis() / {MINUTE_S * 1000:.0f}) * {EXPRESS_TICKS} %}}"
    begin = {"number": number, "first": number, "second": "{% $floor($millis() / 1000) %}"}
    return {
        "Begin": {"Type": "Pass", "Output": begin, "Next": "Tick"},
        "Tick": _send(function_arn),
        "More": _while(EXPRESS_TICKS, "Pause", "End"),
        "Pause": _pause("Tick"),
        "End": {"Type": "Succeed"},
    }


def _relay(function_arn: str) -> dict[str, State]:
    """Waits for the function's end and calls it again: at once, but not twice in one whole second.

    A call that failed is tried again after a second at the earliest.
    """
    tick = {"number": "{% $states.input.number %}", "due_s": "{% $millis() / 1000 %}"}
    began, failed = "$toMillis($states.context.State.EnteredTime)", f"$millis() + {PERIOD_S * 1000:.0f}"
    ended_well, ended_badly = (_counted(f"{{% $floor(({at}) / 1000) + 1 %}}") for at in (began, failed))
    over = f"{{% $states.input.number - $states.input.first >= {STANDARD_TICKS} %}}"
    early = "{% $millis() / 1000 < $states.input.second %}"
    choices = [{"Condition": over, "Next": "Successor"}, {"Condition": early, "Next": "Begin"}]
    return {
        "Begin": _until_second("Tick"),
        "Tick": _invoke(function_arn, {"Payload": {"tick": tick}}, ended_well, ended_badly),
        "More": {"Type": "Choice", "Choices": choices, "Default": "Tick"},
        "Successor": _successor(),
    }


def _until_second(following: str) -> State:
    return {"Type": "Wait", "Timestamp": "{% $fromMillis($states.input.second * 1000) %}", "Next": following}


def _pause(following: str) -> State:
    return {"Type": "Wait", "Seconds": int(PERIOD_S), "Next": following}


def _send(function_arn: str) -> State:
    """Hand the function an event, due now."""
    tick = {"number": "{% $states.input.number %}", "due_s": "{% $millis() / 1000 %}"}
    arguments = {"InvocationType": "Event", "Payload": {"tick": tick}}
    return _invoke(function_arn, arguments, _counted("{% $states.input.second %}"))


def _invoke(
    function_arn: str, arguments: dict[str, Any], counted: dict[str, str], failed: dict[str, str] | None = None
) -> State:
    """The next tick comes whatever becomes of this one; without `failed` it is counted as one that went well."""
    return {
        "Type": "Task",
        "Resource": "arn:${AWS::Partition}:states:::lambda:invoke",
        "Arguments": {"FunctionName": function_arn, **arguments},
        "Output": counted,
        "Catch": [{"ErrorEquals": ["States.ALL"], "Output": failed or counted, "Next": "More"}],
        "Next": "More",
    }


def _counted(second: str) -> dict[str, str]:
    return {"number": "{% $states.input.number + 1 %}", "first": "{% $states.input.first %}", "second": second}


def _while(ticks: int, again: str, otherwise: str) -> State:
    """A choice: this execution goes on until it has made its ticks."""
    condition = f"{{% $states.input.number - $states.input.first < {ticks} %}}"
    return {"Type": "Choice", "Choices": [{"Condition": condition, "Next": again}], "Default": otherwise}


def _successor() -> State:
    """A fresh history goes on counting."""
    number = "{% $states.input.number %}"
    return {
        "Type": "Task",
        "Resource": "arn:${AWS::Partition}:states:::states:startExecution",
        "Arguments": {
            "StateMachineArn": "{% $states.context.StateMachine.Id %}",
            "Input": {"number": number, "first": number, "second": "{% $states.input.second %}"},
        },
        "End": True,
    }
