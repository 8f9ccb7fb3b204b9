"""What may be sent and how: MIME, templates, bulk calls, suppression, configuration sets, and what moto shows of it."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.ses.models import ses_backends
from moto.sqs.models import Message as QueueMessage

from loadtests.endpoint import bulk, storing
from loadtests.endpoint.message import Message, Sent
from loadtests.endpoint.publishing.suppression import SuppressionList
from loadtests.endpoint.refusals import Refused, refusal
from scenarios.ledger.ledger import FAILED
from tests.unit.served import SENDER, Endpoint, account, mail, mail_v1, served

HEADERS = b"From: Me <me@example.com>\r\nTo: you@example.org\r\nCc: She <she@example.org>\r\n"
LATIN_1 = HEADERS + b"Subject: caf\xe9\r\n\r\n\xff\r\n"
TEMPLATE = {"TemplateName": "hello", "SubjectPart": "Hi {{name}}", "TextPart": "{{n}} of {{of}}", "HtmlPart": ""}
EVERYTHING: dict[str, Any] = {"name": "you", "n": 0, "of": 2}


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """An account that can have five recipients at once and then next to none."""
    with served(account=account(max_send_rate_per_s=1e-3, limiter={"burst": 5})) as running:
        yield running


def stored(endpoint: Endpoint, kind: str) -> list[dict[str, Any]]:
    """The mails of a kind that moto shows."""
    shown: list[dict[str, Any]] = endpoint.ask("GET", "/moto-api/data.json")["ses"][kind]
    return shown


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    """The code that AWS gives an error."""
    return str(error.value.response["Error"]["Code"])


def test_raw_mail_survives_any_charset(endpoint: Endpoint) -> None:
    """Both APIs take bytes that are no UTF-8, to the recipients of the headers, and keep them as they were."""
    endpoint.client("sesv2").send_email(Content={"Raw": {"Data": LATIN_1}})
    endpoint.client("ses").send_raw_email(RawMessage={"Data": LATIN_1})
    assert endpoint.decisions()["recipients"].tolist() == [2, 2]
    for raw in stored(endpoint, "RawMessage"):
        assert raw["raw_data"].encode(errors="surrogateescape") == LATIN_1


def test_the_envelope_goes_before_the_headers(endpoint: Endpoint) -> None:
    """Recipients beside the MIME text are the recipients; the headers are only shown."""
    endpoint.client("ses").send_raw_email(RawMessage={"Data": LATIN_1}, Destinations=["only@example.org"])
    destination = {"BccAddresses": ["only@example.org"]}
    endpoint.client("sesv2").send_email(Content={"Raw": {"Data": LATIN_1}}, Destination=destination)
    assert endpoint.decisions()["recipients"].tolist() == [1, 1]


def test_templates_of_one_api_are_the_others(endpoint: Endpoint) -> None:
    """What v1 makes v2 sends, and the other way round; a number is printed, 0 too."""
    v1, v2 = endpoint.client("ses"), endpoint.client("sesv2")
    v1.create_template(Template=TEMPLATE)
    assert v2.get_email_template(TemplateName="hello")["TemplateContent"]["Subject"] == "Hi {{name}}"
    template = {"TemplateName": "hello", "TemplateData": json.dumps(EVERYTHING)}
    v2.send_email(**mail(Content={"Template": template}))
    assert [(one["subject"], one["body"]) for one in stored(endpoint, "Message")] == [("Hi you", "0 of 2")]
    v2.create_email_template(TemplateName="bye", TemplateContent={"Subject": "Bye", "Text": "-"})
    arguments = {"Source": SENDER, "Destination": {"ToAddresses": ["you@example.org"]}, "TemplateData": "{}"}
    v1.send_templated_email(**arguments, Template="bye")
    assert [one["TemplateName"] for one in v2.list_email_templates()["TemplatesMetadata"]] == ["hello", "bye"]
    v2.update_email_template(TemplateName="bye", TemplateContent={"Subject": "Bye {{name}}"})
    rendered = v2.test_render_email_template(TemplateName="bye", TemplateData='{"name": "you"}')
    assert "Subject: Bye you" in rendered["RenderedTemplate"]
    v2.delete_email_template(TemplateName="bye")
    with pytest.raises(ClientError) as error:
        v1.send_templated_email(**arguments, Template="bye")
    assert code_of(error) == "TemplateDoesNotExist"


def test_a_path_may_name_anything(endpoint: Endpoint) -> None:
    """Names in a path are UTF-8, as those in a body are."""
    v2 = endpoint.client("sesv2")
    v2.create_email_template(TemplateName="grüße", TemplateContent={"Subject": "Hi"})
    assert v2.get_email_template(TemplateName="grüße")["TemplateName"] == "grüße"


def test_an_inline_template_needs_no_name(endpoint: Endpoint) -> None:
    """V2 renders a template that comes with the mail."""
    template = {"TemplateContent": {"Subject": "Hi", "Html": "<p>{{name}}</p>"}, "TemplateData": '{"name": "you"}'}
    endpoint.client("sesv2").send_email(**mail(Content={"Template": template}))
    assert stored(endpoint, "Message")[0]["body"] == "<p>you</p>"


def test_bulk_entries_are_decided_one_by_one(endpoint: Endpoint) -> None:
    """Two entries of two recipients fit, the third does not, a fourth of one does: HTTP 200, a status for each."""
    endpoint.client("ses").create_template(Template=TEMPLATE)
    entries = [{"Destination": {"ToAddresses": ["you@example.org"] * size}} for size in (2, 2, 2, 1)]
    template = {"TemplateName": "hello", "TemplateData": json.dumps(EVERYTHING)}
    answer = endpoint.client("sesv2").send_bulk_email(
        FromEmailAddress=SENDER, DefaultContent={"Template": template}, BulkEmailEntries=entries
    )
    results = answer["BulkEmailEntryResults"]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert [one["Status"] for one in results] == ["SUCCESS", "SUCCESS", "ACCOUNT_THROTTLED", "SUCCESS"]
    assert ["MessageId" in one for one in results] == [True, True, False, True]
    assert endpoint.decisions()["recipients"].tolist() == [2, 2, 2, 1]


def test_bulk_entries_of_v1() -> None:
    """The same in v1's words, and the daily quota by its own name."""
    with served(account={"max_send_rate_per_s": 4.0, "max_24h_send": 3}) as endpoint:
        v1 = endpoint.client("ses")
        v1.create_template(Template=TEMPLATE)
        sizes = (3, 51, 0, 1)
        answer = v1.send_bulk_templated_email(
            Source=SENDER,
            Template="hello",
            DefaultTemplateData=json.dumps(EVERYTHING),
            Destinations=[{"Destination": {"ToAddresses": ["you@example.org"] * size}} for size in sizes],
        )
        expected = ["Success", "InvalidParameterValue", "InvalidParameterValue", "AccountDailyQuotaExceeded"]
        assert [one["Status"] for one in answer["Status"]] == expected


