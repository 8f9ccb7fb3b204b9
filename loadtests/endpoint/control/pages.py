"""Pages of a list: a token is where the next page begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from loadtests.endpoint.refusals import invalid

T = TypeVar("T")

MOST_DIGITS = 18


def page_of(items: Sequence[T], token: str | None, size: int) -> tuple[list[T], dict[str, str]]:
    """The page that a token asks for, and the member of the answer that leads on, if there is more.

    Raises Refused for a token that no page has given, and for pages of nothing.
    """
    start = _start(token or "0")
    if start > len(items):
        raise invalid("NextToken is invalid.")
    if size < 1:
        raise invalid("The size of a page must be at least 1.")
    end = start + size
    return list(items[start:end]), {"NextToken": str(end)} if end < len(items) else {}


def _start(token: str) -> int:
    if not (token.isascii() and token.isdecimal()) or len(token) > MOST_DIGITS:
        raise invalid("NextToken is invalid.")
    return int(token)
