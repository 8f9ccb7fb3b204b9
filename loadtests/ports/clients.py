"""boto3 clients as a strategy needs them: each request goes out once."""

from __future__ import annotations

from typing import Any

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import ClientError

CONNECT_TIMEOUT_S = 10.0


def client(
    session: Session, service: str, connections: int, read_timeout_s: float, url: str | None = None, **who: str
) -> Any:
    """A client of that service, at most so many requests at once: hidden retries would falsify every count.

    Without `url` boto3's own configuration says where the service is (AWS_ENDPOINT_URL and its kin, or AWS). `who` may
    name another key and region than the session's, as boto3 calls them.
    """
    once = Config(
        retries={"total_max_attempts": 1},
        max_pool_connections=connections,
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=read_timeout_s,
        **({"proxies": {}} if url is not None else {}),  # no proxy may see, or delay, a call to this very machine
    )
    return session.client(service, endpoint_url=url, config=once, **who)


def trouble(error: Exception) -> str:
    """What became of a request, in words that follow the name of whom it was for."""
    cause = error if isinstance(error, ClientError) else error.__cause__
    return f"{'refused a request' if isinstance(cause, ClientError) else 'stopped answering'}: {error}"
