"""Which operations of SES the local AWS has, by botocore's model and the endpoint's routing: the reference's tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from loadtests.endpoint.control.absent import has_moto
from loadtests.endpoint.control.kept import is_kept
from loadtests.endpoint.parsing.operations import model
from loadtests.endpoint.v1.routing import ACTIONS
from loadtests.endpoint.v2.routing import OPERATIONS

Status = Literal["enforced", "kept", "moto's", "absent"]

OURS: Mapping[str, Mapping[str, Callable[..., Any]]] = {"ses": ACTIONS, "sesv2": OPERATIONS}
TABLE = re.compile(r"^<!-- operations: (?P<api>\w+) -->\n(?:\|.*\n)*", re.MULTILINE)


def status_of(api: str, operation: str) -> Status:
    """Who answers, and whether what was said is obeyed."""
    handler = OURS[api].get(operation)
    if handler is not None:
        return "kept" if is_kept(handler) else "enforced"
    return "moto's" if has_moto(api, operation) else "absent"


def with_operations(text: str) -> str:
    """A page whose tables of operations are those of today."""
    return TABLE.sub(lambda found: f"{found[0].splitlines()[0]}\n{''.join(_rows(found['api']))}", text)


def _rows(api: str) -> Iterator[str]:
    yield "| operation | here |\n|---|---|\n"
    for name in sorted(model(api).operation_names):
        yield f"| `{name}` | {status_of(api, name)} |\n"
