"""Keeps web pages out: a browser lets any page on the web send requests to servers on its machine.

Other programs ask as they like. A browser says of which page a request is, and a page whose own name has been led to
this machine (DNS rebinding) can only ask by that name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from ipaddress import ip_address

from scenarios.formats.quoted import printable

OUR_NAMES = frozenset(
    ("localhost", "amazonaws.com", "amazonaws.com.cn", "host.docker.internal", "host.containers.internal")
)
"""No page's owner can lead these, or a name below them, to another machine."""

OWN_PAGES = ("same-origin", "none")
"""Sec-Fetch-Site of the server's own pages, and of an address that has been typed."""

POLICY = "Content-Security-Policy"
NOTHING = "default-src 'none'; frame-ancestors 'none'"
"""The policy of an answer that is no page."""

ANSWERS_SAY = (
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "same-origin"),
    ("X-DNS-Prefetch-Control", "off"),
)
"""What browsers are told about every answer: to guess no type, to keep nothing, to show nothing to other sites."""

_HOST = re.compile(r"(?:\[([^\]]*)\]|([^:\[\]]*))(?::\d*)?")


def refusal(headers: Mapping[str, str], names: tuple[str, ...] | None = None) -> str | None:
    """Why a request is not obeyed, by its headers under names in lower case; None for one that is.

    Its host is an IP address, one of `OUR_NAMES`, one of `names`, or below one of them. `names` are those that
    `--allow-host` gives the server, and None where it has no such option.
    """
    host, origin = headers.get("host", ""), headers.get("origin")
    if host and not _is_ours(host, names or ()):
        right = "localhost or an IP address"
        if names is not None:
            right = "localhost, an IP address or a name that --allow-host gives the server"
        return f"Host = {printable(host)}: must be {right}: any other may be that of a web page"
    if origin is not None and origin.lower() not in (f"http://{host.lower()}", f"https://{host.lower()}"):
        return f"Origin = {printable(origin)}: web pages cannot use this server"
    if (site := headers.get("sec-fetch-site", "none")) not in OWN_PAGES:
        return f"Sec-Fetch-Site = {printable(site)}: web pages cannot use this server"
    return None


def is_of_browser(headers: Mapping[str, str]) -> bool:
    """Whether a browser says of which page a request is."""
    return "origin" in headers or "sec-fetch-site" in headers


@lru_cache(1_000)
def _is_ours(host: str, names: tuple[str, ...]) -> bool:
    parts = _HOST.fullmatch(host)
    name = (parts[1] or parts[2] or "").lower().removesuffix(".") if parts else ""
    return is_ip_address(name) or any(name == ours or name.endswith(f".{ours}") for ours in (*OUR_NAMES, *names))


def is_ip_address(name: str) -> bool:
    """Whether it is one, which no DNS can lead anywhere."""
    with suppress(ValueError):
        return bool(ip_address(name))
    return False
