"""The second half of a run's truth: what became of each recipient whose mail SES accepted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

DeliveryFate = Literal["pending", "delivered", "bounced", "suppressed", "expired"]
DELIVERY_FATES: tuple[DeliveryFate, ...] = ("pending", "delivered", "bounced", "suppressed", "expired")
PENDING, DELIVERED, BOUNCED, SUPPRESSED, EXPIRED = range(len(DELIVERY_FATES))


class Judged(NamedTuple):
    """What AWS made of somebody: since when, and the highest shares of bounces and complaints."""

    reviewed_s: float | None
    paused_s: float | None
    bounce_rate: float
    complaint_rate: float


class Judgement(NamedTuple):
    """Whom AWS judges: an account that may have no name, by the mail that no tenant sends, or one of its tenants."""

    account: str
    tenant: str
    judged: Judged


class Delivered(NamedTuple):
    """A row for each copy, which is an accepted call's recipient, in the order of acceptance.

    `copies` holds the columns that the reference describes; NaN means never. `providers` are those that `provider`
    counts.
    """

    copies: dict[str, NDArray[Any]]
    providers: tuple[str, ...]
    judgements: tuple[Judgement, ...]

    @property
    def judged(self) -> Judged:
        """All whom AWS judges together."""
        return together([one.judged for one in self.judgements])

    def judged_of(self, account: str = "", tenant: str = "") -> Judged | None:
        """An account together with its tenants, or a tenant; None where nothing tells who was judged.

        Who sent nothing was never judged.
        """
        mine = [one.judged for one in self.judgements if account in ("", one.account) and tenant in ("", one.tenant)]
        if mine:
            return together(mine)
        return Judged(None, None, 0.0, 0.0) if all(one.account for one in self.judgements) else None

    def judged_itself(self, account: str = "") -> Judged | None:
        """An account by the mail that no tenant sends; None where it has no tenants, or there are several accounts."""
        its = [one for one in self.judgements if account in ("", one.account)]
        by_itself = [one.judged for one in its if not one.tenant]
        return by_itself[0] if len(by_itself) == 1 and len(its) > 1 else None

    def of_account(self, name: str) -> Delivered:
        """The same of an account that has a name among others."""
        return self._replace(judgements=tuple(one._replace(account=name) for one in self.judgements))

    @property
    def adds_up(self) -> bool:
        """Whether exactly the copies that are not pending have ended."""
        is_pending = self.copies["outcome"] == PENDING
        return bool((np.isnan(self.copies["ended_s"]) == is_pending).all())


def together(judged: Sequence[Judged]) -> Judged:
    """Since when the first of them was reviewed and paused, and the highest rates that any had."""
    reviewed, paused = ([at for at in ats if at is not None] for ats in zip(*(one[:2] for one in judged), strict=True))
    return Judged(
        min(reviewed, default=None),
        min(paused, default=None),
        max(one.bounce_rate for one in judged),
        max(one.complaint_rate for one in judged),
    )
