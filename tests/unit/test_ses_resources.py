"""What an account can register at the local SES: event destinations, tags, policies and pools, in SES's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto.sesv2.models import sesv2_backends

from loadtests.endpoint.ses import Ses
from tests.unit.strict import ACCOUNT, OK, REGION, ask_v1, ask_v2, begun, told

WHERE = f"{REGION}:{ACCOUNT}"
BUS = f"arn:aws:events:{WHERE}:event-bus/default"
STREAM, TOPIC = f"arn:aws:firehose:{WHERE}:deliverystream/none", f"arn:aws:sns:{WHERE}:none"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
ALLOWED = "only alphanumeric ASCII characters, '_', and '-' are allowed."
GOOD = {"MatchingEventTypes": ["SEND"], "EventBridgeDestination": {"EventBusArn": BUS}}


def in_v2(words: str, code: str = "BadRequestException", status: int = 400) -> tuple[int, str, str]:
    """An error, as `ask_v2` has it."""
    return status, code, words


@pytest.fixture(scope="module")
def ses() -> Iterator[Ses]:
    """With a configuration set that has the destination `there`."""
    with begun() as running:
        assert ask_v2(running, "configuration-sets", ConfigurationSetName="set") == {}
        assert ask_v2(running, DESTINATIONS, EventDestinationName="there", EventDestination=GOOD) == {}
        yield running


DESTINATIONS = "configuration-sets/set/event-destinations"
SEND = {"MatchingEventTypes": ["SEND"]}
CLOUDWATCH: dict[str, Any] = {"CloudWatchDestination": {"DimensionConfigurations": []}}
ONE_KIND = (
    "Please provide only one destination with each request. Either a Firehose Destination or a Cloudwatch Destination"
    " or an SNS Destination or an EventBridge Destination."
)


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        (SEND, "Event destination is not provided."),
        ({**GOOD, "SnsDestination": {"TopicArn": TOPIC}}, ONE_KIND),
        ({**GOOD, **CLOUDWATCH}, ONE_KIND),
        ({**GOOD, "MatchingEventTypes": []}, "At least one event type must be specified."),
        ({"EventBridgeDestination": {"EventBusArn": BUS}}, "At least one event type must be specified."),
        ({**SEND, **CLOUDWATCH}, "CloudWatch metrics dimension configuration list cannot be empty."),
        (
            {**SEND, "EventBridgeDestination": {"EventBusArn": f"{BUS}s"}},
            f"Event bus <{BUS}s> is not supported: only the default one is, <{BUS}>.",
        ),
        (
            {**SEND, "KinesisFirehoseDestination": {"IamRoleArn": ROLE, "DeliveryStreamArn": STREAM}},
            f"Firehose delivery stream <{STREAM}> not found.",
        ),
    ],
)
def test_an_event_destination_is_one_that_events_can_reach(ses: Ses, definition: dict[str, Any], words: str) -> None:
    """It has types of event and one place, which is there; neither a new nor a changed one may have less."""
    created = ask_v2(ses, DESTINATIONS, EventDestinationName="new", EventDestination=definition)
    updated = ask_v2(ses, f"{DESTINATIONS}/there", "PUT", EventDestination=definition)
    assert created == updated == in_v2(words)
    (kept,) = ask_v2(ses, DESTINATIONS, "GET")["EventDestinations"]
    assert kept == {"Name": "there", "Enabled": False, **GOOD}


@pytest.mark.parametrize("name", ["a b", "é", "a" * 65])
def test_an_event_destination_has_a_name(ses: Ses, name: str) -> None:
    """Of up to 64 letters, digits, underscores and dashes, in both APIs."""
    words = f"Invalid event destination name <{name}>: {ALLOWED}"
    words = words if len(name) < 65 else "Event destination name cannot exceed 64 characters."
    assert ask_v2(ses, DESTINATIONS, EventDestinationName=name, EventDestination=GOOD) == in_v2(words)
    v1 = {"Name": name, "MatchingEventTypes": ["send"], "SNSDestination": {"TopicARN": TOPIC}}
    told = ask_v1(ses, "CreateConfigurationSetEventDestination", ConfigurationSetName="set", EventDestination=v1)
    assert told == (400, "InvalidParameterValue", words)


@pytest.mark.parametrize(
    ("place", "code", "words"),
    [
        ({}, "InvalidParameterValue", "Event destination is not provided."),
        (
            {"KinesisFirehoseDestination": {"IAMRoleARN": ROLE, "DeliveryStreamARN": STREAM}},
            "InvalidFirehoseDestination",
            f"Firehose delivery stream <{STREAM}> not found.",
        ),
    ],
)
@pytest.mark.parametrize(("action", "name"), [("Create", "new"), ("Update", "there")])
def test_v1_looks_at_event_destinations_too(
    ses: Ses, action: str, name: str, place: dict[str, Any], code: str, words: str
) -> None:
    """In its own codes."""
    definition = {"Name": name, "MatchingEventTypes": ["send"], **place}
    asked = {"ConfigurationSetName": "set", "EventDestination": definition}
    assert ask_v1(ses, f"{action}ConfigurationSetEventDestination", **asked) == (400, code, words)


def test_an_event_destination_is_made_once_and_changed_where_it_is(ses: Ses) -> None:
    """The words name it and its set."""
    words = "An event destination with name <{}> {} for configuration set <set>."
    there = words.format("there", "already exists")
    assert ask_v2(ses, DESTINATIONS, EventDestinationName="there", EventDestination=GOOD) == in_v2(
        there, "AlreadyExistsException"
    )
    missing = in_v2(words.format("no", "does not exist"), "NotFoundException", 404)
    assert ask_v2(ses, f"{DESTINATIONS}/no", "PUT", EventDestination=GOOD) == missing
    assert ask_v2(ses, f"{DESTINATIONS}/no", "DELETE") == missing


ONE = {"Key": "a", "Value": "b"}
MANY = [{"Key": f"k{number}", "Value": ""} for number in range(51)]
LENGTH = "Value at 'tags.1.member.{}' failed to satisfy constraint: Member must have length less than or equal to {}"
TOO_MANY = "Maximum of 50 user tags are allowed per resource, consider reducing the number of tags in the request"
LEGAL = "Tags can only contain letters, numbers, spaces, and the following special characters: _ . : / = + - @"
TAGGED: dict[str, dict[str, Any]] = {
    "configuration-sets": {"ConfigurationSetName": "t"},
    "contact-lists": {"ContactListName": "t"},
    "dedicated-ip-pools": {"PoolName": "t"},
    "identities": {"EmailIdentity": "t@example.org"},
    "templates": {"TemplateName": "t", "TemplateContent": {"Subject": "Hi"}},
    "tenants": {"TenantName": "t"},
    "tags": {"ResourceArn": f"arn:aws:ses:{WHERE}:configuration-set/set"},
}


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        (MANY, TOO_MANY),
        ([ONE, ONE], "Cannot provide multiple tags with the same key"),
        ([{"Key": "a!", "Value": "b"}], LEGAL),
        ([{"Key": "k" * 129, "Value": "é!"}], LEGAL),
        ([{"Key": "AWS:a", "Value": "b"}], "Caller is an end user and not allowed to mutate system tags"),
        ([{"Key": "", "Value": "b"}], "The key of a tag must be specified."),
        (
            [{"Key": "ß" * 129, "Value": "v" * 257}],
            f"2 validation errors detected: {LENGTH.format('value', 256)}; {LENGTH.format('key', 128)}",
        ),
    ],
)
@pytest.mark.parametrize("path", TAGGED)
def test_tags_are_looked_at_wherever_they_are_given(
    ses: Ses, path: str, tags: list[dict[str, str]], words: str
) -> None:
    """Number, characters, lengths and keys, by one rule."""
    assert ask_v2(ses, path, **TAGGED[path], Tags=tags) == in_v2(words)


def test_tags_that_are_legal_are_kept_and_go_with_their_resource() -> None:
    """Those a resource is made with, and those it is given; untagged it has fewer, made anew none."""
    first, longest = {"Key": "a b", "Value": ""}, {"Key": "ß" * 128, "Value": "aws:_.:/=+-@" + "é" * 244}
    with begun() as ses:
        made = {
            "identities": "identity/t@example.org",
            "templates": "template/t",
            "configuration-sets": "configuration-set/t",
        }
        for path, resource in made.items():
            arn = f"arn:aws:ses:{WHERE}:{resource}"
            name = resource.partition("/")[2]
            assert "message" not in ask_v2(ses, path, **TAGGED[path], Tags=[first])
            assert ask_v2(ses, "tags", ResourceArn=arn, Tags=[longest, *MANY[:48]]) == {}
            more = ask_v2(ses, "tags", ResourceArn=arn, Tags=MANY[47:49])
            assert more == in_v2(f"{TOO_MANY} or delete existing tags and retry")
            assert ask_v2(ses, "tags", "DELETE", f"ResourceArn={arn}&TagKeys=a+b") == {}
            assert ask_v2(ses, "tags", "GET", f"ResourceArn={arn}")["Tags"] == [longest, *MANY[:48]]
            assert ask_v2(ses, f"{path}/{name}", "GET")["Tags"] == [longest, *MANY[:48]]
            assert ask_v2(ses, f"{path}/{name}", "DELETE") == {}
            ask_v2(ses, path, **TAGGED[path])
            assert ask_v2(ses, "tags", "GET", f"ResourceArn={arn}")["Tags"] == []


def test_a_form_is_of_the_version_that_it_names() -> None:
    """In the words that aws/aws-cli#37 and daniel-zahariev/php-aws-ses#43 had of SES."""
    with begun() as ses:
        words = "Could not find operation {} for version {}"
        asked = ask_v1(ses, "GetSendStatistics", Version="2012-12-01")
        assert asked == (400, "InvalidAction", words.format("GetSendStatistics", "2012-12-01"))
        asked = ask_v1(ses, "SendRawEmailAsync", Version="2010-12-01")
        assert asked == (400, "InvalidAction", words.format("SendRawEmailAsync", "2010-12-01"))
        assert told(ask_v1(ses, "GetSendQuota", Version="2010-12-01")) == told(ask_v1(ses, "GetSendQuota")) == OK


