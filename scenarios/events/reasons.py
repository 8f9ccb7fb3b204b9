"""Why a mail failed: one of a few reasons, from what SES says of it and, where that says little, what the server said.

Sources: the tables of bounce types, complaint types and delay types in the Amazon SES Developer Guide; RFC 3463 and the
IANA registry of enhanced status codes; what providers answer, as `docs/reference/bounces.md` lists it.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from scenarios.events.events import Event, Recipient

APPLE_RELAY = "@privaterelay.appleid.com"


class Reason(StrEnum):
    """Each is a key of documents; `reports.bounces.wording` says it in words."""

    NO_MAILBOX = "no-mailbox"
    NO_DOMAIN = "no-domain"
    MALFORMED = "malformed-address"
    MAILBOX_CLOSED = "mailbox-closed"
    MAILBOX_FULL = "mailbox-full"
    RELAY_REMOVED = "apple-relay-removed"
    RELAY_KNOWS_NO_SENDER = "apple-relay-sender"
    AUTHENTICATION = "authentication"
    SPAM = "blocked-as-spam"
    CONTENT = "content-refused"
    ATTACHMENT = "attachment-refused"
    TOO_LARGE = "too-large"
    NOT_ALLOWED = "not-allowed"
    GREYLISTED = "greylisted"
    TOO_FAST = "too-fast"
    UNREACHABLE = "server-unreachable"
    SERVER_TROUBLE = "server-trouble"
    GAVE_UP = "gave-up"
    AUTOMATIC = "automatic-answer"
    REFUSED_FOR_GOOD = "refused-for-good"
    REFUSED_FOR_NOW = "refused-for-now"
    UNDETERMINED = "undetermined"
    INSIDE_SES = "inside-ses"
    LISTED_BY_SES = "listed-by-ses"
    LISTED_BY_ACCOUNT = "listed-by-account"
    LISTED_BY_TENANT = "listed-by-tenant"
    INVALID = "validation"
    UNSUBSCRIBED = "unsubscribed"
    MARKED_AS_SPAM = "marked-as-spam"
    TAKEN_FOR_FRAUD = "taken-for-fraud"
    OTHER_COMPLAINT = "other-complaint"
    VIRUS = "virus"
    TEMPLATE = "template"


_BY_SUBTYPE = {
    "NoEmail": Reason.NO_MAILBOX,
    "Suppressed": Reason.LISTED_BY_SES,
    "OnAccountSuppressionList": Reason.LISTED_BY_ACCOUNT,
    "OnTenantSuppressionList": Reason.LISTED_BY_TENANT,
    "EmailValidationSuppressed": Reason.INVALID,
    "UnsubscribedRecipient": Reason.UNSUBSCRIBED,
    "MailboxFull": Reason.MAILBOX_FULL,
    "MessageTooLarge": Reason.TOO_LARGE,
    "ContentRejected": Reason.CONTENT,
    "AttachmentRejected": Reason.ATTACHMENT,
    "CustomTimeoutExceeded": Reason.GAVE_UP,
}
_BY_DELAY = {
    "InternalFailure": Reason.INSIDE_SES,
    "BYOIPHostNameLookupUnavailable": Reason.INSIDE_SES,
    "MailboxFull": Reason.MAILBOX_FULL,
    "SpamDetected": Reason.SPAM,
    "RecipientServerError": Reason.SERVER_TROUBLE,
    "IPFailure": Reason.TOO_FAST,
    "SendingDeferral": Reason.TOO_FAST,
    "TransientCommunicationFailure": Reason.UNREACHABLE,
    "Undetermined": Reason.UNDETERMINED,
}
_BY_COMPLAINT = {
    "abuse": Reason.MARKED_AS_SPAM,
    "": Reason.MARKED_AS_SPAM,  # the provider sent no report with it
    "fraud": Reason.TAKEN_FOR_FRAUD,
    "virus": Reason.VIRUS,
    "auth-failure": Reason.AUTHENTICATION,
}
_UNTOLD = frozenset(
    {Reason.CONTENT, Reason.SPAM, Reason.TOO_FAST, Reason.SERVER_TROUBLE, Reason.UNREACHABLE, Reason.GAVE_UP}
)
"""Reasons of SES's that may be a better known one: the server's words go first."""


class _Sign(NamedTuple):
    reason: Reason
    words: re.Pattern[str]


def _sign(reason: Reason, words: str) -> _Sign:
    return _Sign(reason, re.compile(words, re.IGNORECASE))


_SIGNS = (
    _sign(Reason.GREYLISTED, r"gr[ae]y ?-?list"),
    _sign(Reason.AUTHENTICATION, r"unauthenticated|\b(dmarc|spf|dkim)\b|5\.7\.(2[0-9]|30|509|515)\b"),
    _sign(Reason.NOT_ALLOWED, r"sender (address |domain )?(rejected|denied)"),
    _sign(Reason.TOO_FAST, r"unusual rate|rate.?limit|receiving mail (at a rate|too quickly)|throttl|4\.7\.28|"
          r"too many (messages|mails|connections|recipients|concurrent)"),
    _sign(Reason.MAILBOX_FULL, r"(mailbox|inbox|account|user|storage)\b.{0,40}\bfull|over ?-?quota|quota ?exceed|"
          r"exceed\w* .{0,40}quota|out of storage|insufficient .{0,20}storage"),
    _sign(Reason.MAILBOX_CLOSED, r"(mailbox|account|user|recipient)\b.{0,40}\b(disabled|inactive|suspended|deactivated|"
          r"closed|locked|terminated|discontinued)\b|no longer (active|in use|valid)"),
    _sign(Reason.NO_DOMAIN, r"(domain|host)\b.{0,40}\b(not found|not exist|unknown)|nxdomain|null ?mx|unrouteable|"
          r"unable to lookup dns|no (such|mx) (domain|host|record)|does not accept (any )?mail"),
    _sign(Reason.SPAM, r"\bspam|(black|block|deny) ?-?list|unsolicited|\b(rbl|dnsbl)\b|OFR_506|"
          r"IP=[0-9.]+ - a problem occurred"),  # Orange's and T-Online's words, as users report them
    _sign(Reason.NO_MAILBOX, r"(user|recipient|mailbox|address|account)\b.{0,40}\b(unknown|not found|invalid|"
          r"unavailable|not exist|rejected|doesn.t (exist|have))|bad mailbox name|nosuchuser|recipientnotfound|"
          r"(unknown|no such|invalid|bad|non-?existent) .{0,20}(user|recipient|mailbox|address|person|account)"),
    _sign(Reason.TOO_LARGE, r"too (large|big)|size (limit|exceeds)|exceeds .{0,30}size|message size"),
    _sign(Reason.SPAM, r"reputation|\bjunk|\bblocked\b"),
    _sign(Reason.ATTACHMENT, r"attachment|file type"),
    _sign(Reason.VIRUS, r"virus|malware"),
    _sign(Reason.UNREACHABLE, r"(unable|failed|could not) to connect|connection (timed out|refused|reset|lost)|"
          r"timed ?-?out|no route"),
    _sign(Reason.GAVE_UP, r"expired"),
    _sign(Reason.NOT_ALLOWED, r"\brelay|access denied|not (permitted|allowed|authori[sz]ed)|\bpolic(y|ies)\b|prohibit"),
)  # fmt: skip
_BY_STATUS = {
    "1.1": Reason.NO_MAILBOX,
    "1.2": Reason.NO_DOMAIN,
    "1.3": Reason.MALFORMED,
    "1.6": Reason.MAILBOX_CLOSED,
    "1.10": Reason.NO_DOMAIN,
    "2.1": Reason.MAILBOX_CLOSED,
    "2.2": Reason.MAILBOX_FULL,
    "2.3": Reason.TOO_LARGE,
    "3.0": Reason.SERVER_TROUBLE,
    "3.1": Reason.MAILBOX_FULL,
    "3.2": Reason.SERVER_TROUBLE,
    "3.4": Reason.TOO_LARGE,
    "4.1": Reason.UNREACHABLE,
    "4.2": Reason.UNREACHABLE,
    "4.4": Reason.NO_DOMAIN,
    "4.5": Reason.SERVER_TROUBLE,
    "4.7": Reason.GAVE_UP,
    "7.0": Reason.NOT_ALLOWED,
    "7.1": Reason.NOT_ALLOWED,
}
"""Behind the first digit, which only says whether it is for good."""
_STATUS = re.compile(r"\b[245]\.(\d{1,3}\.\d{1,3})\b")


def reason_of(event: Event, recipient: Recipient) -> Reason:
    """Why this event's mail failed for this recipient."""
    match event.kind:
        case "Reject":
            return Reason.VIRUS
        case "Rendering Failure":
            return Reason.TEMPLATE
        case "Complaint":
            return _BY_SUBTYPE.get(event.subtype) or _BY_COMPLAINT.get(event.type, Reason.OTHER_COMPLAINT)
        case "DeliveryDelay":
            return _told(_BY_DELAY.get(event.type), recipient) or Reason.REFUSED_FOR_NOW
    return _told(_BY_SUBTYPE.get(event.subtype), recipient) or _untold(event, recipient)


