"""What may stand in a contact list and in a contact, in SES's words where it may not.

Source of the words, and of their order: floci-io/floci#1638 and #1723, which have asked SES in June and July 2026.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from loadtests.endpoint.lists.contacts import Topic
from loadtests.endpoint.refusals import invalid
from loadtests.endpoint.validation.mailbox import PLAIN

MOST_TOPICS = 20
MOST_OF_DISPLAY_NAME, MOST_OF_DESCRIPTION = 128, 500  # characters

_NAME = re.compile("[A-Za-z0-9_-]{1,64}")
_OF_NAMES = "can contain up to 64 characters. Only alphanumeric characters, underscores(_) and hyphens(-) are allowed."


def check_list_name(name: str) -> None:
    """Raises Refused for what no list can be called."""
    _check_name("ContactListName", name)


def check_list(name: str, description: str | None, topics: Sequence[Topic]) -> None:
    """Raises Refused for what no list can be."""
    check_list_name(name)
    if len(topics) > MOST_TOPICS:
        raise invalid(f"Maximum of <{MOST_TOPICS}> topics allowed per ContactList")
    for topic in topics:
        _check_name("TopicName", topic.name)
        if len(topic.display_name) > MOST_OF_DISPLAY_NAME:
            raise invalid(f"Topic DisplayName can contain up to <{MOST_OF_DISPLAY_NAME}> characters.")
    if len({topic.name for topic in topics}) < len(topics):
        raise invalid("Duplicate topic names are not allowed within a List.")
    if description is not None and len(description) > MOST_OF_DESCRIPTION:
        raise invalid(f"List description can contain up to {MOST_OF_DESCRIPTION} characters.")


def check_address(address: str) -> None:
    """Raises Refused for what is no contact's address."""
    if not address.strip():
        raise invalid("EmailAddress can't be blank.")
    if not PLAIN.fullmatch(address):
        raise invalid(f"EmailAddress <{address}> is invalid")


def _check_name(what: str, name: str) -> None:
    if not name.strip():
        raise invalid(f"{what} can't be blank.")
    if not _NAME.fullmatch(name):
        raise invalid(f"{what} {_OF_NAMES}")
