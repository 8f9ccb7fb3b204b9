"""What the page shows of the accounts, once a second."""

from __future__ import annotations

import time
from typing import Any

from loadtests.endpoint.account_run import AccountRun
from loadtests.endpoint.admin.delivery import delivery
from loadtests.endpoint.admin.stats import now, whose
from loadtests.endpoint.admin.watch import SPAN_S, Watch
from loadtests.endpoint.service import Service
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.storing import Store


class Live:
    """Watches each account from the first question on; the caller sees to it that one thread at a time asks."""

    def __init__(self, service: Service) -> None:
        self._service, self._watches = service, dict[tuple[str, str], Watch]()

    def document(self, asked_about: list[Ses], since_unix_s: float) -> dict[str, Any]:
        """Of these accounts, with their newest calls that were decided since then."""
        asked_unix_s = time.time()
        self._watches |= {(ses.account, ses.region): self._watch(ses) for ses in asked_about}
        return {
            "now_unix_s": asked_unix_s,
            "in_flight": self._service.in_flight,
            "mails": mails(self._service.common.store),
            "accounts": [self._account(ses, since_unix_s) for ses in asked_about],
        }

    def _watch(self, ses: Ses) -> Watch:
        """A run that has begun anew is watched anew."""
        watch = self._watches.get((ses.account, ses.region))
        return watch if watch is not None and watch.run is ses.run else Watch(ses.run)

    def _account(self, ses: Ses, since_unix_s: float) -> dict[str, Any]:
        watch = self._watches[ses.account, ses.region]
        watch.look()
        return {
            **whose(ses),
            "zero_unix_s": watch.run.zero_unix_s,
            **now(ses),
            "capacity": watch.run.admission.capacity,
            "rates": _rates(watch.run),
            "seconds": watch.seconds(),
            "delivery": delivery(watch.run),
            "calls": [call for call in watch.calls if call["decided_unix_s"] >= since_unix_s],
        }


def _rates(run: AccountRun) -> list[dict[str, float]]:
    """The rates of the last minutes, oldest first."""
    steps, first_s = run.rates(), run.clock.now() - SPAN_S
    before = sum(at_s <= first_s for at_s, _ in steps)
    return [{"since_unix_s": run.zero_unix_s + at_s, "rate_per_s": rate} for at_s, rate in steps[max(0, before - 1) :]]


def mails(store: Store) -> dict[str, int]:
    """What is kept, and what is kept no more because newer mails have taken its place."""
    return {
        "last_number": store.last_number,
        "kept": store.mails,
        "kept_bytes": store.size_bytes,
        "dropped": store.dropped.mails,
        "dropped_bytes": store.dropped.size_bytes,
    }
