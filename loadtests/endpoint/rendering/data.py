"""Template data: the JSON objects whose values a template is filled in with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from loadtests.endpoint.parsing.json_text import loaded, well_formed
from loadtests.endpoint.refusals import Refused

NOTHING: Mapping[str, Any] = {}


def parsed(text: str | None, refusal: Refused, defaults: Mapping[str, Any] = NOTHING) -> Mapping[str, Any]:
    """What the text says, which may be left out, and the defaults; raises the refusal if it is not a JSON object."""
    if not text:
        return defaults
    try:
        data = loaded(text)
        if isinstance(data, dict):
            return _merged(defaults, _printable(data))
    except (ValueError, RecursionError):
        pass
    raise refusal


def _merged(defaults: Mapping[str, Any], own: Mapping[str, Any]) -> Mapping[str, Any]:
    """An entry's own values before those of the whole call: objects key by key, at any depth, lists as a whole.

    Tried at AWS by the author of aws-ses-v2-local, its issue 102 of July 2026.
    """
    return {**defaults, **{key: _chosen(defaults.get(key), value) for key, value in own.items()}}


def _chosen(default: Any, own: Any) -> Any:
    return _merged(default, own) if isinstance(default, dict) and isinstance(own, dict) else own


def _printable(value: Any) -> Any:
    """A number is printed as JSON spells it, which JavaScript would round; zero stays a number, since it is false."""
    if isinstance(value, dict):
        return {well_formed(key): _printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_printable(item) for item in value]
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, bool) or not value:
        return value
    return json.dumps(value)
