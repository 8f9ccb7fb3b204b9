"""Whose turn it is among lanes: the most urgent one's, except where another is owed its share."""

from __future__ import annotations

from collections.abc import Sequence


class Turns:
    """Strict priority with guaranteed shares: lane 0 goes first, but none that waits gets less than its share.

    All shares zero is strict priority; shares that add up to 1 are weighted fair queueing, of which each lane may use
    what the others leave. Invariant: a lane that waits all the while has been sent at least its share of all
    recipients, but for the largest mail.
    """

    __slots__ = ("_credit", "_shares")

    def __init__(self, shares: Sequence[float]) -> None:
        self._shares, self._credit = tuple(shares), [0.0] * len(shares)

    def next(self, sizes: Sequence[int]) -> int:
        """The lane whose turn it is, by the recipients of each lane's next mail; 0 for a lane without any."""
        owed = [lane for lane, size in enumerate(sizes) if size and self._shares[lane] and self._credit[lane] >= size]
        if owed:
            return max(owed, key=lambda lane: self._credit[lane] - sizes[lane])
        return next(lane for lane, size in enumerate(sizes) if size)

    def sent(self, lane: int, sizes: Sequence[int]) -> None:
        """Count the mail of a lane that went, when these were waiting."""
        recipients = sizes[lane]
        for other, share in enumerate(self._shares):
            self._credit[other] = self._credit[other] + share * recipients if sizes[other] else 0.0
        self._credit[lane] = max(self._credit[lane] - recipients, -recipients)
