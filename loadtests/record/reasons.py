"""What SES says of a mail that it does not take, as it is noted. Lambda runs this, too."""

from __future__ import annotations

MOST_REASON = 500  # characters: a list of fifty addresses would not fit into a line that is written at once


def reason_of(error: Exception | None) -> str:
    """Its own sentence, on one line; empty where it took the mail."""
    return "" if error is None else shortened(str(error))


def shortened(sentence: str) -> str:
    """On one line, and not too long for it."""
    return " ".join(sentence.split())[:MOST_REASON]