def test_a_pool_goes_with_its_tags() -> None:
    """One that is made anew has none."""
    with begun() as ses:
        pools, arn = sesv2_backends[ACCOUNT][REGION], f"arn:aws:ses:{WHERE}:dedicated-ip-pool/t"
        pools.create_dedicated_ip_pool("t", [ONE], "STANDARD")
        assert ask_v2(ses, "tags", "GET", f"ResourceArn={arn}")["Tags"] == [ONE]
        assert ask_v2(ses, "dedicated-ip-pools/t", "DELETE") == {}
        assert ask_v2(ses, "dedicated-ip-pools/t", "DELETE")[0] == 404
        pools.create_dedicated_ip_pool("t", [], "STANDARD")
        assert ask_v2(ses, "tags", "GET", f"ResourceArn={arn}")["Tags"] == []


@pytest.mark.parametrize(
    ("arn", "told"),
    [
        ("invalid-arn", in_v2("ResourceArn is not the expected format")),
        (f"arn:aws:ses:{WHERE}:configuration-set/", in_v2("ResourceArn is not the expected format")),
        (f"arn:aws:ses:{WHERE}:foo/bar", in_v2("ResourceArn is not the expected format")),
        (
            f"arn:aws:ses:{REGION}:000000000001:configuration-set/set",
            in_v2("Operations on a resource created in a different account is not allowed"),
        ),
        *(
            (
                f"arn:aws:ses:{WHERE}:{kind}/none",
                in_v2(f"No {name} present with name: none", "NotFoundException", 404),
            )
            for kind, name in {
                "configuration-set": "ConfigurationSet",
                "contact-list": "ContactList",
                "dedicated-ip-pool": "DedicatedIpPool",
                "identity": "EmailIdentity",
                "template": "Template",
                "tenant": "Tenant",
            }.items()
        ),
    ],
)
def test_only_what_the_account_has_can_have_tags(ses: Ses, arn: str, told: tuple[int, str, str]) -> None:
    """Tagged, untagged or asked for its tags, and in which words."""
    assert ask_v2(ses, "tags", ResourceArn=arn, Tags=[ONE]) == told
    assert ask_v2(ses, "tags", "DELETE", f"ResourceArn={arn}&TagKeys=a") == told
    assert ask_v2(ses, "tags", "GET", f"ResourceArn={arn}") == told


