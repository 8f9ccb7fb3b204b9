"""SES's API v2, REST with JSON: which operation does what, and how errors are put."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from loadtests.endpoint.control.absent import absent, has_moto
from loadtests.endpoint.http import OK, Answer, as_json, request_id
from loadtests.endpoint.message import Client
from loadtests.endpoint.parsing import operations
from loadtests.endpoint.refusals import WIRE, Refused
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.v2 import configuration as v2_configuration
from loadtests.endpoint.v2 import global_endpoints as v2_global_endpoints
from loadtests.endpoint.v2 import identities as v2_identities
from loadtests.endpoint.v2 import identity_attributes as v2_identity_attributes
from loadtests.endpoint.v2 import lists as v2_lists
from loadtests.endpoint.v2 import options as v2_options
from loadtests.endpoint.v2 import policies as v2_policies
from loadtests.endpoint.v2 import pools as v2_pools
from loadtests.endpoint.v2 import reputation as v2_reputation
from loadtests.endpoint.v2 import send as v2_send
from loadtests.endpoint.v2 import suppression as v2_suppression
from loadtests.endpoint.v2 import tagging as v2_tagging
from loadtests.endpoint.v2 import templates as v2_templates
from loadtests.endpoint.v2 import tenants as v2_tenants
from loadtests.endpoint.v2 import verification as v2_verification
from loadtests.endpoint.validation.resource_tags import check_resource_tags

PREFIX = "/v2/email/"

Operation = Callable[[Ses, Request], dict[str, Any] | None]
"""Returns the answer's document, or None to leave the request to moto; raises Refused."""

