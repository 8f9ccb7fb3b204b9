"""The second half of a run's truth: what became of each recipient whose mail SES accepted."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

DeliveryFate = Literal["pending", "delivered", "bounced", "suppressed", "expired"]
DELIVERY_FATES: tuple[DeliveryFate, ...] = ("pending", "delivered", "bounced", "suppressed", "expired")
PENDING, DELIVERED, BOUNCED, SUPPRESSED, EXPIRED = range(len(DELIVERY_FATES))


class Judged(NamedTuple):
    """What AWS made of the account: since when, and the highest shares of bounces and complaints."""

    reviewed_s: float | None
    paused_s: float | None
    bounce_rate: float
    complaint_rate: float


class Delivered(NamedTuple):
    """A row for each copy, which is an accepted call's recipient, in the order of acceptance.

    `copies` holds the columns that the reference describes; NaN means never. `providers` are those that `provider`
    counts.
    """

    copies: dict[str, NDArray[Any]]
    providers: tuple[str, ...]
    judged: Judged

    @property
    def adds_up(self) -> bool:
        """Whether exactly the copies that are not pending have ended."""
        is_pending = self.copies["outcome"] == PENDING
        return bool((np.isnan(self.copies["ended_s"]) == is_pending).all())
