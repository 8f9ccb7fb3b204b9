"""What a gate reads of a comparison that another seslab has made: an older one lacks keys, a newer one has others."""

from __future__ import annotations

from typing import Literal, NotRequired

from pydantic import with_config
from typing_extensions import TypedDict

from reports.documents.reading import STRICT
from scenarios.entry import SettingsTable


class OtherEntry(TypedDict):
    """One strategy there, as far as its figures are compared with ours."""

    strategy: str
    settings: SettingsTable
    digest: str
    harness_lag_s: NotRequired[float | None]
    warnings: NotRequired[list[str]]
    samples: NotRequired[dict[str, list[float | None]]]


@with_config(STRICT)
class OtherComparison(TypedDict):
    """The document there."""

    schema: Literal["seslab/comparison/v1"]
    strategies: list[OtherEntry]
