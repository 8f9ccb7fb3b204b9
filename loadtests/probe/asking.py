"""SES for real, asked one call at a time."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from loadtests.ports.ses import Envelope, request, translated
from loadtests.suppression.pace import RealClock
from scenarios.errors import RunFailed
from scenarios.formats.quoted import printable
from scenarios.inference.probing.probe import Answer
from strategies.ports import Mail, Throttled

NOT_VERIFIED = "not verified"
"""SES's words: Email address is not verified."""


class SesLimiter:
    """The limiter of an account; whatever else refuses a mail ends the probe."""

    def __init__(self, client: Any, envelope: Envelope, world: str) -> None:
        self._client, self._envelope, self._world = client, envelope, world
        self._clock, self._calls = RealClock(), 0

    def now_s(self) -> float:
        return self._clock.now_s()

    def wait_until(self, at_s: float) -> None:
        self._clock.wait(max(0.0, at_s - self._clock.now_s()))

    def ask(self, recipients: int) -> Answer:
        mail, self._calls = Mail(self._calls, recipients, 0.0), self._calls + 1
        arguments = request(mail.number, mail, range(recipients), self._envelope)
        start_s = self._clock.now_s()
        try:
            self._client.send_email(**arguments)
            accepted = True
        except (ClientError, ConnectionError, HTTPClientError) as error:
            refusal = translated(error)
            if not isinstance(refusal, Throttled):
                raise RunFailed(
                    f"{self._world}: a mail was not taken, for another reason than the rate, after {self._calls - 1} "
                    f"calls: {printable(str(refusal))}{self._remedy(str(refusal))}"
                ) from error
            accepted = False
        return Answer(start_s, self._clock.now_s(), accepted)

    def _remedy(self, said: str) -> str:
        if NOT_VERIFIED not in said:
            return ""
        domain = self._envelope.source.rpartition("@")[2]
        return f"; name a verified sender with --from, or start the seslab serve with --verify {domain}"
