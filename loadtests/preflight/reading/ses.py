"""What SES says of an identity, of the account, and of where its events go. Everything is read, nothing changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Any, TypeVar

from botocore.exceptions import ClientError, ParamValidationError, ReadTimeoutError

from loadtests.deploy.cloud import EXPIRED, UNKNOWN, Cloud, speaking_plainly
from loadtests.preflight.facts import Account, ConfigurationSet, Destination, Dkim, Identity, MailFrom, Sent, SesFacts
from loadtests.preflight.reading.deadline import within
from loadtests.suppression.listed import NO_ANSWERS, THROTTLED
from loadtests.suppression.pace import Pace, RealClock
from scenarios.errors import BadInput, RunFailed
from scenarios.formats.quoted import cut, printable

HOSTED_ZONE = "dkim.amazonses.com"
"""Where SES publishes keys, unless the identity names a zone of its Region's own."""

OWN_KEY = "EXTERNAL"
NOT_FOUND = ("NotFoundException", "404")
PATIENCE_S = 10.0
"""For one answer, from its question to its last byte; none is asked for again."""

THROTTLED_WAITS_S = (1.0, 3.0)
"""Before a request that was throttled is made again: other programs of the account ask SES as well."""

MOST_PAGES = 20  # of dedicated IPs
MOST_FIGURE = 1e12  # no account sends as many

_SET_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")

Found = TypeVar("Found")


class Asked:
    """A client of which each request waits for its turn, since SES takes one a second, and each answer has a limit."""

    def __init__(self, cloud: Cloud, service: str, pace: Pace) -> None:
        self._client = cloud.client(service, tries=1, read_timeout_s=PATIENCE_S)
        self._world, self._pace = cloud.world, pace

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def ask(**asked: Any) -> Any:
            for wait_s in THROTTLED_WAITS_S:
                try:
                    return self._once(operation, asked)
                except ClientError as error:
                    if error.response["Error"]["Code"] not in THROTTLED:
                        raise
                    self._pace.rest(wait_s)
            return self._once(operation, asked)

        return ask

    def _once(self, operation: str, asked: Mapping[str, Any]) -> Any:
        self._pace.turn()
        self._pace.begun()
        try:
            return within(PATIENCE_S, lambda: getattr(self._client, operation)(**asked))
        except (TimeoutError, ReadTimeoutError) as error:
            name = operation.title().replace("_", "")
            raise RunFailed(f"{self._world}: no answer to {name} within {PATIENCE_S:g} s") from error


def checked_set(name: str | None) -> str | None:
    """The name of a configuration set. Raises BadInput for what can be none."""
    if name is not None and not _SET_NAME.fullmatch(name):
        raise BadInput(
            f"--configuration-set = {printable(cut(name))}: must be a name of up to 64 letters, digits, - and _"
        )
    return name


def ses_facts(cloud: Cloud, domains: Sequence[str], configuration_set: str | None, every_s: float = 0.0) -> SesFacts:
    """Of the first of the domains that SES knows, and of the set that is named or is the identity's own.

    Requests begin at least `every_s` apart. Raises BadInput for credentials, and RunFailed where SES gives no answer.
    """
    try:
        with speaking_plainly(cloud.world):
            return _facts(cloud, Pace(every_s, RealClock()), domains, configuration_set)
    except NO_ANSWERS as error:
        raise RunFailed(f"{cloud.world}: what answers there is no SES: {_why(error)}") from error


def _why(error: Exception) -> str:
    """What its answer lacks, in words: names of Python's errors say nothing."""
    if isinstance(error, KeyError):
        return f"its answer has no {error.args[0]}"
    return str(error) if isinstance(error, NoFigure) else "its answer has not the form of SES's"


def _facts(cloud: Cloud, pace: Pace, domains: Sequence[str], configuration_set: str | None) -> SesFacts:
    ses, ses_v1 = (Asked(cloud, service, pace) for service in ("sesv2", "ses"))
    account = _account(ses.get_account())
    identity = next((found for domain in domains if (found := _identity(ses, domain)) is not None), None)
    name = configuration_set or (identity.configuration_set if identity else None)
    return SesFacts(
        cloud.region,
        identity,
        account,
        _configuration_set(ses, name) if name else None,
        _if_told(lambda: _sent(ses_v1)),
        _if_told(lambda: _dedicated_ips(ses)),
    )


