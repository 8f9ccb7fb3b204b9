"""Sends a burst through boto3 from eight threads and prints, a line each, what became of every mail."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

client = boto3.client("sesv2", config=Config(retries={"total_max_attempts": 1}))
content = {"Simple": {"Subject": {"Data": "A burst"}, "Body": {"Text": {"Data": "One of many."}}}}


def send(number: int) -> str:
    """`ok`, or the error as boto3 puts it."""
    to = {"ToAddresses": [f"success+{number}@simulator.amazonses.com"]}
    try:
        client.send_email(FromEmailAddress="me@example.com", Destination=to, Content=content)
    except ClientError as error:
        return f"{type(error).__name__}: {error}"
    return "ok"


with ThreadPoolExecutor(8) as threads:
    print("\n".join(threads.map(send, range(int(sys.argv[1])))))
