"""Mistakes to plant in a right zone and account, each with the finding that it must yield, and what is still right."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.unit.preflighted import DOMAIN, TOKENS, World

MAIL_FROM, DMARC = f"bounce.{DOMAIN}", f"_dmarc.{DOMAIN}"
Plant = Callable[[World], Any]


@cache
def key(bits: int) -> str:
    """A DKIM record with a public key of so many bits."""
    # cryptography makes none below 1024, so a short one is put together by hand
    numbers = rsa.RSAPublicNumbers(65_537, (1 << (bits - 1)) + 1)
    der = numbers.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={b64encode(der).decode()}"


def _spf(*texts: str) -> Plant:
    return lambda world: world.txt(DOMAIN, *texts)


def _dmarc(text: str) -> Plant:
    return lambda world: world.dmarc(text)


def _record(name: str, kind: str, *values: str) -> Plant:
    return lambda world: world.zone.__setitem__((name, kind), list(values))


def identity(**more: Any) -> Plant:
    """Something else of the identity."""
    return lambda world: world.identity.update(more)


def _dkim(**more: Any) -> Plant:
    return lambda world: world.dkim.update(more)


def _account(**more: Any) -> Plant:
    return lambda world: world.account.update(more)


def _quota(**more: Any) -> Plant:
    return lambda world: world.account["SendQuota"].update(more)


def _ses(operation: str, answer: Any) -> Plant:
    return lambda world: world.ses.__setitem__(operation, answer)


def _mail(old: str, new: str) -> Plant:
    def plant(world: World) -> None:
        assert old in world.mail
        world.mail = world.mail.replace(old, new)

    return plant


def _fails(name: str) -> Plant:
    return lambda world: world.failing.add(name)


def _own_key(text: str) -> Plant:
    return lambda world: world.own_key(text)


def _eleven(world: World) -> None:
    """Eleven lookups, the first of which are another's."""
    world.txt(DOMAIN, "v=spf1 include:many.test -all")
    world.txt("many.test", "v=spf1 " + " ".join(f"a:h{number}.test" for number in range(10)) + " -all")
    world.zone.update({(f"h{number}.test", "A"): ["192.0.2.1"] for number in range(10)})


def _several_dmarc(world: World) -> None:
    world.txt(DMARC, "v=DMARC1; p=none", "v=DMARC1; p=reject; rua=mailto:d@example.com")


def _destination(**more: Any) -> Plant:
    def plant(world: World) -> None:
        world.ses["get_configuration_set_event_destinations"]["EventDestinations"][0].update(more)

    return plant


def _sent(**points: int) -> Plant:
    return _ses("get_send_statistics", {"SendDataPoints": [{"DeliveryAttempts": 2000, **points}]})


def _main_domain(world: World) -> None:
    """Nothing above it takes mail."""
    del world.zone["example.com", "MX"]
    world.dmarc(f"v=DMARC1; p=reject; rua=mailto:d@{DOMAIN}")


def _elsewhere(world: World, name: str, text: str) -> None:
    """The domain's SPF includes another's."""
    world.txt(DOMAIN, f"v=spf1 include:{name} -all")
    world.txt(name, text)


def _slow_include(world: World) -> None:
    """The servers of what is included fail."""
    _elsewhere(world, "slow.test", "v=spf1 -all")
    world.failing.add("slow.test")


def _from_above(world: World, text: str) -> None:
    """The only DMARC record is that of the domain above."""
    del world.zone[DMARC, "TXT"]
    world.txt("_dmarc.example.com", text)


def _listed(world: World) -> None:
    world.zone["7.2.0.192.zen.spamhaus.org", "A"] = ["127.0.0.2"]


def _verified_above(world: World) -> None:
    """SES signs as the domain above."""
    world.verified = "example.com"
    for token in TOKENS:
        world.zone[f"{token}._domainkey.example.com", "CNAME"] = [f"{token}.dkim.amazonses.com."]


def _strictly_above(world: World) -> None:
    """The same where only the domain itself counts."""
    _verified_above(world)
    world.dmarc("v=DMARC1; p=reject; adkim=s; aspf=s; rua=mailto:d@example.com")


def _from_below(world: World) -> None:
    """The sample is from a domain below."""
    world.mail = world.mail.replace(f"hello@{DOMAIN}", f"hello@eu.{DOMAIN}")


def _strictly_from_below(world: World) -> None:
    """For which nothing counts."""
    _from_below(world)
    world.dmarc("v=DMARC1; p=reject; adkim=s; rua=mailto:d@example.com")