def _if_told(ask: Callable[[], Found]) -> Found | None:
    """None where SES does not let this be asked: credentials may be narrow, and an endpoint less than SES."""
    try:
        return ask()
    except ClientError as error:
        if error.response["Error"]["Code"] in (*EXPIRED, *UNKNOWN, *THROTTLED):
            raise
        return None
    except NO_ANSWERS:
        return None


class NoFigure(ValueError):
    """Something stands where a figure should."""


def _figure(about: Mapping[str, Any], name: str) -> float:
    """Raises KeyError and NoFigure; -1 is how SES says that there is no end."""
    value = about[name]
    if not (isinstance(value, int | float) and -1 <= value <= MOST_FIGURE):  # NaN is neither
        raise NoFigure(f"its {name} is {printable(cut(str(value)))}")
    return float(value)


def _account(about: dict[str, Any]) -> Account:
    quota = about["SendQuota"]
    return Account(
        bool(about.get("SendingEnabled", True)),
        str(about.get("EnforcementStatus", "HEALTHY")),
        not about.get("ProductionAccessEnabled", False),
        _figure(quota, "MaxSendRate"),
        _figure(quota, "Max24HourSend"),
        _figure(quota, "SentLast24Hours"),
        tuple(about.get("SuppressionAttributes", {}).get("SuppressedReasons", ())),
    )


def _identity(ses: Any, domain: str) -> Identity | None:
    """None where SES knows no such identity."""
    try:
        about = ses.get_email_identity(EmailIdentity=domain)
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_FOUND:
            return None
        raise
    mail_from = about.get("MailFromAttributes") or {}
    is_verified = bool(about.get("VerifiedForSendingStatus", False))
    return Identity(
        domain,
        is_verified,
        str(about.get("VerificationStatus", "SUCCESS" if is_verified else "PENDING")),
        str((about.get("VerificationInfo") or {}).get("ErrorType", "")),
        _dkim(about.get("DkimAttributes") or {}),
        _mail_from(mail_from) if mail_from.get("MailFromDomain") else None,
        about.get("ConfigurationSetName") or None,
    )


def _dkim(about: dict[str, Any]) -> Dkim:
    made = about.get("LastKeyGenerationTimestamp")
    return Dkim(
        bool(about.get("SigningEnabled", False)),
        str(about.get("Status", "NOT_STARTED")),
        about.get("SigningAttributesOrigin") == OWN_KEY,
        tuple(about.get("Tokens", ())),
        str(about.get("SigningHostedZone") or HOSTED_ZONE).rstrip(".").lower(),
        made if isinstance(made, datetime) else None,
    )


def _mail_from(about: dict[str, Any]) -> MailFrom:
    return MailFrom(str(about["MailFromDomain"]).lower(), str(about.get("MailFromDomainStatus", "PENDING")))


def _configuration_set(ses: Any, name: str) -> ConfigurationSet:
    try:
        about = ses.get_configuration_set(ConfigurationSetName=name)
    except (ClientError, ParamValidationError) as error:
        if isinstance(error, ParamValidationError) or error.response["Error"]["Code"] in NOT_FOUND:
            return ConfigurationSet(name, exists=False)
        raise
    may_send = bool(about.get("SendingOptions", {}).get("SendingEnabled", True))
    return ConfigurationSet(name, True, may_send, _if_told(lambda: _destinations(ses, name)))


def _destinations(ses: Any, name: str) -> tuple[Destination, ...]:
    found = ses.get_configuration_set_event_destinations(ConfigurationSetName=name)["EventDestinations"]
    return tuple(
        Destination(str(one["Name"]), bool(one.get("Enabled", False)), tuple(one.get("MatchingEventTypes", ())))
        for one in found
    )


def _sent(ses_v1: Any) -> Sent:
    points = ses_v1.get_send_statistics()["SendDataPoints"]
    attempts, bounces, complaints = (
        sum(int(point.get(kind, 0)) for point in points) for kind in ("DeliveryAttempts", "Bounces", "Complaints")
    )
    return Sent(attempts, bounces, complaints)


def _dedicated_ips(ses: Any) -> tuple[str, ...]:
    found, page = list[str](), dict[str, Any]()
    for _ in range(MOST_PAGES):
        answer = ses.get_dedicated_ips(**page)
        found.extend(str(ip_address(one["Ip"])) for one in answer.get("DedicatedIps", ()))
        token = answer.get("NextToken")
        if not token:
            break
        page = {"NextToken": token}
    return tuple(found)
