"""What kind of failure an event tells of, if of any: in the field's words, not in SES's fields."""

from __future__ import annotations

from enum import StrEnum

from scenarios.events.events import Event

SUPPRESSIONS = frozenset(
    {
        "Suppressed",
        "OnAccountSuppressionList",
        "OnTenantSuppressionList",
        "EmailValidationSuppressed",
        "UnsubscribedRecipient",
    }
)
"""Subtypes of bounces and complaints that no mailbox caused: SES did not even try to deliver."""


class Failure(StrEnum):
    """The gravest first: what is said of a recipient that has several."""

    COMPLAINT = "complaint"
    HARD_BOUNCE = "hard bounce"
    SUPPRESSED = "suppressed"
    SOFT_BOUNCE = "soft bounce"
    REJECTED = "rejected"
    RENDERING_FAILURE = "rendering failure"
    DELAYED = "delayed"


def failure_of(event: Event) -> Failure | None:
    """None for an event that tells of none; a report that mail was no spam is no complaint."""
    match event.kind:
        case "Bounce" | "Complaint" if event.subtype in SUPPRESSIONS:
            return Failure.SUPPRESSED
        case "Bounce":
            return Failure.HARD_BOUNCE if event.type == "Permanent" else Failure.SOFT_BOUNCE
        case "Complaint":
            return None if event.type == "not-spam" else Failure.COMPLAINT
        case "Reject":
            return Failure.REJECTED
        case "Rendering Failure":
            return Failure.RENDERING_FAILURE
        case "DeliveryDelay":
            return Failure.DELAYED
    return None
