"""SES's side on Locust's own page, in Locust's process: it is asked for once a second, as long as somebody looks."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from loadtests.load.assignment import Assignment, WorkerMails
from loadtests.load.ses_side.panel import LEFT, NEWS, with_panel
from loadtests.load.ses_side.points import SesSide, points
from loadtests.load.targets.endpoint_client import of_run, witness_of
from loadtests.ports.local import REGION
from scenarios.errors import RunFailed

REPORT = "/stats/report"  # of Locust's page
VERDICT = "verdict.json"
"""Beside the assignment: what the parent has concluded, lines for thresholds and whether the page is to stay."""

SILENT_S = 90.0  # a browser lets a page that is not seen ask once a minute
RELOAD_S = 3.0  # one that says it is closed may only have been loaded anew


class OnPage:
    """What the page of a run tells; the witness is a local AWS, whose log is read on from where it was."""

    def __init__(
        self, assignment: Assignment, mails: WorkerMails, folder: Path, zero_unix_s: Callable[[], float]
    ) -> None:
        self._assignment, self._mails, self._zero_unix_s = assignment, mails, zero_unix_s
        self._verdict = folder / VERDICT
        place = assignment.place
        self._aws = witness_of(str(place.endpoint), place.region or REGION, assignment.accounts)
        self._asked_s, self._is_closed = -SILENT_S, False

    def show(self, web_ui: Any) -> None:
        """Adds to Locust's page, and answers its questions."""
        web_ui.app.add_url_rule(f"/{NEWS}", "seslab_ses", self._news)
        web_ui.app.add_url_rule(f"/{LEFT}", "seslab_left", self._closed, methods=["POST"])
        web_ui.app.after_request(self._with_panel)

    @property
    def is_looked_at(self) -> bool:
        """Whether a page is open, as far as one can know."""
        return time.monotonic() - self._asked_s < (RELOAD_S if self._is_closed else SILENT_S)

    @property
    def is_to_stay(self) -> bool | None:
        """What the parent says once it has concluded; None before."""
        concluded = self._concluded()
        return None if concluded is None else bool(concluded["stays"])

    def side(self) -> SesSide:
        """As of now. Raises RunFailed where the endpoint does not answer."""
        concluded = self._concluded()  # first: what SES decides is all there once there is a verdict
        zero_unix_s = self._zero_unix_s() or time.time()  # before there is one, nothing can have been decided
        accepted, refused = points(of_run(self._aws.decisions_since(zero_unix_s), self._assignment, self._mails))
        return {
            "sender": self._assignment.user,
            "limit_per_s": self._aws.rate_per_s(),
            "accepted": accepted,
            "refused": refused,
            "thresholds": [] if concluded is None else concluded["thresholds"],
            "is_over": concluded is not None,
        }

    def _concluded(self) -> dict[str, Any] | None:
        """None as long as the parent has not."""
        if not self._verdict.is_file():
            return None
        told: dict[str, Any] = json.loads(self._verdict.read_text(encoding="utf-8"))
        return told

    def _news(self) -> Any:
        self._asked_s, self._is_closed = time.monotonic(), False
        try:
            return dict(self.side())
        except RunFailed as error:
            return {"message": str(error)}, 503

    def _closed(self) -> Any:
        self._is_closed = True
        return {}

    def _with_panel(self, answer: Any) -> Any:
        """The page begins with the live panel, and the report that it offers with one of this instant."""
        from flask import request

        if answer.mimetype == "text/html" and request.path == "/":
            answer.set_data(with_panel(answer.get_data(as_text=True), None))
        if answer.mimetype == "text/html" and request.path == REPORT:
            with suppress(RunFailed):
                answer.set_data(with_panel(answer.get_data(as_text=True), self.side()))
        return answer
