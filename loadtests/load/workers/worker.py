"""A Locust worker: takes its share from the master, lets it be played, and sends back what came of it."""

from __future__ import annotations

from typing import Any

import gevent
from gevent.event import Event

from loadtests.load.assignment import Assignment, WorkerMails
from loadtests.load.workers.player import Player
from loadtests.load.workers.share_proxy import ShareProxy
from strategies.ports import SendError

SHARE, STOP = "seslab-share", "seslab-stop"
"""What the master says: which mails to send from when on, and that it is over."""

FILE, DONE = "seslab-file", "seslab-done"
"""What a worker says: a piece of a file of its own, and that it has no more."""

RESPONSE, SERVICE = "send, response time from the intended instant", "send, service time from the call's start"
"""Names in Locust's statistics."""

PIECE = 1 << 20
PATIENCE_S = 5.0


class Refused(Exception):
    """What Locust's report shows of a mail that was not taken: SES's own words, and no name of ours around them."""

    def __repr__(self) -> str:
        return str(self)


class Worker:
    """Its player has a greenlet of its own: Locust kills its users, and the share's end is still to be told."""

    def __init__(self, environment: Any, runner: Any) -> None:
        self._environment, self._runner = environment, runner
        self._player: Player | ShareProxy | None = None
        self._playing: gevent.Greenlet | None = None
        environment.events.test_stopping.add_listener(self._finish)
        environment.events.quitting.add_listener(self._succeed)

    def take(self, msg: Any, **_others: Any) -> None:
        """A share from the master."""
        assignment, mails = Assignment.from_json(msg.data["assignment"]), WorkerMails.unpacked(**msg.data["share"])
        plays = ShareProxy if assignment.scenario else Player
        self._worker, self._player, self._playing = mails.worker, None, None
        try:
            self._player = plays(assignment, mails, msg.data["zero_unix_s"], self._tell)
        except Exception as error:
            self._fail(error)

    def play(self) -> None:
        """Play the share if it has not been yet, and stand by until Locust ends this user."""
        if self._player is not None and self._playing is None:
            self._playing = gevent.spawn(self._play, self._player)
        Event().wait()

    def stop(self, **_others: Any) -> None:
        """End what is being played."""
        if self._player is not None:
            self._player.stop()

    def _finish(self, **_others: Any) -> None:
        """Locust ends the test: say first what is to be said."""
        if self._playing is not None:
            self.stop()
            self._playing.join(PATIENCE_S)

    def _play(self, player: Player | ShareProxy) -> None:
        try:
            player.play()
        except Exception as error:
            self._fail(error)
        else:
            self._leave(player)

    def _fail(self, error: Exception) -> None:
        """Locust would log it, and the master wait until the horizon."""
        failure = " ".join(f"{type(error).__name__}: {error}".split())
        self._done(0.0, interrupted=True, failure=failure)

    def _done(self, ended_s: float, interrupted: bool, failure: str) -> None:
        about = {"ended_s": ended_s, "interrupted": interrupted, "failure": failure}
        self._runner.send_message(DONE, {"worker": self._worker, **about})

    def _leave(self, player: Player | ShareProxy) -> None:
        for name, content in player.left().items():
            for at in range(0, len(content), PIECE):
                piece = content[at : at + PIECE]
                self._runner.send_message(FILE, {"worker": self._worker, "name": name, "at": at, "piece": piece})
        self._report()
        self._done(player.ended_s, player.interrupted, player.failure)

    def _report(self) -> None:
        """The statistics since Locust's last report: it waits half a second for them, which a busy machine exceeds."""
        if hasattr(self._runner, "master_host"):  # a single process has its statistics already
            data: dict[str, Any] = {}
            self._environment.events.report_to_master.fire(client_id=self._runner.client_id, data=data)
            self._runner.send_message("stats", data)

    def _tell(self, user: str, recipients: int, response_s: float, service_s: float, error: SendError | None) -> None:
        """The response time is the request; the service time stands beside it, outside of Locust's sums."""
        self._environment.events.request.fire(
            request_type=user,
            name=RESPONSE,
            response_time=response_s * 1000,
            response_length=recipients,
            exception=error and Refused(str(error) or type(error).__name__),
            context={},
        )
        self._runner.stats.get(SERVICE, user).log(service_s * 1000, recipients)

    def _succeed(self, environment: Any, **_others: Any) -> None:
        """A mail that SES refuses is a result, and not a failure of this process."""
        environment.process_exit_code = environment.process_exit_code or 0
