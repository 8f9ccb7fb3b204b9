"""What every workload says, however its mails fall due: whose they are, and whom else they go to."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from scenarios.schema.tables import Table


def _only_default(account: Any) -> Any:
    if account != "default":
        raise ValueError('must be "default": only one account is possible today')
    return account


DEFAULT_LANE = "default"
LANE = r"^[A-Za-z][A-Za-z0-9-]{0,31}$"  # it becomes part of queues' names, and of figures'


class Traffic(Table):
    """The keys of every arrival process."""

    lane: str = Field(
        default=DEFAULT_LANE,
        pattern=LANE,
        description="the kind of mail, such as transactional: a letter, then letters, digits or -, at most 32",
    )
    strategy: str | None = Field(
        default=None, description="the way that sends this workload, whoever contends; default: the contender's own"
    )
    priority: int = Field(default=0, ge=-1000, le=1000, description="of its lane: the larger number is the more urgent")
    shadow_copies: int = Field(
        default=0,
        ge=0,
        le=100_000,
        description="hidden extra recipients of every mail (bcc, archive); SES counts them like the others",
    )
    account: Annotated[Literal["default"], BeforeValidator(_only_default)] = Field(
        default="default", description='the account that sends; only "default" today'
    )
