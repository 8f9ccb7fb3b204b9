"""How many bytes of requests the server holds at once, whoever sends them."""

from __future__ import annotations

import ctypes
from collections import deque
from contextlib import suppress
from threading import Lock
from typing import Generic, TypeVar

M_MMAP_THRESHOLD = -3  # glibc's malloc.h
LARGE_BYTES = 1024 * 1024

T = TypeVar("T")


def return_what_is_large() -> None:
    """Let large blocks go back to the system when they are free.

    glibc would raise its threshold to 32 MB, and keep what is smaller in each thread: 800 MB after 200 mails of 5 MB.
    Other systems have no such function and no such habit.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


class Memory(Generic[T]):
    """A number of bytes that is lent out; those to whom it cannot be lent yet stand in line."""

    def __init__(self, most_bytes: int) -> None:
        self._free, self._line, self._lock = most_bytes, deque[T](), Lock()

    def lend(self, length: int, borrower: T) -> bool:
        """Whether the bytes are lent; if not, the borrower stands in line until some come back."""
        with self._lock:
            if length > self._free:
                self._line.append(borrower)
                return False
            self._free -= length
            return True

    def take_back(self, length: int) -> list[T]:
        """The line, which may ask again: it is empty now."""
        with self._lock:
            self._free += length
            line, self._line = list(self._line), deque()
            return line
