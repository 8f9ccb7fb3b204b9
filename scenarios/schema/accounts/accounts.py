"""The tables [accounts.NAME]: several accounts of SES that send a scenario's mail."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from scenarios.schema.accounts.account import Account, LimiterHypothesis
from scenarios.schema.complaints import IDENTITY, REGION, WORD
from scenarios.schema.delivery.dedicated_ips import DedicatedIps
from scenarios.schema.tables import Probability, Table

MOST_ACCOUNTS = 50
UNNAMED = "default"
"""What a workload calls the account of a scenario that names none."""

POOL = "pool"
"""What the part of the pooled accounts is called beside accounts that send by themselves."""

AccountName = Annotated[str, Field(pattern=WORD)]  # it becomes part of figures' names


class NamedAccount(Account):
    """An account among several, or a Region of one: SES keeps limits for each Region."""

    region: str | None = Field(default=None, pattern=REGION, description="the AWS Region that it sends from")
    identity: str | None = Field(
        default=None, pattern=IDENTITY, description="the domain or address that its mail is from"
    )
    dedicated_ips: DedicatedIps | None = Field(
        default=None, description="addresses of its own, which `seslab warmup` plans, and nothing else looks at"
    )


Accounts = Annotated[dict[AccountName, NamedAccount], Field(max_length=MOST_ACCOUNTS)]


class Tenant(Table):
    """A tenant of SES: reputation of its own, and suppression if it likes; the account's rate and quota."""

    account: str | None = Field(default=None, description="the account that it is a tenant of; default: the only one")
    suppressed: Probability | None = Field(
        default=None, description="share of its recipients on a list of its own; default: the account's list"
    )


Tenants = Annotated[dict[AccountName, Tenant], Field(max_length=MOST_ACCOUNTS)]


def together(accounts: Mapping[str, Account]) -> Account:
    """What accounts allow together: no sender over all of them gets more, and rarely quite as much."""
    first, *others = several = tuple(accounts.values())
    if not others:
        return first
    quotas, limiters = [one.max_24h_send for one in several], [one.limiter for one in several]
    return Account.model_construct(
        max_send_rate_per_s=math.fsum(one.max_send_rate_per_s for one in several),
        max_24h_send=-1 if -1 in quotas else sum(quotas),
        sent_last_24h=sum(one.sent_last_24h for one in several),
        daily_edge="debt" if any(one.daily_edge == "debt" for one in several) else "strict",
        limiter=_all_limiters(limiters, [one.max_send_rate_per_s for one in several]),
    )


def _all_limiters(limiters: Sequence[LimiterHypothesis], rates_per_s: Sequence[float]) -> LimiterHypothesis:
    """One that admits whatever they admit: of windows beside buckets a bucket that holds two windows full."""
    kinds = {one.kind for one in limiters}
    bursts = [
        one.burst if one.kind == "token-bucket" or len(kinds) == 1 else 2 * math.ceil(rate_per_s)
        for one, rate_per_s in zip(limiters, rates_per_s, strict=True)
    ]
    effective = [one.effective_rate * rate_per_s for one, rate_per_s in zip(limiters, rates_per_s, strict=True)]
    return LimiterHypothesis.model_construct(
        {"kind", "burst"} if len(kinds) > 1 else limiters[0].model_fields_set,
        kind=limiters[0].kind if len(kinds) == 1 else "token-bucket",
        burst=sum(bursts),
        admission="debt" if any(one.admission == "debt" for one in limiters) else "strict",
        effective_rate=math.fsum(effective) / math.fsum(rates_per_s),
        refusal_cost=min(one.refusal_cost for one in limiters),
        shards=1,
    )