class GoesOut:
    """An SES that is out after so many mails."""

    def __init__(self, mails: int) -> None:
        self._left = mails

    def check_sender(self, _message: Message) -> None:
        """Everything may be sent."""

    def call(self, _trace: Any, work: Any) -> Any:
        return work(None, None)

    def admit(self, _message: Message) -> Sent:
        if not self._left:
            raise refusal(FAILED)
        self._left -= 1
        return Sent("an-id", 0.0)


def test_what_a_bulk_call_has_sent_is_told() -> None:
    """An outage fails the whole call while nothing of it has been taken, and then only the entries that are left."""
    made: list[Message] = []

    def make() -> Message:
        made.append(Message(SENDER))
        return made[-1]

    def submit(mails: int) -> list[str]:
        goes_out: Any = GoesOut(mails)
        verdicts = bulk.submit(goes_out, Message(SENDER), [make] * 3)
        return ["failed" if isinstance(one, Refused) else "sent" for one in verdicts]

    with pytest.raises(Refused, match="ServiceUnavailable"):
        submit(0)
    assert len(made) == 1  # the others are not made before their turn
    assert submit(1) == ["sent", "failed", "failed"]


def test_a_bulk_call_is_refused_as_a_whole_for_its_sender(endpoint: Endpoint) -> None:
    """An unknown sender, template or number of entries is no entry's fault."""
    v1 = endpoint.client("ses")
    entry = {"Destination": {"ToAddresses": ["you@example.org"]}}
    arguments: dict[str, Any] = {"Source": SENDER, "DefaultTemplateData": "{}", "Destinations": [entry]}
    with pytest.raises(v1.exceptions.TemplateDoesNotExistException):
        v1.send_bulk_templated_email(**arguments, Template="none")
    v1.create_template(Template=TEMPLATE)
    for wrong in ({"Source": "you@example.net"}, {"Destinations": [entry] * 51}):
        with pytest.raises(v1.exceptions.MessageRejected):
            v1.send_bulk_templated_email(**(arguments | wrong), Template="hello")
    assert len(endpoint.decisions()) == 0