def test_policies_of_an_identity_are_as_many_and_called_as_ses_has_it() -> None:
    """At most 20, of letters, digits, dashes and underscores; one that is not there is neither changed nor deleted."""
    path, policy = "identities/me%40example.com/policies/{}", {"Policy": "{}"}
    missing = in_v2("Policy <no> does not exist", "NotFoundException", 404)
    words = "PolicyName is invalid. Policy names must only include alpha-numeric characters, dashes, and underscores."
    with begun() as ses:
        ses.backend.create_email_identity_v2("me@example.com", None, None, None)
        assert ask_v2(ses, path.format("no"), "PUT", **policy) == ask_v2(ses, path.format("no"), "DELETE") == missing
        for name in ("a%20b", "%C3%A9", "a.b"):
            assert ask_v2(ses, path.format(name), **policy) == in_v2(words)
        identity = ses.identities.get("me@example.com")
        assert identity
        identity.policies.update({f"p-{number}_": "{}" for number in range(20)})
        assert ask_v2(ses, path.format("p-0_"), **policy) == in_v2(
            "Policy <p-0_> already exists", "AlreadyExistsException"
        )
        many = "Number of policies for <me@example.com> exceeds max allowed number of policies per resource"
        assert ask_v2(ses, path.format("p"), **policy) == in_v2(many, "LimitExceededException")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Jo <jo@x.example>", "Invalid email address<Jo <jo@x.example>>."),
        (f"jo@{'a' * 64}.example", f"Invalid email address<jo@{'a' * 64}.example>."),
        ("foo", "Invalid domain name <foo>."),
        (f"{'a' * 400}.example", f"Invalid domain name <{'a' * 400}.example>."),
        ("a." * 126 + "example", f"Invalid domain name <{'a.' * 126}example>."),
    ],
)
def test_an_identity_is_an_address_or_a_domain(ses: Ses, name: str, words: str) -> None:
    """An address without a name beside it, a domain of more than one label, each no longer than DNS has it."""
    assert ask_v2(ses, "identities", EmailIdentity=name) == in_v2(words)


