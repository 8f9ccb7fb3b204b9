"""Tags of resources, such as a configuration set's; a mail has others.

Source: floci-io/floci, which has asked SES in August 2026 for the rules, their order and the words. What SES says of an
empty key is nothing: those words are ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from unicodedata import category

from loadtests.endpoint.refusals import Refused, invalid
from scenarios.ledger.ledger import REJECTED

Tag = Mapping[str, str]
"""Its Key and its Value."""

MOST = 50
MOST_CHARACTERS = {"Value": 256, "Key": 128}
SPECIAL = frozenset("_.:/=+-@")
OF_SYSTEM = "aws:"

TOO_MANY = f"Maximum of {MOST} user tags are allowed per resource, consider reducing the number of tags in the request"
ALLOWED = "Tags can only contain letters, numbers, spaces, and the following special characters: _ . : / = + - @"


def check_resource_tags(tags: Sequence[Tag]) -> None:
    """Raises Refused for what SES does not take, in SES's order."""
    if len(tags) > MOST:
        raise invalid(TOO_MANY)
    if not all(_is_legal(tag["Value"]) and _is_legal(tag["Key"]) for tag in tags):
        raise invalid(ALLOWED)
    if any(tag["Key"].lower().startswith(OF_SYSTEM) for tag in tags):
        raise invalid("Caller is an end user and not allowed to mutate system tags")
    wrong = [each for number, tag in enumerate(tags, 1) for each in _lengths(number, tag)]
    if wrong:
        many = "1 validation error" if len(wrong) == 1 else f"{len(wrong)} validation errors"
        raise Refused(REJECTED, "ValidationError", f"{many} detected: {'; '.join(wrong)}")
    if not all(tag["Key"] for tag in tags):
        raise invalid("The key of a tag must be specified.")
    if len({tag["Key"] for tag in tags}) < len(tags):
        raise invalid("Cannot provide multiple tags with the same key")


def check_count(tags: int) -> None:
    """Raises Refused if a resource would have too many, with those that it has."""
    if tags > MOST:
        raise invalid(f"{TOO_MANY} or delete existing tags and retry")


def _is_legal(text: str) -> bool:
    return all(each in SPECIAL or category(each)[0] in "LNZ" for each in text)


def _lengths(number: int, tag: Tag) -> Iterator[str]:
    for part, most in MOST_CHARACTERS.items():
        if len(tag[part]) > most:
            at = f"tags.{number}.member.{part.lower()}"
            yield f"Value at '{at}' failed to satisfy constraint: Member must have length less than or equal to {most}"
