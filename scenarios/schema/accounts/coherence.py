"""Whether what a scenario says of accounts, and of who sends which mail, fits together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from scenarios.formats.quoted import unknown
from scenarios.schema.accounts.accounts import POOL, UNNAMED, NamedAccount, Tenant
from scenarios.schema.accounts.pool import Pool
from scenarios.schema.accounts.split import ByAttribute, ByOverflow, ByShare
from scenarios.schema.tables import wrong


class Sent(Protocol):
    """What a workload says of its way."""

    @property
    def process(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def tenant(self) -> str | None: ...
    @property
    def attributes(self) -> Mapping[str, str] | None: ...


class Arrangement(NamedTuple):
    """Who sends what: the accounts, and how mail comes to them."""

    accounts: Mapping[str, NamedAccount]
    split: ByShare | ByAttribute | ByOverflow | None
    pool: Pool | None
    tenants: Mapping[str, Tenant]

    @property
    def pooled(self) -> tuple[str, ...]:
        """The accounts that share a backlog, in the order of the file."""
        if self.pool is None:
            return ()
        return tuple(name for name in self.accounts if name in self.pool.accounts or not self.pool.accounts)

    def named_by(self, workload: Sent) -> str | None:
        """The account that a workload names: the only one, where there is one; None leaves it to others."""
        if workload.account in self.accounts:
            return workload.account
        only = [*self.accounts]
        return only[0] if len(only) == 1 else None


def refuse_incoherent(
    arrangement: Arrangement, workloads: Sequence[Sent], neighbours: Sequence[Sent], faults: Sequence[object]
) -> None:
    """Raises what a validator may raise."""
    if UNNAMED in arrangement.accounts:
        raise wrong(("accounts", UNNAMED), f"must have another name: {UNNAMED} is what a workload says that names none")
    if arrangement.pool is not None and POOL in arrangement.accounts:
        raise wrong(("accounts", POOL), f"must have another name: {POOL} is what those of [pool] are called together")
    _refuse_unknown(arrangement, workloads, neighbours, faults)
    _refuse_small_pool(arrangement)
    _refuse_tenants(arrangement, workloads)
    for index, one in enumerate(workloads):
        _refuse_unsent(arrangement, index, one)
    if arrangement.split is not None and all(arrangement.named_by(one) is not None for one in workloads):
        raise wrong("split", "divides nothing: each workload names its account; leave one to it, or leave it out")
    for index, one in enumerate(neighbours):
        if arrangement.accounts and arrangement.named_by(one) is None:
            one_of = ", ".join(arrangement.accounts)
            raise wrong(("neighbour", index, "account"), f"is required, one of {one_of}: it drains one account")


def _refuse_unknown(
    arrangement: Arrangement, workloads: Sequence[Sent], neighbours: Sequence[Sent], faults: Sequence[object]
) -> None:
    known = (*arrangement.accounts,)
    named = [
        *((("workload", index, "account"), one.account) for index, one in enumerate(workloads)),
        *((("neighbour", index, "account"), one.account) for index, one in enumerate(neighbours)),
        *((("fault", index, "account"), getattr(one, "account", None) or UNNAMED) for index, one in enumerate(faults)),
    ]
    for place, name in named:
        if name not in (UNNAMED, *known):
            raise wrong(place, _no_account(name, known))
    for table, names in (("split", _split_names(arrangement)), ("pool", _pool_names(arrangement))):
        for path, name in names:
            if name not in known:
                raise wrong((table, *path), _no_account(name, known))


def _no_account(name: str, known: Collection[str]) -> str:
    if not known:
        return 'must be "default": there is no [accounts], only [account]'
    return unknown("account", name, [*known])


Paths = Iterable[tuple[tuple[str | int, ...], str]]


def _split_names(arrangement: Arrangement) -> Paths:
    match arrangement.split:
        case ByShare(shares=shares):
            return [(("shares", name), name) for name in shares]
        case ByAttribute(accounts=accounts, default=default):
            others: Paths = [] if default is None else [(("default",), default)]
            return [*((("accounts", value), name) for value, name in accounts.items()), *others]
        case ByOverflow(order=order):
            return [(("order", index), name) for index, name in enumerate(order)]
    return []


def _pool_names(arrangement: Arrangement) -> Paths:
    return [
        (("accounts", index), name) for index, name in enumerate(arrangement.pool.accounts if arrangement.pool else ())
    ]


def _refuse_small_pool(arrangement: Arrangement) -> None:
    if arrangement.pool is None:
        return
    pooled = arrangement.pooled
    if len(pooled) < 2:
        raise wrong("pool", f"needs at least two accounts, not {len(pooled)}: they are tables [accounts.NAME]")
    if arrangement.pool.routing == "global-endpoint":
        _refuse_other_endpoint(arrangement, pooled)


def _refuse_other_endpoint(arrangement: Arrangement, pooled: Sequence[str]) -> None:
    if len(pooled) != 2:
        raise wrong(("pool", "routing"), f"a global endpoint is over two Regions of an account, not {len(pooled)}")
    regions = [arrangement.accounts[name].region for name in pooled]
    for name, region in zip(pooled, regions, strict=True):
        if region is None:
            raise wrong(("accounts", name, "region"), "is required: a global endpoint is over two Regions")
    if regions[0] == regions[1]:
        raise wrong(("accounts", pooled[1], "region"), f"must differ from that of {pooled[0]}")


def _refuse_tenants(arrangement: Arrangement, workloads: Sequence[Sent]) -> None:
    several = len(arrangement.accounts) > 1
    for name, tenant in arrangement.tenants.items():
        if tenant.account is None and several:
            raise wrong(("tenants", name, "account"), "is required: there are several accounts")
        if tenant.account is not None and tenant.account not in (arrangement.accounts or (UNNAMED,)):
            raise wrong(("tenants", name, "account"), _no_account(tenant.account, arrangement.accounts))
        if tenant.account in arrangement.pooled:
            raise wrong(
                ("tenants", name, "account"), "must be outside of [pool]: a tenant's mail goes through one account"
            )
    for index, one in enumerate(workloads):
        if one.tenant is None:
            continue
        if one.tenant not in arrangement.tenants:
            raise wrong(("workload", index, "tenant"), unknown("tenant", one.tenant, [*arrangement.tenants]))
        its = arrangement.tenants[one.tenant].account
        if several and its != arrangement.named_by(one):
            raise wrong(("workload", index, "account"), f"must be {its}, of which {one.tenant} is a tenant")


def _refuse_unsent(arrangement: Arrangement, index: int, workload: Sent) -> None:
    """One that nothing says how to send."""
    if not arrangement.accounts or arrangement.named_by(workload) is not None:
        return
    if arrangement.split is None and arrangement.pool is None:
        raise wrong(("workload", index, "account"), _required(arrangement.accounts))
    if isinstance(arrangement.split, ByAttribute):
        _refuse_valueless(arrangement.split, index, workload)


def _required(accounts: Collection[str]) -> str:
    return f"is required: one of {', '.join(accounts)}; or divide the mail by [split], or send it out of one [pool]"


def _refuse_valueless(split: ByAttribute, index: int, workload: Sent) -> None:
    """What a trace's column says is known when it is read."""
    value = (workload.attributes or {}).get(split.attribute)
    if value is None:
        if workload.process != "trace":
            raise wrong(("workload", index, "attributes"), f"must say the {split.attribute}, by which [split] divides")
    elif split.account_of(value) is None:
        listed = ", ".join(split.accounts)
        raise wrong(("workload", index, "attributes", split.attribute), f"has no account in [split]: it lists {listed}")