def test_the_suppression_list(endpoint: Endpoint) -> None:
    """An address is on it until it is deleted, in its own spelling; the list comes in pages, by reason and by date."""
    v2 = endpoint.client("sesv2")
    for number, reason in enumerate(("BOUNCE", "COMPLAINT", "BOUNCE")):
        v2.put_suppressed_destination(EmailAddress=f"you+{number}@example.org", Reason=reason)
    found = v2.get_suppressed_destination(EmailAddress="you+1@example.org")["SuppressedDestination"]
    assert found["Reason"] == "COMPLAINT"
    with pytest.raises(v2.exceptions.NotFoundException):
        v2.delete_suppressed_destination(EmailAddress="YOU+1@example.org")
    page = v2.list_suppressed_destinations(PageSize=2)
    rest = v2.list_suppressed_destinations(PageSize=2, NextToken=page["NextToken"])
    pages = [one["SuppressedDestinationSummaries"] for one in (page, rest)]
    assert [len(one) for one in pages] == [2, 1]
    assert "NextToken" not in rest
    bounces = v2.list_suppressed_destinations(Reasons=["BOUNCE"])["SuppressedDestinationSummaries"]
    assert [one["EmailAddress"] for one in bounces] == ["you+0@example.org", "you+2@example.org"]
    with pytest.raises(v2.exceptions.InvalidNextTokenException):
        v2.list_suppressed_destinations(NextToken="made up")
    hour, now = timedelta(hours=1), datetime.now(UTC)
    for span, expected in (({"StartDate": now - hour, "EndDate": now + hour}, 3), ({"StartDate": now + hour}, 0)):
        assert len(v2.list_suppressed_destinations(**span)["SuppressedDestinationSummaries"]) == expected
    assert v2.list_suppressed_destinations(EndDate=now - hour)["SuppressedDestinationSummaries"] == []
    v2.delete_suppressed_destination(EmailAddress="you+1@example.org")
    with pytest.raises(v2.exceptions.NotFoundException):
        v2.get_suppressed_destination(EmailAddress="you+1@example.org")
    v2.put_account_suppression_attributes(SuppressedReasons=["COMPLAINT"])
    assert v2.get_account()["SuppressionAttributes"]["SuppressedReasons"] == ["COMPLAINT"]


@pytest.mark.parametrize(
    "address",
    ["o'neil/x@example.org", "a%2Fb@example.org", '"a b?#"@example.org', "jürgen+ü@example.org", "/@example.org"],
)
def test_any_address_can_be_suppressed_and_deleted(endpoint: Endpoint, address: str) -> None:
    """Its letters stand in the path of a request, quoted, and mean nothing there."""
    v2 = endpoint.client("sesv2")
    v2.put_suppressed_destination(EmailAddress=address, Reason="BOUNCE")
    assert v2.get_suppressed_destination(EmailAddress=address)["SuppressedDestination"]["EmailAddress"] == address
    v2.delete_suppressed_destination(EmailAddress=address)
    with pytest.raises(v2.exceptions.NotFoundException):
        v2.get_suppressed_destination(EmailAddress=address)


