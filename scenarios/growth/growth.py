"""How mail grows: a file, read and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from scenarios.schema.complaints import MONTH, ONE_LINE, complaint
from scenarios.schema.files import read_table
from scenarios.schema.model import Scenario
from scenarios.schema.tables import Duration, Table, wrong

SCHEMA = "seslab/growth/v1"
MOST_MONTHS = 120

Line = Annotated[str, Field(max_length=2000, pattern=ONE_LINE)]


class Request(Table):
    """What AWS asks of those who want a higher limit; what is missing is left open in the text."""

    mail_type: Literal["transactional", "marketing"] = Field(
        default="transactional", description="of most of the mail, as AWS's form has it"
    )
    region: Line = Field(default="", description="whose limit it is, such as eu-west-1; each region has its own")
    website: Line = Field(default="", description="the sender's")
    use_case: Line = Field(default="", description="what mail is sent, to whom and why")
    recipients: Line = Field(default="", description="how they came onto the list, and how they get off it")
    bounces: Line = Field(default="", description="what is done about bounces and complaints")


class Growth(Table):
    """A scenario, who sends it, and how its mail grows from the first month on, whose volume the scenario has."""

    scenario: str = Field(min_length=1, description="a name of the catalogue, or a path relative to this file")
    strategy: str = Field(min_length=1, description="who sends: a strategy, or a variant of the scenario")
    first: str = Field(alias="from", pattern=MONTH, description="the month whose volume the scenario has, 2026-12")
    months: int = Field(default=24, ge=1, le=MOST_MONTHS, description="how far it is planned; not with recipients")
    per_month: float | None = Field(
        default=None, ge=0.1, le=10, description="what the volume of each month is multiplied by for the next"
    )
    recipients: tuple[Duration, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=MOST_MONTHS,
        description="of each month instead, the first of which is the scenario's",
    )
    request: Request = Field(default_factory=Request, description="for the text to AWS")

    @model_validator(mode="after")
    def _grows_in_one_way(self) -> Self:
        if self.per_month is None and self.recipients is None:
            raise wrong("per_month", "is needed, or recipients of each month")
        if self.per_month is not None and self.recipients is not None:
            raise wrong("per_month", "must be left out: recipients has each month")
        if self.recipients is not None and "months" in self.model_fields_set:
            raise wrong("months", f"must be left out: recipients has {len(self.recipients)} months")
        return self

    @property
    def factors(self) -> list[float]:
        """By what the scenario's volume is multiplied in each month."""
        if self.recipients is not None:
            return [one / self.recipients[0] for one in self.recipients]
        return [(self.per_month or 1.0) ** month for month in range(self.months)]

    def month(self, number: int) -> str:
        """The name of a month, counted from 0."""
        year, month = map(int, self.first.split("-"))
        years, place = divmod(month - 1 + number, 12)
        return f"{year + years:04}-{place + 1:02}"


def read_growth(path: Path) -> Growth:
    """Raises BadInput: one line that names the file, the key, its value and what would be right."""
    if not path.exists():
        raise BadInput(f"{printable(path)}: no such file; it says how mail grows, such as per_month = 1.05")
    table = read_table(path)
    try:
        return Growth.model_validate(table)
    except ValidationError as error:
        raise BadInput(printable(f"{path}: {complaint(error, table)}")) from error


def refuse_needless_region(path: Path, growth: Growth, scenario: Scenario) -> None:
    """Raises BadInput for a Region that the text to AWS would not say: that of each account goes first."""
    said = [account.region for account in scenario.accounts.values()]
    if growth.request.region and said and all(said):
        own = ", ".join(f"{name} {account.region}" for name, account in scenario.accounts.items())
        raise BadInput(
            printable(
                f"{path}: request.region = {growth.request.region!r}: each account has its own ({own}); leave it out"
            )
        )


def growth_schema() -> dict[str, Any]:
    """The JSON Schema of such a file."""
    return Growth.model_json_schema(by_alias=True)
