"""SES's limit on operations that do not send: how often a second each may be asked for, by each account and region.

Source, read in November 2026: Service quotas in Amazon SES, which throttles all actions but those that send a mail at
one request a second, and the references of both APIs, which say so of most operations and name the exceptions. v1's
words are told in mkrn/cdk-ses-template-mailer#11; that v2 says the same is an inference.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from threading import Lock

from loadtests.endpoint.refusals import Refused
from scenarios.ledger.ledger import THROTTLED

SENDS = frozenset(("SendEmail", "SendRawEmail", "SendTemplatedEmail", "SendBulkTemplatedEmail", "SendBulkEmail"))
"""These have the limiter of mail instead; of bulk calls the API references name no other limit."""

MOST_A_SECOND, MORE_OFTEN = 1, {"BatchGetMetricData": 16, "GetEmailTemplate": 50}

Operation = tuple[str, str]
"""An API, `ses` or `sesv2`, and the name of one of its operations: each is counted by itself."""


class ControlLimit:
    """One account's in one region; many threads ask. In no second are more requests taken than an operation allows."""

    def __init__(self, more_often: Mapping[str, int] = MORE_OFTEN) -> None:
        self._more_often, self._lock = more_often, Lock()
        self._taken = defaultdict[Operation, deque[float]](deque)

    def check(self, operation: Operation, now_s: float) -> None:
        """Take a request at an instant that is not before those of others; raises Refused if it is one too many."""
        name = operation[1]
        if name in SENDS:
            return
        with self._lock:
            taken = self._taken[operation]
            while taken and now_s - taken[0] >= 1.0:
                taken.popleft()
            if len(taken) >= self._more_often.get(name, MOST_A_SECOND):
                raise Refused(THROTTLED, "Throttling", "Rate exceeded")
            taken.append(now_s)
