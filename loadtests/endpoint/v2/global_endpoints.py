"""API v2: global endpoints, and mail that is sent through one."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from moto.ses.models import ses_backends

from loadtests.endpoint.accounts.global_endpoints import GlobalEndpoint
from loadtests.endpoint.control.pages import page_of, size_up_to
from loadtests.endpoint.refusals import Refused, invalid
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from scenarios.ledger.ledger import FAILED

READY, DELETING = "READY", "DELETING"

T = TypeVar("T")


def through(ses: Ses, request: Request, recipients: int, send: Callable[[Ses], T]) -> T:
    """Let the SES send whose turn it is: that of the region asked, or of one of the global endpoint's, if one is named.

    Raises Refused.
    """
    endpoint_id = request.document.get("EndpointId")
    if endpoint_id is None:
        return send(ses)
    endpoint = ses.global_endpoints.of_id(endpoint_id)
    place = endpoint.choose(monotonic(), recipients)
    try:
        return send(ses.in_region(endpoint.regions[place]))
    except Refused as refused:
        if refused.outcome == FAILED:
            endpoint.found_out(place, monotonic())
        raise


def create(ses: Ses, request: Request) -> dict[str, Any]:
    """Over the region asked and another."""
    name, routes = request.document["EndpointName"], request.document["Details"]["RoutesDetails"]
    if len(routes) != 1:
        raise invalid("RoutesDetails must contain exactly one route configuration.")
    second = routes[0]["Region"]
    if second == ses.region or second not in ses_backends[ses.account]:
        raise invalid(f"Region <{second}> must be another one in which Amazon SES is available.")
    endpoint = ses.global_endpoints.create(name, ses.region, second)
    return {"EndpointId": endpoint.id, "Status": READY}


def get(ses: Ses, request: Request) -> dict[str, Any]:
    endpoint = ses.global_endpoints.get(request.document["EndpointName"], ses.region)
    return {**_told(endpoint), "Routes": [{"Region": region} for region in endpoint.regions]}


def list_all(ses: Ses, request: Request) -> dict[str, Any]:
    asked, found = request.document, ses.global_endpoints.managed_in(ses.region)
    page, more = page_of(found, asked, size_up_to(asked))
    return {"MultiRegionEndpoints": [{**_told(one), "Regions": list(one.regions)} for one in page], **more}


def delete(ses: Ses, request: Request) -> dict[str, Any]:
    ses.global_endpoints.remove(request.document["EndpointName"], ses.region)
    return {"Status": DELETING}


def _told(endpoint: GlobalEndpoint) -> dict[str, Any]:
    return {
        "EndpointName": endpoint.name,
        "EndpointId": endpoint.id,
        "Status": READY,
        "CreatedTimestamp": endpoint.created_unix_s,
        "LastUpdatedTimestamp": endpoint.created_unix_s,
    }
