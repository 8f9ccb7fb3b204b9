"""What everything has in common that stands in for AWS on this machine: an address, a region, a key."""

from __future__ import annotations

import socket

from boto3.session import Session

LOOPBACK = "127.0.0.1"
"""No other machine can reach it."""

REGION = "us-east-1"
KEY = "seslab"
"""Both halves of the access key: it opens nothing."""


def local_session(region: str = REGION) -> Session:
    """What clients of a local AWS are made of."""
    return Session(KEY, KEY, region_name=region)


def free_port() -> int:
    """A port on which nothing listens at the moment."""
    with socket.create_server((LOOPBACK, 0)) as server:
        port: int = server.getsockname()[1]
        return port