OPERATIONS: dict[str, Operation] = {
    "SendEmail": v2_send.send_email,
    "SendBulkEmail": v2_send.send_bulk_email,
    "GetAccount": v2_send.get_account,
    "PutAccountSendingAttributes": v2_send.put_account_sending,
    "PutAccountSuppressionAttributes": v2_suppression.put_account_suppression,
    "ListSuppressedDestinations": v2_suppression.list_suppressed,
    "PutSuppressedDestination": v2_suppression.put_suppressed,
    "GetSuppressedDestination": v2_suppression.get_suppressed,
    "DeleteSuppressedDestination": v2_suppression.delete_suppressed,
    "CreateEmailIdentity": v2_identities.create,
    "GetEmailIdentity": v2_identities.get,
    "DeleteEmailIdentity": v2_identities.delete,
    "ListEmailIdentities": v2_identities.list_all,
    "CreateEmailIdentityPolicy": v2_policies.create,
    "UpdateEmailIdentityPolicy": v2_policies.update,
    "DeleteEmailIdentityPolicy": v2_policies.delete,
    "GetEmailIdentityPolicies": v2_policies.get_all,
    "CreateDedicatedIpPool": v2_pools.create,
    "GetDedicatedIpPool": v2_pools.of_known,
    "DeleteDedicatedIpPool": v2_pools.delete,
    "ListDedicatedIpPools": v2_pools.list_all,
    "ListConfigurationSets": v2_configuration.list_all,
    "PutEmailIdentityMailFromAttributes": v2_identity_attributes.put_mail_from,
    "PutEmailIdentityConfigurationSetAttributes": v2_identity_attributes.put_configuration_set,
    "CreateMultiRegionEndpoint": v2_global_endpoints.create,
    "GetMultiRegionEndpoint": v2_global_endpoints.get,
    "ListMultiRegionEndpoints": v2_global_endpoints.list_all,
    "DeleteMultiRegionEndpoint": v2_global_endpoints.delete,
    "CreateTenant": v2_tenants.create,
    "GetTenant": v2_tenants.get,
    "ListTenants": v2_tenants.list_all,
    "DeleteTenant": v2_tenants.delete,
    "PutTenantSuppressionAttributes": v2_tenants.put_suppression,
    "CreateTenantResourceAssociation": v2_tenants.associate,
    "DeleteTenantResourceAssociation": v2_tenants.dissociate,
    "ListTenantResources": v2_tenants.list_resources,
    "ListResourceTenants": v2_tenants.list_tenants_of,
    "GetReputationEntity": v2_reputation.get,
    "ListReputationEntities": v2_reputation.list_all,
    "UpdateReputationEntityCustomerManagedStatus": v2_reputation.put_status,
    "UpdateReputationEntityPolicy": v2_reputation.put_policy,
    "CreateContactList": v2_lists.create_list,
    "GetContactList": v2_lists.get_list,
    "ListContactLists": v2_lists.list_lists,
    "UpdateContactList": v2_lists.update_list,
    "DeleteContactList": v2_lists.delete_list,
    "CreateContact": v2_lists.create_contact,
    "GetContact": v2_lists.get_contact,
    "ListContacts": v2_lists.list_contacts,
    "UpdateContact": v2_lists.update_contact,
    "DeleteContact": v2_lists.delete_contact,
    "CreateConfigurationSet": v2_configuration.create,
    "GetConfigurationSet": v2_configuration.get,
    "DeleteConfigurationSet": v2_configuration.delete,
    "UpdateConfigurationSet": v2_options.update,
    "PutConfigurationSetSendingOptions": v2_options.put_sending,
    "PutConfigurationSetSuppressionOptions": v2_options.put_suppression,
    "PutConfigurationSetDeliveryOptions": v2_options.put_delivery,
    "PutConfigurationSetTrackingOptions": v2_options.put_tracking,
    "PutConfigurationSetReputationOptions": v2_options.put_reputation,
    "PutConfigurationSetVdmOptions": v2_options.put_vdm,
    "PutConfigurationSetArchivingOptions": v2_options.put_archiving,
    "GetConfigurationSetEventDestinations": v2_configuration.get_destinations,
    "CreateConfigurationSetEventDestination": v2_configuration.create_destination,
    "UpdateConfigurationSetEventDestination": v2_configuration.update_destination,
    "DeleteConfigurationSetEventDestination": v2_configuration.delete_destination,
    "CreateEmailTemplate": v2_templates.create,
    "ListEmailTemplates": v2_templates.list_all,
    "GetEmailTemplate": v2_templates.get,
    "UpdateEmailTemplate": v2_templates.update,
    "DeleteEmailTemplate": v2_templates.delete,
    "TestRenderEmailTemplate": v2_templates.render_one,
    "CreateCustomVerificationEmailTemplate": v2_verification.create,
    "GetCustomVerificationEmailTemplate": v2_verification.get,
    "UpdateCustomVerificationEmailTemplate": v2_verification.update,
    "DeleteCustomVerificationEmailTemplate": v2_verification.delete,
    "ListCustomVerificationEmailTemplates": v2_verification.list_all,
    "SendCustomVerificationEmail": v2_verification.send_one,
    "TagResource": v2_tagging.tag_resource,
    "UntagResource": v2_tagging.untag_resource,
    "ListTagsForResource": v2_tagging.list_tags,
}
"""Those of ours; moto has others, such as CreateContactList."""


def answer(ses: Ses, method: str, path: str, body: bytes, query: str, client: Client) -> Answer | None:
    """The operation's answer, or its error as AWS puts it; None leaves a request that can be relied on to moto.

    The path is a quoted one.
    """
    try:
        found = operations.by_path(method, path)
        if found.name not in OPERATIONS and not has_moto("sesv2", found.name):
            raise absent("sesv2", found.name)
        ses.check_control(("sesv2", found.name))
        document = operations.from_json(found, body, parse_qs(query))
        check_resource_tags(document.get("Tags", ()))  # a mail's are called otherwise in v2
        if found.name not in OPERATIONS:
            return None
        told = OPERATIONS[found.name](ses, Request(document, client))
        return None if told is None else as_json(told, OK, request_id())
    except Refused as refused:
        return error(refused)


def error(refused: Refused) -> Answer:
    """An error: the code in a header, the words in the body."""
    wire = WIRE[refused.code]
    return as_json({"message": refused.text}, wire.status, ("x-amzn-ErrorType", wire.code), request_id())
