"""Marks operations whose words are kept and shown, and change nothing of what becomes of mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Handler = TypeVar("Handler", bound=Callable[..., Any])

_kept = set[Callable[..., Any]]()


def kept(handler: Handler) -> Handler:
    """A mark for the reference, which tells them from those that are obeyed."""
    _kept.add(handler)
    return handler


def is_kept(handler: Callable[..., Any]) -> bool:
    """Whether it has the mark."""
    return handler in _kept
