"""All users of a load test at once on one server, an application, a deployed strategy and an account among them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest

from loadtests.deploy.on_aws import Permit
from loadtests.load.assignment import Place
from loadtests.load.loadtest import prepare
from loadtests.load.options import Crew
from loadtests.load.targets.choose_target import LoadRequest
from loadtests.ports.local import KEY, REGION, local_session
from loadtests.ports.payloads import mail_of
from loadtests.ports.ses import CONTENT, SENDER, Envelope, request
from scenarios.ledger.ledger import ACCEPTED, FATES, Ledger
from scenarios.measures.cost import load_prices
from scenarios.traffic.workload import arrivals
from strategies.parts import everyone
from tests.loadtest.locusts import RESPONSE, SERVICE, Served, scenario, sent

pytestmark = [pytest.mark.real_time, pytest.mark.xdist_group("locust")]

LOAD = scenario(10, 1.0, horizon_s=30.0)
LOAD_S = arrivals(LOAD.workload, LOAD.seed).intended_s
WATCHED = "staging@example.net"
LAZY, FULL, POISON, DROPPED = 3, 4, 5, 6
"""Mails that the application forgets, and refuses, that the deployed strategy cannot send, and that SES refuses."""


def client(served: Served, service: str) -> Any:
    """A client of the server."""
    return local_session().client(service, endpoint_url=served.url)


@contextmanager
def application(ses: Any) -> Iterator[str]:
    """An application whose "send" route sends without tags; its URL."""

    class Application(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if asked["mail"] not in (LAZY, FULL):
                to = {"ToAddresses": asked["to"].split(",")}
                source = "stranger@example.org" if asked["mail"] == DROPPED else SENDER
                with suppress(ses.exceptions.MessageRejected):
                    ses.send_email(FromEmailAddress=source, Destination=to, Content=CONTENT)
            self.send_response(429 if asked["mail"] == FULL else 202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Application)
    with server, beside(lambda _over: server.serve_forever(0.01)):
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/send"
        finally:
            server.shutdown()


@contextmanager
def beside(work: Callable[[Event], None]) -> Iterator[None]:
    """Let somebody work in a thread for as long as the block lasts."""
    over = Event()
    worker = Thread(target=work, args=(over,))
    worker.start()
    try:
        yield
    finally:
        over.set()
        worker.join()


@contextmanager
def deployed(sqs: Any, ses: Any) -> Iterator[str]:
    """A strategy that is deployed elsewhere, as its queue and its dead-letter queue look from here; the queue's URL."""
    dead = sqs.create_queue(QueueName="load-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    url = sqs.create_queue(QueueName="load", Attributes={"RedrivePolicy": policy})["QueueUrl"]

    def consume(over: Event) -> None:
        while not over.is_set():
            for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", ()):
                mail, held = mail_of(message["Body"]), {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
                if mail.intended_s == LOAD_S[POISON]:
                    sqs.change_message_visibility(**held, VisibilityTimeout=0)
                else:
                    ses.send_email(**request(mail.number, mail, everyone(mail), Envelope()))
                    sqs.delete_message(**held)

    with beside(consume):
        yield url


def on_account(events: str) -> Ledger:
    """SES v2 on what boto3's own configuration takes for AWS, with SES's events in that queue."""
    asked = LoadRequest(Place(region=REGION), Permit(WATCHED, yes=True), events=events)
    return prepare(LOAD, ["ses-v2"], asked, load_prices(), print)(LOAD, "ses-v2", LOAD.seed)


def published(served: Served, ses: Any, sqs: Any) -> str:
    """The URL of a queue that hears what SES does with the mail of `WATCHED`."""
    sns = client(served, "sns")
    topic, url = sns.create_topic(Name="events")["TopicArn"], sqs.create_queue(QueueName="events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    destination = {"Enabled": True, "MatchingEventTypes": ["SEND"], "SnsDestination": {"TopicArn": topic}}
    ses.create_configuration_set(ConfigurationSetName="events")
    ses.create_configuration_set_event_destination(
        ConfigurationSetName="events", EventDestinationName="topic", EventDestination=destination
    )
    ses.create_email_identity(EmailIdentity=WATCHED, ConfigurationSetName="events")
    sns.close()
    return str(url)


@pytest.fixture(scope="module", autouse=True)
def account(served: Served) -> Iterator[None]:
    """The server is in AWS's place for whom nothing tells where AWS is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", served.url)
        patch.setenv("AWS_ACCESS_KEY_ID", KEY)
        patch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
        yield


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Locust leaves what it has seen of the strategy."""
    return tmp_path_factory.mktemp("strategy")


STRATEGY = "leaky-bucket"
PACED = LOAD.model_copy(update={"account": LOAD.account.model_copy(update={"max_send_rate_per_s": 10.0})})


@pytest.fixture(scope="module")
def ledgers(served: Served, out: Path) -> dict[str, Ledger]:
    """What each user came to."""
    ses, sqs = client(served, "sesv2"), client(served, "sqs")
    body = {"headers": (("Content-Type", "application/json"),), "body": '{"to": "{to}", "mail": {mail}}'}
    events = published(served, ses, sqs)
    with application(ses) as app, deployed(sqs, ses) as queue, ThreadPoolExecutor(6) as threads:
        places: dict[str, dict[str, Any]] = {
            "ses-v1": {},
            "smtp": {"smtp": served.smtp},
            "sqs": {"queue": queue},
            "http": {"url": app, **body},
        }
        running = {user: threads.submit(sent, served, LOAD, user, **place) for user, place in places.items()}
        running["ses-v2"] = threads.submit(on_account, events)
        running[STRATEGY] = threads.submit(sent, served, PACED, STRATEGY, Crew(processes=2), out)
        done = {user: ledger.result() for user, ledger in running.items()}
    ses.close()
    sqs.close()
    return done


def fates(ledger: Ledger) -> dict[str, list[int]]:
    """The mails of each fate that is not the rule."""
    return {
        fate: np.flatnonzero(ledger.mails[fate]).tolist()
        for fate in (*FATES[1:], "duplicated")
        if ledger.mails[fate].any()
    }


@pytest.mark.parametrize(
    ("user", "otherwise"),
    [
        ("ses-v1", {}),
        ("ses-v2", {}),
        (STRATEGY, {}),
        ("smtp", {}),
        ("http", {"lost": [FULL, DROPPED], "pending": [LAZY]}),
        ("sqs", {"dead_lettered": [POISON]}),
    ],
)
def test_the_witness_tells_the_fates_of_every_users_mails(
    ledgers: dict[str, Ledger], user: str, otherwise: dict[str, list[int]]
) -> None:
    """Fates are what SES and queues say.

    Given up is lost, and so is what SES refused and the application dropped; taken and not sent is pending. What the
    application has answered is told besides.
    """
    assert fates(ledgers[user]) == otherwise
    refused = [line for line in ledgers[user].warnings if "were not taken" in line]
    assert refused == (["http: 1 of 10 mails were not taken, most often because: 429"] if user == "http" else [])


@pytest.mark.parametrize("user", ["http", "sqs"])
def test_somebody_elses_calls_have_no_caller_here(ledgers: dict[str, Ledger], user: str) -> None:
    """A call that an application or a function makes is seen by the witness alone: nobody here saw it begin or end."""
    calls = ledgers[user].calls
    assert (calls["outcome"] == ACCEPTED).sum() == ledgers[user].mails["accepted"].sum()
    assert np.isnan(calls["start_s"]).all()
    assert (calls["decided_s"] >= 0).all()


def test_a_strategy_on_workers_is_one_strategy(ledgers: dict[str, Ledger], out: Path) -> None:
    """Each worker sends its share at its share of the rate, and ledger and Locust tell of the sum."""
    ledger = ledgers[STRATEGY]
    with (out / f"locust-{STRATEGY}_stats.csv").open(newline="") as file:
        counts = {row["Name"]: int(row["Request Count"]) for row in csv.DictReader(file)}
    assert counts == dict.fromkeys((RESPONSE, SERVICE, "Aggregated"), len(ledger.calls["mail"]))
    assert ledger.settings["shares"] == 2
    assert np.array_equal(ledger.mails["mail"], np.arange(len(ledger.mails["mail"])))
    assert np.array_equal(ledger.mails["intended_s"], LOAD_S)
