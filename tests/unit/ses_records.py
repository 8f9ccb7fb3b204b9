"""SES's event records in their documented shapes, with words of our own, and what carries them.

Sources: Amazon SES Developer Guide, "Examples of event data that Amazon SES publishes to Amazon SNS", "Amazon SNS
notification contents for Amazon SES" and "Monitoring SES events using Amazon EventBridge".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Record = dict[str, Any]

WHO = "anna@example.com"


def at(second: float) -> str:
    """So many seconds after noon."""
    whole = int(second)
    return f"2026-11-02T{12 + whole // 3600:02}:{whole // 60 % 60:02}:{second % 60:06.3f}Z"


def record(kind: str, key: str, details: Mapping[str, Any], second: float, mail: str, *to: str, **more: Any) -> Record:
    """A record of a kind, with its details under their key, of a mail that was sent at noon."""
    headers = {"from": ["shop@example.com"], "to": [*to], "messageId": mail, "subject": f"Subject of {mail}"}
    about = {
        "timestamp": at(0),
        "source": "Shop <shop@example.com>",
        "sourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/example.com",
        "sendingAccountId": "123456789012",
        "messageId": mail,
        "destination": [*to],
        "headersTruncated": False,
        "headers": [{"name": "Subject", "value": f"Subject of {mail}"}],
        "commonHeaders": headers,
        "tags": {"ses:configuration-set": ["shop"], "campaign": ["autumn"]},
    }
    return {"eventType": kind, "mail": about | more, key: {"timestamp": at(second), **details}}


def delivery(second: float, mail: str = "m", who: str = WHO) -> Record:
    """A mail that a provider has taken."""
    details = {"processingTimeMillis": 9, "recipients": [who], "smtpResponse": "250 OK", "reportingMTA": "mta.example"}
    return record("Delivery", "delivery", details, second, mail, who)


def bounce(
    second: float,
    kind: str = "Permanent",
    subkind: str = "General",
    *,
    mail: str = "m",
    who: str = WHO,
    feedback: str = "",
    **about: str,
) -> Record:
    """Without `status` and `diagnosticCode` no delivery status notification came with it."""
    details = {
        "bounceType": kind,
        "bounceSubType": subkind,
        "bouncedRecipients": [{"emailAddress": who, **about}],
        "feedbackId": feedback or f"feedback-{mail}-{who}-{kind}",
        "reportingMTA": "dsn; mta.example",
    }
    return record("Bounce", "bounce", details, second, mail, who)


def complaint(second: float, *who: str, mail: str = "m", **details: Any) -> Record:
    """Of one of these recipients."""
    whole = {
        "complainedRecipients": [{"emailAddress": one} for one in who or (WHO,)],
        "feedbackId": f"complaint-{mail}",
        "complaintSubType": None,
        "complaintFeedbackType": "abuse",
        "userAgent": "a feedback loop",
        "arrivalDate": at(second),
    }
    return record("Complaint", "complaint", whole | details, second, mail, *(who or (WHO,)))


def delay(second: float, kind: str = "General", mail: str = "m", who: str = WHO, **about: str) -> Record:
    """A mail that is late, and tried for ten hours."""
    details = {
        "delayType": kind,
        "expirationTime": at(36_000),
        "delayedRecipients": [{"emailAddress": who, **about}],
        "reportingMTA": "mta.example",
    }
    return record("DeliveryDelay", "deliveryDelay", details, second, mail, who)


def others(mail: str = "m", who: str = WHO) -> list[Record]:
    """One of every further kind."""
    click = {"ipAddress": "192.0.2.1", "link": "https://example.com/", "linkTags": {"a": ["b"]}, "userAgent": "x"}
    topics = {
        "unsubscribeAll": False,
        "topicSubscriptionStatus": [{"topicName": "News", "subscriptionStatus": "OptIn"}],
    }
    subscribed = {"contactList": "all", "source": "UnsubscribeHeader", "newTopicPreferences": topics}
    send = record("Send", "send", {}, 0, mail, who)
    send["send"] = {}
    reject = record("Reject", "reject", {}, 0, mail, who)
    reject["reject"] = {"reason": "Bad content"}
    failed = record("Rendering Failure", "failure", {}, 0, mail, who)
    failed["failure"] = {"templateName": "t", "errorMessage": "Attribute 'name' is not present."}
    return [
        send,
        reject,
        failed,
        record("Open", "open", {"ipAddress": "192.0.2.1", "userAgent": "x"}, 5, mail, who),
        record("Click", "click", click, 6, mail, who),
        record("Subscription", "subscription", subscribed, 7, mail, who),
    ]


def feedback(published: Record) -> Record:
    """The same as SES notifies without event publishing: another field, other times, and no headers unless asked."""
    about = {key: held for key, held in published["mail"].items() if key not in ("headers", "commonHeaders", "tags")}
    whole = {**published, "notificationType": published["eventType"], "mail": about | {"sourceIp": "192.0.2.9"}}
    del whole["eventType"]
    return whole


def sns(said: Record | str, kind: str = "Notification") -> Record:
    """SNS's envelope."""
    text = said if isinstance(said, str) else json.dumps(said)
    return {
        "Type": kind,
        "MessageId": "1",
        "TopicArn": "arn:aws:sns:eu-west-1:1:ses",
        "Message": text,
        "Timestamp": at(9),
    }


def eventbridge(detail: Record, kind: str = "Email Bounced") -> Record:
    """An event of EventBridge's."""
    about = {"version": "0", "id": "1", "detail-type": kind, "source": "aws.ses", "account": "1", "region": "eu-west-1"}
    return {**about, "time": at(9), "resources": [], "detail": detail}
