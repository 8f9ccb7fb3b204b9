"""Pages of a list: a token is where the next page begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from loadtests.endpoint.refusals import Refused, invalid
from scenarios.ledger.ledger import REJECTED

T = TypeVar("T")

MOST_DIGITS = 18
BOUND = "1 validation error detected: Value '{}' at 'pageSize' failed to satisfy constraint: Member must have value {}"


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


def asked_page(
    items: Sequence[T], asked: Mapping[str, Any], most: int, usual: int | None = None
) -> tuple[list[T], dict[str, str]]:
    """The page that a request of v2 asks for, of at most so many; raises Refused for another size, too.

    One that says no size gets the usual, which is the most where there is no other.
    """
    size = asked.get("PageSize", usual or most)
    if not 1 <= size <= most:
        constraint = "greater than or equal to 1" if size < 1 else f"less than or equal to {most}"
        raise Refused(REJECTED, "ValidationError", BOUND.format(size, constraint))
    return page_of(items, asked.get("NextToken"), size)


def _start(token: str) -> int:
    if not (token.isascii() and token.isdecimal()) or len(token) > MOST_DIGITS:
        raise invalid("NextToken is invalid.")
    return int(token)
