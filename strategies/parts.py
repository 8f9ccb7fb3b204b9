"""A mail in parts: which recipients one call or one queue message carries."""

from __future__ import annotations

from collections.abc import Iterable

from strategies.ports import MAX_RECIPIENTS, Mail

_WHOLE = tuple((range(recipients),) for recipients in range(MAX_RECIPIENTS + 1))


def everyone(mail: Mail) -> range:
    """All recipients of a mail, or of the part that it is."""
    return range(mail.first, mail.first + mail.recipients)


def parts(mail: Mail, chunk: int) -> Iterable[range]:
    """The recipients of a mail, at most `chunk` at a time."""
    _, recipients, _, first, _ = mail
    if recipients <= chunk <= MAX_RECIPIENTS and not first:
        return _WHOLE[recipients]  # ready-made: most mails go out whole
    end = first + recipients
    return (range(start, min(start + chunk, end)) for start in range(first, end, chunk))


def cut(mail: Mail, chunk: int) -> list[Mail]:
    """The same parts as mails of their own, for a queue."""
    return [mail._replace(first=part.start, recipients=len(part)) for part in parts(mail, chunk)]