PLANTED: dict[str, tuple[str, str, Plant]] = {
    "no identity": ("identity", "unknown", _ses("get_email_identity", "NotFoundException")),
    "a pending identity": (
        "identity",
        "pending",
        identity(VerifiedForSendingStatus=False, VerificationStatus="PENDING"),
    ),
    "a failed identity": ("identity", "failed", identity(VerifiedForSendingStatus=False, VerificationStatus="FAILED")),
    "an identity to be lost": (
        "identity",
        "temporary-failure",
        identity(VerificationStatus="TEMPORARY_FAILURE"),
    ),
    "no signatures": ("dkim", "off", _dkim(SigningEnabled=False)),
    "a CNAME that is not there": ("dkim", "missing", _record(f"two._domainkey.{DOMAIN}", "CNAME")),
    "a CNAME elsewhere": ("dkim", "elsewhere", _record(f"two._domainkey.{DOMAIN}", "CNAME", "two.dkim.example.net.")),
    "a CNAME whose servers fail": ("dkim", "unanswered", _fails(f"two._domainkey.{DOMAIN}")),
    "CNAMEs that SES has not seen": ("dkim", "not-seen", _dkim(Status="FAILED")),
    "an own key that is not there": ("dkim", "missing", _dkim(Tokens=["mine"], SigningAttributesOrigin="EXTERNAL")),
    "a key of another version": ("dkim", "syntax", _own_key(key(2048).replace("DKIM1", "DKIM2"))),
    "a version that is not first": ("dkim", "syntax", _own_key(f"t=s; {key(2048)}")),
    "a key with a stray word": ("dkim", "syntax", _own_key(f"{key(2048)}; mine")),
    "a key for other hashes": ("dkim", "other-hash", _own_key(f"{key(2048)}; h=sha1")),
    "a key that is not for mail": ("dkim", "not-for-mail", _own_key(f"{key(2048)}; s=tlsrpt")),
    "a revoked key": ("dkim", "revoked", _own_key("v=DKIM1; p=")),
    "a key under test": ("dkim", "testing", _own_key(f"{key(2048)}; t=s:y")),
    "half a key": ("dkim", "broken-key", _own_key(key(2048)[:-40])),
    "a short key": ("dkim", "short-key", _own_key(key(1023))),
    "no MX of MAIL FROM": ("mail-from", "mx-missing", _record(MAIL_FROM, "MX")),
    "an MX in another Region": (
        "mail-from",
        "mx-elsewhere",
        _record(MAIL_FROM, "MX", "10 feedback-smtp.us-east-1.amazonses.com."),
    ),
    "two MX": (
        "mail-from",
        "mx-several",
        _record(MAIL_FROM, "MX", "10 feedback-smtp.eu-west-1.amazonses.com.", "20 mail.example.com."),
    ),
    "no SPF of MAIL FROM": ("mail-from", "spf-missing", _record(MAIL_FROM, "TXT")),
    "an SPF of MAIL FROM without SES": (
        "mail-from",
        "spf-without-ses",
        lambda world: world.txt(MAIL_FROM, "v=spf1 ip4:192.0.2.0/24 -all"),
    ),
    "an SPF of MAIL FROM that leaves SES open": (
        "mail-from",
        "spf-without-ses",
        lambda world: world.txt(MAIL_FROM, "v=spf1 ?include:amazonses.com -all"),
    ),
    "an SPF of MAIL FROM that refuses SES": (
        "mail-from",
        "spf-without-ses",
        lambda world: world.txt(MAIL_FROM, "v=spf1 -include:amazonses.com include:amazonses.com ~all"),
    ),
    "a MAIL FROM that SES has not seen": (
        "mail-from",
        "not-seen",
        identity(MailFromAttributes={"MailFromDomain": MAIL_FROM, "MailFromDomainStatus": "FAILED"}),
    ),
    "no SPF": ("spf", "spf-missing", _spf("another=record")),
    "two SPF": ("spf", "spf-several", _spf("v=spf1 -all", "v=spf1 include:amazonses.com -all")),
    "a word that is no SPF": ("spf", "spf-syntax", _spf("v=spf1 includ:amazonses.com -all")),
    "a macro that is none": ("spf", "spf-syntax", _spf("v=spf1 exists:%{z}.x.test -all")),
    "a percent sign": ("spf", "spf-syntax", _spf("v=spf1 include:a%b.test -all")),
    "an include behind all": ("spf", "spf-after-all", _spf("v=spf1 -all include:amazonses.com")),
    "eleven lookups": ("spf", "spf-lookups", _eleven),
    "names that are not there": ("spf", "spf-void-lookups", _spf("v=spf1 a:x.test mx:y.test a:z.test -all")),
    "an include of nothing": ("spf", "spf-broken-include", _spf("v=spf1 include:gone.test -all")),
    "an include whose servers fail": (
        "spf",
        "spf-broken-include",
        _slow_include,
    ),
    "an include of itself": ("spf", "spf-loop", _spf(f"v=spf1 include:{DOMAIN} -all")),
    "an SPF for all": ("spf", "spf-pass-all", _spf("v=spf1 +all")),
    "an SPF for all, of another": (
        "spf",
        "spf-pass-all",
        lambda world: _elsewhere(world, "open.test", "v=spf1 all"),
    ),
    "an SPF without an end": ("spf", "spf-no-all", _spf("v=spf1 include:amazonses.com")),
    "an SPF that says nothing": ("spf", "spf-neutral-all", _spf("v=spf1 include:amazonses.com ?all")),
    "no DMARC": ("dmarc", "missing", _record(DMARC, "TXT")),
    "two DMARC": ("dmarc", "several", _several_dmarc),
    "a DMARC policy that is none": ("dmarc", "syntax", _dmarc("v=DMARC1; p=refuse; rua=mailto:d@example.com")),
    "a stray address": ("dmarc", "syntax", _dmarc("v=DMARC1; p=reject; rua=mailto:d@example.com; mailto:e@x.test")),
    "a share above all": ("dmarc", "syntax", _dmarc("v=DMARC1; p=reject; pct=1000; rua=mailto:d@example.com")),
    "DMARC whose servers fail": ("dmarc", "unanswered", _fails(DMARC)),
    "no reports": ("dmarc-reports", "none", _dmarc("v=DMARC1; p=reject")),
    "reports to no address": ("dmarc-reports", "no-address", _dmarc("v=DMARC1; p=reject; rua=d@example.com")),
    "reports to a stranger": (
        "dmarc-reports",
        "not-permitted",
        _dmarc("v=DMARC1; p=reject; rua=mailto:d@stranger.test"),
    ),
    "a signature that does not count": ("alignment", "none", _strictly_above),
    "an account paused by AWS": ("sending", "shut-down", _account(EnforcementStatus="SHUTDOWN", SendingEnabled=False)),
    "an account paused by its owner": ("sending", "paused", _account(SendingEnabled=False)),
    "an account under review": ("sending", "under-review", _account(EnforcementStatus="PROBATION")),
    "the sandbox": ("sandbox", "in-sandbox", _account(ProductionAccessEnabled=False)),
    "too low a rate": ("rate", "too-low", _quota(MaxSendRate=14.0)),
    "too small a quota": ("quota", "too-low", _quota(Max24HourSend=200.0)),
    "a quota that is used up": ("quota", "used-up", _quota(SentLast24Hours=49_500.0)),
    "no suppression": ("suppression", "off", _account(SuppressionAttributes={})),
    "half a suppression": ("suppression", "partly", _account(SuppressionAttributes={"SuppressedReasons": ["BOUNCE"]})),
    "no configuration set": ("events", "no-set", identity(ConfigurationSetName=None)),
    "a set that is gone": ("events", "unknown-set", _ses("get_configuration_set", "NotFoundException")),
    "a set that is paused": (
        "events",
        "paused-set",
        _ses("get_configuration_set", {"SendingOptions": {"SendingEnabled": False}}),
    ),
    "a destination that is off": ("events", "no-destination", _destination(Enabled=False)),
    "untold complaints": ("events", "untold", _destination(MatchingEventTypes=["BOUNCE", "DELIVERY"])),
    "complaints": ("reputation", "complaints", _sent(Complaints=2)),
    "bounces": ("reputation", "bounces", _sent(Bounces=100)),
    "a listed IP": ("blocklists", "listed", _listed),
    "another From": ("from", "another-domain", _mail(f"hello@{DOMAIN}", "hello@example.net")),
    "a From below where only the domain counts": ("from", "another-domain", _strictly_from_below),
    "two in From": ("from", "not-one", _mail("From: News <", f"From: a@{DOMAIN}, News <")),
    "a From in which comments nest": ("from", "not-one", _mail("From: News", f"From: {'(' * 500}\n {')' * 500}")),
    "a From of groups": ("from", "not-one", _mail("From: News", "From: " + "a:\n " * 2000)),
    "no unsubscribe": ("unsubscribe", "missing", _mail("List-Unsubscribe: ", "X-Leave: ")),
    "an unsubscribe by mail only": ("unsubscribe", "no-https", _mail(", <https://example.com/leave?you>", "")),
    "no one click": ("unsubscribe", "no-one-click", _mail("List-Unsubscribe-Post: ", "X-Post: ")),
    "a wrong click": ("unsubscribe", "wrong-post", _mail("=One-Click", "=Now")),
    "an unsubscribe that is not signed": ("unsubscribe", "not-covered", _mail(":List-Unsubscribe-Post;", ";")),
    "two subjects": ("message-form", "header-twice", _mail("Subject: The", "Subject: Old\nSubject: The")),
    "no subject": ("message-form", "no-subject", _mail("Subject: The", "X-Subject: The")),
    "a long line": ("message-form", "long-line", _mail("Nothing is new.", "x" * 999)),
}


