"""SES's API v1, the Query protocol: which action does what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from loadtests.endpoint.control.absent import absent, has_moto
from loadtests.endpoint.http import Answer
from loadtests.endpoint.message import Client
from loadtests.endpoint.parsing import operations
from loadtests.endpoint.refusals import Refused
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.v1 import configuration as v1_configuration
from loadtests.endpoint.v1 import identities as v1_identities
from loadtests.endpoint.v1 import options as v1_options
from loadtests.endpoint.v1 import query
from loadtests.endpoint.v1 import send as v1_send
from loadtests.endpoint.v1 import templates as v1_templates
from loadtests.endpoint.v1 import verification as v1_verification
from loadtests.endpoint.v2 import verification as v2_verification

Action = Callable[[Ses, Request], dict[str, Any] | None]
"""None leaves the request to moto."""

ACTIONS: dict[str, Action] = {
    "SendEmail": v1_send.send_email,
    "SendRawEmail": v1_send.send_raw_email,
    "SendTemplatedEmail": v1_send.send_templated_email,
    "SendBulkTemplatedEmail": v1_send.send_bulk_templated_email,
    "CreateTemplate": v1_templates.create,
    "UpdateTemplate": v1_templates.update,
    "DeleteTemplate": v1_templates.delete,
    "ListTemplates": v1_templates.list_all,
    "TestRenderTemplate": v1_templates.test_render,
    "CreateCustomVerificationEmailTemplate": v2_verification.create,
    "GetCustomVerificationEmailTemplate": v2_verification.get,
    "UpdateCustomVerificationEmailTemplate": v1_verification.update,
    "DeleteCustomVerificationEmailTemplate": v2_verification.delete,
    "ListCustomVerificationEmailTemplates": v1_verification.list_all,
    "SendCustomVerificationEmail": v1_verification.send_one,
    "GetSendQuota": v1_send.get_send_quota,
    "GetSendStatistics": v1_send.get_send_statistics,
    "GetAccountSendingEnabled": v1_send.get_account_sending_enabled,
    "UpdateAccountSendingEnabled": v1_send.update_account_sending_enabled,
    "VerifyEmailIdentity": v1_identities.verify_address,
    "VerifyEmailAddress": v1_identities.verify_address,
    "VerifyDomainIdentity": v1_identities.verify_domain,
    "DeleteIdentity": v1_identities.delete,
    "ListIdentities": v1_identities.list_all,
    "GetIdentityNotificationAttributes": v1_identities.notifications,
    "SetIdentityNotificationTopic": v1_identities.set_topic,
    "SetIdentityMailFromDomain": v1_identities.set_mail_from,
    "SetIdentityFeedbackForwardingEnabled": v1_identities.set_forwarding,
    "SetIdentityHeadersInNotificationsEnabled": v1_identities.set_headers,
    "CreateConfigurationSet": v1_configuration.create,
    "ListConfigurationSets": v1_configuration.list_all,
    "DescribeConfigurationSet": v1_configuration.describe,
    "DeleteConfigurationSet": v1_configuration.delete,
    "UpdateConfigurationSetReputationMetricsEnabled": v1_configuration.update_metrics_enabled,
    "UpdateConfigurationSetSendingEnabled": v1_configuration.update_sending_enabled,
    "PutConfigurationSetDeliveryOptions": v1_options.put_delivery,
    "CreateConfigurationSetTrackingOptions": v1_options.create_tracking,
    "UpdateConfigurationSetTrackingOptions": v1_options.update_tracking,
    "DeleteConfigurationSetTrackingOptions": v1_options.delete_tracking,
    "CreateConfigurationSetEventDestination": v1_configuration.create_destination,
    "UpdateConfigurationSetEventDestination": v1_configuration.update_destination,
    "DeleteConfigurationSetEventDestination": v1_configuration.delete_destination,
}
"""Those of ours; moto has others, such as GetTemplate."""


def is_of_ses(tree: Mapping[str, Any]) -> bool:
    """Whether a form without a signature means SES: one of its actions says so."""
    action = tree.get("Action")
    return isinstance(action, str) and action in operations.model("ses").operation_names


def answer(ses: Ses, tree: Mapping[str, Any], client: Client) -> Answer | None:
    """The action's answer, or its error as AWS puts it; None leaves a request that can be relied on to moto."""
    request_id = str(uuid4())
    try:
        action = operations.action_of(tree)
        if action not in ACTIONS and not has_moto("ses", action):
            raise absent("ses", action)
        ses.check_control(("ses", action))
        document = operations.from_query(action, tree)
        if action not in ACTIONS:
            return None
        found = ACTIONS[action](ses, Request(document, client))
        return None if found is None else query.result(action, found, request_id)
    except Refused as refused:
        return query.error(refused, request_id)
