"""Mail addresses as SES looks at them: bare, at the mailbox simulator or not, under an identity or not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar

from loadtests.endpoint.refusals import Refused
from loadtests.endpoint.validation.mailbox import PLAIN, Mailbox, mailboxes

V = TypeVar("V")

SIMULATOR = "simulator.amazonses.com"
ANYBODY = "*"  # an identity of ours, which every address belongs to
MOST_CHARACTERS = 998  # of an address that is looked at at all: the longest line of RFC 5322
MOST_DOMAIN_CHARACTERS = 255  # RFC 1035


def address_list(text: str) -> list[Mailbox]:
    """The mailboxes that a header or parameter lists, as they stand; none where it cannot be read."""
    try:
        return mailboxes(text)
    except Refused:
        return []


def bare(address: str) -> str:
    """The address without a display name: `me@example.com` of `Me <me@example.com>`; empty if there is none."""
    if len(address) > MOST_CHARACTERS:
        return ""
    if PLAIN.fullmatch(address):
        return address
    listed = address_list(address)
    return listed[0].address if listed else ""


def is_simulator(address: str) -> bool:
    """Whether the address is one of SES's mailbox simulator."""
    return bare(address).lower().endswith(f"@{SIMULATOR}")


def is_verified(address: str, identities: Collection[str]) -> bool:
    """Whether the address, its domain, a domain above that, or anybody is among the account's identities."""
    address = bare(address)
    return bool(address) and any(name in identities for name in (ANYBODY, address, *_domains(address)))


def identity_of(source: str, identities: Collection[str]) -> str:
    """The identity that a sender's address belongs to, the narrowest; its domain, where it belongs to none."""
    address = bare(source)
    domain = address.rpartition("@")[2].lower()
    return next((name for name in (address, *_domains(address)) if name in identities), domain)


def of_sender(source: str, by_identity: Mapping[str, V]) -> V | None:
    """What belongs to the sender's address, or else to its domain."""
    address = bare(source)
    found = by_identity.get(address)
    return by_identity.get(address.rpartition("@")[2].lower()) if found is None else found


def _domains(address: str) -> Iterator[str]:
    """The address's domain and all above it."""
    domain = address.rpartition("@")[2].lower()
    while domain and len(domain) <= MOST_DOMAIN_CHARACTERS:
        yield domain
        domain = domain.partition(".")[2]
