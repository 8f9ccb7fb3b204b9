"""Whose turn it is among lanes: the most urgent one's, except where another is owed its share."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import Literal

from strategies.resources import Account
from strategies.settings import WrongSetting

Lanes = Literal["ignore", "share", "strict", "weighted"]
"""How a strategy treats the lanes of its account.

`ignore`: first come, first served. `share`: each has a part of the limit of its own, which no other may use. `strict`:
the more urgent mail goes first. `weighted`: each gets its share, and what one leaves goes to the others.
"""
LANES_HELP = "of several lanes: ignore them, share the limit out, urgent first (strict), or turns by share (weighted)"
LANE_SHARES_HELP = "share of the limit for each lane, the most urgent first; default equal"
ROUNDING = 1e-9


def refuse_unused_shares(lanes: str, lane_shares: Sequence[float]) -> None:
    """Raises ValueError for shares of more than there is, and for those that nothing would use."""
    if lane_shares and lanes in ("ignore", "strict"):
        raise ValueError(f"lane_shares must be left out with lanes = {lanes}, which gives no lane a share")
    if fsum(lane_shares) > 1 + ROUNDING:
        raise ValueError(f"lane_shares must add up to at most 1, not {fsum(lane_shares):g}")


def shares_of(lanes: str, lane_shares: tuple[float, ...], account: Account) -> tuple[float, ...]:
    """Of each of the account's lanes, the most urgent first; none where lanes have no shares. Raises WrongSetting."""
    if lanes in ("ignore", "strict"):
        return ()
    many = len(account.lanes)
    if len(lane_shares) not in (0, many):
        names = ", ".join(lane.name for lane in account.lanes)
        raise WrongSetting(
            f"lane_shares = {list(lane_shares)}: must be one for each of {many} lanes, in the order {names}"
        )
    return lane_shares or (1 / many,) * many


class Turns:
    """Strict priority with guaranteed shares: lane 0 goes first, but none that waits gets less than its share.

    All shares zero is strict priority; shares that add up to 1 are weighted fair queueing, of which each lane may use
    what the others leave. Invariant: a lane that waits all the while has been sent at least its share of all
    recipients, but for the largest mail.
    """

    __slots__ = ("_credit", "_shares")

    def __init__(self, shares: Sequence[float]) -> None:
        self._shares = {lane: share for lane, share in enumerate(shares) if share}  # without one it is owed nothing
        self._credit = dict.fromkeys(self._shares, 0.0)

    def next(self, sizes: Sequence[int]) -> int:
        """The lane whose turn it is, by the recipients of each lane's next mail; 0 for a lane without any."""
        owed = [lane for lane, credit in self._credit.items() if 0 < sizes[lane] <= credit]
        if owed:
            return max(owed, key=lambda lane: self._credit[lane] - sizes[lane])
        return sizes.index(next(filter(None, sizes)))

    def sent(self, lane: int, sizes: Sequence[int]) -> None:
        """Count the mail of a lane that went, when these were waiting."""
        recipients, credit = sizes[lane], self._credit
        for other, share in self._shares.items():
            credit[other] = credit[other] + share * recipients if sizes[other] else 0.0
        if lane in credit:
            credit[lane] = max(credit[lane] - recipients, -recipients)
