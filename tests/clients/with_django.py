"""Sends a burst through django-ses and prints, a line each, what became of every mail."""

from __future__ import annotations

import os
import sys

from botocore.config import Config
from botocore.exceptions import ClientError
from django.conf import settings  # type: ignore[import-untyped]
from django.core.mail import EmailMessage, get_connection  # type: ignore[import-untyped]

settings.configure(
    AWS_SES_REGION_ENDPOINT_URL=os.environ["AWS_ENDPOINT_URL"],
    AWS_SES_AUTO_THROTTLE=None,  # its own limiter counts calls, not recipients, and would hide SES's
    AWS_SES_CONFIG=Config(retries={"total_max_attempts": 1}),
)


def send(number: int) -> str:
    """`ok`, or the error as django-ses lets it through."""
    to = [f"success+{number}@simulator.amazonses.com"]
    try:
        connection.send_messages([EmailMessage("A burst", "One of many.", "me@example.com", to)])
    except ClientError as error:
        return f"{type(error).__name__}: {error}"
    return "ok"


connection = get_connection("django_ses.SESBackend")
connection.open()
print("\n".join(map(send, range(int(sys.argv[1])))))
