"""A DynamoDB table on virtual time: single items, read consistently, replaced whole or on a condition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sim.kernel import Reply, World
from strategies.ports import Item

NOTHING = Item((), 0)


@dataclass(slots=True)
class TableBill:
    """What DynamoDB is paid for on demand: a refused conditional write costs as much as one that succeeds."""

    reads: int = 0
    writes: int = 0


class Table:
    """What happens to items at the instants at which requests reach the table."""

    def __init__(self) -> None:
        self._items: dict[str, Item] = {}

    def get(self, key: str) -> Item:
        return self._items.get(key, NOTHING)

    def put(self, key: str, value: Sequence[float], if_version: int | None) -> bool:
        version = self.get(key).version
        if if_version is not None and if_version != version:
            return False
        self._items[key] = Item(tuple(value), version + 1)
        return True


class Client:
    """One host's. A put that is under way goes on without its caller."""

    __slots__ = ("_bill", "_latency", "_table", "_world")

    def __init__(self, world: World, table: Table, latency: Iterator[float], bill: TableBill) -> None:
        self._world, self._table, self._latency, self._bill = world, table, latency, bill

    def get(self, key: str, /) -> Reply:
        self._bill.reads += 1
        return self._ask(lambda: self._table.get(key))

    def put(self, key: str, value: Sequence[float], if_version: int | None = None, /) -> Reply:
        self._bill.writes += 1
        return self._ask(lambda: self._table.put(key, value, if_version))

    def _ask(self, answer: Callable[[], Any]) -> Reply:
        """Half-way through a request the table answers it."""
        reply, half_s = Reply(), next(self._latency) / 2

        def arrive() -> None:
            found = answer()
            self._world.call_at(self._world.now_s + half_s, lambda: reply.settle(found))

        self._world.call_at(self._world.now_s + half_s, arrive)
        return reply
