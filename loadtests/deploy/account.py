"""Whether an account's SES can do what a scenario asks of it, before anything is sent."""

from __future__ import annotations

from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from loadtests.deploy.cloud import Cloud, speaking_plainly
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable


class SesAccount(NamedTuple):
    """The account, and what SES allows it: recipients a second, and as many as are left of the day's (-1: no end)."""

    account: str
    rate_per_s: float
    left_today: float
    in_sandbox: bool


def ses_account_of(cloud: Cloud) -> SesAccount:
    """Asks STS and SES. Raises BadInput for credentials that are missing, expired or unknown."""
    with speaking_plainly(cloud.world):
        identity = cloud.client("sts").get_caller_identity()["Account"]
        about = cloud.client("sesv2").get_account()
    if not about.get("SendingEnabled", True):
        raise BadInput(f"aws: account {identity} ({cloud.region}): its SES may not send at present; see its console")
    return _ses_account(identity, about)


def _ses_account(identity: str, about: dict[str, Any]) -> SesAccount:
    quota = about["SendQuota"]
    most = quota["Max24HourSend"]
    left = -1.0 if most < 0 else most - quota["SentLast24Hours"]
    return SesAccount(identity, quota["MaxSendRate"], left, not about.get("ProductionAccessEnabled", False))


def check_quota(ses_account: SesAccount, rate_per_s: float, recipients: int) -> None:
    """Raises BadInput where the scenario's account is a greater one than the real."""
    if ses_account.rate_per_s < rate_per_s:
        raise BadInput(
            f"account.max_send_rate_per_s = {rate_per_s:g}: SES allows account {ses_account.account} "
            f"{ses_account.rate_per_s:g} recipients a second; set that rate in the scenario"
        )
    if 0 <= ses_account.left_today < recipients:
        raise BadInput(
            f"the runs have {recipients:,} recipients: SES allows account {ses_account.account} "
            f"{ses_account.left_today:,.0f} more today; choose a smaller scenario, or wait"
        )


def check_verified(cloud: Cloud, sender: str) -> None:
    """Raises BadInput unless SES knows the sender's address or domain as verified."""
    with speaking_plainly(cloud.world):
        ses = cloud.client("sesv2")
        if not any(_is_verified(ses, identity) for identity in (sender, sender.rpartition("@")[2])):
            raise BadInput(
                f"--from {printable(sender)}: neither the address nor its domain is verified in {cloud.region}; "
                "verify it in SES's console first"
            )


def _is_verified(ses: Any, identity: str) -> bool:
    try:
        return bool(ses.get_email_identity(EmailIdentity=identity)["VerifiedForSendingStatus"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "NotFoundException":
            return False
        raise
