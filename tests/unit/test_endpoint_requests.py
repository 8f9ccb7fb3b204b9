"""Whose request it is, however it comes, and what SQS adds: latencies, duplicates, and a look into the queues."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.validate import ParamValidator

from tests.unit.served import THREADS, Endpoint, account, mail, served

SEND = ("POST", "/v2/email/outbound-emails")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def limited(**more: Any) -> Any:
    """An endpoint whose accounts can each have one recipient."""
    return served(account=account(max_send_rate_per_s=1e-3), **more)


def seen(endpoint: Endpoint) -> dict[str, int]:
    """Accepted calls by account and region."""
    accounts = endpoint.ask("GET", "/_seslab/stats")["accounts"]
    return {f"{one['account']} {one['region']}": one["accepted"] for one in accounts}


def spoken(endpoint: Endpoint, body: Any, **headers: str) -> int:
    """The status of a v2 send over a plain HTTP connection; a body that is a list goes out in chunks."""
    connection = HTTPConnection(endpoint.url.removeprefix("http://"), timeout=10)
    connection.request(*SEND, body=body, headers=headers, encode_chunked=isinstance(body, list))
    status = connection.getresponse().status
    connection.close()
    return status


def test_accounts_and_regions_do_not_share() -> None:
    """Each has its own limiter: unsigned requests belong to the default account, others to whom they say."""
    scope = "AWS4-HMAC-SHA256 Credential=KEY/20260101/{}/ses/aws4_request, SignedHeaders=host, Signature=0"
    with limited() as endpoint:
        body = json.dumps(mail())
        assert spoken(endpoint, body) == 200
        assert spoken(endpoint, body, Authorization=scope.format("us-east-1")) == 429
        assert spoken(endpoint, body, Authorization=scope.format("eu-west-1")) == 200
        assert spoken(endpoint, body, **{"x-moto-account-id": "210987654321"}) == 200
        assert spoken(endpoint, body, Host="email.eu-west-1.amazonaws.com") == 429
        expected = ("123456789012 us-east-1", "123456789012 eu-west-1", "210987654321 us-east-1")
        assert seen(endpoint) == dict.fromkeys(expected, 1)


def test_a_request_may_come_in_chunks() -> None:
    """As some HTTP clients send it, without a length."""
    with limited() as endpoint:
        text = json.dumps(mail()).encode()
        assert spoken(endpoint, [text[:50], text[50:]], **{"Transfer-Encoding": "chunked"}) == 200


def test_what_is_no_json_is_a_bad_request() -> None:
    """It is the caller's mistake, and no server error."""
    with limited() as endpoint:
        assert [spoken(endpoint, body) for body in ("{", "[]", "")] == [400, 400, 400]


def test_v1_takes_its_form_in_the_body_or_in_the_path() -> None:
    """Unsigned too, as curl would send it, but no GET that changes anything; contradictory keys are a bad request."""
    with limited() as endpoint:
        to = {"Source": "me@example.com", "Destination.ToAddresses.member.1": "a@example.org"}
        form = {"Action": "SendEmail", **to, "Message.Subject.Data": "Hello", "Message.Body": ""}
        connection = HTTPConnection(endpoint.url.removeprefix("http://"), timeout=10)
        statuses = []
        for method, path, body in (
            ("GET", "/?Action=GetSendQuota", None),
            ("GET", f"/?{urlencode(form)}", None),
            ("POST", "/", urlencode(form)),
            ("POST", "/", urlencode(form)),
            ("POST", "/", urlencode({**form, "Source.member.1": "-"})),
        ):
            connection.request(method, path, body, {**FORM, "Host": "email.us-east-1.amazonaws.com"})
            answer = connection.getresponse()
            statuses.append((answer.status, b"Throttling" in answer.read()))
        connection.close()
    assert statuses == [(200, False), (403, False), (200, False), (400, True), (400, False)]


def test_the_queues_can_be_looked_into() -> None:
    """Every message with its state and how often it was received; the requests are counted."""
    with served() as endpoint:
        sqs = endpoint.client("sqs")
        queue = sqs.create_queue(QueueName="jobs")["QueueUrl"]
        for body in ("one", "two"):
            sqs.send_message(QueueUrl=queue, MessageBody=body)
        sqs.receive_message(QueueUrl=queue)
        rows = endpoint.ask("GET", "/_seslab/queues")["jobs"]
        assert {(row["body"], row["state"], row["receive_count"]) for row in rows} == {
            ("one", "in_flight", 1),
            ("two", "visible", 0),
        }
        assert endpoint.ask("GET", "/_seslab/stats")["requests"]["sqs"] == 4
        assert endpoint.ask("GET", "/_seslab/queues?region=eu-west-1") == {}