def test_suppression_takes_mail_in_any_case_and_deletion_one_spelling() -> None:
    """Sending knows no difference in case, and an address is on the list until its last spelling is deleted."""
    people = SuppressionList()
    for spelling in ("You@example.org", "you@example.org"):
        people.put(spelling, "BOUNCE")
    for spelling in ("You@example.org", "you@example.org"):
        assert people.among(["YOU@example.org"])
        assert people.delete(spelling)
    assert not people.among(["YOU@example.org"])


def new_topic(endpoint: Endpoint) -> str:
    """The ARN of a topic that nothing hears."""
    arn: str = endpoint.client("sns").create_topic(Name="events")["TopicArn"]
    return arn


def test_event_destinations_of_both_apis(endpoint: Endpoint) -> None:
    """V2 lists what v1 has made, in its own words, and v1 describes what v2 has; each deletes the other's."""
    v1, v2, topic = endpoint.client("ses"), endpoint.client("sesv2"), new_topic(endpoint)
    v2.create_configuration_set(ConfigurationSetName="set")
    v1.create_configuration_set_event_destination(
        ConfigurationSetName="set",
        EventDestination={
            "Name": "one",
            "Enabled": True,
            "MatchingEventTypes": ["send", "renderingFailure"],
            "SNSDestination": {"TopicARN": topic},
        },
    )
    v2.create_configuration_set_event_destination(
        ConfigurationSetName="set",
        EventDestinationName="two",
        EventDestination={"MatchingEventTypes": ["BOUNCE"], "SnsDestination": {"TopicArn": topic}},
    )
    seen = v2.get_configuration_set_event_destinations(ConfigurationSetName="set")["EventDestinations"]
    assert [(one["Name"], one["Enabled"], one["MatchingEventTypes"]) for one in seen] == [
        ("one", True, ["SEND", "RENDERING_FAILURE"]),
        ("two", False, ["BOUNCE"]),
    ]
    assert {one["SnsDestination"]["TopicArn"] for one in seen} == {topic}
    described = v1.describe_configuration_set(
        ConfigurationSetName="set", ConfigurationSetAttributeNames=["eventDestinations"]
    )
    assert described["EventDestinations"][1]["SNSDestination"]["TopicARN"] == topic
    v2.delete_configuration_set_event_destination(ConfigurationSetName="set", EventDestinationName="one")
    v1.delete_configuration_set_event_destination(ConfigurationSetName="set", EventDestinationName="two")
    assert v2.get_configuration_set_event_destinations(ConfigurationSetName="set")["EventDestinations"] == []


def test_a_configuration_set_must_be_there_and_may_be_paused(endpoint: Endpoint) -> None:
    """An unknown set is refused by each API in its own words, a paused one too."""
    v1, v2 = endpoint.client("ses"), endpoint.client("sesv2")
    named = {"ConfigurationSetName": "set"}
    with pytest.raises(v1.exceptions.ConfigurationSetDoesNotExistException):
        v1.send_email(**mail_v1(), **named)
    with pytest.raises(v2.exceptions.NotFoundException):
        v2.send_email(**mail(), **named)
    v2.create_configuration_set(**named, SendingOptions={"SendingEnabled": False})
    assert v2.get_configuration_set(**named)["SendingOptions"] == {"SendingEnabled": False}
    with pytest.raises(v1.exceptions.ConfigurationSetSendingPausedException):
        v1.send_email(**mail_v1(), **named)
    with pytest.raises(v2.exceptions.SendingPausedException):
        v2.send_email(**mail(), **named)
    v2.put_configuration_set_sending_options(**named, SendingEnabled=True)
    v2.send_email(**mail(), **named)
    v2.delete_configuration_set(**named)
    with pytest.raises(v2.exceptions.NotFoundException):
        v2.get_configuration_set(**named)


