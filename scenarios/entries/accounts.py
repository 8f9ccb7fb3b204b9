"""One account of several, and one tenant of SES: their own mails apart from the others."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field

from scenarios.entries.counts import Amount, CallCounts, PartFigures
from scenarios.entries.inboxes import AccountInboxFigures, InboxFigures


class AccountEntry(PartFigures, AccountInboxFigures):
    """One account of several: its own mail, and what it decided."""

    account: Annotated[str, Field(description="as the scenario calls it")]
    calls: Annotated[CallCounts, Field(description="calls that it decided, by outcome")]
    makespan_s: Annotated[
        float | None, Field(description="seconds from its first mail to the last acceptance of one; null if none was")
    ]
    bound_s: Annotated[
        float | None, Field(description="the best possible makespan of its mail in its slice; null in a pool")
    ]
    peak_1s: Annotated[Amount, Field(description="most recipients that it admitted in any half-open second")]
    utilisation: Annotated[
        float | None,
        Field(
            description="what it admitted ÷ (B + R × seconds from its first mail, in a pool from the pool's, to its "
            "last acceptance); null if none"
        ),
    ]


class TenantEntry(PartFigures, InboxFigures):
    """One tenant of SES: its own mail, and what SES made of the calls for it."""

    tenant: Annotated[str, Field(description="as the scenario calls it")]
    account: NotRequired[Annotated[str, Field(description="whose tenant it is, where the scenario says so")]]
    calls: Annotated[CallCounts, Field(description="calls for its mail, by outcome")]
