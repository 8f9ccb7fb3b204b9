"""The tables that a plan declares, made for one run on a real DynamoDB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from loadtests.ports.tables import DEFINITION
from strategies.resources import Table as Declared


def made(dynamodb: Any, run: str, declared: Sequence[Declared]) -> dict[str, str]:
    """Their real names, by declared name; the local AWS has a table as soon as it has answered."""
    names = {table.name: f"{run}-{table.name}" for table in declared}
    for name in names.values():
        dynamodb.create_table(TableName=name, **DEFINITION)
    return names
