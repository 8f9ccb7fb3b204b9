"""Errors that AWS has given when asked: recorded by localstack (`test_ses.snapshot.json`), or told in bug reports."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from loadtests.endpoint.control import absent
from loadtests.endpoint.http import SES_SIGNED
from loadtests.endpoint.parsing.operations import model
from tests.docs.operations import status_of
from tests.unit.served import SENDER, Endpoint, served

NO_TOPIC = "arn:aws:sns:us-east-1:123456789012:none"
SET, STRANGER = {"ConfigurationSetName": "set"}, "unknown@example.org"
ONE = {"Name": "one", "MatchingEventTypes": ["send"], "SNSDestination": {"TopicARN": NO_TOPIC}}
ONE_V2 = {"MatchingEventTypes": ["SEND"], "SnsDestination": {"TopicArn": NO_TOPIC}}
BOUNCES = {"Identity": SENDER, "NotificationType": "Bounce"}
NOT_VERIFIED = "Identity {} is invalid. Must be a verified email address or domain."
TYPES = "Valid values are: Bounce, Complaint, Delivery."

Case = tuple[str, str, dict[str, Any], int, str, str]

RECORDED: tuple[Case, ...] = (
    (
        *("ses", "CreateConfigurationSetEventDestination", {**SET, "EventDestination": ONE}),
        *(400, "InvalidSNSDestination", f"SNS topic <{NO_TOPIC}> not found."),
    ),
    (
        *("ses", "CreateConfigurationSetEventDestination", {"ConfigurationSetName": "no", "EventDestination": ONE}),
        *(400, "ConfigurationSetDoesNotExist", "Configuration set <no> does not exist."),
    ),
    (
        *("ses", "CreateConfigurationSet", {"ConfigurationSet": {"Name": "set"}}),
        *(400, "ConfigurationSetAlreadyExists", "Configuration set <set> already exists."),
    ),
    (
        *("ses", "DeleteConfigurationSet", {"ConfigurationSetName": "no"}),
        *(400, "ConfigurationSetDoesNotExist", "Configuration set <no> does not exist."),
    ),
    (
        *("ses", "UpdateConfigurationSetReputationMetricsEnabled", {"ConfigurationSetName": "no", "Enabled": True}),
        *(400, "ConfigurationSetDoesNotExist", "Configuration set <no> does not exist."),
    ),
    (
        *("ses", "DeleteConfigurationSetEventDestination", {**SET, "EventDestinationName": "no"}),
        *(400, "EventDestinationDoesNotExist", "No EventDestination found for set"),
    ),
    (
        "ses",
        "SetIdentityHeadersInNotificationsEnabled",
        {**BOUNCES, "NotificationType": "InvalidType", "Enabled": True},
        *(400, "InvalidParameterValue", f"Invalid notification type: InvalidType. {TYPES}"),
    ),
    (
        *("ses", "SetIdentityHeadersInNotificationsEnabled", {**BOUNCES, "Identity": STRANGER, "Enabled": True}),
        *(400, "MessageRejected", f"Identity {STRANGER} is not verified or does not exist."),
    ),
)
"""Answers of AWS that localstack keeps."""

ENUM = "1 validation error detected: Value at '{}' failed to satisfy constraint: {}"
REASONS = "Member must satisfy enum value set: [BOUNCE, COMPLAINT]"
V1_TYPES = "[send, reject, bounce, complaint, delivery, open, click, renderingFailure]"
SETS: tuple[Case, ...] = (
    (
        *("sesv2", "PutSuppressedDestination", {"EmailAddress": STRANGER, "Reason": "SPAM"}),
        *(400, "BadRequestException", ENUM.format("reason", REASONS)),
    ),
    (
        *("sesv2", "CreateConfigurationSet"),
        {"ConfigurationSetName": "new", "SuppressionOptions": {"SuppressedReasons": ["SPAM", "BOUNCE", "HAM"]}},
        *(400, "BadRequestException"),
        ENUM.format("suppressionOptions.suppressedReasons", f"Member must satisfy constraint: [{REASONS}]"),
    ),
    (
        *("ses", "CreateConfigurationSetEventDestination"),
        {**SET, "EventDestination": {**ONE, "MatchingEventTypes": ["deliveryDelay"]}},
        *(400, "ValidationError"),
        ENUM.format(
            "eventDestination.matchingEventTypes",
            f"Member must satisfy constraint: [Member must satisfy enum value set: {V1_TYPES}]",
        ),
    ),
)
"""Values of sets: floci-io/floci has asked AWS, marckohlbrugge/sessy#190 tells of v1; the order is the model's here."""

