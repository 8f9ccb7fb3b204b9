"""What a month is billed for, besides what a run uses."""

from __future__ import annotations

from pydantic import Field

from scenarios.schema.prices import PlanName
from scenarios.schema.tables import Positive, Table


class Bill(Table):
    """So many runs a month, on a plan of SES, with pods of a size."""

    runs_per_month: Positive = Field(le=1e9, description="how often a month this scenario takes place")
    plan: PlanName = Field(default="essentials", description="of the SES account; new accounts have essentials")
    dedicated_ips: int = Field(default=0, ge=0, le=1_000_000, description="dedicated IP addresses of the account")
    pod_vcpu: float = Field(default=0.25, ge=0, le=1000, description="processors of one pod")
    pod_memory_gb: float = Field(default=0.5, ge=0, le=100_000, description="memory of one pod")
