"""What has become of an account's accepted mail, and what AWS makes of the account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadtests.endpoint.account_run import AccountRun
from loadtests.endpoint.publishing.mailroom import MOST_WAITING_BYTES, Mailroom
from scenarios.delivery.reputation import PAUSE_BOUNCES, PAUSE_COMPLAINTS, REVIEW_BOUNCES, REVIEW_COMPLAINTS

ENDS = ("delivered", "bounced", "suppressed", "expired")
THRESHOLDS = {
    "bounce_rate": {"review": REVIEW_BOUNCES, "pause": PAUSE_BOUNCES},
    "complaint_rate": {"review": REVIEW_COMPLAINTS, "pause": PAUSE_COMPLAINTS},
}


def delivery(run: AccountRun) -> dict[str, Any]:
    """As it stands now."""
    with run.lock:
        now_s, mailroom = run.clock.now(), run.mailroom
        standing, next_in_s = mailroom.standing(now_s), mailroom.next_in_s(now_s)
        return {
            "modelled": mailroom.course.is_modelled,
            "speed": mailroom.course.speed,
            "fates_at": mailroom.course.fates_at,
            "standing": standing,
            **_judged(mailroom, run.zero_unix_s),
            "providers": {name: _counts(counts) for name, counts in sorted(mailroom.counts.items())},
            "waiting_bytes": mailroom.waiting_bytes,
            "most_waiting_bytes": MOST_WAITING_BYTES,
            "not_followed": mailroom.not_followed,
            "next_unix_s": None if next_in_s is None else run.zero_unix_s + now_s + next_in_s,
        }


def _judged(mailroom: Mailroom, zero_unix_s: float) -> dict[str, Any]:
    """Rates over the representative volume, and since when they were too high."""
    reputation, volume = mailroom.reputation, mailroom.course.delivery.reputation.representative_volume

    def unix_s(at_s: float | None) -> float | None:
        return None if at_s is None else zero_unix_s + at_s / mailroom.course.speed

    return {
        "bounce_rate": reputation.bounces.now,
        "complaint_rate": reputation.complaints.now,
        "thresholds": THRESHOLDS,
        "representative_volume": volume,
        "reviewed_unix_s": unix_s(reputation.reviewed_s),
        "paused_unix_s": unix_s(reputation.paused_s) if reputation.is_paused else None,
    }


def _counts(counts: Mapping[str, int]) -> dict[str, int]:
    """Recipients by what has become of them, which add up to those that were accepted; and what happened to them."""
    over = {end: counts.get(end, 0) for end in ENDS}
    accepted = counts.get("accepted", 0)
    pending = accepted - sum(over.values())
    happened = {name: counts.get(name, 0) for name in ("deferrals", "complained")}
    return {"accepted": accepted, **over, "pending": pending, **happened}
