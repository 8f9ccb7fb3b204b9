"""The SES of one account and region: whatever interface a mail comes through, it is decided upon here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from time import monotonic, time
from typing import Any, NamedTuple, TypeVar
from uuid import uuid4

from moto.ses.models import SESBackend, ses_backends
from prometheus_client import Gauge, Histogram

from loadtests.endpoint.account_run import AccountRun, Call
from loadtests.endpoint.accounts.allowance import Allowance
from loadtests.endpoint.accounts.global_endpoints import GlobalEndpoints
from loadtests.endpoint.accounts.in_flight import InFlight
from loadtests.endpoint.addresses import identity_of, is_simulator, is_verified, of_sender
from loadtests.endpoint.conditions import SwitchedFaults
from loadtests.endpoint.control.limit import ControlLimit, Operation
from loadtests.endpoint.decision_log import FAULT, LIMITS, OUTAGE, STRANGER, CallTrace, traced
from loadtests.endpoint.lists.contacts import ContactLists
from loadtests.endpoint.lists.links import with_link
from loadtests.endpoint.message import ListManagement, Message, Sent, Withheld
from loadtests.endpoint.publishing.configuration import ConfigurationSets
from loadtests.endpoint.publishing.deliveries import Owner
from loadtests.endpoint.publishing.identities import Identities
from loadtests.endpoint.publishing.mailbox import has_virus
from loadtests.endpoint.publishing.mailroom import Follows
from loadtests.endpoint.publishing.notices import Publisher
from loadtests.endpoint.publishing.suppressing import Suppression
from loadtests.endpoint.publishing.telling import Teller
from loadtests.endpoint.publishing.timekeeper import Timekeeper
from loadtests.endpoint.refusals import PAUSE, TENANT_PAUSE, Dropped, Refused, refusal, rejected
from loadtests.endpoint.routes import UNSUBSCRIBE
from loadtests.endpoint.sizes import check_size
from loadtests.endpoint.storing import Store
from loadtests.endpoint.tenants.tenants import Tenants
from loadtests.endpoint.validation.mail import check_from, check_mail, check_recipients
from loadtests.endpoint.verification.templates import VerificationTemplates
from scenarios.delivery.reputation import Standing
from scenarios.ledger.ledger import ACCEPTED, FAILED, PAUSED, REJECTED, THROTTLED
from scenarios.schema.model import Scenario

T = TypeVar("T")
V = TypeVar("V")

PREFIXES = {"us-east-1": "0100", "us-west-2": "0101", "eu-west-1": "0102"}
"""What message ids begin with, region by region."""


class Quota(NamedTuple):
    """What an account may send, and what it has sent, in recipients."""

    max_send_rate_per_s: float
    max_24h_send: int
    sent_last_24h: int


class Account(NamedTuple):
    """What an account has beyond a region: its global endpoints, and SES in the others."""

    global_endpoints: GlobalEndpoints
    in_region: Callable[[str], Ses]


class Common(NamedTuple):
    """What all accounts of one endpoint have in common."""

    scenario: Scenario
    switched: SwitchedFaults
    publisher: Publisher
    durations: Histogram
    in_flight: Gauge
    store: Store
    timekeeper: Timekeeper
    limits_control: bool


class Ses:
    """Takes mail, from many threads at once."""

    def __init__(
        self, common: Common, account: str, region: str, whole: Account, allowance: Allowance, run: AccountRun
    ) -> None:
        self.account, self.region, self.allowance, self.run = account, region, allowance, run
        self.global_endpoints, self.in_region = whole
        self.backend = _backend(account, region)
        self.configuration_sets, self.lists = ConfigurationSets(self.backend), ContactLists()
        self.verification = VerificationTemplates()
        self.identities, self.tenants = Identities(self.backend), Tenants(account, region)
        self.suppression = Suppression(self.configuration_sets, self.tenants)
        self.sending_enabled, self.in_flight = True, InFlight()
        self._common, self._control_limit = common, ControlLimit()
        owner = Owner(account, region)
        self.teller = Teller(owner, self.backend, self.configuration_sets, self.suppression, common.publisher)

    @property
    def sandbox(self) -> bool:
        """Whether it is a new account, which may send to verified recipients only."""
        return self.run.account.sandbox

    def submit(self, message: Message) -> Sent:
        """Take a mail after the service's latency; raises Refused, and Dropped where the caller shall hear nothing."""
        return self.call(traced(message), lambda run, call: self._take(run, call, message))

    def admit(self, message: Message) -> Sent:
        """Take a mail at once, as one entry of a bulk call; raises Refused."""
        return self._take(self.run, self.run.begin(traced(message), 1.0, 0.0), message)

    def call(self, trace: CallTrace, work: Callable[[AccountRun, Call], T]) -> T:
        """Do some work half-way through the time that a call takes; its faults strike here."""
        run, conditions = self.run, self.allowance.conditions
        call = run.begin(trace, conditions.slowness(run.clock.now()), conditions.switched.now.delay_s)
        with self._common.durations.time():
            try:
                decided_s, result = self._decided(run, call, work)
            except Refused:
                run.wait_until(call.arrived_s + call.refuse_s)
                raise
            self._answer(run, call, decided_s)
        return result

    def _decided(self, run: AccountRun, call: Call, work: Callable[[AccountRun, Call], T]) -> tuple[float, T]:
        """When SES did the work, and what came of it; until then the call is in flight, unless it is dropped."""
        with self._common.in_flight.track_inprogress(), self.in_flight.one():
            run.wait_until(call.arrived_s + min(call.accept_s, call.refuse_s) / 2)
            if self.allowance.conditions.drops_before():
                raise Dropped
            return run.clock.now(), work(run, call)

    def _answer(self, run: AccountRun, call: Call, decided_s: float) -> None:
        """The answer goes on its way, which it may not survive."""
        conditions, patience_s = self.allowance.conditions, self._common.scenario.client.read_timeout_s
        if conditions.active_faults.loses_response(decided_s, call.trace.mail, call.attempt):
            run.wait_until(call.arrived_s + patience_s)
            raise Dropped
        run.wait_until(call.arrived_s + call.accept_s)
        if conditions.drops_after():
            raise Dropped

    def check_control(self, operation: Operation) -> None:
        """Raises Refused if the operation, which may be a send, is asked for too often."""
        if self._common.limits_control:
            self._control_limit.check(operation, monotonic())

    def standing(self) -> Standing:
        """What AWS makes of the account by now."""
        run = self.run
        with run.lock:
            return run.mailroom.standing(run.clock.now())

    def statistics(self) -> list[dict[str, Any]] | None:
        """What was sent, bounced, complained of and rejected in each quarter of an hour; None if it is not modelled."""
        run = self.run
        with run.lock:
            return run.mailroom.statistics.points() if run.mailroom.course.is_modelled else None

    @property
    def may_send(self) -> bool:
        """Whether neither its owner nor AWS has paused the account."""
        return self.sending_enabled and self.standing() != "paused"

    def quota(self) -> Quota:
        """As it stands now; unlike AWS's it is never late."""
        run = self.run
        with run.lock:
            used = run.admission.used_24h(run.clock.now())
            return Quota(run.admission.rate_per_s, run.account.max_24h_send, used)

    def _take(self, run: AccountRun, call: Call, message: Message) -> Sent:
        """Decide, note the decision, and keep what is accepted, all as one; events follow."""
        wrong, message_id = self._wrong(message), _message_id(self.region)
        told = message if wrong else self._told(message, message_id)
        recipients, counted = len(message.recipients), _counted(message, call.trace)
        follows = {} if wrong else _follows(run, told, call.trace)
        with run.lock:
            now_s = run.clock.now()
            refused, reason = self._decide(run, call, now_s, wrong, recipients, counted)
            outcome = ACCEPTED if refused is None else refused.outcome
            said = "" if refused is None else refused.text
            run.decision_log.add(call.trace, recipients, now_s, outcome, message.caller, reason, counted, said)
            if refused is not None:
                self._note_rejected(run, outcome)
                raise refused
            sent = Sent(message_id, time())
            if told.list_management is not None:
                self.lists.meet(told.list_management, told.recipients)
            run.mailroom.statistics.count("DeliveryAttempts", sent.at_unix_s, recipients)
            audience, letter = self.teller.audience(told), None
            if follows:
                record = self.teller.record_of(told, sent, audience)
                letter = run.mailroom.take(now_s, told, sent, call.trace, follows, record)
            self._common.store.add(self.backend, told, sent, letter)
            self.teller.tell_at_once(told, sent, audience, letter)
            in_s = None if letter is None else self.teller.tell_until(run.mailroom, now_s)
        if in_s is not None:
            self._common.timekeeper.expect(in_s)
        return sent

    def _note_rejected(self, run: AccountRun, outcome: int) -> None:
        if outcome == REJECTED:
            self.backend.rejected_messages_count += 1
            run.mailroom.statistics.count("Rejects", time())

    def _decide(
        self, run: AccountRun, call: Call, now_s: float, wrong: Refused | None, recipients: int, counted: int
    ) -> tuple[Refused | None, str]:
        """The refusal, if it is one, and what made the decision, one of `decision_log.REASONS`."""
        conditions = self.allowance.conditions
        if conditions.is_out(now_s):
            return refusal(FAILED), OUTAGE
        if wrong is not None:
            return wrong, wrong.code
        if conditions.refuses(now_s, call.trace.mail, call.attempt):
            return refusal(THROTTLED), FAULT
        paused = run.mailroom.paused_sender(now_s, call.trace.mail)
        if paused is not None:
            return (run.pause_of(paused), TENANT_PAUSE) if paused else (refusal(PAUSED), PAUSE)
        outcome = run.admission.decide(now_s, recipients, counted)
        return (None if outcome == ACCEPTED else refusal(outcome)), LIMITS

    def _wrong(self, message: Message) -> Refused | None:
        """What is wrong with the mail, whatever the limits have to say."""
        try:
            self._check_account()
            check_mail(message)
            self._check_configuration_set(message)
            self._check_tenant(message)
            if message.list_management is not None:
                self.lists.check(message.list_management)
            check_from(message)
            check_recipients(message)
            self._check_verified((*_senders(message), *self._strange(message.recipients)))
            check_size(message)
        except Refused as refused:
            return refused
        return None

    def check_sender(self, message: Message) -> None:
        """Raises Refused if nothing may be sent now, from this sender, with this configuration set."""
        if self.standing() == "paused":
            raise refusal(PAUSED)
        self._check_account()
        self._check_configuration_set(message)
        self._check_tenant(message)
        check_from(message)
        self._check_verified(_senders(message))

    def _check_account(self) -> None:
        if not self.sending_enabled:
            raise refusal(PAUSED)

    def _check_configuration_set(self, message: Message) -> None:
        name = self._configuration_set(message)
        if name is not None and not self.configuration_sets.may_send(name):
            text = f"Email sending is disabled for the configuration set <{name}>."
            raise Refused(REJECTED, "ConfigurationSetSendingPausedException", text)

    def _check_tenant(self, message: Message) -> None:
        """Raises Refused if the mail's tenant may not send, or not with all that the mail is sent with."""
        if message.tenant is not None:
            self.tenants.sending(message.tenant).check(self._resources(message))

    def _resources(self, message: Message) -> Iterable[str]:
        """The ARNs of what a mail is sent with: its identity, its configuration set, and a template with a name."""
        name = self._configuration_set(message)
        identity = identity_of(message.source, self.backend.email_identities)
        named = (("identity", identity), ("configuration-set", name), ("template", message.template))
        return (self.arn(kind, each) for kind, each in named if each)

    def arn(self, kind: str, name: str) -> str:
        """Of a resource of the account's."""
        return f"arn:{self.backend.partition}:ses:{self.region}:{self.account}:{kind}/{name}"

    def _strange(self, recipients: Iterable[str]) -> Iterable[str]:
        """Those who must be verified: in the sandbox all but the mailbox simulator's."""
        return (address for address in recipients if not is_simulator(address)) if self.sandbox else ()

    def _check_verified(self, addresses: Iterable[str]) -> None:
        identities = self.backend.email_identities
        strange = [address for address in addresses if not is_verified(address, identities)]
        if strange:
            where = f"in region {self.region.upper()}: {', '.join(strange)}"
            raise rejected(f"Email address is not verified. The following identities failed the check {where}")

    def _configuration_set(self, message: Message) -> str | None:
        """The mail's own, or else its sender's."""
        if message.configuration_set:
            return message.configuration_set
        identity = of_sender(message.source, self.backend.email_identities)
        return identity.configuration_set_name if identity else None

    def _told(self, message: Message, message_id: str) -> Message:
        """The mail as events tell of it: with its configuration set, and with those whom SES will not bother."""
        name = self._configuration_set(message)
        max_delivery_s = self.configuration_sets.max_delivery_s(name)
        if (name, max_delivery_s) != (message.configuration_set, None):
            message = replace(message, configuration_set=name, max_delivery_s=max_delivery_s)
        suppressed = self.suppression.policy(message).withheld(message)
        if message.list_management is not None:
            return self._of_list(replace(message, suppressed=suppressed), message.list_management, message_id)
        return replace(message, suppressed=suppressed) if suppressed else message

    def _of_list(self, message: Message, options: ListManagement, message_id: str) -> Message:
        """Kept from those who want no such mail; a single recipient has a link to say so."""
        unwilling = dict.fromkeys(self.lists.unwilling(options, message.recipients), Withheld.UNSUBSCRIBED)
        told = replace(message, suppressed={**unwilling, **message.suppressed})
        return told if len(told.recipients) > 1 else with_link(told, f"{told.client.url}{UNSUBSCRIBE}{message_id}")

    def tell_due(self) -> float | None:
        """Tell what has happened to accepted mail since the last time; in how many seconds there is more."""
        run = self.run
        with run.lock:
            return self.teller.tell_until(run.mailroom, run.clock.now())


