"""SES's errors on the wire, as real boto3 clients of both APIs see them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scenarios.ledger.ledger import ACCEPTED, MESSAGES, QUOTA, REJECTED, THROTTLED
from tests.unit.served import SENDER, Endpoint, account, mail, mail_v1, served

ROOM = 40
UNVERIFIED = "Email address is not verified. The following identities failed the check in region US-EAST-1: {}"
MESSAGE_ID = r"0100[0-9a-f]{12}-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}-000000"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """An account that can have 40 recipients at once and then next to none."""
    with served(account=account(max_send_rate_per_s=1e-3, limiter={"burst": ROOM})) as running:
        yield running


def refused(call: Callable[..., Any], **arguments: Any) -> tuple[str, int, str, str]:
    """The error's class, HTTP status, code and message."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return type(caught.value).__name__, status, response["Error"]["Code"], response["Error"]["Message"]


def test_a_message_id_has_the_form_of_ses(endpoint: Endpoint) -> None:
    """Region, milliseconds, a UUID and six digits; no two are alike, whatever the API."""
    v1, v2 = endpoint.client("ses"), endpoint.client("sesv2")
    ids = [v1.send_email(**mail_v1())["MessageId"], v2.send_email(**mail())["MessageId"]]
    ids += [endpoint.client("ses").send_email(**mail_v1())["MessageId"]]
    assert len(set(ids)) == 3
    assert all(re.fullmatch(MESSAGE_ID, one) for one in ids)


def test_v1_throttles_with_400(endpoint: Endpoint) -> None:
    """The code is `Throttling`, the fault the sender's, and the words are SES's."""
    v1 = endpoint.client("ses")
    v1.send_email(**mail_v1(ROOM))
    assert refused(v1.send_email, **mail_v1()) == ("ClientError", 400, "Throttling", MESSAGES[THROTTLED])
    with pytest.raises(ClientError) as caught:
        v1.send_email(**mail_v1())
    assert caught.value.response["Error"]["Type"] == "Sender"


def test_v2_throttles_with_429(endpoint: Endpoint) -> None:
    """The exception is one that the service model knows."""
    v2 = endpoint.client("sesv2")
    v2.send_email(**mail(ROOM))
    code = "TooManyRequestsException"
    assert refused(v2.send_email, **mail()) == (code, 429, code, MESSAGES[THROTTLED])


def test_a_request_passes_whole_or_not_at_all(endpoint: Endpoint) -> None:
    """Of a request that is too large for what is left nothing is accepted, and a smaller one still finds all of it."""
    v2 = endpoint.client("sesv2")
    v2.send_email(**mail(ROOM - 5))
    assert refused(v2.send_email, **mail(6))[1] == 429
    v2.send_email(**mail(5))
    assert endpoint.decisions()["recipients"].tolist() == [ROOM - 5, 6, 5]


def test_both_apis_and_all_clients_drain_one_bucket(endpoint: Endpoint) -> None:
    """The limit is the account's in its region: another region has one of its own."""
    endpoint.client("ses").send_email(**mail_v1(ROOM))
    assert refused(endpoint.client("sesv2").send_email, **mail())[1] == 429
    endpoint.client("sesv2", region_name="eu-west-1").send_email(**mail())


def test_an_unverified_sender_is_rejected(endpoint: Endpoint) -> None:
    """In AWS's words, by both APIs, and without touching the limit; a verified domain covers its subdomains."""
    v1, v2, strange = endpoint.client("ses"), endpoint.client("sesv2"), "me@sub.example.net"
    text = UNVERIFIED.format(strange)
    assert refused(v1.send_email, **mail_v1(Source=strange)) == ("MessageRejected", 400, "MessageRejected", text)
    assert refused(v2.send_email, **mail(FromEmailAddress=strange))[1:] == (400, "MessageRejected", text)
    v1.verify_domain_identity(Domain="example.net")
    v2.send_email(**mail(ROOM, FromEmailAddress=f"Me <{strange}>"))


