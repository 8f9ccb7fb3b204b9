"""The glossary's words for a page, since whoever reads it may have nothing else of seslab."""

from __future__ import annotations

from collections.abc import Mapping

from reports.page.elements import Markup, element

DEFINITIONS = {
    "Acceptance": "SES took the mail. Its instant is when SES decided, not when the client learned of it.",
    "Backlog": "Recipients submitted that are neither accepted, lost nor dead-lettered yet.",
    "Bounced": "Refused for good, as by a provider that does not know the recipient. "
    "These hard bounces count for the account's reputation.",
    "Bound": "The best that is possible: "
    "what an ideal sender without latency would need on the same mails, limiter and 24-hour quota.",
    "Burst": "B: how many recipients SES admits at once after a pause. "
    "AWS says that there is one, not how large it is.",
    "Call": "One SendEmail request. It carries one mail, or a part of one.",
    "Copy": "A recipient of an accepted call. What SES accepted twice is two copies.",
    "Dead-lettered": "Moved to the dead-letter queue (DLQ) after too many receives. "
    "Nobody sends it any more, but it is not gone.",
    "Delivered": "In the recipient's inbox. What SES has accepted may never come there.",
    "Digest": "A SHA-256 over a ledger. The same seed gives the same digest.",
    "Duplicated": "Accepted again. It counts acceptances of a recipient beyond the first.",
    "Efficiency": 'Bound ÷ makespan: "of best" in the table. Empty unless every recipient was accepted.',
    "Intended instant": "When a mail falls due, whatever the sender does. Latency counts from here.",
    "Latency": "From the intended instant to the acceptance. How long a call takes is given apart, as call_s.",
    "Ledger": "The truth about a run: a row for each mail and a row for each call.",
    "Limiter": "What decides whether SES has room for a call. A hypothesis, because nobody documents the real one.",
    "Lost": "Not accepted, and nothing will send it any more: it was given up, or its sender is gone. "
    "What SES refused, and a sender that has ended did not send again, is lost.",
    "Mailbox provider": "Who keeps the mailboxes, such as Gmail or a company. "
    "It takes mail, turns it away for a while, or refuses it for good.",
    "Makespan": "From the first intended instant to the last acceptance.",
    "Paused": "Said of an account whose sending AWS has stopped. "
    "SES refuses every call until AWS relents, which no run sees.",
    "Peak": "peak_1s: most recipients admitted within any second, wherever the second begins.",
    "Pending": "Not accepted when the run ended, but still with a sender or in a queue.",
    "Refused": "Not admitted: throttled, over the quota, or rejected for what the mail is.",
    "Replication": "One more run with another seed.",
    "Strategy": "A way of sending.",
    "Suppressed": "On the account's suppression list. SES accepts the mail and does not send it; that is no bounce.",
    "Throttled": "Refused because the rate is used up.",
    "Turned away": "Refused by a mailbox provider for now. SES tries again until its patience ends.",
}


def definitions(words: Mapping[str, str] = DEFINITIONS) -> Markup:
    """Each under its term, which opens it."""
    folded = [element("details", element("summary", term), element("p", said)) for term, said in words.items()]
    return element("div", *folded, class_="words")
