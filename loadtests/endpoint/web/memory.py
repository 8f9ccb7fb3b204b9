"""How many bytes of requests the server holds at once, whoever sends them."""

from __future__ import annotations

import ctypes
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
        self._free, self._lock = most_bytes, Lock()
        self._line: dict[T, None] = {}
        self._beyond: T | None = None

    def lend(self, length: int, borrower: T) -> bool:
        """Whether the bytes are lent; if not, the borrower stands in line until some come back."""
        with self._lock:
            if length > self._free:
                self._line[borrower] = None
                return False
            self._free -= length
            return True

    def lend_more(self, length: int, borrower: T) -> bool:
        """The same for one of which a part is there already: of those one at a time may go beyond what there is.

        They keep what they have while they stand in line, and would wait for each other for ever.
        """
        with self._lock:
            if length > self._free:
                if self._beyond not in (None, borrower):
                    self._line[borrower] = None
                    return False
                self._beyond = borrower
            self._free -= length
            return True

    def take_back(self, length: int, borrower: T) -> list[T]:
        """The line, which may ask again: it is empty now."""
        with self._lock:
            self._free += length
            self._beyond = None if self._beyond is borrower else self._beyond
            line, self._line = list(self._line), {}
            return line

    def in_line(self) -> list[T]:
        """Those that wait, longest first."""
        with self._lock:
            return list(self._line)

    def leave(self, borrower: T) -> bool:
        """Whether it stood in line until now."""
        with self._lock:
            return self._line.pop(borrower, self) is None
