"""A setting of a strategy: a dataclass field that carries its help text, its bounds and what it scales with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field, field, fields, replace
from typing import Any, Literal, get_args

from strategies.resources import FULL_CORE_MB, LEAST_MEMORY_MB, MOST_MEMORY_MB

Scales = Literal["rate", "rate per pod", "pods", "calls"]
"""What becomes of a setting where a run is shared out, to processes that send each its part of the mails.

`rate`: it stands for the account's limit, so each share has its part of it. `rate per pod`: likewise, but of each pod.
`pods`, `calls`: it counts what every share has for itself, application pods or calls at once.
"""
SCALES: tuple[str, ...] = get_args(Scales)


def setting(default: Any, help_text: str, scales: Scales | None = None, **bounds: float) -> Any:
    """A field of a frozen `Settings`; `bounds` are pydantic's names (`gt`, `ge`, `lt`, `le`) as plain data.

    The bounds are enforced where a scenario is read, since a strategy may import no validation library.
    """
    return field(default=default, metadata={"help": help_text, "bounds": bounds, "scales": scales})


def memory(default: int | None, whose: str) -> Any:
    """A setting that is a function's memory, in MB, as Lambda allows it."""
    meaning = f"{whose}: Lambda bills it, and gives a processor for {FULL_CORE_MB:,}"
    return setting(default, meaning, ge=LEAST_MEMORY_MB, le=MOST_MEMORY_MB)


class WrongSetting(Exception):
    """A setting that does not suit the account: the message names it, its value and what would be right."""


def scaling(settings: Any, *scales: Scales) -> Iterator[Field[Any]]:
    """The fields of a strategy's `Settings`, or of an instance, that scale with one of these."""
    return (one for one in fields(settings) if one.metadata["scales"] in scales)


def shared_out(settings: Any, of: int) -> Any:
    """Settings for one of so many shares: what stands for the limit is divided, where it is set.

    A whole number is rounded down, but to no less than the setting allows.
    """
    named = {one.name: (one, getattr(settings, one.name)) for one in scaling(settings, "rate", "rate per pod")}
    return replace(settings, **{name: _part(one, value, of) for name, (one, value) in named.items() if value})


def _part(one: Field[Any], value: float, of: int) -> float:
    return max(one.metadata["bounds"].get("ge", 1), value // of) if isinstance(value, int) else value / of
