"""One simulated world: models built from a strategy's declaration, each host given just the ports declared for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableSequence, Sequence
from functools import partial
from itertools import count
from math import inf, isnan

import numpy as np
from numpy.typing import NDArray

from scenarios.aws.active_faults import Duplicates
from scenarios.aws.admission import admission_of
from scenarios.aws.async_queue import AsyncQueue
from scenarios.aws.event_source_mapping import Mapping
from scenarios.aws.handler_errors import warnings_about
from scenarios.aws.lambda_bill import lambda_usage
from scenarios.aws.limit_steps import LimitStep, limit_steps
from scenarios.aws.limiter import exact
from scenarios.aws.open_work import OpenWork
from scenarios.aws.pod_lives import stretches
from scenarios.aws.routing import router_of
from scenarios.aws.short_poll import ShortPolls
from scenarios.aws.ticker import Ticker, billed, default_transition
from scenarios.aws.warm_pool import Concurrency
from scenarios.ledger.fates import Custody, Pieces
from scenarios.schema.latency import Latency
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import members_of
from scenarios.traffic.streams import stream, uniforms
from scenarios.traffic.workload import Arrivals, arrivals
from sim import tables
from sim.functions import Function
from sim.invoker import Invoker
from sim.kernel import Clock, Group, Host, World, ignore, serve
from sim.outbox import Outbox
from sim.pods import Deployment, Share
from sim.pool import PoolMailer
from sim.request import Wire, never_leave
from sim.ses import Mailer, Ses, undecided_calls
from sim.sqs import Queue
from sim.sqs_client import Client, SqsBill, mails_under_way
from strategies.dice import Dice
from strategies.ports import Mail, Ports, Received
from strategies.resources import FULL_CORE_MB, Handler, Plan, Pods
from strategies.resources import Function as DeclaredFunction


class Simulation:
    """Everything that one run is made of."""

    def __init__(self, scenario: Scenario, plan: Plan, seed: int, traffic: Arrivals) -> None:
        self.scenario, self.plan, self.seed, self.arrivals = scenario, plan, seed, traffic
        self.world = World()
        self.open_work = OpenWork(self.world.stop)
        self.members = members_of(scenario)
        assert scenario.pool or len(self.members) == 1, "accounts that are not pooled share no world"
        self.services: list[Ses] = []
        for member in self.members.values():
            self.services.append(self._service(member))
        self.sqs_bill, self.table_bill = SqsBill(), tables.TableBill()
        self._pooling = count()  # hosts that send out of a pool, by number
        self._streams: dict[str, Iterator[float]] = {}
        self.enqueued_s = np.full(len(traffic.recipients), np.nan)
        self.receives = np.zeros(len(traffic.recipients), dtype=np.int32)
        # Views, because NumPy's own scalars are slow.
        self._enqueued_s: MutableSequence[float] = self.enqueued_s.data  # type: ignore[assignment]
        self._receives: MutableSequence[int] = self.receives.data  # type: ignore[assignment]
        self._chance = Dice(seed)
        self.given_up = Pieces()
        self.queues = {declared.name: self._queue(declared.name) for declared in plan.queues}
        self.tables = {declared.name: tables.Table() for declared in plan.tables}
        self._concurrency = Concurrency()
        self.functions = {declared.name: self._function(declared) for declared in plan.functions}
        self.async_queues = {name: self._async_queue(name) for name in self.functions}
        self.mappings = [self._mapping(index) for index in range(len(plan.mappings))]
        self.tickers = [self._ticker(index) for index in range(len(plan.tickers))]
        self.applications = [self._application(way) for way in range(len(plan.applications()))]
        self.workers = [self._workers(index) for index in range(len(plan.workers))]

    def start(self) -> None:
        """Arm the rate changes, then start pollers, tickers and pods."""
        for ses, member in zip(self.services, self.members.values(), strict=True):
            for step in limit_steps(member):
                self._change_limit(ses, member, step)
        for mapping in self.mappings:
            mapping.start()
        for ticker, declared in zip(self.tickers, self.plan.tickers, strict=True):
            ticker.start(declared.kind)
        for deployment in (*self.applications, *self.workers):
            deployment.start()

    def raise_unraised(self) -> None:
        """Raise the first error of a task of a pod that never leaves the task's group."""
        for deployment in (*self.applications, *self.workers):
            deployment.raise_unraised()

    def progress(self) -> float:
        """Which share of the run is done, going by one call per mail."""
        return min(1.0, sum(len(ses.log) for ses in self.services) / max(1, len(self.arrivals.recipients)))

    def _service(self, member: Scenario) -> Ses:
        """SES as one account meets it."""
        neighbours = arrivals(member.neighbour, self.seed, "neighbour") if member.neighbour else None
        admission = admission_of(member, neighbours, self.seed)
        mails, beside = len(self.arrivals.recipients), self.services[0] if self.services else None
        return Ses(self.world, member, self.seed, mails, admission, self.open_work, beside)

    def _change_limit(self, ses: Ses, member: Scenario, step: LimitStep) -> None:
        rate = exact(step.rate_per_s) * exact(member.account.limiter.effective_rate)
        self.world.call_at(step.at_s, lambda: ses.admission.set_rate(step.at_s, rate, step.burst))

    def _stream(self, latency: Latency, purpose: str) -> Iterator[float]:
        """One for each purpose, shared by all hosts: an environment that starts anew must not see the same again."""
        return self._streams.setdefault(purpose, stream(latency, self.seed, purpose))

    def _queue(self, name: str) -> Queue:
        declared = next(queue for queue in self.plan.queues if queue.name == name)
        doubles = Duplicates(self.scenario, uniforms(self.seed, f"sqs/{name}/duplicate"))
        return Queue(self.world, declared, self.open_work, self._receives, doubles)

    def _wire(self, latency: Latency, purpose: str, host: Host, cores: float) -> Wire:
        cpu_s = self.scenario.client.call_cpu_ms / 1000 / cores
        return Wire(self.world, self._stream(latency, purpose), host, cpu_s)

    def _client(self, queue: str, caller: str, host: Host, cores: float) -> Client:
        misses, finds = (uniforms(self.seed, f"sqs/{queue}/{what}/{caller}") for what in ("empty", "found"))
        return Client(
            self._wire(self.scenario.latency.sqs, f"sqs/{queue}/{caller}", host, cores),
            self.queues[queue],
            self.open_work,
            self.sqs_bill,
            ShortPolls(self.scenario.sqs, misses, finds),
            self._hand_over,
        )

    def _hand_over(self, mails: Sequence[Mail]) -> None:
        """A queue has them now: no pod's death can lose them any more."""
        for mail in mails:
            if isnan(self._enqueued_s[mail.number]):
                self._enqueued_s[mail.number] = self.world.now_s

    def _function(self, declared: DeclaredFunction) -> Function:
        name, latency = declared.name, self.scenario.latency
        return Function(
            self.world,
            declared,
            self._concurrency,
            partial(self._handler, declared),
            self._stream(self.scenario.lambda_.dispatch, f"lambda/{name}/dispatch"),
            self._stream(latency.lambda_cold_start, f"lambda/{name}/cold_start"),
            self._outlive,
        )

    def _async_queue(self, name: str) -> AsyncQueue:
        delay = self._stream(self.scenario.lambda_.async_delay, f"lambda/{name}/async")
        return AsyncQueue(Clock(self.world), serve, self.functions[name].invoke, delay, self.open_work)

    def _mapping(self, index: int) -> Mapping[Received]:
        declared = self.plan.mappings[index]
        return Mapping(
            Clock(self.world),
            serve,
            declared,
            self._client(declared.queue, f"mapping/{index}", Host(), inf),  # AWS's own pollers lack no processor
            self.functions[declared.function].invoke,
            self.scenario.lambda_.ramp,
        )

    def _ticker(self, index: int) -> Ticker:
        declared, purpose = self.plan.tickers[index], f"ticker/{index}"
        return Ticker(
            Clock(self.world),
            serve,
            self.functions[declared.function].invoke,
            self.async_queues[declared.function].tick,
            late=self._stream(self.scenario.ticker.jitter, f"{purpose}/jitter"),
            transition=self._stream(
                self.scenario.ticker.transition or default_transition(declared.kind), f"{purpose}/transition"
            ),
            calling=self._stream(self.scenario.lambda_.dispatch, f"{purpose}/invoke"),
            chance=uniforms(self.seed, f"{purpose}/phase"),
        )

    def _application(self, way: int) -> Deployment:
        pods, name = self.plan.applications()[way], f"way/{way}/pod" if way else "pod"
        everything = np.arange(len(self.arrivals.recipients), dtype=np.int32)
        return self._deployment(pods, "application", name, self.arrivals.on_way(everything, way), self.open_work)

    def _workers(self, index: int) -> Deployment:
        """They have no mails, and no run waits for their end."""
        beside, none = OpenWork(_nobody_waits), np.zeros(0, np.int32)
        return self._deployment(self.plan.workers[index], "workers", f"worker/{index}", none, beside)

    def _deployment(
        self, pods: Pods, of: str, name: str, numbers: NDArray[np.int32], open_work: OpenWork
    ) -> Deployment:
        share = Share(pods.replicas)

        def ports(host: Host, outbox: Outbox, number: int) -> Ports:
            caller = f"{name}/{number}"
            return self._ports(host, outbox, caller, pods.uses, pods.connections, cores=1.0, share=share)

        lives = stretches(pods.replicas, self.scenario.fault, of)
        return Deployment(
            self.world, pods, lives, self.arrivals, numbers, self.given_up, share, ports, open_work, self._outlive
        )

    def _handler(self, declared: DeclaredFunction, host: Host) -> Handler:
        cores = min(1.0, declared.memory_mb / FULL_CORE_MB)
        outbox = Outbox(self.world, self.arrivals, np.zeros(0, np.int32), self.given_up)
        share = Share(self.plan.pods.replicas)
        ports = self._ports(host, outbox, declared.name, declared.asks, declared.connections, cores, share)
        return declared.handler(ports)

    def _ports(
        self, host: Host, outbox: Outbox, caller: str, uses: Sequence[str], connections: int, cores: float, share: Share
    ) -> Ports:
        return Ports(
            clock=Clock(self.world),
            chance=self._chance,
            mailer=self._mailer(host, connections, cores),
            outbox=outbox,
            group=partial(Group, host),
            share=share,
            queues={name: self._client(name, caller, host, cores) for name in uses if name in self.queues},
            functions={name: self._invoker(name, caller, host, cores) for name in uses if name in self.functions},
            tables={name: self._table_client(name, caller, host, cores) for name in uses if name in self.tables},
        )

    def _mailer(self, host: Host, connections: int, cores: float) -> Mailer | PoolMailer:
        mailers, pool = [Mailer(ses, host, connections, cores) for ses in self.services], self.scenario.pool
        if pool is None:
            return mailers[0]
        rates_per_s = [one.max_send_rate_per_s for one in self.scenario.accounts.values()]
        return PoolMailer(self.world, mailers, router_of(pool.routing, rates_per_s, next(self._pooling)))

    def _table_client(self, table: str, caller: str, host: Host, cores: float) -> tables.Client:
        wire = self._wire(self.scenario.latency.table, f"table/{table}/{caller}", host, cores)
        return tables.Client(wire, self.tables[table], self.table_bill)

    def _invoker(self, function: str, caller: str, host: Host, cores: float) -> Invoker:
        wire = self._wire(self.scenario.lambda_.dispatch, f"lambda/{function}/invoke/{caller}", host, cores)
        return Invoker(wire, self.async_queues[function], self.open_work)

    def _outlive(self, host: Host) -> None:
        """A dead host's requests: those on the wire go on, and so does the run until SES has decided on all of its."""
        if unsent := never_leave(self.world.heap, host, self.world.now_s):
            self.open_work.done(unsent)
        last_s = -inf
        for at_s, call, mailer in undecided_calls(self.world.heap):
            if mailer.host is host and call.left_s <= self.world.now_s:
                last_s = max(last_s, at_s)
            elif mailer.host is host:
                call.fire = ignore  # the processor had not got round to it
        if last_s > -inf:
            self.open_work.add()
            self.world.call_at(last_s, self.open_work.done)

    def custody(self) -> Custody:
        """Where the mails are that SES has not accepted."""
        kept = np.logical_or.reduce([pods.kept(self.world.now_s) for pods in self.applications])
        custody = Custody(kept & np.isnan(self.enqueued_s), given_up=self.given_up)
        for queue in self.queues.values():
            _add(custody.held, queue.mails())
            custody.dead.extend(queue.dead)
        _add(custody.held, mails_under_way(self.world.heap))
        for waiting in self.async_queues.values():
            _add(custody.held, waiting.mails())
        for _, call, _ in undecided_calls(self.world.heap):
            custody.held.add(call.number, call.to.start, len(call.to))
        return custody

    def complaints(self) -> list[str]:
        """What must be said of the errors of functions."""
        return warnings_about(self.plan.strategy, {name: function.errors for name, function in self.functions.items()})

    def usage(self) -> dict[str, float]:
        """Raw counts of everything that is billed, SES's recipients excepted: the calls tell them."""
        return {
            "sqs_requests": self.sqs_bill.requests,
            "dynamodb_reads": self.table_bill.reads,
            "dynamodb_writes": self.table_bill.writes,
            **lambda_usage([function.bill() for function in self.functions.values()]),
            **billed([ticker.bill for ticker in self.tickers]),
        }


def _nobody_waits() -> None:
    """Workers go on for as long as there is something to do for others."""


def _add(pieces: Pieces, mails: Iterable[Mail]) -> None:
    for mail in mails:
        pieces.add(mail.number, mail.first, mail.recipients)
