"""Mail addresses as SES looks at them: bare, at the mailbox simulator or not, under an identity or not."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from email.utils import parseaddr

SIMULATOR = "simulator.amazonses.com"


def bare(address: str) -> str:
    """The address without a display name: `me@example.com` of `Me <me@example.com>`."""
    return parseaddr(address)[1] if "<" in address or " " in address else address


def has_domain(address: str) -> bool:
    """Whether something stands before and behind the one @."""
    local, _, domain = bare(address).rpartition("@")
    return bool(local and domain) and "@" not in local


def is_simulator(address: str) -> bool:
    """Whether the address is one of SES's mailbox simulator."""
    return bare(address).lower().endswith(f"@{SIMULATOR}")


def is_verified(address: str, identities: Collection[str]) -> bool:
    """Whether the address, its domain, or a domain above that is among the account's identities."""
    address = bare(address)
    return address in identities or any(domain in identities for domain in _domains(address))


def _domains(address: str) -> Iterator[str]:
    """The address's domain and all above it."""
    domain = address.rpartition("@")[2].lower()
    while domain:
        yield domain
        domain = domain.partition(".")[2]
