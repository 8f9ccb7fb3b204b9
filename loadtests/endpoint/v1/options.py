"""API v1: the options of configuration sets that it knows, the same that v2 has, in v1's words.

The words of an absent or a second redirect domain are those that floci-io/floci has had from SES.
"""

from __future__ import annotations

from typing import Any

from moto.ses.models import ConfigurationSet

from loadtests.endpoint.control.kept import kept
from loadtests.endpoint.publishing.options import check_tracking
from loadtests.endpoint.refusals import Refused
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from scenarios.ledger.ledger import REJECTED

TLS_POLICIES = {"Require": "REQUIRE", "Optional": "OPTIONAL"}
"""V1's names, and v2's."""


@kept
def put_delivery(ses: Ses, request: Request) -> dict[str, Any]:
    """What v2 has put beside the policy stays."""
    found, policy = _found(ses, request), request.document.get("DeliveryOptions", {}).get("TlsPolicy", "Optional")
    found.delivery_options = {**found.delivery_options, "TlsPolicy": TLS_POLICIES[policy]}
    return {}


@kept
def create_tracking(ses: Ses, request: Request) -> dict[str, Any]:
    found = _found(ses, request)
    if found.tracking_options:
        text = f"Configuration set <{found.configuration_set_name}> already has tracking options."
        raise Refused(REJECTED, "TrackingOptionsAlreadyExistsException", text)
    _put_tracking(ses, request, found)
    return {}


@kept
def update_tracking(ses: Ses, request: Request) -> dict[str, Any]:
    _put_tracking(ses, request, _tracked(ses, request))
    return {}


@kept
def delete_tracking(ses: Ses, request: Request) -> dict[str, Any]:
    _tracked(ses, request).tracking_options = {}
    return {}


def _put_tracking(ses: Ses, request: Request, found: ConfigurationSet) -> None:
    options = request.document["TrackingOptions"]
    try:
        check_tracking({"CustomRedirectDomain": "", **options}, ses.backend.email_identities)
    except Refused as refused:
        raise Refused(REJECTED, "InvalidTrackingOptions", refused.text) from refused
    found.tracking_options = {**found.tracking_options, **options}


def _tracked(ses: Ses, request: Request) -> ConfigurationSet:
    found = _found(ses, request)
    if not found.tracking_options:
        text = f"There are no tracking options for configuration set <{found.configuration_set_name}>"
        raise Refused(REJECTED, "TrackingOptionsDoesNotExistException", text)
    return found


def _found(ses: Ses, request: Request) -> ConfigurationSet:
    return ses.configuration_sets.get(request.document["ConfigurationSetName"])


def shown(found: ConfigurationSet, wanted: frozenset[str]) -> dict[str, Any]:
    """Those of a set that a description asks for by name."""
    described: dict[str, Any] = {}
    if "trackingOptions" in wanted and found.tracking_options:
        described["TrackingOptions"] = {"CustomRedirectDomain": found.tracking_options["CustomRedirectDomain"]}
    if "deliveryOptions" in wanted:
        policy = found.delivery_options.get("TlsPolicy", "OPTIONAL")
        described["DeliveryOptions"] = {"TlsPolicy": policy.capitalize()}
    if "reputationOptions" in wanted:
        metrics = found.reputation_options.get("ReputationMetricsEnabled", False)
        sending = found.enabled.get("SendingEnabled", True)
        described["ReputationOptions"] = {"SendingEnabled": sending, "ReputationMetricsEnabled": metrics}
    return described
