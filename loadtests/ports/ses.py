"""SES for real: SendEmail through boto3, in threads of its own, botocore's retries off, its errors translated."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, NamedTuple, Protocol

from botocore.exceptions import ClientError, ConnectionClosedError, ConnectionError, HTTPClientError, ReadTimeoutError

from loadtests.ports.request_threads import RequestThreads
from strategies.ports import Clock, Mail, Paused, QuotaExceeded, Rejected, SendError, Throttled, Unanswered, Unavailable

SENDER = "seslab@example.com"
TO_SIMULATOR = "success+{mail}.{who}@simulator.amazonses.com"
CONTENT = {"Simple": {"Subject": {"Data": "seslab"}, "Body": {"Text": {"Data": "One mail of a load test."}}}}
PAUSED_CODES = ("SendingPausedException", "AccountSendingPausedException")  # of v2 and v1
QUOTA_MESSAGE = "Daily message quota exceeded."  # the one thing that tells it from a throttle


class Envelope(NamedTuple):
    """From whom and to whom mails go; `to` is a template of `{mail}`, its number, and `{who}`, the recipient's.

    The first recipients of each mail are those of the `archive`.
    """

    source: str = SENDER
    to: str = TO_SIMULATOR
    configuration_set: str = ""
    archive: tuple[str, ...] = ()

    def address(self, mail: int, who: int) -> str:
        """A recipient's; all else in the template stays as it is, for whoever may choose it may write anything."""
        if who < len(self.archive):
            return self.archive[who]
        return self.to.replace("{mail}", str(mail)).replace("{who}", str(who))


def source_of(identity: str | None) -> str:
    """Somebody at an account's identity, or whom all mail is from that says nothing."""
    if identity is None:
        return SENDER
    return identity if "@" in identity else f"seslab@{identity}"


class CallerLog(Protocol):
    """Where callers note how they saw their calls."""

    def begin(self, mail: Mail, to: range, now_s: float, /) -> int:
        """The number of a new call."""
        ...

    def end(self, call: int, now_s: float, error: SendError | None, /) -> None: ...


class Mailer:
    """One host's SES. A caller that dies does not un-send its mail."""

    def __init__(self, client: Any, clock: Clock, log: CallerLog, threads: RequestThreads, envelope: Envelope) -> None:
        self._client, self._clock, self._log, self._threads, self._envelope = client, clock, log, threads, envelope

    def send(self, mail: Mail, to: range, /) -> Awaitable[None]:
        return self._threads.carry(self._send, mail, to)

    def _send(self, mail: Mail, to: range) -> None:
        call, refusal = self._log.begin(mail, to, self._clock.now()), None
        try:
            self._client.send_email(**request(call, mail, to, self._envelope))
        except (ClientError, ConnectionError, HTTPClientError) as error:
            refusal = translated(error)
            raise refusal from error
        finally:
            self._log.end(call, self._clock.now(), refusal)


def request(call: int, mail: Mail, to: range, envelope: Envelope) -> dict[str, Any]:
    """SendEmail's arguments; the tags let a witness name the recipients."""
    tags = {"call": call, "mail": mail.number, "first": to.start}
    addresses = [envelope.address(mail.number, who) for who in to]
    return {
        "FromEmailAddress": envelope.source,
        "Destination": {"ToAddresses": addresses},
        "Content": CONTENT,
        "EmailTags": [{"Name": name, "Value": str(value)} for name, value in tags.items()],
        **({"ConfigurationSetName": envelope.configuration_set} if envelope.configuration_set else {}),
    }


def translated(error: ClientError | ConnectionError | HTTPClientError) -> SendError:
    """What a foreign error means for the mail."""
    if isinstance(error, ClientError):
        return _refusal(error.response)
    if isinstance(error, ReadTimeoutError | ConnectionClosedError):
        return Unanswered(str(error))  # sent, but SES's decision never came back
    return Unavailable(str(error))


def _refusal(response: Any) -> SendError:
    code, message = response["Error"]["Code"], response["Error"]["Message"]
    if response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
        return Unavailable(message)
    if code == "TooManyRequestsException":
        return QuotaExceeded(message) if message == QUOTA_MESSAGE else Throttled(message)
    if code in PAUSED_CODES:
        return Paused(message)
    return Rejected(f"{code}: {message}")
