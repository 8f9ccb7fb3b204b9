"""Laws of SES's events as a witness: each mail once, when SES took it, whatever is told of it and in which order."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from loadtests.deploy.events import Told, rows
from scenarios.ledger.ledger import ACCEPTED, REJECTED


def _event(kind: str, message_id: str = "m", second: float = 5.25, **tags: str) -> dict[str, Any]:
    """Event publishing's form, as SES's page on the contents of events has it."""
    named = {"call": ["9"], "mail": ["3"], "first": ["2"], "ses:configuration-set": ["x"]}
    mail = {
        "timestamp": f"2026-01-01T00:00:{second:06.3f}Z",
        "messageId": message_id,
        "destination": ["a@example.com", "b@example.com"],
        "tags": {**named, **{name: [value] for name, value in tags.items()}},
    }
    return {"eventType": kind, "mail": mail, kind.lower(): {}}


ZERO = 1767225600.0  # 2026-01-01T00:00:00Z


def test_a_mail_is_one_row_however_many_events_tell_of_it() -> None:
    """Send, Delivery and Bounce of one mail are one acceptance, at SES's own instant; again changes nothing."""
    events = [_event(kind) for kind in ("Send", "Delivery", "Bounce", "Send")]
    for order in itertools.permutations(events, 3):
        assert rows(order, ZERO).tolist() == [(9, 3, 2, 2, 5.25, ACCEPTED, "")]


@pytest.mark.parametrize("order", [("Send", "Reject"), ("Reject", "Send"), ("Reject",)])
def test_a_reject_takes_the_acceptance_back(order: tuple[str, ...]) -> None:
    """What SES rejects after it took it is rejected, in whichever order the events arrive."""
    assert rows([_event(kind) for kind in order], ZERO)["outcome"].tolist() == [REJECTED]


def test_what_is_heard_bit_by_bit_is_what_is_heard_at_once() -> None:
    """However events are parted, rows and accepted recipients are the same; a Reject is no acceptance any more."""
    kinds = [("Send", "a"), ("Send", "b"), ("Delivery", "a"), ("Reject", "b"), ("Reject", "c"), ("Send", "c")]
    events = [_event(kind, message_id) for kind, message_id in kinds]
    for cut in range(len(events) + 1):
        told = Told(ZERO)
        told.hear(events[:cut])
        told.hear(events[cut:])
        assert told.rows().tolist() == rows(events, ZERO).tolist()
        assert (len(told), told.accepted_recipients) == (3, 2)


def test_rows_stand_in_ses_s_order() -> None:
    """Events come out of order, rows do not."""
    events = [_event("Send", str(number), second, mail=str(number)) for number, second in enumerate((3.0, 1.5, 2.0))]
    assert rows(events, ZERO)["mail"].tolist() == [1, 2, 0]


def test_mails_of_others_are_passed_over() -> None:
    """Without our tags it is not ours; without events there are no rows."""
    strange = _event("Send")
    del strange["mail"]["tags"]["first"]
    untagged = _event("Send", "n")
    del untagged["mail"]["tags"]
    assert len(rows([strange, untagged], ZERO)) == len(rows([], ZERO)) == 0


def test_older_notifications_are_understood() -> None:
    """A notification names its type otherwise, and means the same."""
    notification = _event("Delivery")
    notification["notificationType"] = notification.pop("eventType")
    assert rows([notification], ZERO)["outcome"].tolist() == [ACCEPTED]