@pytest.mark.parametrize(
    ("recipients", "code_v1", "code_v2", "text"),
    [
        (51, "InvalidParameterValue", "BadRequestException", MESSAGES[REJECTED]),
        (0, "InvalidParameterValue", "BadRequestException", "Missing required header 'To'."),
    ],
)
def test_too_many_and_too_few_recipients(
    endpoint: Endpoint, recipients: int, code_v1: str, code_v2: str, text: str
) -> None:
    """A message goes to one recipient at least and to 50 at most."""
    assert refused(endpoint.client("ses").send_email, **mail_v1(recipients))[1:] == (400, code_v1, text)
    assert refused(endpoint.client("sesv2").send_email, **mail(recipients))[1:] == (400, code_v2, text)


@pytest.mark.parametrize(
    ("service", "most_bytes", "code"),
    [("ses", 10 * 2**20, "InvalidParameterValue"), ("sesv2", 40 * 2**20, "BadRequestException")],
)
def test_raw_mail_has_a_largest_size(endpoint: Endpoint, service: str, most_bytes: int, code: str) -> None:
    """The last byte that fits is taken; one more is refused in SES's words, and counts nowhere."""
    client = endpoint.client(service)
    data = f"From: {SENDER}\r\nTo: you@example.org\r\n\r\n".encode().ljust(most_bytes, b"x")
    if service == "ses":
        client.send_raw_email(RawMessage={"Data": data})
        answer = refused(client.send_raw_email, RawMessage={"Data": data + b"x"})
    else:
        client.send_email(Content={"Raw": {"Data": data}})
        answer = refused(client.send_email, Content={"Raw": {"Data": data + b"x"}})
    line = f"Message length is more than {most_bytes} bytes long: '{most_bytes + 1}'."
    assert answer[1:] == (400, code, line)
    assert endpoint.decisions()["outcome"].tolist() == [ACCEPTED, REJECTED]


def test_built_mail_has_a_largest_size(endpoint: Endpoint) -> None:
    """Subject, texts in UTF-8 and attachments in base64 together; v1 takes 10 MB, v2 takes four times as much."""
    v1, v2 = endpoint.client("ses"), endpoint.client("sesv2")
    half = {"Data": "é".ljust(5 * 2**20 - 1, "x")}
    parts = {"Subject": {"Data": "x"}, "Body": {"Text": half, "Html": half}}
    assert refused(v1.send_email, **mail_v1() | {"Message": parts})[3].endswith(f"bytes long: '{10 * 2**20 + 1}'.")
    v2.send_email(**mail(Content={"Simple": parts}))
    attachment = {"FileName": "a.txt", "RawContent": bytes(30 * 2**18)}  # 10 MB in base64
    attached = {**parts, "Attachments": [attachment] * 3}
    line = refused(v2.send_email, **mail(Content={"Simple": attached}))[3]
    assert line == f"Message length is more than {40 * 2**20} bytes long: '{40 * 2**20 + 1}'."


def test_an_entry_may_be_too_large(endpoint: Endpoint) -> None:
    """Of two entries of a bulk call one has too much data for its template."""
    v1 = endpoint.client("ses")
    v1.create_template(Template={"TemplateName": "hello", "SubjectPart": "Hi", "TextPart": "{{a}}" * 30})
    answer = v1.send_bulk_templated_email(
        Source=SENDER,
        Template="hello",
        DefaultTemplateData='{"a": "b"}',
        Destinations=[
            {"Destination": {"ToAddresses": ["you@example.org"]}, "ReplacementTemplateData": data}
            for data in ('{"a": "' + "é" * (2**18 - 10) + '"}', "{}")
        ],
    )
    assert [one["Status"] for one in answer["Status"]] == ["InvalidParameterValue", "Success"]


def test_an_address_needs_a_domain(endpoint: Endpoint) -> None:
    """One wrong address rejects the whole message."""
    wrong = {"Destination": {"ToAddresses": ["you@example.org", "nowhere"]}}
    text = "Missing final '@domain'"
    assert refused(endpoint.client("ses").send_email, **(mail_v1() | wrong))[2:] == ("InvalidParameterValue", text)
    assert refused(endpoint.client("sesv2").send_email, **(mail() | wrong))[2:] == ("BadRequestException", text)


