"""What a strategy from outside declares and asks of its ports: what AWS, or a world, could not do is one line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from scenarios.errors import BadInput
from scenarios.outside.checked_ports import CheckedQueue, CheckedTable
from scenarios.outside.coherence import refuse_incoherent
from strategies import direct
from strategies.ports import Mail
from strategies.resources import Function, Plan, Pods, Queue, Table, Ticker


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda queue: queue.receive(11, 0.0), "receive: 11 messages; must be 1 to 10"),
        (lambda queue: queue.receive(10, 20.5), "receive: 20.5 s; must be 0 to 20"),
        (lambda queue: queue.put([Mail(0, 1, 0.0)] * 11), "put: .*; must be a list of at most 10"),
        (lambda queue: queue.delete(["a receipt"]), "delete: 'a receipt'; must be a Received"),
        (lambda queue: queue.hide([], 43_201), "hide: 43201 s; must be 0 to 43,200"),
    ],
)
def test_a_queue_is_asked_for_nothing_that_sqs_refuses(ask: Callable[[CheckedQueue], Any], said: str) -> None:
    """A figure of a simulation would be one that no queue of AWS could come to."""
    with pytest.raises(ValueError, match=said):
        ask(CheckedQueue(cast("Any", None)))


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda table: table.get(""), "get: key ''; must be a text of 1 to 255 bytes"),
        (lambda table: table.get(7), "get: key 7; must be a text"),
        (lambda table: table.put("pace", 1.0), "put: 1.0; must be a tuple of at most 64 finite numbers"),
        (lambda table: table.put("pace", (0.0,) * 65), "must be a tuple of at most 64"),
        (lambda table: table.put("pace", (float("nan"),)), "put: .nan,.; must be a tuple"),
        (lambda table: table.put("pace", (1e-200,)), "put: .1e-200,.; must be a tuple"),
        (lambda table: table.put("pace", ("1",)), "must be a tuple of at most 64 finite numbers"),
        (lambda table: table.put("pace", (), -1), "put: version -1; must be that of an Item, or None"),
    ],
)
def test_a_table_is_asked_for_nothing_that_dynamodb_refuses(ask: Callable[[CheckedTable], Any], said: str) -> None:
    """Nor for an item that costs more than one unit, which is what a simulation bills."""
    with pytest.raises(ValueError, match=said):
        ask(CheckedTable(cast("Any", None)))


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"tables": (Table("basin"),), "queues": (Queue("basin"),)}, "two parts are called 'basin'"),
        ({"tables": (Table("b sin"),)}, "'b sin' is no name for a part"),
        ({"queues": (Queue("a", dead_letters="late"),)}, "dead_letters = 'late', but no max_receive_count"),
        ({"queues": (Queue("a", max_receive_count=1, dead_letters="a"),)}, "two parts are called 'a'"),
        ({"queues": (Queue("a", max_receive_count=1), Queue("a-dead"))}, "two parts are called 'a-dead'"),
        ({"tables": Table("pace")}, "): must be a tuple, each of it a Table of"),
        ({"functions": (Function("f", cast("Any", None), 1.0),), "tickers": (Ticker("f", cast("Any", "hourly")),)},
         "a ticker of kind 'hourly': must be one of timestamp_wait, standard_loop, express_loop, relay"),
    ],
)  # fmt: skip
def test_the_parts_of_a_plan_fit_together(parts: dict[str, Any], said: str) -> None:
    """What no world could build is one line; queues that share their dead letters are no mistake."""
    shared = Queue("x", max_receive_count=1, dead_letters="late")
    fits = Plan(direct.Settings(), Pods(cast("Any", None)), queues=(shared, replace(shared, name="y")))
    refuse_incoherent(fits, direct.Settings, "x.py")
    with pytest.raises(BadInput, match=re.escape(said)):
        refuse_incoherent(replace(fits, **parts), direct.Settings, "x.py")
