"""What a request asks for beside its mail is obeyed, by every interface, and told in events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from loadtests.endpoint.inbox.documents import whole
from loadtests.endpoint.ses import Ses
from tests.unit.strict import SENDER, TO, ask_v1, ask_v2, begun, smtp, v1_raw, v1_simple, v2_raw, v2_simple

RAW = f"From: {SENDER}\r\nTo: {TO}\r\nSubject: Hi\r\n{{}}\r\nHello.\r\n"


@pytest.fixture
def ses() -> Iterator[Ses]:
    """An account of its own for each law."""
    with begun() as running:
        yield running


def events(ses: Ses) -> list[dict[str, Any]]:
    """Those of the newest mail."""
    told: list[dict[str, Any]] = whole(ses._common.store.newer_than(0)[0])["events"]
    return told


def tags(ses: Ses) -> dict[str, str]:
    """Those that the first event of the newest mail has."""
    return {name: value for name, (value,) in events(ses)[0]["mail"]["tags"].items()}


def test_events_name_the_operation_and_where_it_came_from(ses: Ses) -> None:
    """Each interface has its own name, as SES's records have it; a sender's tag cannot take its place."""
    template = {"Template": {"TemplateName": "hello", "TemplateData": "{}"}}
    many = {"FromEmailAddress": SENDER, "BulkEmailEntries": [{"Destination": {"ToAddresses": [TO]}}]}
    old = {"Source": SENDER, "Template": "hello"}
    sends: dict[str, list[Callable[[], Any]]] = {
        "SendEmail": [lambda: v1_simple(ses), lambda: v2_simple(ses), lambda: v2_raw(ses, RAW.format(""))],
        "SendRawEmail": [lambda: v1_raw(ses, RAW.format(""))],
        "SendSmtpEmail": [lambda: smtp(ses, RAW.format(""))],
        "SendBulkEmail": [lambda: ask_v2(ses, "outbound-bulk-emails", DefaultContent=template, **many)],
        "SendTemplatedEmail": [
            lambda: ask_v1(ses, "SendTemplatedEmail", **old, TemplateData="{}", Destination={"ToAddresses": [TO]})
        ],
    }
    for operation, ways in sends.items():
        for send in ways:
            send()
            assert (tags(ses)["ses:operation"], tags(ses)["ses:source-ip"]) == (operation, "127.0.0.1")
    assert "ses:outgoing-ip" not in tags(ses)
    assert v2_simple(ses, EmailTags=[{"Name": "ses:operation", "Value": "x"}])[0] == 400
