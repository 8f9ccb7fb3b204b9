"""An SPF record as RFC 7208 writes it: its terms, of which some make a receiver ask DNS."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import NamedTuple

ASKING = ("include", "a", "mx", "ptr", "exists", "redirect")
"""Each of them is a lookup, of which RFC 7208 (4.6.4) allows ten in all."""

MACRO = "%"  # what stands there depends on the mail
_MACRO = re.compile(r"%(?:\{[slodiphv]\d*r?[-.+,/_=]*\}|[%_-])", re.IGNORECASE)
_LIKE_RECORD = re.compile(r"spf\s*\d|\binclude:|\bip[46]:", re.IGNORECASE)
_RECORD = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
_MECHANISM = re.compile(
    r"(?P<sign>[-+?~]?)(?P<kind>all|include|a|mx|ptr|ip4|ip6|exists)(?P<rest>[:/].*)?", re.IGNORECASE
)
_MODIFIER = re.compile(r"(?P<name>[a-z][a-z0-9._-]*)=(?P<value>.*)", re.IGNORECASE)
_TARGET = re.compile(r"(?::(?P<target>[^/\s]+))?(?:/\d{1,2})?(?://\d{1,3})?")
_NETWORKS: Mapping[str, Callable[[str], object]] = {
    "ip4": lambda text: IPv4Network(text, strict=False),
    "ip6": lambda text: IPv6Network(text, strict=False),
}


class Term(NamedTuple):
    """`target` is empty where the term means the domain itself, or names no domain."""

    kind: str
    sign: str = "+"
    target: str = ""


def is_record(text: str) -> bool:
    """Whether a TXT record is an SPF record."""
    return _RECORD.match(text) is not None


def looks_like_record(text: str) -> bool:
    """Whether it was perhaps meant as one, and receivers do not see that."""
    return not is_record(text) and _LIKE_RECORD.search(text) is not None


class Terms(NamedTuple):
    """Those that count, the words that are none, and the mechanisms behind `all`: they count for nothing."""

    counting: tuple[Term, ...]
    strange: tuple[str, ...]
    dead: tuple[Term, ...] = ()


def terms_of(text: str) -> Terms:
    """Behind `all` nothing counts, neither does a redirect."""
    found, strange = list[Term](), list[str]()
    for word in text.split()[1:]:
        term = _term(word)
        if term is None:
            strange.append(word)
        elif term.kind:
            found.append(term)
    mechanisms = [term for term in found if term.kind != "redirect"]
    redirects = [term for term in found if term.kind == "redirect"]
    kinds = [term.kind for term in mechanisms]
    if "all" in kinds:
        end = kinds.index("all") + 1
        return Terms(tuple(mechanisms[:end]), tuple(strange), tuple(mechanisms[end:]))
    return Terms((*mechanisms, *redirects), tuple(strange))


def _term(word: str) -> Term | None:
    """None if it is none; a modifier that changes nothing has no kind."""
    if match := _MECHANISM.fullmatch(word):
        return _mechanism(match["kind"].lower(), match["sign"] or "+", match["rest"] or "")
    if match := _MODIFIER.fullmatch(word):
        name, value = match["name"].lower(), match["value"]
        if name != "redirect":
            return Term("")
        return Term("redirect", target=value.removesuffix(".")) if value and _expands(value) else None
    return None


def _mechanism(kind: str, sign: str, rest: str) -> Term | None:
    if kind in _NETWORKS:
        return Term(kind, sign) if rest.startswith(":") and _is_network(kind, rest[1:]) else None
    if kind == "all":
        return Term(kind, sign) if not rest else None
    match = _TARGET.fullmatch(rest)
    if match is None or (kind in ("include", "exists") and not match["target"]) or not _expands(rest):
        return None
    return Term(kind, sign, (match["target"] or "").removesuffix("."))


def _expands(text: str) -> bool:
    """Whether each percent sign in it begins a macro (RFC 7208, 7.2)."""
    return MACRO not in _MACRO.sub("", text)


def _is_network(kind: str, text: str) -> bool:
    try:
        _NETWORKS[kind](text)
    except ValueError:
        return False
    return True
