"""Where stacks are made: an AWS account's region, or ministack; and its errors, each as one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from loadtests.ports.request_threads import TooFewThreads
from scenarios.errors import BadInput, RunFailed
from scenarios.formats.quoted import printable

NO_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError, ProfileNotFound)
NO_TOKEN = (TokenRetrievalError, SSOError)
EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
UNKNOWN = ("InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidAccessKeyId",
           "AuthFailure")  # fmt: skip
NO_REGION = "region: none is configured; name one with --region, or set AWS_DEFAULT_REGION"


class Cloud(NamedTuple):
    """An account and region; `url` is None for AWS itself, or wherever boto3's configuration says that it is."""

    world: str
    session: Session
    url: str | None = None

    @property
    def region(self) -> str:
        return str(self.session.region_name)

    def client(self, service: str, tries: int = 3, read_timeout_s: float = 30.0) -> Any:
        """A client for the harness's own calls, which may retry: no strategy's count depends on them."""
        retries = {"mode": "standard", "total_max_attempts": tries}
        patient = Config(retries=retries, connect_timeout=5, read_timeout=read_timeout_s)
        return self.session.client(service, endpoint_url=self.url, config=patient)


def aws(region: str | None = None, url: str | None = None) -> Cloud:
    """The account of boto3's own configuration. Raises BadInput without a region."""
    if region is not None and not re.fullmatch(r"[a-z]+(-[a-z]+)+-[0-9]+", region):
        raise BadInput(f"--region = {printable(region)}: must be a region's name, such as eu-west-1")
    with speaking_plainly("aws"):
        session = Session(region_name=region)
    if not session.region_name:
        raise BadInput(NO_REGION)
    return Cloud("aws", session, url)


@contextmanager
def speaking_plainly(world: str) -> Iterator[None]:
    """Turns boto3's errors into BadInput (who are you?) or RunFailed (no answer, or AWS refuses), a line each."""
    try:
        yield
    except NoRegionError as error:
        raise BadInput(NO_REGION) from error
    except TooFewThreads as error:
        raise RunFailed(str(error)) from error
    except NO_CREDENTIALS as error:
        raise BadInput(
            f"{world}: no credentials: {line_of(error)}; log in (aws configure, aws sso login) first"
        ) from error
    except NO_TOKEN as error:
        raise BadInput(f"{world}: the login has expired: {line_of(error)}; log in again (aws sso login)") from error
    except ClientError as error:
        raise _refusal(world, error) from error
    except (ConnectionError, HTTPClientError) as error:
        raise RunFailed(f"{world}: no answer: {line_of(error)}") from error
    except BotoCoreError as error:
        raise BadInput(f"{world}: {line_of(error)}") from error


def _refusal(world: str, error: ClientError) -> BadInput | RunFailed:
    code, said = error.response["Error"]["Code"], line_of(error)
    if code in EXPIRED:
        return BadInput(f"{world}: the credentials have expired ({code}); log in again (aws sso login)")
    if code in UNKNOWN:
        return BadInput(f"{world}: the credentials are not accepted ({code}); check AWS_PROFILE and the access key")
    return RunFailed(f"{world}: {said}")


def line_of(error: Exception) -> str:
    """Without botocore's remark that it has not tried again where it was told not to."""
    return " ".join(str(error).replace(" (reached max retries: 0)", "").split()).rstrip(".: ")
