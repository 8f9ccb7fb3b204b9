"""A document read back: as it stands if it is one, else one line for what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from scenarios.errors import BadInput
from scenarios.formats.json_text import parsed_json, trouble
from scenarios.formats.quoted import printable
from scenarios.schema.complaints import complaint, json_value

STRICT = ConfigDict(strict=True, allow_inf_nan=False)
"""Of every kind of document: no conversions such as "5" for 5, and no number that JSON has no word for."""

Document = TypeVar("Document", bound=Mapping[str, object])


def parsed(kind: type[Document], text: str | bytes, source: str) -> Document:
    """The text's document, keys that its kind does not know included.

    Raises BadInput: one line that names the source, the key, its value and what would be right.
    """
    try:
        whole = text if isinstance(text, str) else text.decode("utf-8-sig")
        document: Document = parsed_json(whole, str)  # NaN is a word, which is no number anywhere
    except (ValueError, RecursionError) as error:  # of JSON and of UTF-8
        raise BadInput(printable(f"{source}: not JSON: {trouble(error)}")) from error
    try:
        adapter(kind).validate_python(document)
    except ValidationError as error:
        raise BadInput(printable(f"{source}: {complaint(error, document, json_value)}")) from error
    return document


@cache
def adapter(kind: type) -> TypeAdapter[Any]:
    """What knows a kind of document; made when it is first needed, because that takes a while."""
    return TypeAdapter(kind)