def _many(world: World) -> None:
    """Ten lookups, two of them in vain, a redirect, macros and all kinds of terms: as much as is allowed."""
    world.txt(
        DOMAIN,
        "v=spf1 mx:example.com a:gone.test exists:%{i}.x.test include:amazonses.com ip6:2001:db8::/32 "
        "?ip4:192.0.2.1 exp=why.test redirect=rest.test",
    )
    world.txt("rest.test", "v=spf1 a:h.test/24 a:gone.test//64 ptr a:h.test -MX:example.com ~all")
    world.zone["h.test", "AAAA"] = ["2001:db8::1"]


def _mail_from_by_another(world: World) -> None:
    world.txt(MAIL_FROM, "v=spf1 redirect=_spf.test")
    world.txt("_spf.test", "v=spf1 ip4:192.0.2.1 include:amazonses.com -all")


RIGHT: dict[str, Plant] = {
    "as it is": lambda _: None,
    "an own key": _own_key(key(2048)),
    "an own key as short as may be, and in capitals": _own_key(key(1024).replace("p=", "P = ")),
    "an own key for mail alone": _own_key(f"{key(2048)}; h=sha1:sha256; s=email; t=s;"),
    "a MAIL FROM that includes SES by another": _mail_from_by_another,
    "macros": _spf("v=spf1 include:amazonses.com exists:%{ir}.%{v}._spf.%{d2}%_%%.test ~all"),
    "an account without end": _quota(Max24HourSend=-1.0),
    "as much SPF as may be": _many,
    "an SPF in capitals, with a dot": _spf("V=SPF1 INCLUDE:AMAZONSES.COM. MX:EXAMPLE.COM. -ALL"),
    "a policy from above": lambda world: _from_above(world, "v=DMARC1;p=none;sp=reject;rua=mailto:d@example.com"),
    "strictly": _dmarc("v=DMARC1; p=quarantine; adkim=s; aspf=s; rua=mailto:d@mail.example.com!10m"),
    "a sample from below": _from_below,
    "an identity above": _verified_above,
    "few mails, one of them a complaint": _ses(
        "get_send_statistics", {"SendDataPoints": [{"DeliveryAttempts": 9, "Complaints": 1}]}
    ),
    "no dedicated IPs": _ses("get_dedicated_ips", {}),
}


