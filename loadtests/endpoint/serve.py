"""`seslab serve`: a local AWS whose SES throttles like SES, for any SDK, until it is told to stop."""

from __future__ import annotations

import errno
import re
import signal
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from loadtests.endpoint.addresses import ANYBODY
from loadtests.endpoint.application import local_aws
from loadtests.endpoint.publishing.addressed import FATES_AT
from loadtests.endpoint.routes import DEFAULT_REGION, OPTIONS
from loadtests.endpoint.service import Service
from loadtests.endpoint.smtp import server as smtp
from loadtests.endpoint.storing import KEPT, KEPT_MB, Store
from loadtests.endpoint.web.listening import leave, listen
from loadtests.endpoint.web.server import Server
from loadtests.ports.local_accounts import local_account
from loadtests.smtp_credentials import credentials_file
from loadtests.smtp_credentials.credentials_file import Credentials
from scenarios.errors import BadInput, RunFailed
from scenarios.formats.quoted import printable
from scenarios.schema.accounts.account import Account
from scenarios.schema.accounts.accounts import NamedAccount
from scenarios.schema.complaints import complaint
from scenarios.schema.delivery.delivery import Delivery
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import load

THREADS = 128  # each call on its way holds one, save those that wait in a long poll
FLAGS = {key: f"--{name}" for name, key in OPTIONS.items()}
"""What a flag sets in the scenario's account."""

LONGEST_LATENCY_MS, MOST_KEPT_MB = 86_400_000, 1_000_000
SLOWEST, FASTEST = 0.001, 1e6  # times reality
NOT_OURS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)  # of an address that is another machine's, or of no kind here

IDENTITY = re.compile(r"(?:[^\s<>]+@)?[^\s<>@:/]+")
HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.(?!-)[a-z0-9_-]{1,63})*", re.IGNORECASE)


class Addresses(NamedTuple):
    """Where to listen, and by which names, besides the usual ones, to be asked.

    The second port is for SMTP, the third for SMTP in TLS from the first byte, if it is wished.
    """

    host: str
    port: int
    smtp_port: int
    smtps_port: int | None = None
    names: tuple[str, ...] = ()


def scenario_of(
    source: str | None, latency_ms: float | None, account: Mapping[str, Any], delivers: bool = False
) -> Scenario:
    """The scenario to serve: that of a catalogue name or file, or a plain account that answers at once and in full.

    One that `delivers` has mailbox providers, those of the catalogue if it says nothing of any. `account` holds values
    by the keys of `FLAGS`, None for a flag that is not given. Raises BadInput, which names the flag that is wrong.
    """
    base = _plain() if source is None else load(source)
    _refuse_for_several(base, account)
    delivery = Delivery() if delivers and base.delivery is None else base.delivery
    allowed = base.account if base.accounts else _account(base, account)
    scenario = base.model_copy(update={"account": allowed, "delivery": delivery})
    return scenario if latency_ms is None else _delayed(scenario, latency_ms)


def _refuse_for_several(base: Scenario, given: Mapping[str, Any]) -> None:
    """Raises BadInput for a flag that would go before the accounts of a scenario: it does not say which."""
    flags = [FLAGS[key] for key, value in given.items() if value is not None]
    if base.accounts and flags:
        raise BadInput(f"{flags[0]}: {base.name} has several accounts; say it in its tables [accounts.NAME]")


def _plain() -> Scenario:
    at_once = {kind: {"constant_ms": 0} for kind in ("ses_send", "ses_throttle", "sqs")}
    nothing, whole = ({"process": "batch", "messages": 1},), {"short_poll_share": 1.0}
    return Scenario.model_validate({"name": "serve", "workload": nothing, "latency": at_once, "sqs": whole})


def _account(base: Scenario, given: Mapping[str, Any]) -> Account:
    table = base.account.model_dump(exclude_unset=True)
    for key, value in given.items():
        if value is not None:
            *path, last = key.split(".")
            (table.setdefault(path[0], {}) if path else table)[last] = value
    try:
        return Account.model_validate(table)
    except ValidationError as error:
        raise BadInput(_with_flag(complaint(error, table))) from error


def _with_flag(line: str) -> str:
    """Names the flag where the line names the key that it sets."""
    key, equals, rest = line.partition(" = ")
    return f"{FLAGS[key]} = {rest}" if equals and key in FLAGS else f"account.{line}"


def _delayed(scenario: Scenario, latency_ms: float) -> Scenario:
    if not 0 <= latency_ms <= LONGEST_LATENCY_MS:
        raise BadInput(f"--latency-ms = {latency_ms:g}: must be between 0 and {LONGEST_LATENCY_MS}")
    constant = {"constant_ms": latency_ms}
    latency = scenario.latency.model_dump() | {"ses_send": constant, "ses_throttle": constant}
    return scenario.model_copy(update={"latency": type(scenario.latency).model_validate(latency)})


