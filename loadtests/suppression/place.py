"""Whose suppression list it is: an AWS account's in a region, or an endpoint's; and how often it may be asked."""

from __future__ import annotations

from typing import Any, NamedTuple

from boto3.session import Session

from loadtests.deploy.cloud import aws, speaking_plainly
from loadtests.load.assignment import Place as Target
from loadtests.load.targets.check_target import check_place, check_url_listening, elsewhere
from loadtests.ports.clients import client
from loadtests.ports.local import REGION, local_session
from scenarios.errors import BadInput

EVERY_S = 1.0
"""Between two requests: SES throttles all actions but those that send at one a second (SES developer guide, "Service
quotas", read 2026-11-29); whether each action has a second of its own is not said, so all share one."""

HERE_EVERY_S = 0.0
"""A server on this machine has no such limit: `seslab serve` answers two hundred a second and throttles none."""

PATIENCE_S = 30.0


class Place(NamedTuple):
    """`at` is a region, or the URL of an endpoint; an endpoint's account is not asked for."""

    at: str
    account: str | None
    session: Session
    url: str | None = None
    every_s: float = EVERY_S

    @property
    def name(self) -> str:
        """As messages call it."""
        return f"account {self.account} ({self.at})" if self.account else self.at

    @property
    def world(self) -> str:
        """As errors call it."""
        return "aws" if self.url is None else f"--endpoint {self.url}"

    def client(self) -> Any:
        """Of SES's API v2; each request goes out once, for hidden retries would know no pace."""
        return client(self.session, "sesv2", 1, PATIENCE_S, self.url)


def place_of(endpoint: str | None, region: str | None) -> Place:
    """Raises BadInput for none, both, or what is no URL, and RunFailed where nothing answers."""
    if endpoint is None and region is None:
        raise BadInput("--region: missing; name the region that is meant, or the --endpoint of a seslab serve")
    check_place("ses-v2", Target(endpoint, region))
    return _on_aws(str(region)) if endpoint is None else _at(endpoint.rstrip("/"))


def _on_aws(region: str) -> Place:
    """Of a server on this machine that boto3 is configured for it is known at once that nobody answers."""
    cloud = aws(region)
    with speaking_plainly(cloud.world):
        sts = cloud.client("sts")
        if not elsewhere(Target(url := str(sts.meta.endpoint_url))):
            check_url_listening("AWS_ENDPOINT_URL", url)
        account = sts.get_caller_identity()["Account"]
    return Place(cloud.region, str(account), cloud.session)


def _at(url: str) -> Place:
    """A server on this machine takes any key; another one gets boto3's own, as AWS does."""
    check_url_listening("--endpoint", url)
    if elsewhere(Target(url)):
        with speaking_plainly(f"--endpoint {url}"):
            own = Session()
            return Place(url, None, own if own.region_name else Session(region_name=REGION), url)
    return Place(url, None, local_session(), url, HERE_EVERY_S)
