"""What everything has in common that stands in for AWS on this machine: an address, a region, a key."""

from __future__ import annotations

import socket
from typing import NamedTuple

from boto3.session import Session

LOOPBACK = "127.0.0.1"
"""No other machine can reach it."""

REGION = "us-east-1"
KEY = "seslab"
"""Both halves of the access key: it opens nothing."""


class Caller(NamedTuple):
    """By which key a local AWS is asked, and in which region."""

    access_key_id: str = KEY
    secret_access_key: str = KEY
    region: str = REGION

    def session(self) -> Session:
        """What its clients are made of."""
        return Session(self.access_key_id, self.secret_access_key, region_name=self.region)

    def variables(self, url: str) -> dict[str, str]:
        """What the environment of a process says that asks at this URL."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ENDPOINT_URL": url,
            "NO_PROXY": LOOPBACK,
        }


ANYBODY = Caller()
"""Where accounts have no names."""


def local_session(region: str = REGION) -> Session:
    """What clients of a local AWS are made of."""
    return ANYBODY._replace(region=region).session()


def free_port() -> int:
    """A port on which nothing listens at the moment."""
    with socket.create_server((LOOPBACK, 0)) as server:
        port: int = server.getsockname()[1]
        return port
