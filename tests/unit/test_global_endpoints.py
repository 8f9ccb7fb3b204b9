"""SES's global endpoints at the local SES: mail is dealt evenly between two regions, and away from one that is out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.error import HTTPError

import pytest
from botocore.exceptions import ClientError

from loadtests.endpoint.accounts.global_endpoints import GlobalEndpoint, GlobalEndpoints
from loadtests.endpoint.message import Client
from loadtests.endpoint.refusals import Refused, refusal
from loadtests.endpoint.requests import Request
from loadtests.endpoint.v2.global_endpoints import through
from scenarios.ledger.ledger import FAILED, THROTTLED
from tests.unit.served import Endpoint, account, mail, served

FIRST, SECOND = "us-east-1", "eu-west-1"
SIGNED = "AWS4-ECDSA-P256-SHA256 Credential=seslab/20260101/ses/aws4_request, SignedHeaders=host, Signature=0"
"""As SDKs sign for several regions, for which boto3 needs a library that is not installed here."""


@pytest.fixture(name="endpoint")
def _endpoint() -> Iterator[Endpoint]:
    with served(("*",), account=account(max_send_rate_per_s=1e-3, limiter={"burst": 2})) as endpoint:
        yield endpoint


def create(ses: Any, second: str = SECOND) -> Any:
    """A global endpoint over the client's region and another."""
    return ses.create_multi_region_endpoint(EndpointName="both", Details={"RoutesDetails": [{"Region": second}]})


def sent(endpoint: Endpoint, endpoint_id: str) -> int:
    """The status of a mail that is sent through it."""
    try:
        endpoint.raw("POST", "/v2/email/outbound-emails", mail(EndpointId=endpoint_id), Authorization=SIGNED)
    except HTTPError as error:
        return error.code
    return 200


def test_mail_has_the_limits_of_both_regions(endpoint: Endpoint) -> None:
    """Two recipients fit into each region's limiter: four mails of five are accepted, half in each."""
    made = create(endpoint.client("sesv2"))
    assert [sent(endpoint, made["EndpointId"]) for _ in range(5)] == [200, 200, 200, 200, 429]
    shown = {one["region"]: one["recipients"] for one in endpoint.ask("GET", "/_seslab/stats")["accounts"]}
    assert shown == {FIRST: 2, SECOND: 2}
    assert sent(endpoint, "none.abc") == 404


def test_it_is_managed_where_it_was_made(endpoint: Endpoint) -> None:
    """There it is told, listed, made once and deleted; elsewhere it is not there. A reset forgets it."""
    first, second = endpoint.client("sesv2"), endpoint.client("sesv2", region_name=SECOND)
    made = create(first)
    told = first.get_multi_region_endpoint(EndpointName="both")
    assert (told["EndpointId"], told["Status"]) == (made["EndpointId"], "READY")
    assert [route["Region"] for route in told["Routes"]] == [FIRST, SECOND]
    (listed,) = first.list_multi_region_endpoints()["MultiRegionEndpoints"]
    assert listed["Regions"] == [FIRST, SECOND]
    assert second.list_multi_region_endpoints()["MultiRegionEndpoints"] == []
    calls: list[tuple[Callable[[], Any], str]] = [
        (lambda: create(first), "AlreadyExistsException"),
        (lambda: create(second, SECOND), "BadRequestException"),
        (lambda: create(second, "mars-1"), "BadRequestException"),
        (lambda: second.delete_multi_region_endpoint(EndpointName="both"), "NotFoundException"),
    ]
    for call, code in calls:
        with pytest.raises(ClientError) as error:
            call()
        assert error.value.response["Error"]["Code"] == code
    assert first.delete_multi_region_endpoint(EndpointName="both")["Status"] == "DELETING"
    made = create(first)
    endpoint.ask("POST", "/moto-api/reset")
    assert sent(endpoint, made["EndpointId"]) == 404


class Regions:
    """An account's SES, of which a region is out."""

    def __init__(self, endpoint: GlobalEndpoint) -> None:
        self.global_endpoints, self.asked = GlobalEndpoints(), list[str]()
        self.global_endpoints._all["us-east-1", "both"] = endpoint

    def in_region(self, region: str) -> str:
        self.asked.append(region)
        return region


@pytest.mark.parametrize(("outcome", "asked"), [(FAILED, 1), (THROTTLED, 3)])
def test_mail_avoids_a_region_that_is_out_and_none_that_throttles(outcome: int, asked: int) -> None:
    """One call finds an outage out and is told of it; a throttle is no impairment, and goes on taking its half."""
    endpoint = GlobalEndpoint("both", (FIRST, SECOND))
    ses: Any = Regions(endpoint)
    request, refused = Request({"EndpointId": endpoint.id}, Client()), 0

    def send(region: str) -> str:
        if region == FIRST:
            raise refusal(outcome)
        return region

    for _ in range(6):
        try:
            through(ses, request, 1, send)  # type: ignore[arg-type]
        except Refused:
            refused += 1
    assert refused == ses.asked.count(FIRST) == asked
