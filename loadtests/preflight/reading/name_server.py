"""Questions to DNS, and how long an answer may take."""

from __future__ import annotations

import re
from ipaddress import ip_address
from time import monotonic

import dns.exception
import dns.resolver
from dns.rdata import Rdata
from dns.rdatatype import CNAME, MX, TXT

from loadtests.preflight.facts import Answer
from scenarios.errors import BadInput, RunFailed
from scenarios.formats.quoted import cut, printable

PATIENCE_S = 5.0
"""For one question, however often it is asked."""

MOST_S = 120.0
"""For all questions of a look."""

TRY_S = 2.0
"""For one answer; then the same question is asked once more, since UDP loses packets."""

ROOM_BYTES = 1232  # of an answer by UDP, which passes everywhere; a longer one comes by TCP
PORT, LAST_PORT = 53, 65_535
_BRACKETED = re.compile(r"\[([^\]]+)\](?::(\d+))?")


class NoAnswer(Exception):
    """No name server has said anything in time."""


class NameServer:
    """A resolver, which is asked each question once, and remembers. `at` is what it is called in messages."""

    def __init__(self, resolver: dns.resolver.Resolver, at: str) -> None:
        self._resolver, self.at = resolver, at
        self._known: dict[tuple[str, str], Answer] = {}
        self._spent_s = 0.0
        resolver.lifetime, resolver.timeout = PATIENCE_S, TRY_S
        resolver.use_edns(0, 0, ROOM_BYTES)

    def ask(self, name: str, kind: str) -> Answer:
        """What there is; nothing where the name does not exist. Raises RunFailed without an answer in time."""
        try:
            return self.try_to_ask(name, kind)
        except NoAnswer as error:
            raise RunFailed(
                f"DNS: no answer about {kind} of {printable(name)} within {TRY_S:g} s from {self.at}, which was asked "
                f"for {PATIENCE_S:g} s; name another server with --dns"
            ) from error

    def try_to_ask(self, name: str, kind: str) -> Answer:
        """The same. Raises NoAnswer instead, and RunFailed where all answers together have taken too long."""
        if (name, kind) not in self._known:
            if self._spent_s > MOST_S:
                raise RunFailed(f"DNS: {self.at} took more than {MOST_S:g} s for its answers; name another with --dns")
            begun_s = monotonic()
            try:
                self._known[name, kind] = self._asked(name, kind)
            finally:
                self._spent_s += monotonic() - begun_s
        return self._known[name, kind]

    def refuse_unknown(self, domain: str) -> None:
        """Raises BadInput for a domain that is not in DNS, and RunFailed where that is not to be learned."""
        answer = self.ask(domain, "TXT")
        if not answer.exists:
            raise BadInput(f"DOMAIN = {domain}: does not resolve, says {self.at}; name a domain that is in DNS")
        if answer.trouble:
            raise RunFailed(f"DNS: {self.at}: {answer.trouble} about {domain}; name another server with --dns")

    def _asked(self, name: str, kind: str) -> Answer:
        try:
            found = self._resolve(name, kind)
        except dns.resolver.NXDOMAIN:
            return Answer(name, kind, exists=False)
        except dns.resolver.NoNameservers as error:
            return Answer(name, kind, trouble=_trouble(error))
        except dns.exception.Timeout as error:
            raise NoAnswer from error
        except dns.exception.DNSException:  # such as a name with a label of 64 characters
            return Answer(name, kind, trouble="nothing, since DNS can have no such name")
        return Answer(name, kind, tuple(sorted(map(_text, found.rrset or ()))))

    def _resolve(self, name: str, kind: str) -> dns.resolver.Answer:
        return self._resolver.resolve(f"{name}.", kind, raise_on_no_answer=False, search=False)


def name_server(at: str | None) -> NameServer:
    """That of an address, with a port or without; the system's if none is named. Raises BadInput."""
    if at is None:
        try:
            return NameServer(dns.resolver.Resolver(), "the system's name servers")
        except (dns.resolver.NoResolverConfiguration, OSError) as error:
            raise BadInput("--dns: missing; this system names no name server, so name one, such as 9.9.9.9") from error
    address, port = _address(at)
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [address], port
    return NameServer(resolver, at)


def _address(at: str) -> tuple[str, int]:
    """Of `9.9.9.9`, `127.0.0.1:5353`, `2620:fe::fe` or `[::1]:5353`."""
    if match := _BRACKETED.fullmatch(at):
        host, port = match[1], match[2]
    else:
        host, port = (at, None) if at.count(":") > 1 else (at.partition(":")[0], at.partition(":")[2] or None)
    try:
        ip_address(host)
        number = PORT if port is None else int(port)
        if not 0 < number <= LAST_PORT:
            raise ValueError(port)
    except ValueError as error:
        raise BadInput(
            f"--dns = {printable(cut(at))}: must be a name server's address, such as 9.9.9.9 or 127.0.0.1:5353"
        ) from error
    return host, number


def _text(record: Rdata) -> str:
    """As people read it; of a TXT record's strings, one text."""
    if record.rdtype == TXT:
        return b"".join(record.strings).decode(errors="replace")  # type: ignore[attr-defined]
    if record.rdtype == MX:
        return f"{record.preference} {_name(record.exchange)}"  # type: ignore[attr-defined]
    return _name(record.target) if record.rdtype == CNAME else record.to_text()  # type: ignore[attr-defined]


def _name(name: object) -> str:
    """Of the root, which is where no mail goes, its dot stays."""
    return str(name).rstrip(".").lower() or "."


def _trouble(error: dns.resolver.NoNameservers) -> str:
    """The last server's code, such as SERVFAIL or REFUSED."""
    errors = error.kwargs.get("errors") or ()
    found = next((str(one[3]) for one in reversed(list(errors))), "")
    code = re.findall(r"[A-Z]{5,}", found)
    return code[-1] if code else "no answer that can be read"