REPORTED: tuple[Case, ...] = (
    (
        *("ses", "SetIdentityNotificationTopic", {**BOUNCES, "SnsTopic": NO_TOPIC}),
        *(400, "InvalidParameterValue", f"SNS topic {NO_TOPIC} is invalid."),
    ),
    (
        *("ses", "SetIdentityNotificationTopic", {**BOUNCES, "SnsTopic": ""}),
        *(400, "InvalidParameterValue", "SNS topic  is invalid."),
    ),
    (
        *("ses", "SetIdentityNotificationTopic", {**BOUNCES, "Identity": STRANGER}),
        *(400, "InvalidParameterValue", NOT_VERIFIED.format(STRANGER)),
    ),
    (
        *("ses", "SetIdentityFeedbackForwardingEnabled", {"Identity": "example.org", "ForwardingEnabled": True}),
        *(400, "InvalidParameterValue", NOT_VERIFIED.format("example.org")),
    ),
    (
        *("ses", "VerifyEmailIdentity", {"EmailAddress": "me"}),
        *(400, "InvalidParameterValue", "Invalid email address<me>."),
    ),
    (
        *("sesv2", "CreateEmailIdentity", {"EmailIdentity": SENDER}),
        *(400, "AlreadyExistsException", f"Email identity {SENDER} already exist."),
    ),
    (
        *("sesv2", "CreateEmailIdentity", {"EmailIdentity": "example.org", "ConfigurationSetName": "no"}),
        *(404, "NotFoundException", "Configuration set <no> does not exist."),
    ),
    *(
        ("sesv2", operation, {"PoolName": "no"}, 404, "NotFoundException", "The requested pool <no> does not exist.")
        for operation in ("GetDedicatedIpPool", "DeleteDedicatedIpPool")
    ),
    *(
        (
            "sesv2",
            operation,
            {"EmailIdentity": STRANGER},
            404,
            "NotFoundException",
            f"Email identity {STRANGER} does not exist.",
        )
        for operation in ("GetEmailIdentity", "DeleteEmailIdentity", "GetEmailIdentityPolicies")
    ),
    (
        *("sesv2", "CreateConfigurationSetEventDestination"),
        {**SET, "EventDestinationName": "one", "EventDestination": ONE_V2},
        *(400, "BadRequestException", f"SNS topic <{NO_TOPIC}> not found."),
    ),
)
"""ansible-collections/community.aws#150, boto/boto3#2645, anomalyco/sst#4556, floci-io/floci#723, which asked AWS."""

TOKENS = [
    ("ses", "ListIdentities", "InvalidParameterValue"),
    ("ses", "ListConfigurationSets", "InvalidParameterValue"),
    ("sesv2", "ListEmailIdentities", "BadRequestException"),
    ("sesv2", "ListConfigurationSets", "BadRequestException"),
    ("sesv2", "ListDedicatedIpPools", "BadRequestException"),
    ("sesv2", "ListSuppressedDestinations", "InvalidNextTokenException"),
]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    """With a verified sender and a configuration set."""
    with served() as running:
        running.client("sesv2").create_configuration_set(**SET)
        yield running


@pytest.fixture(scope="module")
def clients(endpoint: Endpoint) -> dict[str, Any]:
    """Of each service one: to make them takes longer than to ask them."""
    return {service: endpoint.client(service) for service in ("ses", "sesv2", "sns")}


def refused(client: Any, operation: str, asked: dict[str, Any]) -> tuple[int, str, str]:
    """Status, code and words of an error."""
    with pytest.raises(ClientError) as caught:
        getattr(client, xform_name(operation))(**asked)
    error, answer = caught.value.response["Error"], caught.value.response["ResponseMetadata"]
    return answer["HTTPStatusCode"], error["Code"], error["Message"]


@pytest.mark.parametrize(("api", "operation", "asked", "status", "code", "words"), [*RECORDED, *REPORTED, *SETS])
def test_errors_are_those_of_aws(
    clients: dict[str, Any], api: str, operation: str, asked: dict[str, Any], status: int, code: str, words: str
) -> None:
    """Status, code and words."""
    assert refused(clients[api], operation, asked) == (status, code, words)


@pytest.mark.parametrize(("api", "operation", "code"), TOKENS)
def test_a_token_that_no_page_has_given_is_refused(
    clients: dict[str, Any], api: str, operation: str, code: str
) -> None:
    """As a bad parameter, or by the error that the model has for it."""
    client = clients[api]
    assert refused(client, operation, {"NextToken": "bad"})[:2] == (400, code)
    assert refused(client, operation, {"NextToken": "9" * 30})[:2] == (400, code)


