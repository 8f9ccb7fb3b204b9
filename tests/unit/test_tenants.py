"""Tenants: each sends with what is its own, while it may, and is spared what others have brought about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from loadtests.endpoint.inbox.documents import whole
from loadtests.endpoint.ses import Ses
from tests.unit.strict import (
    ACCOUNT,
    OK,
    REGION,
    SENDER,
    TO,
    ask_v1,
    ask_v2,
    begun,
    smtp,
    v1_raw,
    v2_raw,
    v2_simple,
)

ARN = f"arn:aws:ses:{REGION}:{ACCOUNT}:"
IDENTITY, SET, TEMPLATE = f"{ARN}identity/{SENDER}", f"{ARN}configuration-set/letters", f"{ARN}template/hello"
RAW = f"From: {SENDER}\r\nTo: {TO}\r\nX-SES-TENANT: acme\r\n\r\nHello.\r\n"


@pytest.fixture
def ses() -> Iterator[Ses]:
    """With a tenant, a configuration set and a template."""
    with begun() as running:
        assert ask_v2(running, "configuration-sets", ConfigurationSetName="letters") == {}
        assert ask_v2(running, "tenants", TenantName="acme")["SendingStatus"] == "ENABLED"
        yield running


def associate(ses: Ses, *arns: str, tenant: str = "acme") -> None:
    """Let the tenant send with these."""
    for arn in arns:
        assert ask_v2(ses, "tenants/resources", TenantName=tenant, ResourceArn=arn) == {}


def reached(ses: Ses) -> str:
    """What the newest mail's event after Send says."""
    event = whole(ses._common.store.newer_than(0)[0])["events"][1]
    assert event["mail"]["tags"]["ses:tenant-name"] == ["acme"]
    return str(event.get("bounce", {}).get("bounceSubType", event["eventType"]))


def refused(*arns: str) -> tuple[int, str, str]:
    """What v2 says of a mail for which these are missing."""
    return (403, "AccessDeniedException", f"Tenant not associated with resources [{', '.join(arns)}].")


def test_a_tenant_sends_with_what_is_associated(ses: Ses) -> None:
    """All that is missing is named: identity, configuration set and template, in single and in bulk calls."""
    template = {"TemplateName": "hello", "TemplateData": "{}"}
    sends: dict[str, Any] = {"TenantName": "acme", "ConfigurationSetName": "letters"}
    single = {**sends, "Content": {"Template": template}}
    many = {"FromEmailAddress": SENDER, "BulkEmailEntries": [{"Destination": {"ToAddresses": [TO]}}]}
    bulk: dict[str, Any] = {**sends, **many, "DefaultContent": {"Template": template}}
    assert v2_simple(ses, TenantName="acme") == refused(IDENTITY)
    assert v2_simple(ses, **single) == refused(IDENTITY, SET, TEMPLATE)
    assert ask_v2(ses, "outbound-bulk-emails", **bulk) == refused(IDENTITY, SET, TEMPLATE)
    associate(ses, IDENTITY, TEMPLATE)
    assert v2_simple(ses, TenantName="acme") == OK
    assert reached(ses) == "Delivery"
    assert v2_simple(ses, **single) == refused(SET)
    associate(ses, SET)
    assert v2_simple(ses, **single) == OK
    assert ask_v2(ses, "outbound-bulk-emails", **bulk)["BulkEmailEntryResults"][0]["Status"] == "SUCCESS"
    assert reached(ses) == "Delivery"


def test_a_header_names_the_tenant_too(ses: Ses) -> None:
    """Of all interfaces that take MIME text; what the request says goes before it."""
    text = refused(IDENTITY)[2]
    assert v2_raw(ses, RAW) == refused(IDENTITY)
    assert v1_raw(ses, RAW) == (403, "AccessDenied", text)
    assert smtp(ses, RAW) == (554, "", f"Transaction failed: {text}")
    missing = (404, "NotFoundException", f"Tenant nobody for AwsAccountId {ACCOUNT} not found.")
    assert v2_raw(ses, RAW, TenantName="nobody") == missing
    associate(ses, IDENTITY)
    for said in (v2_raw(ses, RAW), v1_raw(ses, RAW), smtp(ses, RAW)):
        assert said == OK
        assert reached(ses) == "Delivery"


