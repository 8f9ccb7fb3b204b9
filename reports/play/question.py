"""What the page asks: a scenario as a file would say it, who contends, and how often."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationError

from scenarios.errors import BadInput
from scenarios.formats.json_text import parsed_json, trouble
from scenarios.schema.complaints import ONE_LINE, complaint, json_value
from scenarios.schema.files import frozen
from scenarios.schema.tables import Table

MOST_CONTENDERS, MOST_REPLICATIONS, MOST_FILES = 60, 100, 20
FILE_NAME = r"^[^\x00-\x1f\x7f/\\]*$"
_NULL = "a key without a value: leave it out"

FileName = Annotated[str, Field(min_length=1, max_length=100, pattern=FILE_NAME)]


class Question(Table):
    """One comparison; `name` is that of the scenario's file, without its ending."""

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=ONE_LINE)]
    scenario: dict[str, Any]
    contenders: tuple[str, ...] = Field(min_length=1, max_length=MOST_CONTENDERS)
    replications: int = Field(default=1, ge=1, le=MOST_REPLICATIONS)


class Asked(Table):
    """A question, the one that it is compared with, and the texts of the traces that were dropped on the page."""

    now: Question
    pinned: Question | None = None
    files: dict[FileName, str] = Field(default_factory=dict, max_length=MOST_FILES)


def parsed(body: bytes) -> Any:
    """A request's JSON. Raises BadInput."""
    try:
        return frozen(parsed_json(body.decode(), _refused))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"the question must be JSON: {trouble(error)}") from error


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no number of JSON's")


def read(data: Any) -> Asked:
    """The question that JSON asks. Raises BadInput: one line that says what would be right."""
    if not isinstance(data, Mapping):
        raise BadInput("the question must be a JSON object with now, pinned and files")
    try:
        if (path := _null(data)) is not None:
            raise BadInput(f"{path} = null: {_NULL}")
        return Asked.model_validate(data)
    except ValidationError as error:
        raise BadInput(complaint(error, data, json_value)) from error
    except RecursionError:
        raise BadInput("the question is nested too deeply") from None


def _null(data: Any, path: str = "") -> str | None:
    """Where a value is missing, which no file of a scenario can say."""
    if data is None:
        return path
    if isinstance(data, Mapping):
        inside = ((f"{path}.{key}".removeprefix("."), value) for key, value in data.items())
    else:
        inside = ((f"{path}[{at}]", value) for at, value in enumerate(data if isinstance(data, tuple) else ()))
    return next((found for where, value in inside if (found := _null(value, where)) is not None), None)


def as_json(document: Mapping[str, Any]) -> bytes:
    """An answer, on one line."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"
