"""One endpoint for several accounts: each is told by its access key, and is limited, listed and counted by itself."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.error import HTTPError

import pytest
from botocore.exceptions import ClientError
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, run_wsgi_app

from loadtests.endpoint import serve as serving
from loadtests.endpoint.accounts.credential import Credential, credential_in
from loadtests.endpoint.application import local_aws
from loadtests.endpoint.client import EndpointClient
from loadtests.endpoint.routes import DEFAULT_ACCOUNT
from loadtests.load.applications.own_ses import allowing
from loadtests.ports.local import LOOPBACK
from loadtests.ports.local_accounts import local_account
from scenarios.schema.model import Scenario
from tests.unit.served import SENDER, Endpoint, mail, mail_v1, send, served
from tests.unit.served_mail import secured

REGION = "eu-central-1"
ACCOUNTS = {
    "us": {"max_send_rate_per_s": 1e-3, "limiter": {"burst": 2}, "max_24h_send": 100},
    "de": {"max_send_rate_per_s": 1e-3, "limiter": {"burst": 3}, "region": REGION, "identity": "de.example.com"},
}
TENANTS = {"club": {"account": "de"}, "shop": {"account": "de", "suppressed": 0.1}}
FAULTS = ({"kind": "outage", "account": "de", "start_s": 0, "duration_s": 1e6},)
WORKLOADS = tuple({"process": "batch", "messages": 1, "account": name} for name in ACCOUNTS)
NOBODY = "AKIAIOSFODNN7EXAMPLE"
DATED = "20260101"


def tables(**more: Any) -> dict[str, Any]:
    """Of a scenario with two accounts, each of which has a mail."""
    return {"accounts": ACCOUNTS, "tenants": TENANTS, "workload": WORKLOADS, **more}


@pytest.fixture(scope="module")
def running() -> Iterator[Endpoint]:
    """One for all tests here."""
    with served(**tables()) as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(running: Endpoint) -> Endpoint:
    """As if it had just begun."""
    running.ask("POST", "/moto-api/reset")
    return running


def client(endpoint: Endpoint, service: str, name: str, region: str = "us-east-1") -> Any:
    """A boto3 client with the account's key."""
    account = local_account(name)
    return endpoint.client(
        service,
        region_name=region,
        aws_access_key_id=account.access_key_id,
        aws_secret_access_key=account.secret_access_key,
    )


def code_of(call: Any, **arguments: Any) -> tuple[int, str]:
    """Status and code of the error that it must meet."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    said = error.value.response
    return said["ResponseMetadata"]["HTTPStatusCode"], said["Error"]["Code"]


def test_keys_follow_from_names_and_look_like_aws() -> None:
    """So whoever serves, sends or asks knows them; no two names share a key or a number."""
    known = [local_account(name) for name in map(str, range(200))]
    assert all(one == local_account(one.name) for one in known)
    assert len({one.access_key_id for one in known}) == len({one.number for one in known}) == len(known)
    assert {(len(one.number), len(one.access_key_id), len(one.secret_access_key)) for one in known} == {(12, 20, 40)}


def test_each_account_has_its_own_limit_log_list_and_identities(endpoint: Endpoint) -> None:
    """What one does, or may, says nothing of another; v1, v2 and the account's own numbers agree on whose it is."""
    us, de = client(endpoint, "sesv2", "us"), client(endpoint, "sesv2", "de")
    assert [send(us, **mail()) for _ in range(3)] == [None, None, "TooManyRequestsException"]
    v1 = client(endpoint, "ses", "de")
    assert [send(v1, **mail_v1()) for _ in range(4)] == [None, None, None, "Throttling"]
    assert us.get_account()["SendQuota"] == {"Max24HourSend": 100.0, "MaxSendRate": 1e-3, "SentLast24Hours": 2.0}
    assert v1.get_send_quota()["SentLast24Hours"] == 3.0
    us.put_suppressed_destination(EmailAddress="you@example.org", Reason="BOUNCE")
    us.create_email_identity(EmailIdentity="only.example.com")
    assert de.list_suppressed_destinations()["SuppressedDestinationSummaries"] == []
    assert (
        send(
            v1,
            **mail_v1(),
        )
        == "Throttling"
    )
    assert code_of(de.get_email_identity, EmailIdentity="only.example.com")[1] == "NotFoundException"
    assert code_of(us.get_email_identity, EmailIdentity="de.example.com")[1] == "NotFoundException"
    assert de.get_email_identity(EmailIdentity="de.example.com")["VerifiedForSendingStatus"]
    shown = {one["name"]: one for one in endpoint.ask("GET", "/_seslab/stats")["accounts"] if one["recipients"]}
    assert {name: (one["account"], one["recipients"], one["throttled"]) for name, one in shown.items()} == {
        "us": (local_account("us").number, 2, 1),
        "de": (local_account("de").number, 3, 2),
    }