def _backend(account: str, region: str) -> SESBackend:
    """Moto's, made when it is first asked for; raises Refused for a region without SES."""
    try:
        return ses_backends[account][region]
    except KeyError:
        text = f"Credential should be scoped to a valid Region, not '{region}'."
        raise Refused(REJECTED, "SignatureDoesNotMatch", text) from None


def _senders(message: Message) -> Iterable[str]:
    """All whom the mail claims to come from, or sends its bounces to, each once."""
    named = (*message.more_senders, message.source, message.return_path)
    return dict.fromkeys(address for address in named if address)


def _follows(run: AccountRun, told: Message, trace: CallTrace) -> Follows:
    """Which recipients are followed on their way; what SES itself does not send is on none."""
    follows = run.mailroom.follows(told, trace)
    return {} if follows and (told.rendering_error or has_virus(told)) else follows


def _counted(message: Message, trace: CallTrace) -> int:
    """How many recipients count on the 24-hour quota: not those at the mailbox simulator.

    A run's own mail goes to the simulator only, but there each address stands for one of the scenario's recipients.
    """
    if trace is not STRANGER:
        return len(message.recipients)
    return sum(not is_simulator(address) for address in message.recipients)


def _message_id(region: str) -> str:
    """A new one, in SES's form: region, milliseconds of Unix time, a UUID, and six digits."""
    return f"{PREFIXES.get(region, '0100')}{int(time() * 1000):012x}-{uuid4()}-000000"
