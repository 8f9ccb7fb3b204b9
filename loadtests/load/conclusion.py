"""What a run came to: concluded once, and as early as Locust's page can show it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from loadtests.load.assignment import LEFT
from loadtests.load.results.judgement import judgement_of, line_on
from loadtests.load.ses_side.on_page import VERDICT
from loadtests.load.ses_side.panel import add_to_report
from loadtests.load.ses_side.points import JudgedLine, points
from scenarios.ledger.ledger import Ledger
from scenarios.schema.model import Scenario
from scenarios.system.whole_files import write_text
from scenarios.traffic.workload import Arrivals


@dataclass
class Conclusion:
    """Of one run. `conclude` makes the ledger, once Locust has left its word in `folder`.

    `page` is where people may look at it meanwhile, and `stays` whether it is there until they leave.
    """

    scenario: Scenario
    mails: Arrivals
    folder: Path
    conclude: Callable[..., Ledger]
    page: str | None
    stays: bool
    say: Callable[[str], None]
    _ledger: Ledger | None = field(default=None, init=False)
    _has_told: bool = field(default=False, init=False)

    def ledger(self, was_interrupted: bool = False) -> Ledger:
        """Ctrl-C that came once there is one was for the page. Raises RunFailed as `conclude` does."""
        if self._ledger is None:
            self._ledger = self.conclude(was_interrupted=was_interrupted)
        return self._ledger

    def looked(self, look: Callable[[], None]) -> None:
        """Looks after the target as long as the load lasts, and then after the page."""
        if self._ledger is not None:
            self._tell_of_page()
        elif self.page is not None and (self.folder / LEFT).exists():
            self._show()
        else:
            look()

    def _show(self) -> None:
        lines = {"thresholds": self._lines(self.ledger()), "stays": self.stays}
        write_text(self.folder / VERDICT, json.dumps(lines))

    def _tell_of_page(self) -> None:
        if self.stays and not self._has_told:
            self.say(f"the load is over; {self.page} is there until you leave it, or press Ctrl-C here")
            self._has_told = True

    def _lines(self, ledger: Ledger) -> list[JudgedLine]:
        judged = judgement_of(self.scenario, ledger, self.mails).thresholds
        return [{"verdict": one["verdict"], "said": line_on(one)} for one in judged]

    def add_to(self, report: Path) -> None:
        """Locust's report gets SES's side."""
        ledger = self.ledger()
        accepted, refused = points(ledger.calls)
        add_to_report(
            report,
            {
                "sender": ledger.strategy,
                "limit_per_s": self.scenario.account.max_send_rate_per_s,
                "accepted": accepted,
                "refused": refused,
                "thresholds": self._lines(ledger),
                "is_over": True,
            },
        )
