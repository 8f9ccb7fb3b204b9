"""What the parts of a stack are called: in its template, in its outputs and on AWS."""

from __future__ import annotations

import re

from loadtests.record.run_name import EXAMPLE, is_run
from scenarios.errors import BadInput
from strategies.resources import Queue

RUN_TAG = "seslab:run"
PREFIX = "seslab-"
LONGEST = 64  # a function's name, the shortest limit of all that is named


def checked_run(text: str) -> str:
    """A run's name as a user typed it, or its stack's; raises BadInput."""
    run = text.removeprefix(PREFIX)
    if not is_run(run):
        raise BadInput(f"run {text!r}: must look like {EXAMPLE}; seslab status lists what there is")
    return run


def stack_of(run: str) -> str:
    return f"{PREFIX}{run}"


def logical(name: str, what: str) -> str:
    """A declared part's name in the template, and that of its output: letters and digits only."""
    return "".join(word.capitalize() for word in re.split(r"[^0-9A-Za-z]+", name)) + what


def dead_letters_of(queue: Queue) -> str:
    """The logical name of the dead-letter queue behind it, which it may share with others."""
    return logical(queue.dead_letters or queue.name, "Dead")


def physical(name: str) -> dict[str, str]:
    """Its name on AWS: the stack's, and its own."""
    return {"Fn::Sub": f"${{AWS::StackName}}-{name}"}
