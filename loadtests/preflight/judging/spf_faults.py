"""What is wrong with an SPF policy wherever it stands: RFC 7208, and its limits on what a receiver has to ask."""

from __future__ import annotations

from collections.abc import Iterator

from loadtests.preflight.facts import Policy
from loadtests.preflight.findings import Check, Finding, looking_alike
from loadtests.preflight.spf_record import Term
from scenarios.formats.quoted import some

MOST_LOOKUPS, MOST_VOID = 10, 2  # RFC 7208, 4.6.4


def faults(check: Check, policy: Policy, example: str) -> Iterator[Finding]:
    """None where it is right; what is read further is read only as far as the record itself can be."""
    domain = policy.domain
    if policy.trouble:
        yield check.wrong("spf-unanswered", f"{domain}: its name servers answer {policy.trouble}", "mend the zone")
    elif not policy.records:
        says = f"{domain} has no SPF record{looking_alike(policy.near)}"
        yield check.wrong("spf-missing", says, f'publish {domain} TXT "{example}"')
    elif len(policy.records) > 1:
        yield check.wrong(
            "spf-several",
            f"{domain} has {len(policy.records)} SPF records, which is an error for every receiver",
            "make one of them",
        )
    else:
        yield from _of_record(check, policy)


def _of_record(check: Check, policy: Policy) -> Iterator[Finding]:
    yield from _syntax(check, policy)
    yield from _led_to(check, policy)
    yield from _limits(check, policy)
    yield from _end(check, policy)
    if policy.dead:
        dead = some([f"{one.kind}:{one.target}".rstrip(":") for one in policy.dead])
        yield check.wrong(
            "spf-after-all", f"{policy.domain}: {dead} counts for nothing, since it stands behind all", "write all last"
        )


def _syntax(check: Check, policy: Policy) -> Iterator[Finding]:
    for one in policy.whole():
        if one.strange:
            are = "is no term" if len(one.strange) == 1 else "are no terms"
            yield check.wrong(
                "spf-syntax",
                f"{one.domain}: {some(one.strange)} {are} of SPF, which makes the whole record an error",
                "mend it",
            )


def _led_to(check: Check, policy: Policy) -> Iterator[Finding]:
    for one in policy.whole():
        for loop in dict.fromkeys(one.loops):
            yield check.wrong(
                "spf-loop", f"{one.domain} leads to {loop}, which leads back to it", f"take {loop} out of its record"
            )
        for below in one.below:
            if below.trouble:
                why = f"its name servers answer {below.trouble}"
            elif len(below.records) != 1:
                none = f"it has no SPF record{looking_alike(below.near)}"
                why = "it has several SPF records" if below.records else none
            else:
                continue
            yield check.wrong(
                "spf-broken-include",
                f"{one.domain} leads to {below.domain}: {why}, which makes the whole record an error",
                f"take {below.domain} out of the record, or have it mended",
            )


def _limits(check: Check, policy: Policy) -> Iterator[Finding]:
    if policy.lookups > MOST_LOOKUPS and not any(one.loops for one in policy.whole()):
        more = "more than " if any(one.is_cut for one in policy.whole()) else ""
        yield check.wrong(
            "spf-lookups",
            f"{policy.domain}: its SPF record takes {more}{policy.lookups} lookups, and receivers stop after "
            f"{MOST_LOOKUPS}",
            "name IPs instead, or leave out includes of services that do not send any more",
        )
    void = [name for one in policy.whole() for name in one.void]
    if len(void) > MOST_VOID:
        yield check.wrong(
            "spf-void-lookups",
            f"{policy.domain}: its SPF record asks for {len(void)} names that are not there, and receivers stop "
            f"after {MOST_VOID}: {some(void)}",
            "leave them out",
        )


def _end(check: Check, policy: Policy) -> Iterator[Finding]:
    """What becomes of servers that nothing names; an include that lets all pass lets them pass here too."""
    open_to_all = [one for one in policy.whole() if _last(one) == Term("all")]
    for one in open_to_all:
        yield check.wrong(
            "spf-pass-all", f"{one.domain}: +all lets every server of the world send for it", "end it with ~all or -all"
        )
    end = _end_of(policy)
    last = _last(end)
    if last is None or last.kind not in ("all", "redirect"):
        yield check.wrong(
            "spf-no-all", f"{end.domain}: its SPF record says nothing of all other servers", "end it with ~all or -all"
        )
    elif last == Term("all", "?"):
        yield check.wrong(
            "spf-neutral-all", f"{end.domain}: ?all leaves all other servers open", "end it with ~all or -all"
        )


def _last(policy: Policy) -> Term | None:
    return policy.terms[-1] if policy.terms else None


def _end_of(policy: Policy) -> Policy:
    """The policy that speaks last: where a record redirects, the one that it redirects to, if that can be read."""
    last = _last(policy)
    if last is None or last.kind != "redirect":
        return policy
    found = next((one for one in policy.below if one.domain == last.target.lower() and one.terms), None)
    return policy if found is None else _end_of(found)
