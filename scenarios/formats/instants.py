"""Instants of Unix time as AWS spells them, in ISO 8601 and UTC; it needs nothing, so that a Lambda can."""

from __future__ import annotations

from datetime import UTC, datetime


def to_second(unix_s: float) -> str:
    """Such as `2026-11-29T08:00:00Z`; what is less than a second is cut off."""
    return _spelt(int(unix_s), "seconds")


def to_millisecond(unix_s: float) -> str:
    """Such as `2026-11-29T08:00:00.123Z`."""
    return _spelt(unix_s, "milliseconds")


def _spelt(unix_s: float, timespec: str) -> str:
    return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
