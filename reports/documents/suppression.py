"""The suppression document: a list, or what was done to one. Schema `seslab/suppression/v1`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NotRequired

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reports.documents.reading import STRICT

SCHEMA: Final = "seslab/suppression/v1"
Action = Literal["list", "add", "remove", "undo"]
Outcome = Literal["planned", "added", "removed", "unchanged", "put back", "as before", "changed since", "refused"]


class SuppressedAddress(TypedDict):
    """One address."""

    address: Annotated[str, Field(description="as it is spelt on the list")]
    reason: Annotated[
        str | None,
        Field(description="why it is, was or will be on the list, BOUNCE or COMPLAINT; null where that is not known"),
    ]
    since: Annotated[str | None, Field(description="when it came onto the list, in ISO 8601, UTC; null if not known")]
    outcome: NotRequired[Annotated[Outcome, Field(description="what came of it; absent in a list")]]
    said: NotRequired[Annotated[str, Field(description="what SES said, if it refused")]]


@with_config(STRICT)
class SuppressionDocument(TypedDict):
    """An account's suppression list, or changes to it. Documents may grow: ignore keys that you do not know."""

    schema: Annotated[Literal["seslab/suppression/v1"], Field(description="which kind of document this is")]
    action: Annotated[Action, Field(description="what was asked for")]
    at: Annotated[str, Field(description="the region, or the URL of an endpoint")]
    account: Annotated[str | None, Field(description="the account's number; null at an endpoint")]
    dry_run: Annotated[bool, Field(description="whether nothing was changed, as was asked")]
    record: Annotated[str | None, Field(description="the file that undoes it; null where nothing was to be changed")]
    requests: Annotated[int, Field(ge=0, description="most requests that the changes take; 0 in a list")]
    addresses: Annotated[list[SuppressedAddress], Field(description="in the order of the alphabet, or of the changes")]
