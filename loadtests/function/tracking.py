"""What a tracker's Lambdas run: SES's records go to its handler, and questions to its reader."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from loadtests.function.entry import environment, failures, telling_errors
from loadtests.record.function_lines import say_raised
from scenarios.tracking.heard import heard
from strategies.tracking.tracker import READER, TRACKER, Told

ENTRIES = {name: f"{__name__}.{entry}" for name, entry in ((TRACKER, "handle"), (READER, "answer"))}
"""The entry point of each function."""


def handle(event: Mapping[str, Any], context: object) -> Any:
    """The tracker's entry point: a batch of its queue. Why a message failed stands in the log."""
    told = [Told(record["messageId"], heard(record["body"])) for record in event["Records"]]
    with telling_errors():
        failed = environment().ask(told)
    for why in failed.values():
        say_raised(TRACKER, why)
    return failures(failed)


def answer(event: Mapping[str, Any], context: object) -> Any:
    """The reader's: a request to its URL, such as `?address=anna@example.com`."""
    address = (event.get("queryStringParameters") or {}).get("address", "").strip()
    if not address:
        return _answered(HTTPStatus.BAD_REQUEST, {"message": "address: must be the one to ask about"})
    with telling_errors():
        return _answered(HTTPStatus.OK, {"address": address, "banner": environment().ask(address)})


def _answered(status: HTTPStatus, document: Mapping[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(document)}
