"""A public key of one's own, as RFC 6376 publishes it: whether it is there, is meant, and is long enough."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from loadtests.preflight.facts import Answer
from loadtests.preflight.findings import Check, Finding
from loadtests.preflight.tag_list import begins_with, strays, tags
from scenarios.formats.quoted import cut, some

VERSION, HASH = "DKIM1", "sha256"
LEAST_BITS, GOOD_BITS = 1024, 2048
"""RFC 8301: shorter keys count as no signature; longer ones should be used."""


def judged(check: Check, answer: Answer) -> Finding:
    """Of the TXT record of a selector."""
    name = answer.name
    if answer.trouble:
        return check.wrong("unanswered", f"{name}: its name servers answer {answer.trouble}", "mend the zone")
    if not answer.values:
        return check.wrong("missing", f"{name} has no key", "publish the public key as a TXT record there")
    if len(answer.values) > 1:
        return check.wrong("several-keys", f"{name} has {len(answer.values)} TXT records", "leave only the key")
    return _of_record(check, name, answer.values[0])


def _of_record(check: Check, name: str, text: str) -> Finding:
    record = tags(text)
    if unused := _unused(check, name, text, record):
        return unused
    key = "".join(record.get("p", "").split())
    if not key:
        return check.wrong(
            "revoked", f"{name}: its p= is empty, which revokes the key", "publish the key that SES signs with"
        )
    if "y" in _words(record.get("t", "")):
        return check.wrong(
            "testing", f"{name} has t=y: receivers treat its mail as unsigned", "take the flag y out of t="
        )
    bits = _bits(key)
    if bits is None:
        return check.wrong("broken-key", f"{name}: its p= is no RSA public key", "publish the whole key, in base64")
    if bits < LEAST_BITS:
        return check.wrong("short-key", f"{name} has {bits} bits", f"make a key of {GOOD_BITS} bits")
    more = "" if bits >= GOOD_BITS else f"; {GOOD_BITS} are better"
    return check.right(f"own key at {name}: {bits} bits{more}")


def _unused(check: Check, name: str, text: str, record: Mapping[str, str]) -> Finding | None:
    """Where receivers leave the record aside: it is of another version, for other hashes, or not for mail."""
    if "v" in record and not begins_with(text, VERSION):
        return check.wrong("syntax", f"{name} does not begin with v={VERSION}", f"begin it with v={VERSION}")
    if stray := strays(text):
        return check.wrong("syntax", f"{name}: {some(stray)} is nothing that DKIM knows", "mend it")
    if "h" in record and HASH not in _words(record["h"]):
        return check.wrong("other-hash", f"{name}: h={cut(record['h'])} is not what SES signs with", "leave h= out")
    if "s" in record and not {"email", "*"} & _words(record["s"]):
        return check.wrong("not-for-mail", f"{name}: s={cut(record['s'])} makes no key for mail", "leave s= out")
    return None


def _words(listed: str) -> set[str]:
    """Of a value in which colons separate."""
    return {word.strip().lower() for word in listed.split(":")}


def _bits(key: str) -> int | None:
    try:
        found = load_der_public_key(b64decode(key, validate=True))
    except (ValueError, UnsupportedAlgorithm):
        return None
    return found.key_size if isinstance(found, RSAPublicKey) else None
