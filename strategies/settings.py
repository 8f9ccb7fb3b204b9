"""A setting of a strategy: a dataclass field that carries its help text and its bounds."""

from __future__ import annotations

from dataclasses import field
from typing import Any


def setting(default: Any, help_text: str, **bounds: float) -> Any:
    """A field of a frozen `Settings`; `bounds` are pydantic's names (`gt`, `ge`, `lt`, `le`) as plain data.

    The bounds are enforced where a scenario is read, since a strategy may import no validation library.
    """
    return field(default=default, metadata={"help": help_text, "bounds": bounds})
