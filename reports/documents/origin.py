"""Where a folder's documents are from: which commit, and when. Schema `seslab/origin/v1`."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reports.documents.reading import STRICT
from scenarios.schema.complaints import ONE_WORD

SCHEMA: Final = "seslab/origin/v1"


@with_config(STRICT)
class OriginDocument(TypedDict):
    """It stands beside the documents: these are the same bytes for the same figures, whenever they were made."""

    schema: Annotated[Literal["seslab/origin/v1"], Field(description="which kind of document this is")]
    commit: Annotated[
        Annotated[str, Field(pattern=ONE_WORD)] | None,
        Field(description="of the repository in which the command ran; null outside of one"),
    ]
    made_unix_s: Annotated[float, Field(ge=0, description="when, in seconds of Unix time")]
    seslab: Annotated[str, Field(description="the version that made them")]
