"""A hypothesis about SES's limiter under a name: where it is from, and how much it is believed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from scenarios.aws.limiter import exact
from scenarios.schema.accounts.account import Account, LimiterHypothesis, resolved
from scenarios.schema.accounts.accounts import together
from scenarios.schema.complaints import ONE_LINE
from scenarios.schema.model import Scenario
from scenarios.schema.tables import Positive, Table, wrong

NAME = r"^[A-Za-z][A-Za-z0-9.-]{0,31}$"
_RATE = "rate_per_s"
_MULTIPLE = re.compile(r"(?:(?P<times>\d{1,9}(?:\.\d{1,9})?) )?R")


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A limiter of an account, every key filled in; `weight` is null where no beliefs are told."""

    name: str
    limiter: LimiterHypothesis
    description: str
    source: str
    weight: float | None


def _name(text: str) -> str:
    if not re.fullmatch(NAME, text):
        raise ValueError("must be a letter, then letters, digits, dots or dashes, at most 32")
    return text


Name = Annotated[str, AfterValidator(_name)]


class HypothesisTable(LimiterHypothesis):
    """A limiter's keys beside its name; `burst` may be a multiple of the account's rate, such as "0.4 R"."""

    name: Name = Field(
        json_schema_extra={"pattern": NAME}, description="its name: a letter, then letters, digits, dots or dashes"
    )
    description: str = Field(default="", max_length=1000, pattern=ONE_LINE, description="what it supposes")
    source: str = Field(default="", max_length=1000, pattern=ONE_LINE, description="why it is worth a try")
    weight: Positive | None = Field(default=None, le=1e9, description="of belief; all have one, or none")

    @field_validator("burst", mode="before")
    @classmethod
    def _of_the_rate(cls, burst: Any, info: ValidationInfo) -> Any:
        return _times_rate(burst, _rate_per_s(info)) if isinstance(burst, str) else burst

    @model_validator(mode="after")
    def _is_possible(self, info: ValidationInfo) -> Self:
        self.limiter_of(_rate_per_s(info))
        return self

    def limiter_of(self, rate_per_s: float) -> LimiterHypothesis:
        """The limiter of an account with that rate. Raises what a validator may raise."""
        own = self.model_fields_set & LimiterHypothesis.model_fields.keys()
        return resolved(LimiterHypothesis(**{key: getattr(self, key) for key in own}), rate_per_s)


def _rate_per_s(info: ValidationInfo) -> float:
    """Of the account that a file is read for, which its validation is told."""
    context: Mapping[str, float] = info.context or {}
    return context[_RATE]


def _times_rate(text: str, rate_per_s: float) -> int:
    multiple = _MULTIPLE.fullmatch(text)
    if multiple is None:
        raise ValueError('must be a whole number, or a multiple of the rate such as "0.4 R"')
    return ceil(exact(float(multiple["times"] or 1)) * exact(rate_per_s))


class HypothesesFile(Table):
    """A file of hypotheses."""

    description: str = Field(default="", max_length=10_000, description="what the set is for")
    hypothesis: tuple[HypothesisTable, ...] = Field(default=(), description="one table each")

    @model_validator(mode="after")
    def _are_told_apart(self) -> Self:
        if not self.hypothesis:
            raise wrong("hypothesis", "must have at least one table, [[hypothesis]]")
        seen: set[str] = set()
        for index, one in enumerate(self.hypothesis):
            if one.name in seen:
                raise wrong(("hypothesis", index, "name"), "must be a name of its own: an earlier one has it already")
            seen.add(one.name)
        return self

    @model_validator(mode="after")
    def _weigh_all_or_none(self) -> Self:
        weighed = [one.weight is not None for one in self.hypothesis]
        if any(weighed) and not all(weighed):
            raise wrong(("hypothesis", weighed.index(False), "weight"), "is required: others have one, so all must")
        return self


def hypotheses_of(file: Mapping[str, Any], account: Account) -> list[Hypothesis]:
    """Those of a parsed file, for an account. Raises ValidationError."""
    return [_of(table, account) for table in HypothesesFile.model_validate(file, context=_context(account)).hypothesis]


def hypothesis_of(table: Mapping[str, Any], account: Account) -> Hypothesis:
    """That of one table, likewise."""
    return _of(HypothesisTable.model_validate(table, context=_context(account)), account)


def _context(account: Account) -> dict[str, float]:
    return {_RATE: account.max_send_rate_per_s}


def _of(table: HypothesisTable, account: Account) -> Hypothesis:
    limiter = table.limiter_of(account.max_send_rate_per_s)
    return Hypothesis(table.name, limiter, table.description, table.source, table.weight)


def under(scenario: Scenario, hypothesis: Hypothesis) -> Scenario:
    """The scenario with the hypothesis's limiter instead of its own; each of several accounts has its share of it.

    The scenario's own, of several what they are together, is what each has already.
    """
    if hypothesis.limiter is scenario.account.limiter:
        return scenario
    if not scenario.accounts:
        account = scenario.account.model_copy(update={"limiter": hypothesis.limiter})
        return scenario.model_copy(update={"account": account})
    whole_per_s = scenario.account.max_send_rate_per_s
    accounts = {
        name: one.model_copy(update={"limiter": _scaled(hypothesis.limiter, one.max_send_rate_per_s, whole_per_s)})
        for name, one in scenario.accounts.items()
    }
    return scenario.model_copy(update={"accounts": accounts, "account": together(accounts)})


def _scaled(limiter: LimiterHypothesis, rate_per_s: float, whole_per_s: float) -> LimiterHypothesis:
    """What is supposed of one that allows so much, of one that allows less: its burst lasts as long."""
    keys = limiter.model_dump(exclude_unset=True)
    burst = max(1, round(limiter.burst * rate_per_s / whole_per_s))
    if "burst" in keys:
        keys["burst"] = burst
    keys["shards"] = min(limiter.shards, burst)
    return resolved(LimiterHypothesis(**keys), rate_per_s)
