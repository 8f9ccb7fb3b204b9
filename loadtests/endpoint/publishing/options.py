"""What may stand in the options of a configuration set, in SES's words where it may not.

Sources: floci-io/floci, which has asked SES in June 2026 for the words about domains and pools; the service's model for
numbers and sets of values, which are checked with every request. What SES has and this endpoint has not is refused
rather than kept: mail that should be archived, signed or validated would look as if it had been.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from loadtests.endpoint.addresses import is_verified
from loadtests.endpoint.refusals import Refused, invalid
from scenarios.ledger.ledger import REJECTED

Options = Mapping[str, Any]


def check_tracking(options: Options, identities: Collection[str]) -> None:
    """Raises Refused for a domain that is not the account's own."""
    domain = options.get("CustomRedirectDomain")
    if domain == "" or (domain is None and "HttpsPolicy" in options):
        raise invalid("CustomRedirectDomain must be specified.")
    if domain is not None and not is_verified(f"anybody@{domain}", identities):
        raise invalid(f"Domain <{domain}> is not verified under this account.")


def check_delivery(options: Options, pools: Collection[str]) -> None:
    """Raises Refused for a pool of dedicated addresses that is not there."""
    pool = options.get("SendingPoolName")
    if pool is not None and not pool.strip():
        raise invalid("sendingPoolName can't be blank.")
    if pool is not None and pool not in pools:
        raise invalid(f"SendingPool <{pool}> doesn't exist")


def check_suppression(options: Options) -> None:
    """Raises Refused for a validation of addresses, which there is none of here."""
    threshold = options.get("ValidationOptions", {}).get("ConditionThreshold", {})
    if threshold.get("ConditionThresholdEnabled") == "ENABLED":
        raise invalid("ValidationOptions: this SES validates no addresses.")


def check_archiving(options: Options) -> None:
    """Raises Refused for an archive: Mail Manager is not here, and so none exists."""
    archive = options.get("ArchiveArn")
    if archive is not None:
        raise Refused(REJECTED, "NotFoundException", f"Archive <{archive}> does not exist.")


def check_security(options: Options) -> None:
    """Raises Refused for a signature, for which there is no certificate here."""
    if "SmimeScheme" in options.get("SigningScheme", {}):
        raise invalid("MessageSecurityOptions: this SES signs no messages.")