def test_paused_sending(endpoint: Endpoint) -> None:
    """What one API pauses, both refuse, until either resumes it."""
    v1, v2 = endpoint.client("ses"), endpoint.client("sesv2")
    assert v1.get_account_sending_enabled()["Enabled"]
    v2.put_account_sending_attributes(SendingEnabled=False)
    assert not v1.get_account_sending_enabled()["Enabled"]
    assert not v2.get_account()["SendingEnabled"]
    assert refused(v1.send_email, **mail_v1())[:2] == ("AccountSendingPausedException", 400)
    assert refused(v2.send_email, **mail())[:2] == ("SendingPausedException", 400)
    v1.update_account_sending_enabled(Enabled=True)
    v2.send_email(**mail())


def test_the_daily_quota() -> None:
    """Refused before the limit is asked, with the quota's own words; what is left of it is still to be had."""
    with served(account={"max_send_rate_per_s": 40.0, "max_24h_send": 10}) as endpoint:
        v1, v2 = endpoint.client("ses"), endpoint.client("sesv2")
        v2.send_email(**mail(8))
        assert refused(v1.send_email, **mail_v1(3))[1:] == (400, "Throttling", MESSAGES[QUOTA])
        assert refused(v2.send_email, **mail(3))[1:] == (429, "TooManyRequestsException", MESSAGES[QUOTA])
        v2.send_email(**mail(2))
        quota = v1.get_send_quota()
        assert (quota["Max24HourSend"], quota["MaxSendRate"], quota["SentLast24Hours"]) == (10, 40, 10)
        assert v2.get_account()["SendQuota"]["SentLast24Hours"] == 10


def test_the_mailbox_simulator_is_outside_the_daily_quota() -> None:
    """Its addresses use up the rate but not the quota, save in a run's own mail, where they stand for recipients."""
    with served(account={"max_send_rate_per_s": 40.0, "max_24h_send": 2}) as endpoint:
        v2, simulator = endpoint.client("sesv2"), "Success <success+1@simulator.amazonses.com>"
        v2.send_email(**mail(5, simulator))
        v2.send_email(**mail(2))
        v2.send_email(**mail(5, simulator))
        assert v2.get_account()["SendQuota"]["SentLast24Hours"] == 2


def test_a_sandbox_knows_its_recipients() -> None:
    """One recipient a second and 200 a day, who must be verified or at the mailbox simulator."""
    with served(account={"sandbox": True}) as endpoint:
        v2, v1 = endpoint.client("sesv2"), endpoint.client("ses")
        text = UNVERIFIED.format("you@example.org")
        assert refused(v2.send_email, **mail())[1:] == (400, "MessageRejected", text)
        v2.send_email(**mail(to="bounce@simulator.amazonses.com"))
        assert refused(v2.send_email, **mail(to=SENDER))[1] == 429
        quota = v1.get_send_quota()
        assert (quota["Max24HourSend"], quota["MaxSendRate"]) == (200, 1)
        assert not v2.get_account()["ProductionAccessEnabled"]


def test_an_outage_is_unavailability() -> None:
    """In a scenario's outage every call fails with a server error, and the log says so."""
    fault = {"kind": "outage", "start_s": 0.0, "duration_s": 1e6}
    with served(fault=(fault,)) as endpoint:
        assert refused(endpoint.client("sesv2").send_email, **mail())[1] == 503
        assert refused(endpoint.client("ses").send_email, **mail_v1())[1:3] == (503, "ServiceUnavailable")
        assert endpoint.ask("GET", "/_seslab/stats")["accounts"][0]["failed"] == 2


def test_a_request_that_is_none(endpoint: Endpoint) -> None:
    """Content of no known kind is the caller's mistake, not the server's."""
    v2 = endpoint.client("sesv2")
    assert refused(v2.send_email, **mail(Content={}))[1:3] == (400, "BadRequestException")
    assert refused(v2.send_email, **mail(Content={"Template": {"TemplateData": "{}"}}))[1] == 400
    assert refused(v2.get_configuration_set, ConfigurationSetName="none")[1:3] == (404, "NotFoundException")
    v2.send_email(**mail())
