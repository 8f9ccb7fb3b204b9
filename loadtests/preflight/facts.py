"""What is known of a domain and of the account that is to send from it, as it was asked and before it is judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from loadtests.preflight.spf_record import ASKING, Term

MOST_IPS = 50
"""That blocklists are asked about."""


class Answer(NamedTuple):
    """What DNS has of a kind at a name; `trouble` says why its name servers gave no answer, such as SERVFAIL.

    A name that does not exist has nothing of any kind, and nothing below it.
    """

    name: str
    kind: str
    values: tuple[str, ...] = ()
    trouble: str = ""
    exists: bool = True


@dataclass(frozen=True, slots=True)
class Policy:
    """The SPF records of a domain, and those that they lead to.

    `terms` and `strange` words are those of the only record; where there are several, or none, nothing was read.
    `void` names were asked for and have no records, `loops` are includes of what includes them; `is_cut` where it
    leads on to more than is read. `near` are texts that look like a record and are none, `dead` are terms behind `all`.
    """

    domain: str
    records: tuple[str, ...] = ()
    trouble: str = ""
    terms: tuple[Term, ...] = ()
    strange: tuple[str, ...] = ()
    below: tuple[Policy, ...] = ()
    void: tuple[str, ...] = ()
    loops: tuple[str, ...] = ()
    is_cut: bool = False
    near: tuple[str, ...] = ()
    dead: tuple[Term, ...] = ()

    def whole(self) -> tuple[Policy, ...]:
        """Itself, and all that it leads to."""
        return (self, *(one for policy in self.below for one in policy.whole()))

    @property
    def lookups(self) -> int:
        """How often a receiver may have to ask, at worst."""
        return sum(term.kind in ASKING for policy in self.whole() for term in policy.terms)


class Destination(NamedTuple):
    """Where SES tells events, and of which kinds."""

    name: str
    is_enabled: bool
    events: tuple[str, ...]


class ConfigurationSet(NamedTuple):
    """`destinations` is None where SES does not say."""

    name: str
    exists: bool = True
    may_send: bool = True
    destinations: tuple[Destination, ...] | None = ()


class Dkim(NamedTuple):
    """How SES signs; `tokens` are Easy DKIM's three, or the selector of the owner's key."""

    signs: bool
    status: str
    is_own_key: bool
    tokens: tuple[str, ...]
    hosted_zone: str
    key_made: datetime | None


class MailFrom(NamedTuple):
    """The custom MAIL FROM domain of an identity."""

    domain: str
    status: str


class Identity(NamedTuple):
    """What SES has verified, or is about to: the domain itself, or one above it."""

    name: str
    is_verified: bool
    status: str
    trouble: str
    dkim: Dkim
    mail_from: MailFrom | None
    configuration_set: str | None


class Account(NamedTuple):
    """What SES lets it send: recipients a second, in 24 hours (-1: any number), and how many it has sent of these."""

    may_send: bool
    enforcement: str
    in_sandbox: bool
    rate_per_s: float
    max_24h: float
    sent_24h: float
    suppresses: tuple[str, ...]


class Sent(NamedTuple):
    """Of the last two weeks, in mails."""

    attempts: int
    bounces: int
    complaints: int


class MailFromZone(NamedTuple):
    """What DNS has at a custom MAIL FROM domain."""

    mx: Answer
    spf: Policy


class Level(NamedTuple):
    """What DNS has of a domain, or of one above it: its DMARC record, and whether mail is taken there."""

    domain: str
    dmarc: Answer
    mx: Answer


class Permission(NamedTuple):
    """Whether another domain agrees to get a domain's reports: a record of its own has to say so."""

    address: str
    answer: Answer


class Listing(NamedTuple):
    """What a blocklist has of an IP."""

    ip: str
    blocklist: str
    answer: Answer


class Sample(NamedTuple):
    """A mail as it was or will be sent: its headers in their order, each with its name; its longest line in bytes."""

    headers: tuple[tuple[str, str], ...]
    longest_line: int

    def all(self, name: str) -> list[str]:
        return [value for other, value in self.headers if other.lower() == name.lower()]


class Traffic(NamedTuple):
    """What a scenario asks of an account: its rate, and the most recipients of any 24 hours."""

    scenario: str
    rate_per_s: float
    most_24h: int


@dataclass(frozen=True, slots=True)
class SesFacts:
    """What SES says; None where it does not let itself be asked."""

    region: str
    identity: Identity | None
    account: Account
    configuration_set: ConfigurationSet | None
    sent: Sent | None
    dedicated_ips: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class DnsFacts:
    """What DNS says. `levels` begin with the domain itself and end below the top."""

    dkim: tuple[Answer, ...]
    mail_from: MailFromZone | None
    spf: Policy
    levels: tuple[Level, ...]
    permissions: tuple[Permission, ...]
    listings: tuple[Listing, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is judged."""

    domain: str
    now: datetime
    ses: SesFacts
    dns: DnsFacts
    sample: Sample | None = None
    traffic: Traffic | None = None
