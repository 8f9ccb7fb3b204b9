"""What AWS would refuse of a plan, said before anything is made."""

from __future__ import annotations

import re
from collections.abc import Iterator

from loadtests.deploy.stack.names import LONGEST, stack_of
from loadtests.record.run_name import new_run
from scenarios.aws.plan_limits import refuse_beyond
from scenarios.errors import BadInput
from strategies.resources import Plan


def check(plan: Plan) -> None:
    """Raises BadInput: one line with the part, the key, its value and what would be right."""
    for kind, name in _names(plan):
        _check_name(kind, name)
    refuse_beyond(plan)


def _names(plan: Plan) -> Iterator[tuple[str, str]]:
    yield from (("queue", queue.name) for queue in plan.queues)
    yield from (("dead-letter queue", queue.dead_letters) for queue in plan.queues if queue.dead_letters is not None)
    yield from (("function", function.name) for function in plan.functions)
    yield from (("table", table.name) for table in plan.tables)


def _check_name(kind: str, name: str) -> None:
    most = LONGEST - len(stack_of(new_run())) - len("-dead") - 1
    if not re.fullmatch(rf"[A-Za-z][A-Za-z0-9_-]{{0,{most - 1}}}", name):
        raise BadInput(f"{kind} {name!r}: must be a letter, then letters, digits, - or _, at most {most} in all")