def test_queues_and_topics_belong_to_the_account_whose_key_made_them(endpoint: Endpoint) -> None:
    """As at AWS: a queue's URL has its account's number, and another account's list does not have it."""
    us, de = client(endpoint, "sqs", "us"), client(endpoint, "sqs", "de")
    url = us.create_queue(QueueName="mine")["QueueUrl"]
    assert f"/{local_account('us').number}/" in url
    us.send_message(QueueUrl=url, MessageBody="one")
    assert "QueueUrls" not in de.list_queues()
    assert list(endpoint.ask("GET", "/_seslab/queues?account=us")) == ["mine"]
    assert endpoint.ask("GET", "/_seslab/queues?account=de") == {}
    assert (
        client(endpoint, "sns", "de").create_topic(Name="told")["TopicArn"].split(":")[4] == local_account("de").number
    )


def test_a_key_that_nobody_has_is_refused_by_every_service_as_there(endpoint: Endpoint) -> None:
    """Each in the form of its own protocol, and 403; keys that an account makes with the local IAM are its own."""
    stranger = {"aws_access_key_id": NOBODY}
    refused = {
        "ses": code_of(endpoint.client("ses", **stranger).get_send_quota),
        "sesv2": code_of(endpoint.client("sesv2", **stranger).send_email, **mail()),
        "sqs": code_of(endpoint.client("sqs", **stranger).list_queues),
        "sns": code_of(endpoint.client("sns", **stranger).list_topics),
    }
    assert refused == {
        "ses": (403, "InvalidClientTokenId"),
        "sesv2": (403, "UnrecognizedClientException"),
        "sqs": (403, "UnrecognizedClientException"),
        "sns": (403, "InvalidClientTokenId"),
    }
    iam = client(endpoint, "iam", "us")
    iam.create_user(UserName="newsletter")
    made = iam.create_access_key(UserName="newsletter")["AccessKey"]["AccessKeyId"]
    temporary = client(endpoint, "sts", "us").get_session_token()["Credentials"]["AccessKeyId"]
    for key in (made, temporary):
        assert endpoint.client("sesv2", aws_access_key_id=key).get_account()["SendQuota"]["Max24HourSend"] == 100.0


def test_rate_and_limiter_are_set_for_one_account_by_its_name(endpoint: Endpoint) -> None:
    """A change that does not say whose is one line, and changes nothing; the others stay as they are."""
    with pytest.raises(HTTPError) as error:
        endpoint.ask("PUT", "/_seslab/rate", {"max_send_rate_per_s": 5})
    assert error.value.code == 400
    assert b"account: missing; must be one of us, de" in error.value.read()
    with pytest.raises(HTTPError) as error:
        endpoint.ask("GET", "/_seslab/limiter?account=dee")
    assert b"did you mean 'de'?" in error.value.read()
    before = endpoint.ask("GET", "/_seslab/account?account=us")
    try:
        endpoint.ask("PUT", "/_seslab/rate?account=de", {"max_send_rate_per_s": 5})
        endpoint.ask("PUT", "/_seslab/limiter?account=de", {"burst": 7})
        assert client(endpoint, "sesv2", "de").get_account()["SendQuota"]["MaxSendRate"] == 5.0
        assert endpoint.ask("GET", "/_seslab/limiter?account=de")["burst"] == 7
        assert endpoint.ask("GET", "/_seslab/account?account=us") == before
    finally:
        endpoint.ask(
            "PUT",
            "/_seslab/account?account=de",
            {key: ACCOUNTS["de"][key] for key in ("max_send_rate_per_s", "limiter")},
        )


