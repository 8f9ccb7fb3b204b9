"""Pages of a list: a token is where the next page begins.

Sources for sizes, read in November 2026: the references of both APIs. Where they name a range, another size is refused;
where they only say how many a page has, one of more has so many. Where they say nothing, 1,000 is an assumption.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from loadtests.endpoint.refusals import Refused, invalid
from scenarios.ledger.ledger import REJECTED

T = TypeVar("T")

MOST = 1000  # of the lists for which nothing else is said
MOST_DIGITS = 18
BOUND = "1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: Member must have value {}"


def page_of(
    items: Sequence[T], asked: Mapping[str, Any], size: int, code: str = "InvalidParameterValue"
) -> tuple[list[T], dict[str, str]]:
    """The page that a request's token asks for, and the member of the answer that leads on, if there is more.

    A list may be shorter than it was when the token was given. Raises Refused with this code for what is no token.
    """
    start = _start(asked.get("NextToken") or "0", code)
    end = start + size
    return list(items[start:end]), {"NextToken": str(end)} if end < len(items) else {}


def size_within(
    asked: Mapping[str, Any], most: int, *, least: int = 1, usual: int | None = None, member: str = "PageSize"
) -> int:
    """The size that a request asks for in this member, of which 0 is the most; raises Refused outside of the range.

    One that says no size gets the usual, which is the most where there is no other.
    """
    size: int = asked.get(member, usual or most)
    if not least <= size <= most:
        constraint = f"greater than or equal to {least}" if size < least else f"less than or equal to {most}"
        raise Refused(REJECTED, "ValidationError", BOUND.format(size, member[:1].lower() + member[1:], constraint))
    return size or most


def size_up_to(
    asked: Mapping[str, Any], most: int = MOST, *, usual: int | None = None, member: str = "PageSize"
) -> int:
    """The size that a request asks for in this member, or the most, if that is less; raises Refused below 1."""
    size: int = asked.get(member, usual or most)
    if size < 1:
        raise invalid("The size of a page must be at least 1.")
    return min(size, most)


def _start(token: str, code: str) -> int:
    if not (token.isascii() and token.isdecimal()) or len(token) > MOST_DIGITS:
        raise Refused(REJECTED, code, "NextToken is invalid.")
    return int(token)
