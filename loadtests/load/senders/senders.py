"""The users of a load test: each sends one mail by one interface and says in a `SendError` what went wrong.

They block; Locust's gevent lets many of them wait at once.
"""

from __future__ import annotations

from typing import Any, Protocol

from boto3.session import Session
from botocore.exceptions import BotoCoreError, ClientError

from loadtests.load.assignment import Assignment
from loadtests.load.senders.http import Http
from loadtests.load.senders.smtp import Smtp
from loadtests.ports.clients import client
from loadtests.ports.local import REGION, local_session
from loadtests.ports.local_accounts import local_account
from loadtests.ports.payloads import body_of
from loadtests.ports.ses import CONTENT, QUOTA_MESSAGE, Envelope, request, translated
from strategies.parts import everyone
from strategies.ports import Mail, QuotaExceeded, SendError, Throttled

CONNECTIONS = 1000
ERRORS = (ClientError, BotoCoreError)


class Sender(Protocol):
    """Sends a mail to all its recipients, under the name of a call; raises a `SendError`."""

    def send(self, call: int, mail: Mail) -> None: ...
    def close(self) -> None:
        """Close the connections that are free."""
        ...


def sender_of(assignment: Assignment) -> Sender:
    """The sender that an assignment asks for; all mails of a worker share it."""
    match assignment.user:
        case "ses-v2":
            return SesV2(connected(assignment, "sesv2"), assignment.envelope)
        case "ses-v1":
            return SesV1(connected(assignment, "ses"), assignment.envelope)
        case "sqs":
            return Sqs(connected(assignment, "sqs"), str(assignment.place.queue), assignment.first_number)
        case "smtp":
            return Smtp(assignment, assignment.envelope)
    return Http(assignment)


def session_of(assignment: Assignment) -> Session:
    """A local AWS takes an account's key, or any where it knows none; AWS takes boto3's own."""
    place, account = assignment.place, assignment.account
    if account is not None:
        return local_account(account.name).calling(account.region).session()
    if place.endpoint is None:
        return Session(region_name=place.region)
    return local_session(place.region or REGION)


def connected(assignment: Assignment, service: str) -> Any:
    """A client of that service, where the assignment's mails go."""
    session, place = session_of(assignment), assignment.place
    return client(session, service, CONNECTIONS, assignment.read_timeout_s, place.endpoint)


class SesV2:
    """SendEmail of API v2."""

    def __init__(self, ses: Any, envelope: Envelope) -> None:
        self._ses, self._envelope = ses, envelope

    def send(self, call: int, mail: Mail) -> None:
        try:
            self._ses.send_email(**request(call, mail, everyone(mail), self._envelope))
        except ERRORS as error:
            raise translated(error) from error

    def close(self) -> None:
        self._ses.close()


class SesV1:
    """SendEmail of API v1, which calls the same things otherwise."""

    def __init__(self, ses: Any, envelope: Envelope) -> None:
        self._ses, self._envelope = ses, envelope

    def send(self, call: int, mail: Mail) -> None:
        try:
            self._ses.send_email(**request_v1(request(call, mail, everyone(mail), self._envelope)))
        except ERRORS as error:
            raise translated_v1(error) from error

    def close(self) -> None:
        self._ses.close()


def request_v1(v2: dict[str, Any]) -> dict[str, Any]:
    """The arguments of v2's SendEmail as v1 wants them."""
    named = {"Source": v2["FromEmailAddress"], "Message": CONTENT["Simple"], "Tags": v2["EmailTags"]}
    return {**named, **{key: v2[key] for key in ("Destination", "ConfigurationSetName") if key in v2}}


def translated_v1(error: Any) -> SendError:
    """What v1's error means for the mail; it tells the daily quota by its message alone."""
    if isinstance(error, ClientError) and error.response["Error"]["Code"] == "Throttling":
        message = error.response["Error"]["Message"]
        return QuotaExceeded(message) if message == QUOTA_MESSAGE else Throttled(message)
    return translated(error)


class Sqs:
    """The producer of a queue, whose messages a deployed strategy reads."""

    def __init__(self, sqs: Any, url: str, first_number: int) -> None:
        self._sqs, self._url, self._first_number = sqs, url, first_number

    def send(self, _call: int, mail: Mail) -> None:
        numbered = mail._replace(number=self._first_number + mail.number)
        try:
            self._sqs.send_message(QueueUrl=self._url, MessageBody=body_of(numbered))
        except ERRORS as error:
            raise translated(error) from error

    def close(self) -> None:
        self._sqs.close()
