"""One click to leave (RFC 2369, RFC 8058), as Gmail and Yahoo demand of bulk mail and Microsoft wishes it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from loadtests.preflight.facts import Facts, Sample
from loadtests.preflight.findings import Check, Finding
from loadtests.preflight.tag_list import tags
from scenarios.formats.quoted import cut

UNSUBSCRIBE = Check("unsubscribe")
LINK, POST = "List-Unsubscribe", "List-Unsubscribe-Post"
ONE_CLICK = "List-Unsubscribe=One-Click"
_HTTPS = re.compile(r"<\s*https://[^<>\s]+\s*>", re.IGNORECASE)


def judge(facts: Facts) -> Iterator[Finding]:
    if facts.sample is None:
        yield UNSUBSCRIBE.open("no-sample", "no mail to look at", "name one with --sample mail.eml")
    else:
        yield _of_headers(facts.sample) or _signed(facts.sample)


def _of_headers(sample: Sample) -> Finding | None:
    links, posts = sample.all(LINK), sample.all(POST)
    if not links:
        return UNSUBSCRIBE.wrong(
            "missing", f"the sample has no {LINK}", f"add {LINK}: <https://…> with a link for this very recipient"
        )
    if not _HTTPS.search(links[0]):
        return UNSUBSCRIBE.wrong("no-https", f"{LINK} has no https link: {cut(links[0])}", "add <https://…> to it")
    if not posts:
        return UNSUBSCRIBE.wrong("no-one-click", f"the sample has no {POST}", f"add {POST}: {ONE_CLICK}")
    if posts[0].lower() != ONE_CLICK.lower():
        return UNSUBSCRIBE.wrong("wrong-post", f"{POST}: {cut(posts[0])}", f"write {POST}: {ONE_CLICK}")
    return None


def _signed(sample: Sample) -> Finding:
    """RFC 8058 demands a signature that covers both."""
    signed = [_covered(signature) for signature in sample.all("DKIM-Signature")]
    if not signed:
        return UNSUBSCRIBE.open(
            "unsigned",
            "both headers are there; whether DKIM covers them is seen in a mail that SES has sent",
            "send one to yourself, and name it as it arrived",
        )
    if any({LINK.lower(), POST.lower()} <= covered for covered in signed):
        return UNSUBSCRIBE.right("one click, and DKIM covers it")
    return UNSUBSCRIBE.wrong(
        "not-covered",
        f"no DKIM signature of the sample covers both {LINK} and {POST}",
        "add both headers before the mail is signed, which SES does when it has the whole mail",
    )


def _covered(signature: str) -> set[str]:
    return {name.strip().lower() for name in tags(signature).get("h", "").split(":")}