def test_pages_tell_everything_once(clients: dict[str, Any]) -> None:
    """In both APIs, whatever a page's size; the last one leads nowhere."""
    v1, v2 = clients["ses"], clients["sesv2"]
    for number in range(5):
        v2.create_configuration_set(ConfigurationSetName=f"more-{number}")
        v1.verify_domain_identity(Domain=f"page{number}.example.org")
    sets = [one["Name"] for page in pages(v1.list_configuration_sets, "MaxItems") for one in page["ConfigurationSets"]]
    assert sorted(sets) == sorted(["set", *(f"more-{number}" for number in range(5))])
    assert sets == [one for page in pages(v2.list_configuration_sets, "PageSize") for one in page["ConfigurationSets"]]
    names = [one for page in pages(v1.list_identities, "MaxItems") for one in page["Identities"]]
    listed = [one for page in pages(v2.list_email_identities, "PageSize") for one in page["EmailIdentities"]]
    assert names == [one["IdentityName"] for one in listed]
    assert len({*names}) == len(names) > 5
    found = v2.list_configuration_sets(Filter={"CONFIGURATION_SET_NAME_CONTAINS": "e-4"})["ConfigurationSets"]
    domains = v2.list_email_identities(Filter={"IDENTITY_TYPE": "DOMAIN", "IDENTITY_NAME_CONTAINS": "page4"})
    assert (found, [one["IdentityName"] for one in domains["EmailIdentities"]]) == (["more-4"], ["page4.example.org"])
    assert not v2.list_email_identities(Filter={"VERIFICATION_STATUS": "PENDING"})["EmailIdentities"]


def pages(ask: Any, size: str) -> Iterator[dict[str, Any]]:
    """All of a list's, two items each."""
    page = ask(**{size: 2})
    yield page
    while "NextToken" in page:
        page = ask(**{size: 2}, NextToken=page["NextToken"])
        yield page


def test_notifications_of_an_identity_are_told_and_forgotten(clients: dict[str, Any]) -> None:
    """What is set is told, of identities that are there only; without a topic a type has none any more.

    Bounces and complaints are told by mail or to topics: neither goes while the other is not there.
    """
    v1, topic = clients["ses"], clients["sns"].create_topic(Name="bounces")["TopicArn"]
    v1.set_identity_notification_topic(**BOUNCES, SnsTopic=topic)
    v1.set_identity_headers_in_notifications_enabled(**BOUNCES, Enabled=True)
    by_mail = {"Identity": SENDER, "ForwardingEnabled": False}
    unheard = "Identity me@example.com must have feedback forwarding enabled, or SNS topics for Bounce and Complaint."
    told_nowhere = (400, "InvalidParameterValue", unheard)
    assert refused(v1, "SetIdentityFeedbackForwardingEnabled", by_mail) == told_nowhere
    v1.set_identity_notification_topic(Identity=SENDER, NotificationType="Complaint", SnsTopic=topic)
    v1.set_identity_feedback_forwarding_enabled(**by_mail)
    assert refused(v1, "SetIdentityNotificationTopic", BOUNCES) == told_nowhere
    asked = {"Identities": [SENDER, STRANGER]}
    told = v1.get_identity_notification_attributes(**asked)["NotificationAttributes"]
    expected = {
        f"HeadersIn{kind}NotificationsEnabled": kind == "Bounce" for kind in ("Bounce", "Complaint", "Delivery")
    }
    topics = {"BounceTopic": topic, "ComplaintTopic": topic}
    assert told == {SENDER: {**topics, "ForwardingEnabled": False, **expected}}
    assert clients["sesv2"].get_email_identity(EmailIdentity=SENDER)["FeedbackForwardingStatus"] is False
    v1.set_identity_feedback_forwarding_enabled(Identity=SENDER, ForwardingEnabled=True)
    v1.set_identity_notification_topic(**BOUNCES)
    assert "BounceTopic" not in v1.get_identity_notification_attributes(**asked)["NotificationAttributes"][SENDER]


def test_an_identitys_name_may_be_spelt_in_any_way(clients: dict[str, Any]) -> None:
    """Quoted in the path, and a domain in capitals: it is the same identity."""
    v1, v2 = clients["ses"], clients["sesv2"]
    for name, spelt in (("a/b+c%40@example.net", "a/b+c%40@example.net"), ("Example.NET", "example.net")):
        v2.create_email_identity(EmailIdentity=name)
        assert v2.get_email_identity(EmailIdentity=name)["VerifiedForSendingStatus"]
        assert spelt in v1.list_identities()["Identities"]
        v2.delete_email_identity(EmailIdentity=name)
        assert spelt not in v1.list_identities()["Identities"]


