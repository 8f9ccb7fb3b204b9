"""What every table of a scenario file has in common: strictness, known keys, and numbers with bounds."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from scenarios.formats.quoted import unknown

MAX_MAILS = 100_000_000
"""Most mails in one run: what fits the memory of one machine."""

LEAST = 1e-9
"""What is positive is at least this: a rate that ends no run and a second that is none only overflow elsewhere."""


def _no_dust(value: float) -> float:
    if value < LEAST:
        raise ValueError(f"must be at least {LEAST}")
    return value


Positive = Annotated[float, Field(gt=0), AfterValidator(_no_dust)]
Seconds = Annotated[float, Field(ge=0, le=1e9)]
Duration = Annotated[Positive, Field(le=1e9)]
Rate = Annotated[Positive, Field(le=1e6)]
Share = Annotated[Positive, Field(le=1)]
Probability = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=1e12)]
Count = Annotated[int, Field(ge=1, le=MAX_MAILS)]


def wrong(key: str | tuple[str | int, ...], should: str) -> PydanticCustomError:
    """A broken rule that types cannot express; `key`, or the path to it, begins at the table that raises it."""
    path = (key,) if isinstance(key, str) else key
    return PydanticCustomError("rule", "{should}", {"key": path, "should": should})


class Table(BaseModel):
    """A frozen table: no unknown keys, no conversions such as "5" for 5, no NaN and no infinity.

    Its validator is built when it is first used: a table that others contain never needs one of its own.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        """Runs first, because a misspelt key otherwise shows up as a missing one."""
        known = [field.alias or name for name, field in cls.model_fields.items()]
        strange = [key for key in data if key not in known] if isinstance(data, dict) else []
        if strange:
            raise wrong(strange[0], unknown("key", strange[0], known))
        return data
