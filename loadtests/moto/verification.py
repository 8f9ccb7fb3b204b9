"""Makes the sender one that may send, before a run."""

from __future__ import annotations

from contextlib import closing, suppress

from boto3.session import Session
from botocore.exceptions import BotoCoreError, ClientError

from loadtests.ports.clients import client
from loadtests.ports.ses import SENDER
from scenarios.errors import RunFailed

FIRST_ANSWER_S = 60.0  # the endpoint loads itself


def verify(session: Session, url: str, sender: str = SENDER) -> None:
    """Raises RunFailed."""
    try:
        with (
            closing(client(session, "sesv2", 1, FIRST_ANSWER_S, url)) as ses,
            suppress(ses.exceptions.AlreadyExistsException),  # of an earlier run at the same endpoint
        ):
            ses.create_email_identity(EmailIdentity=sender)
    except (BotoCoreError, ClientError) as error:
        raise RunFailed(f"{url} does not take {sender} as a sender: {error}") from error