def _told(by_ses: Reason | None, recipient: Recipient) -> Reason | None:
    """What SES says, unless the server says more."""
    if by_ses is not None and by_ses not in _UNTOLD:
        return by_ses
    return _of_server(recipient) or by_ses


def _of_server(recipient: Recipient) -> Reason | None:
    words = recipient.diagnostic
    if recipient.address.endswith(APPLE_RELAY) and (found := _of_apple(recipient)):
        return found
    if found := next((reason for reason, sign in _SIGNS if sign.search(words)), None):
        return found
    code = _STATUS.search(recipient.status) or _STATUS.search(words)
    return _BY_STATUS.get(code[1]) if code else None


def _of_apple(recipient: Recipient) -> Reason | None:
    """Apple's relay has one status for both: it knows no such address any more, or not whom the mail is from."""
    if re.search(r"unauthori[sz]ed sender", recipient.diagnostic, re.IGNORECASE):
        return Reason.RELAY_KNOWS_NO_SENDER
    is_gone = re.search(r"not found|unknown|not permitted|bad mailbox", recipient.diagnostic, re.IGNORECASE)
    return Reason.RELAY_REMOVED if is_gone or recipient.status.startswith("5.1.") else None


def _untold(event: Event, recipient: Recipient) -> Reason:
    """Where neither SES nor a server gives a reason."""
    if event.type == "Permanent":
        return Reason.REFUSED_FOR_GOOD
    if event.type != "Transient":
        return Reason.UNDETERMINED
    return Reason.REFUSED_FOR_NOW if recipient.status or recipient.diagnostic else Reason.AUTOMATIC
