"""SES's API v1, the Query protocol: which action does what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from loadtests.endpoint.http import Answer
from loadtests.endpoint.refusals import Refused
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.v1 import configuration as v1_configuration
from loadtests.endpoint.v1 import query
from loadtests.endpoint.v1 import send as v1_send

Action = Callable[[Ses, Request], dict[str, Any]]

ACTIONS: dict[str, Action] = {
    "SendEmail": v1_send.send_email,
    "SendRawEmail": v1_send.send_raw_email,
    "SendTemplatedEmail": v1_send.send_templated_email,
    "SendBulkTemplatedEmail": v1_send.send_bulk_templated_email,
    "GetSendQuota": v1_send.get_send_quota,
    "GetAccountSendingEnabled": v1_send.get_account_sending_enabled,
    "UpdateAccountSendingEnabled": v1_send.update_account_sending_enabled,
    "DescribeConfigurationSet": v1_configuration.describe,
    "DeleteConfigurationSet": v1_configuration.delete,
    "UpdateConfigurationSetSendingEnabled": v1_configuration.update_sending_enabled,
    "CreateConfigurationSetEventDestination": v1_configuration.create_destination,
    "UpdateConfigurationSetEventDestination": v1_configuration.update_destination,
    "DeleteConfigurationSetEventDestination": v1_configuration.delete_destination,
}
"""Those of ours; moto has the others, such as VerifyEmailIdentity, CreateTemplate and GetSendStatistics."""


def answer(ses: Ses, tree: dict[str, Any], client: str) -> Answer:
    """The action's answer, or its error as AWS puts it."""
    action, request_id = str(tree["Action"]), str(uuid4())
    try:
        return query.result(action, ACTIONS[action](ses, Request(tree, {}, client)), request_id)
    except Refused as refused:
        return query.error(refused, request_id)
