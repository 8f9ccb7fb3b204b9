"""Message tags: EmailTags and Tags of a request, or the header X-SES-MESSAGE-TAGS.

Sources: real answers recorded by localstack/localstack, `tests/aws/services/ses/test_ses.snapshot.json` (2024-07-30);
localstack/localstack#11243 for the two names with a colon. How many tags a mail may have is not published: the number
and its words are ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from loadtests.endpoint.refusals import invalid

MOST = 50
MOST_CHARACTERS = 255  # of a name, and of a value

_NAME = re.compile(r"[A-Za-z0-9_-]+|ses:feedback-id-[ab]")
_VALUE = re.compile(r"[A-Za-z0-9_.@-]+")
_ALLOWED = "only alphanumeric ASCII characters, '_',  '-'{} are allowed."
_OF_NAMES, _OF_VALUES = _ALLOWED.format(""), _ALLOWED.format(" , '.', '@'")


def check_tags(tags: Mapping[str, str]) -> None:
    """Raises Refused for the first tag that SES does not take."""
    if len(tags) > MOST:
        raise invalid(f"A message has at most {MOST} tags, not {len(tags)}.")
    for name, value in tags.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value) or len(name) + len(value) > MOST_CHARACTERS:
            _check(name, value)


def _check(name: str, value: str) -> None:
    _check_there("name", name)
    _check_there("value", value)
    _check_text("name", name, _NAME, _OF_NAMES)
    _check_text("value", value, _VALUE, _OF_VALUES)


def _check_there(what: str, text: str) -> None:
    if not text:
        raise invalid(f"The tag {what} must be specified.")


def _check_text(what: str, text: str, legal: re.Pattern[str], allowed: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise invalid(f"Tag {what} cannot exceed {MOST_CHARACTERS} characters.")
    if not legal.fullmatch(text):
        raise invalid(f"Invalid tag {what} <{text}>: {allowed}")
