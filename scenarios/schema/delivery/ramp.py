"""How fast a cold IP address is warmed up: what may go through it, step by step."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from scenarios.formats.quoted import unknown
from scenarios.schema.tables import Count, Table, wrong

CATALOGUE = Path(__file__).with_name("ramps.toml")
MOST_DAYS = 1000
WINDOW_S = {"hour": 3600, "day": 86_400}


class Ramp(Table):
    """The most recipients through one address in each hour or day of a step; after the last one there is no limit."""

    per: Literal["hour", "day"] = Field(default="day", description="the time that each number is for")
    step_days: int = Field(default=1, ge=1, le=365, description="how long each step lasts")
    most: tuple[Count, ...] = Field(
        min_length=1, max_length=MOST_DAYS, description="recipients through one address, a number for each step"
    )

    @model_validator(mode="after")
    def _rises_and_ends(self) -> Self:
        if list(self.most) != sorted(self.most):
            raise wrong("most", "must not fall from one step to the next")
        if self.days > MOST_DAYS:
            raise wrong("step_days", f"must make at most {MOST_DAYS} days with {len(self.most)} steps, not {self.days}")
        return self

    @property
    def window_s(self) -> int:
        """How long the time is that each number is for."""
        return WINDOW_S[self.per]

    @property
    def days(self) -> int:
        """How long an address is warmed up."""
        return self.step_days * len(self.most)

    def most_on(self, day: int) -> int | None:
        """Through one address in an hour or a day, so many days after the first; None once it is warm."""
        return self.most[day // self.step_days] if day < self.days else None


@cache
def known_ramps() -> dict[str, dict[str, Any]]:
    """The catalogue's, each with its `source`."""
    return tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))


def named(given: Any) -> Any:
    """A name is of the catalogue; a list is a number for each day. Raises ValueError for an unknown one."""
    if isinstance(given, str):
        if given not in known_ramps():
            raise ValueError(unknown("ramp", given, [*known_ramps()]))
        given = {key: value for key, value in known_ramps()[given].items() if key != "source"}
    if isinstance(given, dict):
        most = given.get("most")
        return {**given, "most": tuple(most)} if isinstance(most, list) else given  # strict: a list is no tuple
    return {"most": tuple(given)} if isinstance(given, list | tuple) else given


NamedRamp = Annotated[Ramp, BeforeValidator(named, json_schema_input_type=str | list[Count] | Ramp)]
"""A name of the catalogue, a list of a number for each day, or a table."""
