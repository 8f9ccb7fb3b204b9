"""The table [split]: which account sends a mail whose workload names none."""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from scenarios.schema.accounts.accounts import AccountName
from scenarios.schema.complaints import WORD
from scenarios.schema.tables import Positive, Table, wrong

TOLERANCE = 1e-9
_Share = Annotated[Positive, Field(le=1)]
_Value = Annotated[str, Field(min_length=1, max_length=100)]


class ByShare(Table):
    """In turn, so that each account has its share of every stretch of a workload's mails."""

    by: Literal["share"]
    shares: dict[AccountName, _Share] = Field(min_length=1, description="of the mails, by account; they add up to 1")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if abs((total := math.fsum(self.shares.values())) - 1) > TOLERANCE:
            raise wrong("shares", f"must add up to 1, not {total:.12g}")
        return self

    @property
    def named(self) -> tuple[str, ...]:
        """The accounts that it sends through."""
        return tuple(self.shares)


class ByAttribute(Table):
    """By what a workload says of its mails, or a column of its trace."""

    by: Literal["attribute"]
    attribute: str = Field(
        pattern=WORD, description="a key of the workload's attributes, or a column of its trace, such as country"
    )
    accounts: dict[_Value, AccountName] = Field(min_length=1, description="the account of each value")
    default: AccountName | None = Field(default=None, description="that of all other values; default: none, refused")

    @property
    def named(self) -> tuple[str, ...]:
        """The accounts that it sends through."""
        others = () if self.default is None else (self.default,)
        return tuple(dict.fromkeys((*self.accounts.values(), *others)))

    def account_of(self, value: str) -> str | None:
        """The account of a value, or None where there is none."""
        return self.accounts.get(value, self.default)


class ByOverflow(Table):
    """To the first account that has room; where none has, to the one that has it soonest."""

    by: Literal["overflow"]
    order: tuple[AccountName, ...] = Field(min_length=1, description="the accounts, the one that is filled first first")

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        for index, name in enumerate(self.order):
            if name in self.order[:index]:
                raise wrong(("order", index), "must be named once")
        return self

    @property
    def named(self) -> tuple[str, ...]:
        """The accounts that it sends through."""
        return self.order


Split = Annotated[ByShare | ByAttribute | ByOverflow, Field(discriminator="by")]
