"""A DynamoDB table on virtual time: single items, read consistently, replaced whole or on a condition."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from types import coroutine

from sim.request import Request, Wire
from strategies.ports import NOTHING, Item, Key


@dataclass(slots=True)
class TableBill:
    """What DynamoDB is paid for on demand: a refused conditional write costs as much as one that succeeds."""

    reads: int = 0
    writes: int = 0


class Table:
    """What happens to items at the instants at which requests reach the table."""

    def __init__(self) -> None:
        self.items: dict[Key, Item] = {}

    def get(self, key: Key) -> Item:
        return self.items.get(key, NOTHING)

    def of(self, first: str) -> list[Item]:
        return [item for key, item in self.items.items() if first == (key if isinstance(key, str) else key[0])]

    def put(self, key: Key, value: Sequence[float], if_version: int | None) -> bool:
        version = self.get(key).version
        if if_version is not None and if_version != version:
            return False
        self.items[key] = Item(tuple(value), version + 1)
        return True


class Client:
    """One host's. A put that is under way goes on without its caller."""

    __slots__ = ("_bill", "_table", "_wire")

    def __init__(self, wire: Wire, table: Table, bill: TableBill) -> None:
        self._wire, self._table, self._bill = wire, table, bill

    @coroutine
    def get(self, key: Key, /) -> Generator[Request, None, Item]:
        self._bill.reads += 1
        request = self._wire.ask(self._get, key)
        yield request
        item: Item = request.answer
        return item

    def _get(self, request: Request) -> None:
        self._wire.answer(request, self._table.get(request.asked))

    @coroutine
    def of(self, first: str, /) -> Generator[Request, None, Sequence[Item]]:
        self._bill.reads += 1
        request = self._wire.ask(self._of, first)
        yield request
        items: Sequence[Item] = request.answer
        return items

    def _of(self, request: Request) -> None:
        self._wire.answer(request, self._table.of(request.asked))

    @coroutine
    def put(
        self, key: Key, value: Sequence[float], if_version: int | None = None, until_s: float | None = None, /
    ) -> Generator[Request, None, bool]:
        """Nothing expires here: DynamoDB may take days, so that readers have to look at instants anyway."""
        self._bill.writes += 1
        request = self._wire.ask(self._put, (key, value, if_version))
        yield request
        is_put: bool = request.answer
        return is_put

    def _put(self, request: Request) -> None:
        self._wire.answer(request, self._table.put(*request.asked))
