"""The preflight document: what was looked at before sending, and what is wrong. Schema `seslab/preflight/v1`."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reports.documents.reading import STRICT

SCHEMA: Final = "seslab/preflight/v1"
Verdict = Literal["right", "wrong", "open"]


class PreflightFinding(TypedDict):
    """One line."""

    check: Annotated[str, Field(description="what was looked at, such as dkim")]
    verdict: Annotated[
        Verdict, Field(description="open: nothing to judge by, or allowed although there is a better way")
    ]
    finding: Annotated[str | None, Field(description="what was found, such as missing; null where it is right")]
    says: Annotated[str, Field(description="the same in words")]
    do: Annotated[str | None, Field(description="what to do about it; null where nothing is to be done")]


@with_config(STRICT)
class PreflightDocument(TypedDict):
    """A domain and the account that sends from it. Documents may grow: ignore keys that you do not know."""

    schema: Annotated[Literal["seslab/preflight/v1"], Field(description="which kind of document this is")]
    domain: Annotated[str, Field(description="that mail is from")]
    at: Annotated[str, Field(description="the region, or the URL of an endpoint")]
    account: Annotated[str | None, Field(description="the account's number; null at an endpoint")]
    dns: Annotated[str, Field(description="which name server was asked")]
    scenario: Annotated[str | None, Field(description="whose traffic rate and quota were compared with")]
    sample: Annotated[str | None, Field(description="the mail that was looked at")]
    verdict: Annotated[Literal["right", "wrong"], Field(description="wrong if any of the findings is")]
    findings: Annotated[list[PreflightFinding], Field(description="in the order of the checks, each at least once")]