def test_a_question_about_an_account_is_about_its_own_region_and_its_own_mail(endpoint: Endpoint) -> None:
    """Whatever is told of it has its name; the mail of others is another question."""
    for name, region in (("us", "us-east-1"), ("de", REGION), ("de", "us-east-1")):
        assert send(client(endpoint, "sesv2", name, region), **mail()) is None
    assert len(endpoint.ask("GET", "/_seslab/calls?account=de")["calls"]) == 1
    found = endpoint.ask("GET", "/_seslab/messages?account=de")["messages"]
    assert [(one["name"], one["region"]) for one in found] == [("de", "us-east-1"), ("de", REGION)]
    assert endpoint.ask("GET", f"/_seslab/messages/{found[0]['id']}")["name"] == "de"
    for route in ("live", "stats"):
        accounts = endpoint.ask("GET", f"/_seslab/{route}?account=de&region={REGION}")["accounts"]
        assert [(one["name"], one["region"]) for one in accounts] == [("de", REGION)]


@pytest.mark.parametrize("number", [local_account("de").number, DEFAULT_ACCOUNT])
def test_our_own_client_hears_of_all_accounts(endpoint: Endpoint, number: str) -> None:
    """Whichever it asks about, and be it none of them: so it tells which are there, and whether calls are in flight."""
    asking = EndpointClient(endpoint.url, lambda route, error: f"{route}: {error}", 10.0, account=number)
    assert asking.names() == [*ACCOUNTS]
    assert asking.in_flight() == 0


def test_an_account_has_the_tenants_that_the_scenario_names(endpoint: Endpoint) -> None:
    """They are there from the first, and send from what is verified from the first; no other account has them."""
    us, de = client(endpoint, "sesv2", "us"), client(endpoint, "sesv2", "de", REGION)
    assert us.list_tenants()["Tenants"] == []
    assert [one["TenantName"] for one in de.list_tenants()["Tenants"]] == ["club", "shop"]
    scopes = [de.get_tenant(TenantName=name)["Tenant"].get("SuppressionAttributes") for name in TENANTS]
    assert [one and one["SuppressionScope"] for one in scopes] == [None, "TENANT"]
    assert send(de, **mail(), TenantName="club") is None
    assert code_of(us.send_email, **mail(), TenantName="club") == (404, "NotFoundException")


@pytest.mark.parametrize("route", ["calls", "messages", "live", "stats", "queues", "envelope", "delivery", "rate"])
def test_an_account_that_is_not_there_is_named(endpoint: Endpoint, route: str) -> None:
    """Nothing that is asked about it is answered as if there were nothing to tell."""
    with pytest.raises(HTTPError) as error:
        endpoint.ask("GET", f"/_seslab/{route}?account=nix")
    assert error.value.code == 400
    assert b"unknown account 'nix', known are us, de" in error.value.read()


def test_of_two_accounts_that_are_named_none_is_passed_over(endpoint: Endpoint) -> None:
    """A rate for both of them would be one's alone."""
    with pytest.raises(HTTPError) as error:
        endpoint.ask("PUT", "/_seslab/rate?account=de&account=us", {"max_send_rate_per_s": 5})
    assert error.value.code == 400
    assert b"account: is there 2 times" in error.value.read()


def test_a_fault_is_not_switched_for_one_account(endpoint: Endpoint) -> None:
    """The others would meet it without a word."""
    with pytest.raises(HTTPError) as error:
        endpoint.ask("PUT", "/_seslab/faults?account=de", {"refuse": 1})
    assert b"account: faults are switched for all accounts" in error.value.read()


def test_a_fault_of_one_account_spares_the_others() -> None:
    """An outage that names an account is that account's, in whatever region it is asked."""
    with served(**tables(fault=FAULTS)) as endpoint:
        assert send(client(endpoint, "sesv2", "us"), **mail()) is None
        assert send(client(endpoint, "sesv2", "de", REGION), **mail()) == "ServiceUnavailableException"


def test_a_login_over_smtp_is_the_accounts_key() -> None:
    """Mail goes through its account, in its region; another user is refused in SES's words."""
    _, service = local_aws(Scenario.model_validate({"name": "several", **tables()}), 1, (SENDER,))
    us = local_account("us")
    with closing(service), serving.mail(service, LOOPBACK, 0) as port:
        service.forget()
        with secured(port) as there, pytest.raises(smtplib.SMTPAuthenticationError) as error:
            there.login(NOBODY, "whatever")
        assert error.value.smtp_code == 535
        with secured(port) as there:
            there.login(us.access_key_id, "whatever")
            there.sendmail(SENDER, ["you@example.org"], "Subject: one\r\n\r\nOne.")
        assert {one.allowance.name: one.run.tally().recipients for one in service.all()} == {"us": 1, "de": 0}


