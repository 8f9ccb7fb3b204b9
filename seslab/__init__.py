"""The command line: the only part that knows all the rooms."""

from __future__ import annotations

from seslab.command_line import main

__all__ = ["main"]
