"""A throttling SES for tests and scripts without pytest; pytest has the fixture `ses`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from loadtests.testing.environment import pointed_at
from loadtests.testing.mails import Attachment, Mail
from loadtests.testing.process import served
from loadtests.testing.ses import Ses

__all__ = ["Attachment", "Mail", "Ses", "local_ses"]


@contextmanager
def local_ses(**limits: Any) -> Iterator[Ses]:
    """An SES on this machine, with the limits that `Ses.limit` takes, which AWS's clients find within the block.

    Raises BadInput for limits that cannot be, and RunFailed where it cannot start.
    """
    with served() as at, pointed_at(at.url):
        ses = Ses(at)
        ses.limit(**limits)
        yield ses
