"""The table [pool]: one backlog that several accounts send."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from scenarios.schema.accounts.accounts import AccountName
from scenarios.schema.tables import Table


class Pool(Table):
    """The strategy paces all of it at the rates' sum, and each call goes to an account that has room."""

    accounts: tuple[AccountName, ...] = Field(default=(), description="those that are pooled; default: all")
    routing: Literal["room", "global-endpoint"] = Field(
        default="room",
        description="room: in proportion to the rates, past those that refuse; global-endpoint: SES's own, half to "
        "each of two Regions, and all to one while the other is out",
    )
