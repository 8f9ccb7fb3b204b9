"""What every workload says, however its mails fall due: what it is called, when it begins, whose its mails are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Annotated, Any, ClassVar, NamedTuple, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    Tag,
    model_serializer,
    model_validator,
)

from scenarios.schema.accounts.accounts import UNNAMED
from scenarios.schema.clock import Clock, ClockTime, Every, before, beginnings
from scenarios.schema.complaints import WORD
from scenarios.schema.tables import Table, wrong

DEFAULT_LANE = "default"


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError("must be a plain address such as archive@example.com")
    return text


_ADDRESS = re.compile(r"[!-?A-~]{1,64}@[!-?A-~]{1,189}")
_Addresses = Annotated[
    tuple[Annotated[str, AfterValidator(_address)], ...],
    Field(min_length=1, max_length=49),
    BeforeValidator(lambda given: tuple(given) if isinstance(given, list) else given),
]
ShadowCopies = Annotated[
    Annotated[int, Field(ge=0, le=100_000), Tag("number")] | Annotated[_Addresses, Tag("addresses")],
    Discriminator(lambda given: "addresses" if isinstance(given, list | tuple) else "number"),
]
"""How many each mail has, or where a real run sends those that it has."""


class Taken(NamedTuple):
    """What one account has of a workload.

    `place` is the workload's in the file, after which its streams of chance are called. `chosen` tells for a seed which
    of its mails they are, in the order in which the workload has them; None stands for all of them.
    """

    place: int
    chosen: Callable[[int], NDArray[np.bool_]] | None = None


class Traffic(Table):
    """The keys of every arrival process; `BEGINS` is the one that says in seconds when it begins."""

    BEGINS: ClassVar[str] = "start_s"

    name: str | None = Field(
        default=None, pattern=WORD, description="what tables and thresholds call it, such as newsletter"
    )
    lane: str = Field(
        default=DEFAULT_LANE,
        pattern=WORD,  # it becomes part of queues' names, and of figures'
        description="the kind of mail, such as transactional: a letter, then letters, digits or -, at most 32",
    )
    strategy: str | None = Field(
        default=None, description="the way that sends this workload, whoever contends; default: the contender's own"
    )
    priority: int = Field(default=0, ge=-1000, le=1000, description="of its lane: the larger number is the more urgent")
    shadow_copies: ShadowCopies = Field(
        default=0,
        description="hidden extra recipients of every mail (bcc, archive), so many or these; SES counts them, too",
    )
    account: str = Field(
        default=UNNAMED, pattern=WORD, description="the account that sends, a name of [accounts]; default: the only one"
    )
    tenant: str | None = Field(default=None, pattern=WORD, description="the tenant that sends, a name of [tenants]")
    attributes: dict[str, str] | None = Field(
        default=None, max_length=20, description='what [split] may divide by, such as { country = "DE" }'
    )
    at: ClockTime | None = Field(
        default=None, description="the clock time at which it begins, HH:MM or HH:MM:SS, instead of seconds"
    )
    every: Every | None = Field(
        default=None, description="it begins anew on each such day, at midnight unless at says when; default: once"
    )
    times: int | None = Field(
        default=None, ge=1, le=100_000, description="with every: it begins so often at most; default: until the horizon"
    )

    _by_clock_s: tuple[float, ...] = PrivateAttr(default=())
    _taken: Taken | None = PrivateAttr(default=None)

    @property
    def taken(self) -> Taken | None:
        """Of a workload of one account among several: where it is from, and which of its mails are that account's."""
        return self._taken

    def as_taken(self, taken: Taken) -> Self:
        """The same as the workload of one account, which needs no name any more."""
        alone = self.model_copy(update={"account": UNNAMED})
        alone._taken = taken
        return alone

    @property
    def copies(self) -> int:
        """How many shadow copies each mail has."""
        return self.shadow_copies if isinstance(self.shadow_copies, int) else len(self.shadow_copies)

    @property
    def is_by_clock(self) -> bool:
        """Whether a clock says when it begins."""
        return self.at is not None or self.every is not None

    @property
    def begins_s(self) -> tuple[float, ...]:
        """The seconds at which it begins, each time with mails of its own; by the clock once it was told by which."""
        return self._by_clock_s if self.is_by_clock else (getattr(self, self.BEGINS),)

    def by(self, clock: Clock, horizon_s: float) -> Self:
        """The same with the seconds before the horizon that its clock times amount to, if it has any."""
        if not self.is_by_clock:
            return self
        placed = self.model_copy()
        placed._by_clock_s = before(horizon_s, islice(beginnings(self.at, self.every, clock), self.times))
        return placed

    @model_validator(mode="after")
    def _begins_by_one_clock(self) -> Self:
        if self.is_by_clock and self.BEGINS in self.model_fields_set:
            raise wrong(self.BEGINS, f"must be left out: {'at' if self.at else 'every'} says when it begins")
        return self

    @model_validator(mode="after")
    def _counts_what_is_repeated(self) -> Self:
        if self.times is not None and self.every is None:
            raise wrong("times", "must be left out: without every it begins once")
        return self

    @model_serializer(mode="wrap")
    def _as_it_was_said(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without seconds where a clock time stands for them."""
        table: dict[str, Any] = whole(self)
        return {key: value for key, value in table.items() if not (self.is_by_clock and key == self.BEGINS)}


One = TypeVar("One", bound=Traffic)


def placed(traffic: Iterable[One], clock: Clock, horizon_s: float) -> tuple[One, ...]:
    """Each with the seconds at which it begins. Raises PydanticCustomError for a time that the horizon comes before."""
    found = tuple(one.by(clock, horizon_s) for one in traffic)
    for index, one in enumerate(found):
        if not one.begins_s:
            first_s = next(beginnings(one.at, one.every, clock))
            should = (
                f"must come before the horizon: first it is at second {first_s:.12g}, horizon_s is {horizon_s:.12g}"
            )
            raise wrong((index, "every" if one.every else "at"), should)
    return found