def test_a_senders_own_configuration_set_is_used(endpoint: Endpoint) -> None:
    """A mail that names none has that of its sender's identity."""
    v2 = endpoint.client("sesv2")
    v2.create_configuration_set(ConfigurationSetName="gone")
    v2.create_email_identity(EmailIdentity="example.net", ConfigurationSetName="gone")
    v2.delete_configuration_set(ConfigurationSetName="gone")
    with pytest.raises(v2.exceptions.NotFoundException):
        v2.send_email(**mail(FromEmailAddress="me@example.net"))


def test_motos_statistics_go_on(endpoint: Endpoint) -> None:
    """What SES has accepted and rejected, as moto counts it."""
    v1 = endpoint.client("ses")
    v1.send_email(**mail_v1(3))
    with pytest.raises(ClientError):
        v1.send_email(**mail_v1(Source="you@example.net"))
    point = v1.get_send_statistics()["SendDataPoints"][0]
    assert (point["DeliveryAttempts"], point["Rejects"]) == (3, 1)


def test_only_the_newest_mails_are_kept() -> None:
    """Moto would keep every mail for ever; the oldest of them go, in its inspection too."""
    with served(store=storing.Store(most_mails=3)) as endpoint:
        v2 = endpoint.client("sesv2")
        for number in range(6):
            v2.send_email(**mail(to=f"you+{number}@example.org"))
        kept = [one["destinations"]["ToAddresses"][0] for one in stored(endpoint, "Message")]
        assert kept == [f"you+{number}@example.org" for number in (3, 4, 5)]


def test_as_many_mails_are_kept_as_fit() -> None:
    """The newest of all accounts together, by their bytes; a reset makes room for as many again."""
    store, ids = storing.Store(1.0), count()
    ours, theirs = ses_backends["1"]["us-east-1"], ses_backends["2"]["us-east-1"]
    for backend, bytes_each in [(ours, 300_000), (theirs, 300_000), (ours, 400_000), (theirs, 400_000), (ours, 10)]:
        store.add(backend, Message(SENDER, ("you@example.org",), raw=b"x" * bytes_each), Sent(str(next(ids)), 0.0))
    assert [[len(kept.raw_data) for kept in one.sent_messages] for one in (ours, theirs)] == [[400_000, 10], [400_000]]
    ours.reset()
    store.forget()
    store.add(ours, Message(SENDER, raw=b"x" * 990_000), Sent(str(next(ids)), 0.0))
    assert [len(kept.raw_data) for kept in ours.sent_messages] == [990_000]
    store.add(ours, Message(SENDER, subject="x" * 1_000_000, text="x"), Sent(str(next(ids)), 0.0))
    assert not ours.sent_messages
    assert ours.sent_message_count == 0


def test_a_deleted_message_is_gone(endpoint: Endpoint) -> None:
    """Moto would keep each for its dashboard, for ever, whatever kind of queue it was in."""
    sqs = endpoint.client("sqs")
    gc.collect()
    before = sum(type(one) is QueueMessage for one in gc.get_objects())
    for name, more in [("mails", {}), ("mails.fifo", {"MessageGroupId": "a", "MessageDeduplicationId": "b"})]:
        fifo = {"FifoQueue": "true"} if more else {}
        url = sqs.create_queue(QueueName=name, Attributes=fifo)["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="mail", **more)
        (received,) = sqs.receive_message(QueueUrl=url)["Messages"]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=received["ReceiptHandle"])
    gc.collect()
    assert sum(type(one) is QueueMessage for one in gc.get_objects()) == before


def test_other_services_are_motos(endpoint: Endpoint) -> None:
    """Beside SES there is all of moto; a reset forgets SES's own state too, and the verified sender is back."""
    sns = endpoint.client("sns")
    assert sns.create_topic(Name="events")["TopicArn"].endswith(":events")
    v2 = endpoint.client("sesv2")
    v2.put_account_sending_attributes(SendingEnabled=False)
    endpoint.raw("POST", "/moto-api/reset")
    v2.send_email(**mail())
    assert endpoint.client("ses").list_identities()["Identities"] == [SENDER]
    assert sns.list_topics()["Topics"] == []
