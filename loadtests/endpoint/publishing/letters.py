"""An accepted mail whose recipients' fates take their time: what has happened to each, and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from loadtests.endpoint.message import Message, Sent
from loadtests.endpoint.publishing.mailbox import Fate, Happening

LETTER_BYTES, ADDRESSEE_BYTES = 2_000, 1_000  # of memory, beside texts: what Python makes of them while they wait

STATES = {
    Fate.DELIVERED: "delivered",
    Fate.BOUNCED: "bounced",
    Fate.SUPPRESSED_GLOBALLY: "bounced",
    Fate.SUPPRESSED_BY_ACCOUNT: "suppressed",
    Fate.SUPPRESSED_BY_TENANT: "suppressed",
    Fate.UNSUBSCRIBED: "suppressed",
    Fate.COMPLAINED: "complained",
    Fate.DELAYED: "waiting",
    Fate.DELAYED_BY_LIMIT: "waiting",
    Fate.DELAYED_BY_FULL_MAILBOX: "waiting",
    Fate.EXPIRED: "expired",
    Fate.EXPIRED_AT_FULL_MAILBOX: "expired",
    Fate.TIMED_OUT: "expired",
}


@dataclass(slots=True)
class Addressee:
    """One recipient of a mail; what has happened to it stands in its order."""

    address: str
    provider: str = ""
    happened: list[Happening] = field(default_factory=list)

    @property
    def state(self) -> str:
        """What has become of it by now."""
        return STATES[self.happened[-1].fate] if self.happened else "on its way"

    @property
    def next_attempt_unix_s(self) -> float | None:
        """When SES tries again, if it has been turned away."""
        return self.happened[-1].again_unix_s if self.happened else None

    @property
    def gives_up_unix_s(self) -> float | None:
        """When SES's patience ends, if it has been turned away."""
        return self.happened[-1].gives_up_unix_s if self.state == "waiting" else None


class Letter:
    """The recipients that are followed, by their places in the mail.

    `record` is for its events, as long as some are to come. Where too much waits already, nothing is followed.
    """

    __slots__ = ("addressees", "is_followed", "message", "open", "record", "sent", "size_bytes")

    def __init__(self, message: Message, sent: Sent, addressees: dict[int, Addressee], record: bytes) -> None:
        self.message, self.sent, self.addressees, self.record = _without_texts(message), sent, addressees, record
        self.open, self.is_followed = len(addressees), True
        self.size_bytes = LETTER_BYTES + len(record) + len(addressees) * ADDRESSEE_BYTES


def _without_texts(message: Message) -> Message:
    return replace(message, raw=None, text="", html="", headers=(), attachments=())
