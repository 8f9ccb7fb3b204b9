"""The table [dedicated_ips]: IP addresses that send for one account only, and how they are warmed up."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from scenarios.schema.delivery.ramp import NamedRamp, Ramp, named
from scenarios.schema.tables import Table, wrong


class DedicatedIps(Table):
    """What `seslab warmup` plans; a run takes its addresses from [delivery]."""

    number: int = Field(default=1, ge=1, le=1000, description="addresses; of managed ones an estimate, SES decides")
    kind: Literal["standard", "managed"] = Field(
        default="standard", description="standard: warmed up by the ramp; managed: as fast as providers allow it"
    )
    ramp: NamedRamp = Field(
        default_factory=lambda: Ramp(**named("ses")),
        description="ses, sendgrid, weekly, a list of most recipients on each day, or a table",
    )
    overflow: Literal["shared", "held"] = Field(
        default="shared",
        description="what is beyond it: through addresses that SES's customers share, or held back until it fits",
    )
    trusted: NamedRamp = Field(
        default_factory=lambda: Ramp(**named("sendgrid")),
        description="the ramp at which providers take all, each its share of it; no provider publishes one",
    )
    tolerance: float = Field(
        default=2.0, ge=1, le=1000, description="so many times that is taken before mail is turned away; assumed"
    )
    usd_per_month: float | None = Field(
        default=None, ge=0, le=1e9, description="dollars for all of them; default: of standard ones by the price file"
    )

    @model_validator(mode="after")
    def _lets_ses_manage(self) -> Self:
        if self.kind == "managed":
            for key in ("ramp", "overflow"):
                if key in self.model_fields_set:
                    raise wrong(key, "must be left out: SES decides it for managed addresses")
        return self

    @property
    def followed(self) -> Ramp:
        """The ramp that mail goes by: SES sends through managed addresses what providers take."""
        return self.trusted if self.kind == "managed" else self.ramp
