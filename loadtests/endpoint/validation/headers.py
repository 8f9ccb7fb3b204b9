"""The names of header fields: in a MIME text, and among those that a request adds to a mail.

Sources: SES Developer Guide, "Amazon SES header fields", for those that may appear once; the words from
mozilla/fx-private-relay#6802, arithmetric/aws-lambda-ses-forwarder#11, aws/aws-sdk-js#4121 and
jmhobbs/Swiftmailer-Transport--AWS-SES#13. Their order is an inference: SES told what was no mail at all of empty names,
and a mail with a line that is no field of duplicates (#51 of the second). A line without a colon is a name, as in
JavaMail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from loadtests.endpoint.refusals import invalid
from loadtests.endpoint.validation.mailbox import check, mailboxes

_NAMES = """
accept-language acceptlanguage archived-at auto-submitted bounces-to comments content-alternative content-base
content-class content-description content-disposition content-duration content-id content-language content-length
content-location content-md5 content-transfer-encoding content-type date delivered-to
disposition-notification-options disposition-notification-to dkim-signature domainkey-signature errors-to from
importance in-reply-to keywords list-archive list-help list-id list-owner list-post list-subscribe list-unsubscribe
list-unsubscribe-post message-context message-id mime-version organization original-from original-message-id
original-recipient original-subject precedence priority references reply-to return-path return-receipt-to sender
solicitation sensitivity subject thread-index thread-topic user-agent vbr-info
"""
ONCE = frozenset(_NAMES.split())
"""The names, in small letters, of those that may appear once."""

_OF_SES = frozenset(("from", "to", "cc", "bcc", "subject", "mime-version", "content-type", "content-transfer-encoding"))
"""Fields that SES writes where it makes the mail; that the sender's may not repeat them is an inference."""
SENDERS = ("sender", "return-path")
_ADDRESSED = (*SENDERS, "reply-to")

_LEGAL = re.compile("[!-9;-~]+")


def check_names(names: Sequence[str]) -> None:
    """Raises Refused if one is empty, is there once more although it may not be, or is illegal."""
    if "" in names:
        raise invalid("Empty header names are illegal.")
    seen = set[str]()
    for name in names:
        lowered = name.lower()
        if lowered in seen and lowered in ONCE:
            raise invalid(f"Duplicate header '{name}'.")
        seen.add(lowered)
    for name in names:
        if not _LEGAL.fullmatch(name):
            raise invalid(f"Illegal header '{name}'.")


def check_added(headers: Iterable[tuple[str, str]]) -> None:
    """Raises Refused for what may not stand beside SES's own fields where it makes the mail, or lists no addresses."""
    headers = list(headers)
    check_names([name for name, _ in headers])
    for name, text in headers:
        if name.lower() in _OF_SES:
            raise invalid(f"Duplicate header '{name}'.")
        if name.lower() in _ADDRESSED:
            check(mailboxes(text))
