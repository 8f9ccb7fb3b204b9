"""Mail addresses as SES looks at them: bare, at the mailbox simulator or not, under an identity or not."""

from __future__ import annotations

import email.utils
from collections.abc import Collection, Iterator
from email.utils import getaddresses
from typing import Any

SIMULATOR = "simulator.amazonses.com"
ANYBODY = "*"  # an identity of ours, which every address belongs to
MOST_CHARACTERS = 998  # of an address with its name: an assumption, the longest line of RFC 5322
MOST_DOMAIN_CHARACTERS = 255  # RFC 1035

_LENIENTLY: Any = {"strict": False} if getattr(email.utils, "supports_strict_parsing", False) else {}
"""As all Pythons parsed until 2023: the strict way takes a comma in a comment for an attack."""


def address_list(text: str) -> list[tuple[str, str]]:
    """The names and addresses that a header or parameter lists, as they stand; none where comments nest too deeply."""
    try:
        return getaddresses([text], **_LENIENTLY)
    except RecursionError:
        return []


def bare(address: str) -> str:
    """The address without a display name: `me@example.com` of `Me <me@example.com>`; empty if there is none."""
    if len(address) > MOST_CHARACTERS:
        return ""
    if "<" not in address and " " not in address:
        return address
    listed = address_list(address)
    return listed[0][1] if listed else ""


def has_domain(address: str) -> bool:
    """Whether something stands before and behind the one @."""
    local, _, domain = bare(address).rpartition("@")
    return bool(local and domain) and "@" not in local


def is_simulator(address: str) -> bool:
    """Whether the address is one of SES's mailbox simulator."""
    return bare(address).lower().endswith(f"@{SIMULATOR}")


def is_verified(address: str, identities: Collection[str]) -> bool:
    """Whether the address, its domain, a domain above that, or anybody is among the account's identities."""
    address = bare(address)
    return bool(address) and any(name in identities for name in (ANYBODY, address, *_domains(address)))


def _domains(address: str) -> Iterator[str]:
    """The address's domain and all above it."""
    domain = address.rpartition("@")[2].lower()
    while domain and len(domain) <= MOST_DOMAIN_CHARACTERS:
        yield domain
        domain = domain.partition(".")[2]
