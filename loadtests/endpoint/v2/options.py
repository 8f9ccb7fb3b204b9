"""API v2: the options of configuration sets, each put by an operation of its own or all with the set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadtests.endpoint.control.kept import kept
from loadtests.endpoint.publishing.options import (
    check_archiving,
    check_delivery,
    check_security,
    check_suppression,
    check_tracking,
)
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses

SUPPRESSION = ("SuppressedReasons", "SuppressionScope", "ValidationOptions")
DELIVERY = ("TlsPolicy", "SendingPoolName", "MaxDeliverySeconds")
TRACKING = ("CustomRedirectDomain", "HttpsPolicy")


def check_all(ses: Ses, options: Mapping[str, Any]) -> None:
    """Raises Refused for the first of a new set's options that cannot be."""
    check_tracking(options.get("TrackingOptions", {}), ses.backend.email_identities)
    check_delivery(options.get("DeliveryOptions", {}), ses.backend.dedicated_ip_pools)
    check_suppression(options.get("SuppressionOptions", {}))
    check_archiving(options.get("ArchivingOptions", {}))
    check_security(options.get("MessageSecurityOptions", {}))


def put_sending(ses: Ses, request: Request) -> dict[str, Any]:
    document = request.document
    ses.configuration_sets.enable_sending(document["ConfigurationSetName"], document.get("SendingEnabled", False))
    return {}


def put_suppression(ses: Ses, request: Request) -> dict[str, Any]:
    """No reasons at all are reasons too: mail is kept from nobody; a scope alone leaves the reasons as they are."""
    given = _given(request, *SUPPRESSION)
    check_suppression(given)
    ses.configuration_sets.get(_name(request)).suppression_options = given or {"SuppressedReasons": []}
    return {}


def put_delivery(ses: Ses, request: Request) -> dict[str, Any]:
    found, given = ses.configuration_sets.get(_name(request)), _given(request, *DELIVERY)
    check_delivery(given, ses.backend.dedicated_ip_pools)
    found.delivery_options = given
    return {}


@kept
def put_tracking(ses: Ses, request: Request) -> dict[str, Any]:
    found, given = ses.configuration_sets.get(_name(request)), _given(request, *TRACKING)
    check_tracking(given, ses.backend.email_identities)
    found.tracking_options = given
    return {}


@kept
def put_reputation(ses: Ses, request: Request) -> dict[str, Any]:
    enabled = {"ReputationMetricsEnabled": request.document.get("ReputationMetricsEnabled", False)}
    ses.configuration_sets.get(_name(request)).reputation_options = enabled
    return {}


@kept
def put_vdm(ses: Ses, request: Request) -> dict[str, Any]:
    ses.configuration_sets.get(_name(request)).vdm_options = request.document.get("VdmOptions", {})
    return {}


def put_archiving(ses: Ses, request: Request) -> dict[str, Any]:
    ses.configuration_sets.get(_name(request))
    check_archiving(request.document)
    return {}


def update(ses: Ses, request: Request) -> dict[str, Any]:
    ses.configuration_sets.get(_name(request))
    check_security(request.document.get("MessageSecurityOptions", {}))
    return {}


def _name(request: Request) -> str:
    name: str = request.document["ConfigurationSetName"]
    return name


def _given(request: Request, *keys: str) -> dict[str, Any]:
    return {key: request.document[key] for key in keys if key in request.document}
