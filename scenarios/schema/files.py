"""TOML files that users name: found by a name in the catalogue or by their path, read and parsed."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from scenarios.errors import BadInput
from scenarios.formats.quoted import printable, unknown
from scenarios.formats.toml_keys import first_key_of_more
from scenarios.system.reading import read_text

CATALOGUE = Path(__file__).parents[1] / "catalogue"
DEEPEST = 8  # parts of a dotted key, such as account.limiter.kind


def catalogue() -> list[str]:
    """The names of the catalogue's scenarios, sorted."""
    return sorted(path.stem for path in CATALOGUE.glob("*.toml"))


def find(source: str, base: Path | None = None) -> Path:
    """The file of a catalogue name, or the file at a path; a relative path starts at `base`.

    Raises BadInput for a name that is neither.
    """
    path = (base or Path()) / source
    if source.endswith(os.sep) and not os.path.isdir(path):
        raise BadInput(f"{printable(source)}: no such folder; name a .toml file, without {os.sep} at its end")
    if source in catalogue():
        return CATALOGUE / f"{source}.toml"
    if source.endswith(".toml") or re.search(r"[/\\]", source) or (os.path.exists(path) and not os.path.isdir(path)):
        return path
    hint = unknown("scenario", printable(source), catalogue())
    raise BadInput(f"{hint} (the path of a .toml file will do as well)")


def read_table(path: Path) -> dict[str, Any]:
    """The parsed TOML file, arrays as tuples; raises BadInput if there is none."""
    try:
        text = read_text(path)
        _refuse_deep_keys(text, path)
        return {key: frozen(value) for key, value in tomllib.loads(text).items()}
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadInput(f"{printable(path)}: must be UTF-8 text, but line {line} is not") from error
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"{printable(path)}: {_trouble(error)}") from error


def _refuse_deep_keys(text: str, path: Path) -> None:
    """Raises BadInput before time and memory are spent on what no scenario has."""
    if found := first_key_of_more(text, DEEPEST):
        line, parts = found
        raise BadInput(f"{printable(path)}: line {line}: a key of {parts} parts; no key has more than {DEEPEST}")


def _trouble(error: Exception) -> str:
    match error:
        case FileNotFoundError():
            return "no such file; seslab scenarios lists the catalogue"
        case IsADirectoryError():
            return "is a directory; name the .toml file in it"
        case OSError():
            return f"cannot be read: {error.strerror or error}"
        case RecursionError():
            return "not TOML: nested too deeply"
        case tomllib.TOMLDecodeError():
            return f"not TOML: {printable(error)}"
        case _:  # a number of thousands of digits, or a path that no file system knows
            return f"cannot be read: {printable(error).partition(':')[0]}"


def frozen(value: Any) -> Any:
    """Parsed data with its arrays as tuples, as strict tables want them."""
    if isinstance(value, dict):
        return {key: frozen(item) for key, item in value.items()}
    return tuple(map(frozen, value)) if isinstance(value, list) else value