def serve(
    scenario: Scenario,
    at: Addresses,
    verified: Sequence[str],
    tell: Callable[[str], None],
    keep_mb: float = KEPT_MB,
    keep_mails: int = KEPT,
    delivery_speed: float = 1.0,
    fates_at: Sequence[str] = (),
    limits_control: bool = False,
    smtp_credentials: Path | None = None,
) -> None:
    """Serve until Ctrl-C or SIGTERM, the normal ends of a server; raises BadInput where it cannot listen.

    The newest mails are kept, at most `keep_mails`, and as many as fit into `keep_mb`. What follows their acceptance
    is so many times as fast as in reality; addresses at the domains `fates_at` tell what becomes of their mail. If that
    is said, operations that do not send are throttled as SES throttles them.
    """
    for identity in verified:
        _check_identity(identity)
    names = [_host_name(name) for name in at.names]
    _check_host(at.host)
    credentials = None if smtp_credentials is None else _credentials(smtp_credentials, tell)
    after = _speed(delivery_speed), tuple(map(_fates_domain, fates_at)) or (FATES_AT,), limits_control
    store = Store(_size_mb(keep_mb), keep_mails)
    application, service = local_aws(scenario, scenario.seed, verified, None, store, (*names, at.host.lower()), *after)
    with closing(service):
        server = _listening(application, at.host, at.port)
        try:
            with ExitStack() as together:
                smtp_port = together.enter_context(mail(service, at.host, at.smtp_port, credentials))
                smtps_port = at.smtps_port
                if smtps_port is not None:
                    smtps_port = together.enter_context(mail_in_tls(service, at.host, smtps_port, credentials))
                together.enter_context(_terminated_like_ctrl_c())
                service.begin_homes()  # so that they are among the statistics from the first
                bound = Addresses(at.host, server.bind_addr[1], smtp_port, smtps_port)
                _introduce(scenario, bound, delivery_speed, tell)
                if limits_control:
                    tell("operations that do not send are throttled, each at one request a second")
                if not verified:
                    _tell_unverified(scenario, tell)
                server.serve()
        except KeyboardInterrupt:
            tell("stopped")
        finally:
            service.closing.set()
            stopped = server.stop()
    if not stopped:
        leave()


def _host_name(name: str) -> str:
    if not HOST_NAME.fullmatch(name):
        raise BadInput(f"--allow-host = {printable(name)}: must be a name such as ses, without http:// and port")
    return name.lower()


def _speed(speed: float) -> float:
    if not SLOWEST <= speed <= FASTEST:
        raise BadInput(f"--delivery-speed = {speed:g}: must be between {SLOWEST:g} and {FASTEST:g}")
    return speed


def _fates_domain(name: str) -> str:
    if name != ANYBODY and not HOST_NAME.fullmatch(name):
        raise BadInput(f"--fates-at = {printable(name)}: must be a domain, such as {FATES_AT}, or {ANYBODY} for all")
    return name.lower()


def _credentials(path: Path, tell: Callable[[str], None]) -> Credentials:
    found = credentials_file.read(path)
    if credentials_file.is_open_to_others(path):
        tell(f"note: others on this machine can read {path}; chmod 600 lets only you")
    return found


def _check_identity(identity: str) -> None:
    if not IDENTITY.fullmatch(identity):
        raise BadInput(f"--verify = {printable(identity)}: must be an address or a domain, such as example.com")


def _check_host(host: str) -> None:
    """An empty one would mean all addresses."""
    try:
        socket.getaddrinfo(host or "..", None)
    except OSError as error:
        raise _no_host(host, _reason(error)) from error
    except UnicodeError as error:  # where a label is empty or too long
        raise _no_host(host, "this is no name") from error


def _no_host(host: str, why: str) -> BadInput:
    return BadInput(f"--host = {printable(host)}: cannot listen there: {why}; name an address of this machine")


def _size_mb(keep_mb: float) -> float:
    if not 0 <= keep_mb <= MOST_KEPT_MB:
        raise BadInput(f"--keep-mb = {keep_mb:g}: must be between 0 and {MOST_KEPT_MB}")
    return keep_mb


def _listening(application: Any, host: str, port: int) -> Server:
    try:
        return listen(application, host, port, THREADS)
    except OSError as error:
        raise _cannot_listen("--port", host, port, error) from error
    except RuntimeError as error:
        raise RunFailed(f"the system gives no threads to serve with: {error}") from error


