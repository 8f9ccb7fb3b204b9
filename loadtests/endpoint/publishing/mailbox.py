"""What becomes of a mail that SES has accepted: each recipient's mailbox decides, or the account's suppression list."""

from __future__ import annotations

from collections.abc import Mapping
from email import message_from_bytes
from enum import Enum, auto
from typing import NamedTuple

from loadtests.endpoint.addresses import bare, is_simulator
from loadtests.endpoint.message import Message, Withheld

DECODED_MOST_LINES = 1_000_000  # 40 MB in base64 have 540,000; the parser keeps each by itself


class Fate(Enum):
    """One thing that happens to a mail on its way to one recipient."""

    DELIVERED = auto()
    BOUNCED = auto()
    COMPLAINED = auto()
    ANSWERED = auto()
    SUPPRESSED_GLOBALLY = auto()
    SUPPRESSED_BY_ACCOUNT = auto()
    SUPPRESSED_BY_TENANT = auto()
    UNSUBSCRIBED = auto()
    DELAYED = auto()
    DELAYED_BY_LIMIT = auto()
    DELAYED_BY_FULL_MAILBOX = auto()
    EXPIRED = auto()
    EXPIRED_AT_FULL_MAILBOX = auto()
    TIMED_OUT = auto()


WITHHELD = frozenset(
    {Fate.SUPPRESSED_GLOBALLY, Fate.SUPPRESSED_BY_ACCOUNT, Fate.SUPPRESSED_BY_TENANT, Fate.UNSUBSCRIBED}
)
"""Of what SES itself keeps from a recipient."""
DELAYS = frozenset({Fate.DELAYED, Fate.DELAYED_BY_LIMIT, Fate.DELAYED_BY_FULL_MAILBOX})


class Happening(NamedTuple):
    """A fate and its instant; `reply` is what the mailbox's provider said, if not the usual.

    Of what is turned away, SES tries again at one instant, and gives up at another.
    """

    fate: Fate
    at_unix_s: float
    reply: str = ""
    again_unix_s: float | None = None
    gives_up_unix_s: float = 0.0


MAILBOXES = {
    "success": (Fate.DELIVERED,),
    "bounce": (Fate.BOUNCED,),
    "complaint": (Fate.DELIVERED, Fate.COMPLAINED),
    "ooto": (Fate.DELIVERED, Fate.ANSWERED),
    "suppressionlist": (Fate.SUPPRESSED_GLOBALLY,),
    "delay": (Fate.DELAYED, Fate.DELIVERED),
}
"""At simulator.amazonses.com, with or without a +label. All but `delay`, which is ours, are SES's own."""

_TEST_VIRUS = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The EICAR test string: harmless, and found by every scanner, which is why it stands here in two parts."""


_WITHHELD = {
    Withheld.BY_ACCOUNT: Fate.SUPPRESSED_BY_ACCOUNT,
    Withheld.BY_TENANT: Fate.SUPPRESSED_BY_TENANT,
    Withheld.UNSUBSCRIBED: Fate.UNSUBSCRIBED,
}


def fates(address: str, suppressed: Mapping[str, Withheld]) -> tuple[Fate, ...]:
    """What happens at an address, in this order; from the `suppressed` ones SES keeps the mail."""
    if address in suppressed:
        return (_WITHHELD[suppressed[address]],)
    if not is_simulator(address):
        return (Fate.DELIVERED,)
    name = bare(address).partition("@")[0].partition("+")[0].lower()
    return MAILBOXES.get(name, (Fate.DELIVERED,))


def has_virus(message: Message) -> bool:
    """Whether SES would find one: it finds the EICAR test string, in attachments too."""
    if message.raw is None:
        parts = (message.text.encode(), message.html.encode(), *(one.content for one in message.attachments))
        return any(_TEST_VIRUS in part for part in parts)
    return _TEST_VIRUS in message.raw or any(_TEST_VIRUS in part for part in _decoded(message.raw))


def _decoded(raw: bytes) -> list[bytes]:
    """The parts of a MIME text, without their transfer encoding; none where they are nested or cut beyond all use."""
    if max(raw.count(b"\r"), raw.count(b"\n")) > DECODED_MOST_LINES:
        return []
    try:
        payloads = (part.get_payload(decode=True) for part in message_from_bytes(raw).walk())
        return [payload for payload in payloads if isinstance(payload, bytes)]
    except RecursionError:
        return []
