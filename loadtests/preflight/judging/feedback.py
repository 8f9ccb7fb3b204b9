"""Whether bounces and complaints have an effect: on whom SES still sends to, and on what you learn."""

from __future__ import annotations

from collections.abc import Iterator

from loadtests.preflight.facts import ConfigurationSet, Facts
from loadtests.preflight.findings import Check, Finding
from scenarios.formats.quoted import some

SUPPRESSION, EVENTS = Check("suppression"), Check("events")
NEEDED = ("BOUNCE", "COMPLAINT")


def judge(facts: Facts) -> Iterator[Finding]:
    yield _suppression(facts)
    if facts.ses.identity is None and facts.ses.configuration_set is None:
        yield EVENTS.open("no-identity", "without an identity there is no configuration set of its own")
    else:
        yield _events(facts.ses.configuration_set)


def _suppression(facts: Facts) -> Finding:
    missing = [reason for reason in NEEDED if reason not in facts.ses.account.suppresses]
    if missing:
        return SUPPRESSION.wrong(
            "off" if len(missing) == len(NEEDED) else "partly",
            f"SES goes on sending to addresses after a {' or a '.join(missing).lower()}",
            "let the account-level suppression list take bounces and complaints",
        )
    return SUPPRESSION.right("SES stops sending to addresses that bounced or complained")


def _events(chosen: ConfigurationSet | None) -> Finding:
    if chosen is None:
        return EVENTS.wrong(
            "no-set",
            "the identity has no configuration set: bounces and complaints come as mail only",
            "give the identity one that tells events, or name the one that your mails name with --configuration-set",
        )
    if not chosen.exists:
        return EVENTS.wrong(
            "unknown-set", f"SES knows no configuration set {chosen.name}", "create it, or name another"
        )
    if not chosen.may_send:
        return EVENTS.wrong("paused-set", f"sending is paused for configuration set {chosen.name}", "resume it")
    if chosen.destinations is None:
        return EVENTS.open("not-told", f"SES does not say where the events of {chosen.name} go")
    return _told(chosen)


def _told(chosen: ConfigurationSet) -> Finding:
    working = [one for one in chosen.destinations or () if one.is_enabled]
    if not working:
        return EVENTS.wrong(
            "no-destination", f"{chosen.name} tells its events nowhere", "give it an event destination, and enable it"
        )
    told = {event for one in working for event in one.events}
    missing = [event for event in NEEDED if event not in told]
    if missing:
        return EVENTS.wrong(
            "untold",
            f"{chosen.name} does not tell of a {' or a '.join(missing).lower()}",
            f"add {' and '.join(missing)} to one of its event destinations",
        )
    return EVENTS.right(f"{chosen.name} tells of bounces and complaints ({some([one.name for one in working])})")
