"""The tables that a plan declares, made for one run on a real DynamoDB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from loadtests.ports.tables import definition, expiry
from strategies.resources import Table as Declared


def made(dynamodb: Any, run: str, declared: Sequence[Declared]) -> dict[str, str]:
    """Their real names, by declared name; the local AWS has a table as soon as it has answered."""
    names = {table.name: f"{run}-{table.name}" for table in declared}
    for table in declared:
        dynamodb.create_table(TableName=names[table.name], **definition(table))
        if table.expires:
            dynamodb.update_time_to_live(TableName=names[table.name], TimeToLiveSpecification=expiry(table))
    return names
