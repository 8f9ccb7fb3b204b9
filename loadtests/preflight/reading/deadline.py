"""An answer that has to be there in time, however slowly it trickles in."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Answer = TypeVar("Answer")


def within(span_s: float, ask: Callable[[], Answer]) -> Answer:
    """What `ask` returns or raises. Raises TimeoutError where it takes longer, and leaves it to itself then.

    A socket's timeout starts anew with each byte, so only another thread can bound the whole.
    """
    answer = Future[Answer]()

    def run() -> None:
        try:
            answer.set_result(ask())
        except Exception as error:
            answer.set_exception(error)

    Thread(target=run, daemon=True).start()
    return answer.result(span_s)