def test_an_identity_may_be_the_senders_domain(ses: Ses) -> None:
    """The narrowest that there is counts, as at SES."""
    ses.backend.create_email_identity_v2("example.com", None, None, None)
    assert v2_simple(ses, TenantName="acme", FromEmailAddress="News <other@example.com>") == refused(
        f"{ARN}identity/example.com"
    )
    assert v2_simple(ses, TenantName="acme") == refused(IDENTITY)


def test_a_disabled_tenant_sends_nothing(ses: Ses) -> None:
    """Until it is enabled, or reinstated; all others go on."""
    associate(ses, IDENTITY)
    arn = ask_v2(ses, "tenants/get", TenantName="acme")["Tenant"]["TenantArn"]
    entity = f"reputation/entities/RESOURCE/{quote(arn, safe='')}"
    for status, expected in (("DISABLED", "SendingPausedException"), ("REINSTATED", ""), ("ENABLED", "")):
        assert ask_v2(ses, f"{entity}/customer-managed-status", "PUT", SendingStatus=status) == {}
        assert v2_simple(ses, TenantName="acme")[1] == expected
        assert v2_simple(ses) == OK
        assert ask_v2(ses, entity, "GET")["ReputationEntity"]["SendingStatusAggregate"] == status
        assert ask_v2(ses, "tenants/list", Filter={"SENDING_STATUS": status})["Tenants"][0]["TenantName"] == "acme"
    strict = f"arn:aws:ses:{REGION}:aws:reputation-policy/strict"
    assert ask_v2(ses, f"{entity}/policy", "PUT", ReputationEntityPolicy=strict) == {}
    assert ask_v2(ses, f"{entity}/policy", "PUT", ReputationEntityPolicy="strict")[0] == 400
    (shown,) = ask_v2(ses, "reputation/entities")["ReputationEntities"]
    assert (shown["ReputationManagementPolicy"], shown["ReputationEntityReference"]) == (strict, arn)


SUPPRESSED = {None: "Delivery", "ACCOUNT": "OnAccountSuppressionList", "TENANT": "OnTenantSuppressionList"}


@pytest.mark.parametrize(
    ("listed", "of_tenant", "of_set", "expected"),
    [
        ("ACCOUNT", None, {}, "ACCOUNT"),
        ("TENANT", None, {}, None),
        ("TENANT", ("TENANT", ["BOUNCE"]), {}, "TENANT"),
        ("ACCOUNT", ("TENANT", ["BOUNCE"]), {}, None),
        ("TENANT", ("TENANT", ["COMPLAINT"]), {}, None),
        ("TENANT", ("TENANT", []), {}, None),
        ("ACCOUNT", ("ACCOUNT", ["COMPLAINT"]), {}, None),
        ("TENANT", ("TENANT", ["COMPLAINT"]), {"SuppressedReasons": ["BOUNCE"]}, "TENANT"),
        ("ACCOUNT", ("TENANT", ["BOUNCE"]), {"SuppressionScope": "ACCOUNT"}, "ACCOUNT"),
        ("TENANT", None, {"SuppressionScope": "TENANT"}, "TENANT"),
    ],
)
def test_whose_suppression_list_holds(
    ses: Ses, listed: str, of_tenant: tuple[str, list[str]] | None, of_set: dict[str, Any], expected: str | None
) -> None:
    """The set goes first, then the tenant, then the account, for the list and for the reasons each by itself."""
    associate(ses, IDENTITY, SET)
    where = {"TenantName": "acme"} if listed == "TENANT" else {}
    entry: dict[str, Any] = {"EmailAddress": TO, "Reason": "BOUNCE", **where}
    assert ask_v2(ses, "suppression/addresses", "PUT", **entry) == {}
    if of_tenant is not None:
        scope, reasons = of_tenant
        attributes: dict[str, Any] = {"SuppressionScope": scope, "SuppressedReasons": reasons}
        assert ask_v2(ses, "tenant/suppression", TenantName="acme", **attributes) == {}
        assert ask_v2(ses, "tenants/get", TenantName="acme")["Tenant"]["SuppressionAttributes"] == attributes
    if of_set:
        assert ask_v2(ses, "configuration-sets/letters/suppression-options", "PUT", **of_set) == {}
    assert v2_simple(ses, TenantName="acme", ConfigurationSetName="letters") == OK
    assert reached(ses) == SUPPRESSED[expected]