def _no_mail_above(world: World) -> None:
    """The domain above says that it takes none, and has no record."""
    world.zone["example.com", "MX"] = ["0 ."]
    world.dmarc(f"v=DMARC1; p=reject; rua=mailto:d@{DOMAIN}")


OPEN: dict[str, tuple[str, str, Plant]] = {
    "no MAIL FROM of one's own": ("mail-from", "none", identity(MailFromAttributes={})),
    "a policy that only watches": ("dmarc", "watches-only", _dmarc("v=DMARC1; p=none; rua=mailto:d@example.com")),
    "a policy for some": ("dmarc", "partly", _dmarc("v=DMARC1; p=reject; pct=20; rua=mailto:d@example.com")),
    "subdomains that are only watched": (
        "dmarc",
        "watches-only",
        lambda world: _from_above(world, "v=DMARC1; p=reject; sp=none; rua=mailto:d@example.com"),
    ),
    "reports to very many": (
        "dmarc-reports",
        "many",
        _dmarc(f"v=DMARC1; p=reject; rua={','.join(f'mailto:d@s{n}.{DOMAIN}' for n in range(11))}"),
    ),
    "the main domain": ("subdomain", "main-domain", _main_domain),
    "a domain above that takes no mail": ("subdomain", "main-domain", _no_mail_above),
    "an unsigned sample": ("unsubscribe", "unsigned", _mail("DKIM-Signature:", "X-Signature:")),
    "narrow credentials": ("events", "not-told", _ses("get_configuration_set_event_destinations", "AccessDenied")),
    "untold IPs": ("blocklists", "not-told", _ses("get_dedicated_ips", "AccessDeniedException")),
    "untold bounces": ("reputation", "not-told", _ses("get_send_statistics", "AccessDenied")),
    "a blocklist that serves others": (
        "blocklists",
        "no-answer",
        _record("7.2.0.192.zen.spamhaus.org", "A", "127.255.255.254"),
    ),
}