@contextmanager
def mail(service: Service, host: str, port: int, credentials: Credentials | None = None) -> Iterator[int]:
    """SMTP beside HTTP, on the port that it yields; a user's name is an access key."""
    with _mail(smtp.start, service, "--smtp-port", host, port, credentials) as chosen:
        yield chosen


@contextmanager
def mail_in_tls(service: Service, host: str, port: int, credentials: Credentials | None = None) -> Iterator[int]:
    """The same in TLS from the first byte."""
    with _mail(smtp.start_in_tls, service, "--smtps-port", host, port, credentials) as chosen:
        yield chosen


@contextmanager
def _mail(
    start: Callable[..., smtp.Server],
    service: Service,
    flag: str,
    host: str,
    port: int,
    credentials: Credentials | None,
) -> Iterator[int]:
    def allows(user: bytes, password: bytes) -> bool:
        """Of one whose key no account has, the password does not matter."""
        has_key = service.accounts.has_key(user.decode(errors="replace"))
        return has_key and (credentials is None or credentials.allow(user, password))

    try:
        controller = start(lambda user: service.of(*service.accounts.of_smtp(user)), host, port, allows)
    except OSError as error:
        raise _cannot_listen(flag, host, port, error) from error
    try:
        yield controller.port
    finally:
        service.closing.set()
        controller.stop()


def _cannot_listen(flag: str, host: str, port: int, error: OSError) -> BadInput:
    """Names the flag that is to blame: the host's, or that of the port."""
    if error.errno in NOT_OURS:
        return _no_host(host, _reason(error))
    return BadInput(f"{flag} = {port}: cannot listen on {printable(host)}: {_reason(error)}; name another port")


def _reason(error: OSError) -> str:
    return str(error.strerror or error).lower().partition(" (while")[0]


@contextmanager
def _terminated_like_ctrl_c() -> Iterator[None]:
    """A `kill` stops the server as gently as Ctrl-C does, even where a shell has started it in the background."""
    before = [(number, signal.signal(number, signal.default_int_handler)) for number in (signal.SIGTERM, signal.SIGINT)]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _introduce(scenario: Scenario, at: Addresses, delivery_speed: float, tell: Callable[[str], None]) -> None:
    host = f"[{at.host}]" if ":" in at.host else at.host
    url = f"http://{host}:{at.port}"
    wrapped = "" if at.smtps_port is None else f", in TLS from the first byte at {host}:{at.smtps_port}"
    tell(f"seslab serves a local AWS at {url}, and SMTP at {host}:{at.smtp_port}{wrapped}")
    if not scenario.accounts:
        tell(f"SES accepts {_limits(scenario.account)}")
    for name, account in scenario.accounts.items():
        tell(f"account {name}: {_limits(account)}")
    if scenario.delivery is not None:
        tell(_of_delivery(scenario.delivery, delivery_speed))
    tell(f"export AWS_ENDPOINT_URL={url}{'' if scenario.accounts else f' AWS_DEFAULT_REGION={DEFAULT_REGION}'}")
    for name, account in scenario.accounts.items():
        tell(f"export {_key_of(name, account)}  # {name}")
    tell(f"watch {url}/_seslab/ in a browser; stop with Ctrl-C")


def _tell_unverified(scenario: Scenario, tell: Callable[[str], None]) -> None:
    """Who cannot send yet, of those who have an identity in their scenario or not."""
    without = [name for name, account in scenario.accounts.items() if account.identity is None]
    if not scenario.accounts or len(without) == len(scenario.accounts):
        tell("no sender is verified yet: start with --verify example.com, or verify one through the API")
    elif without:
        tell(f"no sender of {' and '.join(without)} is verified yet: give an identity, or verify one through the API")


def _key_of(name: str, account: NamedAccount) -> str:
    """What the environment of a program says that sends through the account."""
    caller = local_account(name).calling(account.region)
    key = f"AWS_ACCESS_KEY_ID={caller.access_key_id} AWS_SECRET_ACCESS_KEY={caller.secret_access_key}"
    return f"{key} AWS_DEFAULT_REGION={caller.region}"


def _limits(account: Account) -> str:
    limiter = account.limiter
    burst = f", burst {limiter.burst}" if limiter.kind == "token-bucket" else ""
    daily = "any number" if account.max_24h_send < 0 else f"{account.max_24h_send:,}"
    return f"{account.max_send_rate_per_s:g} recipients/s ({limiter.kind}{burst}), {daily} in 24 hours"


def _of_delivery(delivery: Delivery, speed: float) -> str:
    pace = "" if speed == 1.0 else f", {speed:g} times as fast as in reality"
    pauses = "; AWS pauses an account of too many bounces or complaints" if delivery.reputation.pauses else ""
    return f"mailbox providers decide on accepted mail: {', '.join(delivery.providers)}{pace}{pauses}"
