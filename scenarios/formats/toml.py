"""Writes TOML, which the standard library only reads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any


def toml_document(document: Mapping[str, Any]) -> str:
    """Tables and arrays of tables under their headings; whatever lies deeper is inline."""
    plain = {key: value for key, value in document.items() if not _headings(key, value)}
    blocks = [_lines(plain)]
    for key, value in document.items():
        tables = value if isinstance(value, tuple) else (value,)
        blocks += [f"{heading}\n{_lines(table)}" for heading, table in zip(_headings(key, value), tables, strict=False)]
    return "\n".join(blocks)


def toml_value(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{toml_key(key)} = {toml_value(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return _quoted(value) if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def toml_key(key: str) -> str:
    """A key, quoted where it must be."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _quoted(key)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", r"\u007f")  # JSON leaves DEL alone, TOML forbids it


def _headings(key: str, value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [f"[{toml_key(key)}]"]
    tables = isinstance(value, tuple) and value and all(isinstance(item, Mapping) for item in value)
    return [f"[[{toml_key(key)}]]"] * len(value) if tables else []


def _lines(table: Mapping[str, Any]) -> str:
    return "".join(f"{toml_key(key)} = {toml_value(value)}\n" for key, value in table.items())
