"""The environment in which AWS's clients find a local SES, and no real one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from loadtests.endpoint.routes import DEFAULT_REGION

KEY = "seslab"  # both halves: it opens nothing
REMOVED = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
"""Would lead some clients to real credentials, or belong to them."""


def variables(url: str) -> dict[str, str]:
    """What is set. Only SES is redirected: other services may have stand-ins of their own."""
    return {
        **dict.fromkeys(("AWS_ENDPOINT_URL_SES", "AWS_ENDPOINT_URL_SESV2"), url),
        **dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), KEY),
        **dict.fromkeys(("AWS_DEFAULT_REGION", "AWS_REGION"), DEFAULT_REGION),
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",  # whatever a configuration file says
        **_without_proxy(urlsplit(url).hostname or ""),
    }


def _without_proxy(host: str) -> dict[str, str]:
    """A proxy of this machine's must not be asked for this very machine; clients differ in the case they look for."""
    return {name: ",".join(filter(None, (os.environ.get(name), host))) for name in ("NO_PROXY", "no_proxy")}


@contextmanager
def pointed_at(url: str) -> Iterator[None]:
    """Clients that are made within the block, in child processes too, find the local SES; then all is as before."""
    new = variables(url)
    before = {name: os.environ.get(name) for name in (*new, *REMOVED)}
    _change({**new, **dict.fromkeys(REMOVED)})
    try:
        yield
    finally:
        _change(before)


def _change(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