def test_what_a_tenants_mail_brings_about_stays_with_it(ses: Ses) -> None:
    """A bounce puts the address onto the list that holds for the mail, and the account's stays as it is."""
    attributes: dict[str, Any] = {"SuppressionScope": "TENANT", "SuppressedReasons": ["BOUNCE"]}
    assert ask_v2(ses, "tenants", TenantName="other", SuppressionAttributes=attributes)["TenantName"] == "other"
    associate(ses, IDENTITY, tenant="other")
    assert v2_simple(ses, TenantName="other") == OK
    ses.suppression.policy(ses._common.store.newer_than(0)[0].message).find(TO, "BOUNCE")
    assert ses.suppression.account.entries(("BOUNCE",)) == []
    assert [one.address for one in ses.suppression.of(ses.tenants.get("other")).entries(("BOUNCE",))] == [TO]
    ses.suppression.forget_found()
    assert ses.suppression.of(ses.tenants.get("other")).entries(("BOUNCE",)) == []


def test_a_tenants_list_is_changed_apart_from_the_accounts(ses: Ses) -> None:
    """By its name, in a body or beside the path; it goes with the tenant."""
    entry: dict[str, Any] = {"EmailAddress": TO, "Reason": "BOUNCE", "TenantName": "acme"}
    path, query = f"suppression/addresses/{TO}", "TenantName=acme"
    assert ask_v2(ses, "suppression/addresses", "PUT", **entry) == {}
    assert ask_v2(ses, path, "GET")[0] == 404
    assert ask_v2(ses, path, "GET", query)["SuppressedDestination"]["TenantName"] == "acme"
    shown = ask_v2(ses, "suppression/addresses", "GET", query)["SuppressedDestinationSummaries"]
    assert [one["EmailAddress"] for one in shown] == [TO]
    assert ask_v2(ses, path, "DELETE", query) == {}
    assert ask_v2(ses, path, "DELETE", query)[0] == 404
    assert ask_v2(ses, "suppression/addresses", "PUT", **{**entry, "TenantName": "nobody"})[0] == 404
    assert ask_v2(ses, "suppression/addresses", "PUT", **entry) == {}
    assert ask_v2(ses, "tenants/delete", TenantName="acme") == {}
    assert ask_v2(ses, "tenants", TenantName="acme")["TenantName"] == "acme"
    assert ask_v2(ses, path, "GET", query)[0] == 404


def test_tenants_and_resources_are_listed_both_ways(ses: Ses) -> None:
    """By name and by ARN, in pages and by type; an association ends without the resource's end."""
    assert ask_v2(ses, "tenants", TenantName="zoo", Tags=[{"Key": "a", "Value": "b"}])["Tags"]
    associate(ses, IDENTITY, SET, TEMPLATE)
    associate(ses, SET, tenant="zoo")
    first = ask_v2(ses, "tenants/list", PageSize=1)
    second = ask_v2(ses, "tenants/list", PageSize=1, NextToken=first["NextToken"])
    assert [one["TenantName"] for page in (first, second) for one in page["Tenants"]] == ["acme", "zoo"]
    assert "NextToken" not in second
    assert len(ask_v2(ses, "tenants/list", Filter={"TENANT_NAME_CONTAINS": "oo"})["Tenants"]) == 1
    resources = ask_v2(ses, "tenants/resources/list", TenantName="acme")["TenantResources"]
    assert [one["ResourceArn"] for one in resources] == [SET, IDENTITY, TEMPLATE]
    for kind in ("CONFIGURATION_SET", "configuration-set"):
        shown = ask_v2(ses, "tenants/resources/list", TenantName="acme", Filter={"RESOURCE_TYPE": kind})
        assert shown["TenantResources"] == [{"ResourceType": "CONFIGURATION_SET", "ResourceArn": SET}]
    tenants = ask_v2(ses, "resources/tenants/list", ResourceArn=SET)["ResourceTenants"]
    assert [one["TenantName"] for one in tenants] == ["acme", "zoo"]
    in_use = f"Cannot delete <{SET}> because it has tenant associations. Remove all tenant associations and try again."
    assert ask_v2(ses, "configuration-sets/letters", "DELETE") == (400, "BadRequestException", in_use)
    assert ask_v1(ses, "DeleteConfigurationSet", ConfigurationSetName="letters")[2] == in_use
    assert ask_v1(ses, "DeleteIdentity", Identity=SENDER)[2] == in_use.replace(SET, IDENTITY)
    assert ask_v2(ses, f"identities/{SENDER}", "DELETE")[2] == in_use.replace(SET, IDENTITY)
    template = TEMPLATE.rpartition("/")[2]
    assert ask_v1(ses, "DeleteTemplate", TemplateName=template)[2] == in_use.replace(SET, TEMPLATE)
    assert ask_v2(ses, f"templates/{template}", "DELETE")[2] == in_use.replace(SET, TEMPLATE)
    for tenant in ("acme", "zoo", "zoo"):
        assert ask_v2(ses, "tenants/resources/delete", TenantName=tenant, ResourceArn=SET) == {}
    assert ask_v2(ses, "configuration-sets/letters", "DELETE") == {}


