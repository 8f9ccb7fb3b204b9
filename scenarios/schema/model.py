"""A scenario: everything that goes into a run, validated and frozen. Schema `seslab/scenario/v1`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Self

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from scenarios.errors import BadInput
from scenarios.figures import in_two, is_of_delivery, is_of_month, is_of_shadow, is_of_tenants
from scenarios.schema.accounts.account import Account, refuse_burst
from scenarios.schema.accounts.accounts import UNNAMED, Accounts, Tenants, together
from scenarios.schema.accounts.coherence import Arrangement, refuse_incoherent
from scenarios.schema.accounts.pool import Pool
from scenarios.schema.accounts.split import Split
from scenarios.schema.bill import Bill
from scenarios.schema.clock import Clock
from scenarios.schema.complaints import ONE_LINE
from scenarios.schema.contradictions import contradictory
from scenarios.schema.delivery.dedicated_ips import DedicatedIps
from scenarios.schema.delivery.delivery import Delivery
from scenarios.schema.delivery.tracker import Tracker
from scenarios.schema.faults import Fault, RateChange
from scenarios.schema.labels import lanes_of
from scenarios.schema.parts import parts_instead, parts_of
from scenarios.schema.prices import RECIPIENTS, PriceTables
from scenarios.schema.processes import Workload
from scenarios.schema.rank import Rank
from scenarios.schema.services import Client, LambdaService, Latencies, Sqs, Tickers
from scenarios.schema.settings import StrategySettings
from scenarios.schema.strategy_references import unknown_strategy
from scenarios.schema.tables import MAX_MAILS, Positive, Table, wrong
from scenarios.schema.thresholds import Expressions, Threshold, is_sender, unknown_sender
from scenarios.schema.traffic import DEFAULT_LANE, placed
from scenarios.schema.variants import Variants, refuse_taken
from strategies.registry import STRATEGIES
from strategies.resources import Lane

MOST_LANES = 20  # each is a queue, and a group of figures


class Scenario(Table):
    """One experiment: an account, what is to be sent, how the services behave and what goes wrong."""

    name: str = Field(min_length=1, max_length=100, pattern=ONE_LINE, description="default: the file's")
    description: str = Field(default="", max_length=10_000, description="what the scenario is meant to show")
    seed: int = Field(default=1, ge=0, le=2**63 - 1, description="of every random stream")
    horizon_s: Positive = Field(
        default=600.0, le=1e9, description="observation ends here; what is unsent by then is pending"
    )
    clock: Clock = Field(default_factory=Clock, description="what a clock on the wall shows at second 0")
    accounts: Accounts = Field(default_factory=dict, description="several accounts by name, instead of one")
    account: Account = Field(
        default_factory=Account, validate_default=True, description="what SES allows; of several, all of them together"
    )
    split: Split | None = Field(default=None, description="which of several accounts sends mail that names none")
    pool: Pool | None = Field(default=None, description="accounts that send one backlog together")
    tenants: Tenants = Field(default_factory=dict, description="tenants of SES, by name: each has its own reputation")
    workload: tuple[Workload, ...] = Field(min_length=1, description="what is to be sent; several add up")
    neighbour: tuple[Workload, ...] = Field(
        default=(), description="another sender on the same account: drains the limiter, not in the ledger"
    )
    latency: Latencies = Field(default_factory=Latencies, description="how long the services take")
    client: Client = Field(default_factory=Client, description="the SDK's client")
    lambda_: LambdaService = Field(default_factory=LambdaService, alias="lambda", description="AWS Lambda")
    sqs: Sqs = Field(default_factory=Sqs, description="what SQS may do at any receive")
    ticker: Tickers = Field(default_factory=Tickers, description="Step Functions as a clock")
    fault: tuple[Fault, ...] = Field(default=(), description="what goes wrong, and when")
    strategies: StrategySettings = Field(default_factory=dict, description="settings, by the strategy's name")
    variants: Variants = Field(
        default_factory=dict, description="contenders besides the strategies: one of them with other settings, by name"
    )
    thresholds: dict[str, Expressions] = Field(
        default_factory=dict, description='what must hold, such as "heartbeat.latency_s.p99 < 40", under any name'
    )
    rank: Rank | None = Field(default=None, description="what ranks those that meet it; default: the makespan")
    delivery: Delivery | None = Field(
        default=None, description="what becomes of accepted mail; without it nothing is said of that"
    )
    dedicated_ips: DedicatedIps | None = Field(
        default=None, description="addresses of one's own: what `seslab warmup` plans, and nothing else looks at"
    )
    tracker: Tracker | None = Field(
        default=None, description="how the application learns of it: what `seslab track` tracks"
    )
    bill: Bill | None = Field(default=None, description="how a month is billed; without it no month is")
    prices: PriceTables = Field(default_factory=dict, description="prices that differ from those of the price file")

    @field_validator("account")
    @classmethod
    def _together(cls, account: Account, info: ValidationInfo) -> Account:
        accounts = info.data.get("accounts")
        return together(accounts) if accounts else account

    @model_validator(mode="before")
    @classmethod
    def _has_one_or_several(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("accounts") and "account" in data:
            raise wrong("account", "must be left out: the tables [accounts.NAME] are the accounts")
        return data

    @model_serializer(mode="wrap")
    def _as_it_was_said(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without what several accounts allow together."""
        table: dict[str, Any] = whole(self)
        return {key: value for key, value in table.items() if not (self.accounts and key == "account")}

    @field_validator("workload", "neighbour")
    @classmethod
    def _placed(cls, traffic: tuple[Workload, ...], info: ValidationInfo) -> tuple[Workload, ...]:
        """Clock and horizon are missing where they are wrong themselves."""
        known = {"clock", "horizon_s"} <= info.data.keys()
        return placed(traffic, info.data["clock"], info.data["horizon_s"]) if known else traffic

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        for key, traffic in (("workload", self.workload), ("neighbour", self.neighbour)):
            mails = sum(len(one.begins_s) * one.expected_mails for one in traffic)
            if mails > MAX_MAILS:
                raise wrong(key, f"must be at most {MAX_MAILS:,} mails in total, not {mails:,.0f}")
        return self

    @property
    def arrangement(self) -> Arrangement:
        """Who sends what."""
        return Arrangement(self.accounts, self.split, self.pool, self.tenants)

    @model_validator(mode="after")
    def _sends_all_mail(self) -> Self:
        refuse_incoherent(self.arrangement, self.workload, self.neighbour, self.fault)
        return self

    @model_validator(mode="after")
    def _tells_workloads_apart(self) -> Self:
        names = [one.name for one in self.workload]
        for index, name in enumerate(names):
            if name is not None and name in names[:index]:
                raise wrong(("workload", index, "name"), f"workload[{names.index(name)}] has it already; one each")
        return self

    @model_validator(mode="after")
    def _has_lanes(self) -> Self:
        priorities: dict[str, int] = {}
        for index, one in enumerate(self.workload):
            if priorities.setdefault(one.lane, one.priority) != one.priority:
                earlier = priorities[one.lane]
                raise wrong(
                    ("workload", index, "priority"), f"lane {one.lane} has the priority {earlier} already; one each"
                )
        if len(priorities) > MOST_LANES:
            raise wrong("workload", f"must name at most {MOST_LANES} lanes, not {len(priorities)}")
        for index, other in enumerate(self.neighbour):
            if (other.lane, other.priority) != (DEFAULT_LANE, 0):
                raise wrong(("neighbour", index, "lane"), "must be left out: only what is sent here has lanes")
            if other.name is not None:
                raise wrong(("neighbour", index, "name"), "must be left out: only what is sent here is told apart")
            if other.strategy is not None:
                raise wrong(("neighbour", index, "strategy"), "must be left out: a neighbour asks whatever it meets")
        return self

    @model_validator(mode="after")
    def _has_one_archive(self) -> Self:
        """A real run tells a shadow copy by its place among a mail's recipients, whichever workload the mail is of."""
        named = [one.shadow_copies for one in self.workload if not isinstance(one.shadow_copies, int)]
        for index, one in enumerate(self.workload):
            if named and one.shadow_copies != named[0]:
                raise wrong(
                    ("workload", index, "shadow_copies"),
                    "must be the same addresses in every workload, or a number in all",
                )
        return self

    @property
    def archive(self) -> tuple[str, ...]:
        """Where a real run sends the shadow copies of every mail, which are its first recipients."""
        copies = self.workload[0].shadow_copies
        return () if isinstance(copies, int) else copies

    @model_validator(mode="after")
    def _has_names_of_their_own(self) -> Self:
        refuse_taken(self.variants)
        return self

    @model_validator(mode="after")
    def _has_variants_that_can_be(self) -> Self:
        """Each of two settings may be right that are wrong together."""
        for name in self.variants:
            try:
                self.settings_of(name)
            except ValueError as error:
                raise wrong(("variants", name), str(error)) from error
        return self

    @model_validator(mode="after")
    def _has_ways(self) -> Self:
        for index, one in enumerate(self.workload):
            if one.strategy is not None and one.strategy not in self.contenders:
                raise wrong(("workload", index, "strategy"), unknown_strategy(one.strategy, self.variants))
        if all(one.strategy is not None for one in self.workload):
            raise wrong("workload", "must leave one to the contenders: each names a strategy of its own")
        return self

    @model_validator(mode="after")
    def _tells_lanes_apart(self) -> Self:
        """Queues are named after lanes; where stacks name parts, neither case nor dashes count."""
        known: dict[str, str] = {}
        for index, one in enumerate(self.workload):
            if one.lane.lower().rpartition("-")[2] == "dead":
                raise wrong(("workload", index, "lane"), "must not end in dead, as the names of dead-letter queues do")
            like = known.setdefault(one.lane.replace("-", "").lower(), one.lane)
            if like != one.lane:
                raise wrong(("workload", index, "lane"), f"must differ from {like} in more than case and dashes")
        return self

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The kinds of mail that are sent, the most urgent first."""
        return lanes_of(self.workload)

    @model_validator(mode="after")
    def _prices_its_plan(self) -> Self:
        given = RECIPIENTS["a-la-carte"]
        if self.bill is not None and given in self.prices and (priced := RECIPIENTS[self.bill.plan]) != given:
            raise wrong(("prices", given), f"must be {priced} on the plan {self.bill.plan}")
        return self

    @model_validator(mode="after")
    def _has_what_it_judges(self) -> Self:
        for name, expressions in self.thresholds.items():
            for threshold in map(Threshold.parse, expressions):
                if not is_sender(threshold.sender, self.variants):
                    raise wrong(("thresholds", name), unknown_sender(threshold.sender, self.variants))
                if instead := self.instead_of(threshold.figure):
                    raise wrong(("thresholds", name), f"no {threshold.figure}: {instead}")
        return self

    @property
    def demands(self) -> tuple[Threshold, ...]:
        """What must hold, in the order of the file, without the names that it stands under."""
        return tuple(Threshold.parse(one) for expressions in self.thresholds.values() for one in expressions)

    @model_validator(mode="after")
    def _demands_what_can_be(self) -> Self:
        for one, other in contradictory(self.demands):
            raise wrong("thresholds", f"no figure meets both {one.expression} and {other.expression}; leave one")
        return self

    @model_validator(mode="after")
    def _has_what_it_ranks_by(self) -> Self:
        if self.rank is not None and (instead := self.instead_of(self.rank.by)):
            raise wrong(("rank", "by"), f"no such figure: {instead}")
        return self

    def instead_of(self, figure: str) -> str:
        """What there would have to be for a figure that no run of this scenario has; empty for one that it has."""
        whose = in_two(figure).whose
        if is_of_month(figure) and self.bill is None:
            return "a month needs a table [bill]"
        if is_of_shadow(figure) and not any(one.copies for one in self.workload):
            return "no workload has shadow_copies"
        if is_of_delivery(figure) and self.delivery is None:
            return "what becomes of accepted mail needs a table [delivery]"
        if is_of_tenants(figure) and not self.tenants:
            return "an account's own reputation needs tables [tenants.NAME]"
        if self.delivery is not None and whose.startswith("providers."):
            known = self.delivery.providers
            return "" if whose.split(".")[1] in known else f"the providers are {', '.join(known)}"
        parts = self.workload, self.accounts, self.tenants
        return parts_instead(whose, *parts) if whose and whose not in parts_of(*parts) else ""

    @model_validator(mode="after")
    def _changes_what_its_limiter_has(self) -> Self:
        for index, fault in enumerate(self.fault):
            if isinstance(fault, RateChange) and fault.burst is not None:
                for account in self._befallen(fault):
                    refuse_burst(account.limiter, fault.burst, ("fault", index, "burst"))
        return self

    def _befallen(self, fault: RateChange) -> Iterable[Account]:
        accounts: Mapping[str, Account] = self.accounts or {UNNAMED: self.account}
        return [account for name, account in accounts.items() if fault.account in (None, name)]

    @model_validator(mode="after")
    def _tells_what_happens(self) -> Self:
        if self.tracker is not None and self.delivery is None:
            raise wrong("tracker", "needs a table [delivery]: without one nothing happens that it could tell")
        return self

    @property
    def contenders(self) -> tuple[str, ...]:
        """All that can send here, by name: the strategies that are known, and the scenario's variants."""
        return (*STRATEGIES, *self.variants)

    def strategy_of(self, contender: str) -> str:
        """The strategy that a variant is of; any other name is its own."""
        variant = self.variants.get(contender)
        return variant.strategy if variant else contender

    def table_of(self, contender: str) -> str:
        """The table of a scenario file that has the contender's settings."""
        return f"{'variants' if contender in self.variants else 'strategies'}.{contender}"

    def settings_of(self, contender: str) -> Any:
        """Its strategy's own `Settings`, as the scenario sets them; raises BadInput for an unknown contender."""
        if contender in self.variants:
            variant = self.variants[contender]
            return variant.of(self.settings_of(variant.strategy))
        if contender not in STRATEGIES:
            raise BadInput(unknown_strategy(contender, self.variants))
        return self.strategies.get(contender) or STRATEGIES[contender].Settings()

    def with_settings(self, contender: str, changes: Mapping[str, Any]) -> Self:
        """The scenario with these settings of a contender changed, as they are: nothing is validated."""
        if contender in self.variants:
            variant = self.variants[contender]
            changed = replace(variant, changes={**variant.changes, **changes})
            return self.model_copy(update={"variants": {**self.variants, contender: changed}})
        own = replace(self.settings_of(contender), **changes)
        return self.model_copy(update={"strategies": {**self.strategies, contender: own}})


_KNOWN: list[object] = []


def know_strategies() -> None:
    """Build the scenario's model before it is first used, and anew where other strategies are known by then."""
    if (known := [*STRATEGIES.values()]) != _KNOWN:
        Scenario.model_rebuild(force=True)
        _KNOWN[:] = known
