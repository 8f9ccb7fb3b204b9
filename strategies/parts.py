"""A mail in parts: which recipients one call or one queue message carries."""

from __future__ import annotations

from collections.abc import Iterable

from strategies.ports import Mail


def everyone(mail: Mail) -> range:
    """All recipients of a mail, or of the part that it is."""
    return range(mail.first, mail.first + mail.recipients)


def parts(mail: Mail, chunk: int) -> Iterable[range]:
    """The recipients of a mail, at most `chunk` at a time."""
    if mail.recipients <= chunk:
        return (range(mail.first, mail.first + mail.recipients),)
    end = mail.first + mail.recipients
    return (range(start, min(start + chunk, end)) for start in range(mail.first, end, chunk))


def cut(mail: Mail, chunk: int) -> list[Mail]:
    """The same parts as mails of their own, for a queue."""
    return [mail._replace(first=part.start, recipients=len(part)) for part in parts(mail, chunk)]