GOOD = f"Credential={local_account('us').access_key_id}/{DATED}/us-east-1/ses/aws4_request"


def test_a_credential_is_read_wherever_a_signature_has_it() -> None:
    """In the header, for one region or several, and in a presigned address; a header goes before the address."""
    us = local_account("us").access_key_id
    assert credential_in(f"AWS4-HMAC-SHA256 {GOOD}, SignedHeaders=host, Signature=0", "") == (us, "us-east-1", "ses")
    several = f"AWS4-ECDSA-P256-SHA256 Credential={us}/{DATED}/ses/aws4_request, SignedHeaders=host, Signature=0"
    assert credential_in(several, "") == Credential(us, None, "ses")
    presigned = f"Action=GetSendQuota&X-Amz-Credential={us}%2F{DATED}%2Feu-west-1%2Fses%2Faws4_request"
    assert credential_in("", presigned) == (us, "eu-west-1", "ses")
    assert credential_in("Basic dXNlcjpwYXNz", presigned) is None
    assert credential_in(f"AWS4-HMAC-SHA256 {GOOD.replace(DATED, 'today')}", "") == (us, "us-east-1", "ses")
    assert credential_in(f"AWS4-HMAC-SHA256 {GOOD.replace(f'/{DATED}', '')}, Signature=0", "") is None


@pytest.fixture(scope="module")
def application() -> Iterator[Any]:
    """Without a socket before it."""
    made, service = local_aws(Scenario.model_validate({"name": "several", **tables()}), 1, (SENDER,))
    with closing(service):
        yield made


TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)
HEADERS = st.one_of(
    TEXTS,
    st.lists(TEXTS, max_size=6).map(lambda parts: f"AWS4-HMAC-SHA256 Credential={'/'.join(parts)}, Signature=0"),
    st.tuples(TEXTS, TEXTS).map(lambda two: f"AWS4-HMAC-SHA256 {GOOD}{two[0]}, SignedHeaders={two[1]}"),
)


@given(HEADERS, TEXTS, st.sampled_from(["/", "/v2/email/account"]))
@example("AWS4-HMAC-SHA256", "", "/v2/email/account")
@example("", "X-Amz-Credential=%2F%2F%2F", "/")
@example("", "", "/v2/email/account")
@example(f"AWS4-HMAC-SHA256 {GOOD.replace('us-east-1', 'mars-1')}", "", "/")
def test_no_signature_makes_the_server_fail(application: Any, header: str, query: str, path: str) -> None:
    """Whatever stands there: an answer to the account whose key it is, or a refusal of 4xx in SES's form."""
    form: dict[str, Any] = {"data": {"Action": "GetSendQuota"}} if path == "/" else {"method": "GET"}
    headers = [("Authorization", header)] if header else []
    asked = EnvironBuilder(path=path, query_string=query, headers=headers, **form)
    body, status, _ = run_wsgi_app(application, asked.get_environ(), buffered=True)
    assert status[0] in "24", b"".join(body)


def test_each_account_obeys_a_run_and_gets_back_its_own(endpoint: Endpoint) -> None:
    """By its name, and only what SES allows: where it sends from is no run's to change."""
    before = {name: endpoint.ask("GET", f"/_seslab/account?account={name}") for name in ACCOUNTS}
    window = {"max_send_rate_per_s": 5.0, "limiter": {"kind": "fixed-window"}, "region": REGION}
    with allowing(Scenario.model_validate({"name": "s", **tables(accounts={**ACCOUNTS, "de": window})}), endpoint.url):
        assert endpoint.ask("GET", "/_seslab/limiter?account=de")["kind"] == "fixed-window"
        assert client(endpoint, "sesv2", "de", REGION).get_account()["SendQuota"]["MaxSendRate"] == 5.0
        assert endpoint.ask("GET", "/_seslab/limiter?account=us") == before["us"]["limiter"]
    for name, account in before.items():
        again = endpoint.ask("GET", f"/_seslab/account?account={name}")
        assert again == {key: account[key] for key in again}