@pytest.mark.parametrize(
    ("path", "document", "code", "words"),
    [
        ("tenants", {"TenantName": "acme"}, "AlreadyExistsException", "already exists in account 123456789012"),
        ("tenants", {"TenantName": " "}, "BadRequestException", "TenantName cannot be empty"),
        ("tenants", {"TenantName": "a" * 65}, "BadRequestException", "TenantName cannot exceed 64 characters."),
        ("tenants", {"TenantName": "a b"}, "BadRequestException", "Invalid tenant name <a b>"),
        ("tenants/get", {"TenantName": "nobody"}, "NotFoundException", "The requested tenant <nobody> does not exist."),
        ("tenants/list", {"PageSize": 101}, "BadRequestException", "less than or equal to 100"),
        ("tenants/list", {"NextToken": "x"}, "BadRequestException", "NextToken is invalid."),
        ("tenant/suppression", {"SuppressionScope": "TENANT"}, "BadRequestException", "without SuppressedReasons."),
        ("tenant/suppression", {"SuppressedReasons": ["BOUNCE"]}, "BadRequestException", "without SuppressionScope."),
        ("tenant/suppression", {"SuppressedReasons": []}, "BadRequestException", "SuppressionScope is required"),
        (
            "tenant/suppression",
            {"SuppressedReasons": ["BOUNCE"] * 2, "SuppressionScope": "TENANT"},
            "BadRequestException",
            "at most once",
        ),
        ("tenants/resources", {"ResourceArn": "x"}, "BadRequestException", "is not an SES resource"),
        (
            "tenants/resources",
            {"ResourceArn": "arn:aws:s3:::x"},
            "BadRequestException",
            "not in SES resource ARN format",
        ),
        ("tenants/resources", {"ResourceArn": f"{ARN}x/y"}, "BadRequestException", "Unsupported resource type: x"),
        ("tenants/resources", {"ResourceArn": f"{ARN}identity/"}, "BadRequestException", "is not an SES resource"),
        (
            "tenants/resources",
            {"ResourceArn": IDENTITY.replace("us-east-1", "eu-west-1")},
            "BadRequestException",
            "region",
        ),
        ("tenants/resources", {"ResourceArn": IDENTITY.replace(ACCOUNT, "1" * 12)}, "BadRequestException", "account"),
        ("tenants/resources", {"ResourceArn": f"{ARN}identity/x.example"}, "NotFoundException", "Identity <x.example>"),
        ("tenants/resources", {"ResourceArn": f"{ARN}template/none"}, "NotFoundException", "none does not exist"),
        (
            "tenants/resources",
            {"ResourceArn": SET},
            "AlreadyExistsException",
            "already been associated with tenant acme",
        ),
    ],
)
def test_what_no_tenant_can_be_or_have_is_refused(
    ses: Ses, path: str, document: dict[str, Any], code: str, words: str
) -> None:
    """In SES's words."""
    associate(ses, SET)
    said = ask_v2(ses, path, **({} if "list" in path else {"TenantName": "acme"}) | document)
    assert (said[1], words in said[2]) == (code, True)
