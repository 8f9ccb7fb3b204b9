"""What is said of failures to colleagues who know nothing of mail servers: why, and what to do."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from scenarios.events.failures import Failure
from scenarios.events.reasons import Reason


class Action(StrEnum):
    """What to do, in the order in which it is shown: most work first, what needs none last."""

    ASK = "ask"
    CALL = "call"
    REMOVE = "remove"
    DEVELOPERS = "developers"
    WAIT = "wait"
    NOTHING = "nothing"


HEADINGS = {
    Action.ASK: "Ask for a new address",
    Action.CALL: "Call",
    Action.REMOVE: "Remove",
    Action.DEVELOPERS: "Tell the developers",
    Action.WAIT: "Wait",
    Action.NOTHING: "Works again",
}


class Wording(NamedTuple):
    """Why a mail failed, in a few words, with more where they need it; what to do, in a word and in a sentence."""

    short: str
    more: str
    action: Action
    to_do: str

    @property
    def why(self) -> str:
        return f"{self.short}: {self.more}" if self.more else self.short


_WAIT = "Wait; if it lasts, call."
_LATER = "Wait; it usually arrives."
_TELL = "It is not the recipient's fault: tell the developers."
_SPELLING = "Look for a typing mistake, then ask for a new address."
_LISTED = "Call: if the address is right and mail is wanted, the developers take it off the list."
_STOP = "Remove the address, and send no more."

WORDINGS = {
    reason: Wording(short, more, action, to_do)
    for reason, short, more, action, to_do in (
        (Reason.NO_MAILBOX, "no such user", "the provider knows no such mailbox", Action.ASK, _SPELLING),
        (Reason.NO_DOMAIN, "domain not found", "what stands behind the @ takes no mail", Action.ASK, _SPELLING),
        (Reason.MALFORMED, "not an address", "nothing can be sent to it", Action.ASK, _SPELLING),
        (Reason.MAILBOX_CLOSED, "mailbox closed", "the provider has ended it", Action.ASK, "Ask for a new address."),
        (Reason.MAILBOX_FULL, "mailbox full", "", Action.WAIT, _WAIT),
        (Reason.RELAY_REMOVED, "relay removed", "the recipient has switched this hidden address off at Apple",
         Action.ASK, "Ask for a new address, at the next sign-in or by telephone."),
        (Reason.RELAY_KNOWS_NO_SENDER, "sender not known", "Apple's relay takes no mail from us yet", Action.DEVELOPERS,
         "It is not the recipient's fault: the developers register the sending domain with Apple."),
        (Reason.AUTHENTICATION, "sender not proven", "the provider doubts that the mail is ours (SPF, DKIM, DMARC)",
         Action.DEVELOPERS, _TELL),
        (Reason.SPAM, "blocked as spam", "the provider does not want the mail", Action.DEVELOPERS, _TELL),
        (Reason.CONTENT, "content refused", "the provider takes no such text", Action.DEVELOPERS, _TELL),
        (Reason.ATTACHMENT, "attachment refused", "the provider takes no such file", Action.DEVELOPERS, _TELL),
        (Reason.TOO_LARGE, "mail too large", "the mailbox takes none of this size", Action.DEVELOPERS, _TELL),
        (Reason.NOT_ALLOWED, "not allowed", "a rule of the provider's forbids it", Action.DEVELOPERS, _TELL),
        (Reason.GREYLISTED, "greylisted", "the provider lets an unknown sender try again later", Action.WAIT, _LATER),
        (Reason.TOO_FAST, "too much at once", "the provider takes the rest later", Action.WAIT, _LATER),
        (Reason.UNREACHABLE, "server unreachable", "the provider does not answer", Action.WAIT, _WAIT),
        (Reason.SERVER_TROUBLE, "server trouble", "something is broken at the provider", Action.WAIT, _WAIT),
        (Reason.GAVE_UP, "tried for too long", "the provider never took the mail", Action.WAIT, _WAIT),
        (Reason.AUTOMATIC, "no reason given", "as with an out-of-office notice", Action.WAIT,
         "Wait; mail may well be arriving."),
        (Reason.REFUSED_FOR_GOOD, "refused for good", "the provider does not say why", Action.ASK, _SPELLING),
        (Reason.REFUSED_FOR_NOW, "refused for now", "the provider does not say clearly why", Action.WAIT, _WAIT),
        (Reason.UNDETERMINED, "reason not known", "Amazon SES could not read it", Action.WAIT, _WAIT),
        (Reason.INSIDE_SES, "trouble inside SES", "Amazon tries again", Action.WAIT,
         "Wait; if it lasts, tell the developers."),
        (Reason.LISTED_BY_SES, "not sent", "mail to this address came back lately, and Amazon SES holds it off",
         Action.ASK, _SPELLING),
        (Reason.LISTED_BY_ACCOUNT, "not sent", "the address is on our suppression list, since mail came back or was "
         "reported as spam", Action.CALL, _LISTED),
        (Reason.LISTED_BY_TENANT, "not sent", "the address is on a suppression list of ours", Action.CALL, _LISTED),
        (Reason.INVALID, "not sent", "Amazon SES takes the address for one that does not work", Action.ASK, _SPELLING),
        (Reason.UNSUBSCRIBED, "unsubscribed", "the recipient wants no such mail", Action.REMOVE,
         "Remove the address from this list."),
        (Reason.MARKED_AS_SPAM, "marked as spam", "the recipient has pressed that button", Action.REMOVE, _STOP),
        (Reason.TAKEN_FOR_FRAUD, "reported as fraud", "the recipient has pressed that button", Action.REMOVE,
         "Remove the address, and tell the developers."),
        (Reason.OTHER_COMPLAINT, "complaint", "the recipient or the provider has sent one", Action.REMOVE, _STOP),
        (Reason.VIRUS, "virus", "one was found in the mail", Action.DEVELOPERS, _TELL),
        (Reason.TEMPLATE, "never written", "its template could not be filled", Action.DEVELOPERS, _TELL),
    )
}  # fmt: skip
CALL_INSTEAD = "Waiting has not helped: call."
WORKS_AGAIN = "Nothing: a later mail has arrived."
ONE_OF = "perhaps: the provider tells only that one of {} recipients of this mail did it"

TYPES = {
    Failure.HARD_BOUNCE: "Mail came back for good. Further mail to the address harms the sender's good name.",
    Failure.SOFT_BOUNCE: "Mail came back for a reason that may pass; Amazon SES had tried for hours.",
    Failure.COMPLAINT: "Mail arrived, and was reported as spam.",
    Failure.SUPPRESSED: "Mail was not even sent: the address is on a list of those that do not work, or want none.",
    Failure.DELAYED: "Mail is on its way, and not there yet. Amazon SES goes on trying.",
    Failure.REJECTED: "Amazon SES took the mail, and then did not send it on.",
    Failure.RENDERING_FAILURE: "Amazon SES could not make the mail out of its template.",
}
"""What the types mean, for those who read of them here first."""