def test_names_in_paths_are_unquoted_once(clients: dict[str, Any]) -> None:
    """Ours and moto's alike: a name may have slashes, percent signs and whatever looks like a quoted character."""
    v2, name = clients["sesv2"], "a/b+c%40%2F"
    address = f"{name}@example.net"
    v2.create_email_identity(EmailIdentity=address)
    v2.create_email_identity_policy(EmailIdentity=address, PolicyName="p", Policy="{}")
    assert v2.get_email_identity_policies(EmailIdentity=address)["Policies"] == {"p": "{}"}
    v2.create_contact_list(ContactListName="news")
    v2.create_contact(ContactListName="news", EmailAddress=address)
    assert v2.get_contact(ContactListName="news", EmailAddress=address)["EmailAddress"] == address
    v2.create_dedicated_ip_pool(PoolName=name)
    assert v2.get_dedicated_ip_pool(PoolName=name)["DedicatedIpPool"]["PoolName"] == name
    v2.put_suppressed_destination(EmailAddress=address, Reason="BOUNCE")
    v2.delete_suppressed_destination(EmailAddress=address)
    v2.create_email_template(TemplateName=name, TemplateContent={"Subject": "Hi"})
    assert v2.get_email_template(TemplateName=name)["TemplateName"] == name


def test_a_slash_too_many_leads_nowhere(endpoint: Endpoint) -> None:
    """To no other address either: the error is one that SDKs understand."""
    connection = HTTPConnection(endpoint.url.removeprefix("http://"), timeout=10)
    for path in ("/v2//email/identities", "//v2/email/identities", "/v2/email//identities"):
        connection.request("GET", path, headers={"Authorization": SES_SIGNED.format("us-east-1")})
        answer = connection.getresponse()
        said = (answer.status, answer.headers["x-amzn-errortype"], json.loads(answer.read())["message"])
        assert said == (404, "UnknownOperationException", f"Could not find operation GET {path}")
    connection.close()


def test_an_operation_that_nothing_has_is_named_and_not_tried_again(
    endpoint: Endpoint, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SDKs raise at once: no status that they try again; the server's log has its name, once."""
    monkeypatch.setattr(absent, "_named", set())
    again = Config(retries={"total_max_attempts": 3})
    v1, v2 = endpoint.client("ses", again), endpoint.client("sesv2", again)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert_named(v1.put_identity_policy, "InvalidAction", Identity=SENDER, PolicyName="p", Policy="{}")
            assert_named(
                v2.put_account_vdm_attributes, "UnknownOperationException", VdmAttributes={"VdmEnabled": "ENABLED"}
            )
    said = [line for line in caplog.messages if "was asked for" in line]
    assert [line.partition(" ")[0] for line in said] == ["PutIdentityPolicy", "PutAccountVdmAttributes"]


def assert_named(call: Any, code: str, **asked: Any) -> None:
    """The error names the operation, and was not tried again."""
    with pytest.raises(ClientError) as caught:
        call(**asked)
    answer = caught.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["RetryAttempts"]) == (code, 0)
    assert caught.value.operation_name in answer["Error"]["Message"]


@pytest.mark.parametrize("authorization", [{}, {"Authorization": "Bearer x"}])
def test_a_request_without_a_signature_that_can_be_read_still_means_ses(
    endpoint: Endpoint, authorization: dict[str, str]
) -> None:
    """Every action of v1 and every path of v2 does, moto's and those that nothing has too; no other service answers."""
    connection = HTTPConnection(endpoint.url.removeprefix("http://"), timeout=10)
    told: dict[str, tuple[int, str]] = {}
    for method, path, body in (
        ("POST", "/", urlencode({"Action": "ListTemplates"})),
        ("POST", "/", urlencode({"Action": "ListReceiptFilters"})),
        ("POST", "/", urlencode({"Action": "NoSuchAction"})),
        ("GET", "/v2/email/contact-lists", ""),
        ("GET", "/v2/email/export-jobs/1", ""),
        ("GET", "/v2/email/no-such-path", ""),
    ):
        connection.request(method, path, body, {**authorization, "Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        told[body or path] = answer.status, answer.read().decode()
    connection.close()
    assert [status for status, _ in told.values()] == [200, 400, 403, 200, 404, 404]
    assert "ListTemplatesResult" in told["Action=ListTemplates"][1]
    assert "ListReceiptFilters" in told["Action=ListReceiptFilters"][1]
    assert "MissingAuthenticationToken" in told["Action=NoSuchAction"][1]
    assert "GetExportJob" in told["/v2/email/export-jobs/1"][1]
    assert not any("Bucket" in text for _, text in told.values())


def test_every_operation_is_answered_as_the_reference_says(endpoint: Endpoint) -> None:
    """Those are absent that the reference says are; none is a server error, or a page for people."""
    connection = HTTPConnection(endpoint.url.removeprefix("http://"), timeout=10)
    for api in ("ses", "sesv2"):
        for name in model(api).operation_names:
            http = model(api).operation_model(name).http
            body = urlencode({"Action": name}) if api == "ses" else "{}"
            connection.request(http["method"], http["requestUri"].replace("{", "").replace("}", ""), body)
            answer = connection.getresponse()
            text = answer.read().decode()
            assert (answer.status < 500, "<html" in text) == (True, False), name
            assert ("does not have it" in text) == (status_of(api, name) == "absent"), name
    connection.close()
