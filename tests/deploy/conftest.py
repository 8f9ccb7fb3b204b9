"""AWS as far as these tests know it: ministack in its place, and our own SES in SES's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from loadtests.deploy.cloud import Cloud, aws
from loadtests.deploy.ministack import ministack
from loadtests.moto.local_aws import Moto
from loadtests.moto.verification import verify
from loadtests.ports.local import REGION, local_session
from loadtests.ports.ses import SENDER
from tests.deploy.relay import SCENARIO


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches a user's own journal."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture(scope="session", name="ses")
def _ses() -> Iterator[Moto]:
    """It takes a whole paced run at once, as a machine that stalls may bunch it."""
    roomy = SCENARIO.account.model_copy(update={"limiter": SCENARIO.account.limiter.model_copy(update={"burst": 40})})
    with Moto(SCENARIO.model_copy(update={"account": roomy}), 1, 128) as ses:
        verify(local_session(), ses.url)
        yield ses


@pytest.fixture(scope="module", name="aws_url")
def _aws_url() -> Iterator[str]:
    with ministack() as cloud:
        yield str(cloud.url)


@pytest.fixture(name="cloud")
def _cloud(aws_url: str, ses: Moto, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Where boto3's own configuration says that AWS is."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws_url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", ses.url)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "seslab")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return aws(REGION)


@pytest.fixture(name="account")
def _account(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """The same, where SES is AWS's own and knows the sender."""
    monkeypatch.delenv("AWS_ENDPOINT_URL_SESV2")
    ses = cloud.client("sesv2")
    if SENDER not in [identity["IdentityName"] for identity in ses.list_email_identities()["EmailIdentities"]]:
        ses.create_email_identity(EmailIdentity=SENDER)
    return cloud