@pytest.mark.parametrize("queue", ["jobs", "jobs.fifo"])
def test_long_polls_hold_up_nobody(queue: str) -> None:
    """While more clients wait for a message than there are threads, another one's send is served, and wakes one."""
    clients, fifo = THREADS + 3, {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    with served() as endpoint, ThreadPoolExecutor(clients) as threads:
        waiting, sqs = endpoint.client("sqs"), endpoint.client("sqs")
        url = sqs.create_queue(QueueName=queue, Attributes=fifo if "." in queue else {})["QueueUrl"]
        received = [threads.submit(waiting.receive_message, QueueUrl=url, WaitTimeSeconds=20) for _ in range(clients)]
        assert endpoint.client("sns").list_topics()["Topics"] == []
        for number in range(clients):
            group = {"MessageGroupId": str(number)} if "." in queue else {}
            sqs.send_message(QueueUrl=url, MessageBody=str(number), **group)
        told = [message["Body"] for answer in received for message in answer.result(10)["Messages"]]
    assert sorted(map(int, told)) == list(range(clients))


def test_sqs_takes_the_scenarios_time_and_delivers_twice() -> None:
    """A call lasts as long as its latency; where every message is delivered once more, a hidden one is there again."""
    latency = {"sqs": {"constant_ms": 30}, "ses_send": {"constant_ms": 0}, "ses_throttle": {"constant_ms": 0}}
    with served(latency=latency, sqs={"duplicate_probability": 1.0}) as endpoint:
        sqs = endpoint.client("sqs")
        queue = sqs.create_queue(QueueName="jobs")["QueueUrl"]
        started_s = time.perf_counter()
        sqs.send_message(QueueUrl=queue, MessageBody="one")
        assert time.perf_counter() - started_s >= 0.03
        received = [sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)["Messages"][0]["Body"] for _ in range(2)]
        assert received == ["one", "one"]


def test_answers_are_what_the_service_model_says() -> None:
    """Every document of v2's own operations has the members of botocore's model, no others, and those it requires."""
    email, topic = "you@example.org", {"TopicArn": "arn:aws:sns:us-east-1:123456789012:events"}
    inline = {"TemplateContent": {"Subject": "Hi", "Text": "-"}, "TemplateData": "{}"}
    bulk = {"FromEmailAddress": "me@example.com", "DefaultContent": {"Template": inline}}
    entries = [{"Destination": {"ToAddresses": [email]}}] * 2
    definition = {"MatchingEventTypes": ["SEND"], "SnsDestination": topic}
    mail_from = {"MailFromDomain": "mail.example.org"}
    calls: tuple[tuple[str, str, str, Any], ...] = (
        ("SendEmail", "POST", "outbound-emails", mail(FromEmailAddress="me@example.com")),
        ("SendBulkEmail", "POST", "outbound-bulk-emails", {**bulk, "BulkEmailEntries": entries}),
        ("GetAccount", "GET", "account", None),
        ("PutAccountSendingAttributes", "PUT", "account/sending", {"SendingEnabled": True}),
        ("PutSuppressedDestination", "PUT", "suppression/addresses", {"EmailAddress": email, "Reason": "BOUNCE"}),
        ("GetSuppressedDestination", "GET", f"suppression/addresses/{email}", None),
        ("ListSuppressedDestinations", "GET", "suppression/addresses", None),
        ("CreateEmailIdentity", "POST", "identities", {"EmailIdentity": "you%me@example.org"}),
        # Without this domain AWS leaves out what its model requires of an identity.
        ("PutEmailIdentityMailFromAttributes", "PUT", "identities/you%25me%40example.org/mail-from", mail_from),
        ("GetEmailIdentity", "GET", "identities/you%25me%40example.org", None),
        ("ListEmailIdentities", "POST", "list-identities", {"PageSize": 1}),
        ("ListEmailIdentities", "GET", "identities?PageSize=1&NextToken=1", None),
        ("CreateConfigurationSet", "POST", "configuration-sets", {"ConfigurationSetName": "set"}),
        ("ListConfigurationSets", "POST", "list-configuration-sets", {}),
        ("ListConfigurationSets", "GET", "configuration-sets", None),
        ("GetConfigurationSet", "GET", "configuration-sets/set", None),
        (
            "CreateConfigurationSetEventDestination",
            "POST",
            "configuration-sets/set/event-destinations",
            {"EventDestinationName": "one", "EventDestination": definition},
        ),
        ("GetConfigurationSetEventDestinations", "GET", "configuration-sets/set/event-destinations", None),
        ("CreateEmailTemplate", "POST", "templates", {"TemplateName": "t", "TemplateContent": {"Subject": "Hi"}}),
        ("GetEmailTemplate", "GET", "templates/t", None),
        ("ListEmailTemplates", "GET", "templates", None),
        ("TestRenderEmailTemplate", "POST", "templates/t/render", {"TemplateData": "{}"}),
    )
    with limited() as endpoint:
        endpoint.client("sns").create_topic(Name="events")
        model = endpoint.client("sesv2").meta.service_model
        for operation, method, path, document in calls:
            answer = endpoint.ask(method, f"/v2/email/{path}", document)
            report = ParamValidator().validate(answer, model.operation_model(operation).output_shape)
            assert not report.has_errors(), f"{operation}: {report.generate_report()}"