def test_an_identity_without_a_mail_from_domain_can_be_left_without_one(ses: Ses) -> None:
    """V1 forgets one that has been set, and one that has not."""
    ask_v2(ses, "identities", EmailIdentity="from.example")
    asked = {"Identity": "from.example"}
    assert not isinstance(ask_v1(ses, "SetIdentityMailFromDomain", **asked), tuple)
    put = ask_v2(ses, "identities/from.example/mail-from", "PUT", MailFromDomain="mail.from.example")
    assert (put, list(ses.backend.identity_mail_from_domains)) == ({}, ["from.example"])
    ask_v1(ses, "SetIdentityMailFromDomain", **asked)
    assert not ses.backend.identity_mail_from_domains


def test_a_mail_has_one_content(ses: Ses) -> None:
    """Neither none nor two."""
    text = {"Subject": {"Data": "Hi"}, "Body": {"Text": {"Data": "Hello."}}}
    for content in ({}, {"Simple": text, "Raw": {"Data": "SGk="}}):
        said = ask_v2(ses, "outbound-emails", FromEmailAddress="me@example.com", Content=content)
        assert said == in_v2("Content must be one of Simple, Raw and Template.")


@pytest.mark.parametrize("instant", ["nan", "inf", "-inf", "soon"])
def test_an_instant_is_one(ses: Ses, instant: str) -> None:
    """On the list of suppressed addresses a page is of a span of time that has ends."""
    said = ask_v2(ses, "suppression/addresses", "GET", f"StartDate={instant}")
    assert said == in_v2("StartDate must be an instant in ISO 8601.")
