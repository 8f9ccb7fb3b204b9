"""SNS over HTTP: a webhook is asked first, hears signed messages, and gets again what it did not take."""

from __future__ import annotations

import json
import socket
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from queue import Queue
from threading import Event, Semaphore, Thread
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509 import load_pem_x509_certificate

from loadtests.endpoint.sns import exchange, posting
from loadtests.endpoint.sns.exchange import Post, Unanswered
from loadtests.endpoint.sns.posting import Postman
from loadtests.endpoint.sns.troubles import Troubles
from loadtests.ports.local import LOOPBACK
from tests.unit.served import Endpoint, account, mail, served

SOON_S = 10.0
KINDS = ("x-amz-sns-message-type", "x-amz-sns-rawdelivery")


class Heard(NamedTuple):
    """A request of SNS's."""

    headers: dict[str, str]
    text: str

    @property
    def document(self) -> Any:
        return json.loads(self.text)


class Webhook(NamedTuple):
    """The address of one, and what it heard in the order of arrival."""

    url: str
    heard: Queue[Heard]

    def next(self) -> Heard:
        return self.heard.get(timeout=SOON_S)


@contextmanager
def webhook(status: Callable[[], int] = lambda: 200) -> Iterator[Webhook]:
    """One that answers with such statuses."""
    heard: Queue[Heard] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            heard.put(Heard({name.lower(): value for name, value in self.headers.items()}, text))  # then it answers
            self.send_response(status())
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Webhook(f"http://{LOOPBACK}:{server.server_port}/ses", heard)
        server.shutdown()
        thread.join()


def endpoint_of_many() -> Any:
    """An endpoint that refuses nothing here."""
    return served(account=account(max_send_rate_per_s=1000))


def signed_text(message: dict[str, str]) -> bytes:
    """What AWS's guide says is signed: each field's name and value, in the order of the alphabet."""
    links = ("SubscribeURL", "Token") if "SubscribeURL" in message else ("Subject",)
    fields = sorted(field for field in ("Message", "MessageId", "Timestamp", "TopicArn", "Type", *links))
    return "".join(f"{field}\n{message[field]}\n" for field in fields if field in message).encode()


def verify(message: dict[str, str]) -> None:
    """As a subscriber does: with the certificate that the message names. Raises InvalidSignature."""
    with urlopen(message["SigningCertURL"]) as answer:
        key = load_pem_x509_certificate(answer.read()).public_key()
    assert isinstance(key, RSAPublicKey)
    algorithm = {"1": SHA1, "2": SHA256}[message["SignatureVersion"]]()
    key.verify(b64decode(message["Signature"]), signed_text(message), PKCS1v15(), algorithm)


def test_a_webhook_of_the_users_own_hears_ses_s_events() -> None:
    """Nothing before it has followed the link; then each event, signed; and nothing after the other link."""
    with endpoint_of_many() as endpoint, webhook() as hook:
        sns, ses = endpoint.client("sns"), endpoint.client("sesv2")
        topic = sns.create_topic(Name="events")["TopicArn"]
        assert sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=hook.url)["SubscriptionArn"] == (
            "pending confirmation"
        )
        [pending] = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        sns.publish(TopicArn=topic, Message="too early")
        asked = hook.next()
        assert (pending["SubscriptionArn"], asked.headers[KINDS[0]]) == (
            "PendingConfirmation",
            "SubscriptionConfirmation",
        )
        verify(asked.document)

        with urlopen(asked.document["SubscribeURL"]) as answer:
            assert b"<SubscriptionArn>" + topic.encode() in answer.read()
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=hook.url)  # asks no more
        ses.create_configuration_set(ConfigurationSetName="watched")
        destination = {"Enabled": True, "MatchingEventTypes": ["SEND"], "SnsDestination": {"TopicArn": topic}}
        ses.create_configuration_set_event_destination(
            ConfigurationSetName="watched", EventDestinationName="all", EventDestination=destination
        )
        ses.send_email(**mail(), ConfigurationSetName="watched")
        told = [hook.next() for _ in range(2)]
        assert "Successfully validated" in told[0].document["Message"]
        assert json.loads(told[1].document["Message"])["eventType"] == "Send"
        assert told[1].headers["x-amz-sns-message-id"] == told[1].document["MessageId"]
        assert told[1].headers["x-amz-sns-subscription-arn"].startswith(topic)
        assert told[1].document["Subject"] == "Amazon SES Email Event Notification"
        verify(told[1].document)
        with pytest.raises(InvalidSignature):
            verify({**told[1].document, "Message": "forged"})

        urlopen(told[1].document["UnsubscribeURL"]).close()
        sns.publish(TopicArn=topic, Message="too late")
        farewell = hook.next()
        assert farewell.document["Type"] == "UnsubscribeConfirmation"
        verify(farewell.document)
        urlopen(farewell.document["SubscribeURL"]).close()
        sns.publish(TopicArn=topic, Message="again")
        assert hook.next().document["Message"] == "again"


def confirmed(endpoint: Endpoint, hook: Webhook, topic: str, **attributes: str) -> str:
    """The ARN of a webhook's subscription."""
    sns = endpoint.client("sns")
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=hook.url, Attributes=attributes)
    token = hook.next().document["Token"]
    arn: str = sns.confirm_subscription(TopicArn=topic, Token=token, AuthenticateOnUnsubscribe="true")[
        "SubscriptionArn"
    ]
    return arn


JSON_MESSAGES = {"requestPolicy": {"headerContentType": "application/json"}}


def test_topics_sign_as_they_are_told_and_webhooks_hear_as_they_ask() -> None:
    """Version 2 is SHA-256; raw delivery has no envelope; a filter keeps messages away; attributes come along.

    A webhook that subscribes again does not change what it has asked for.
    """
    with endpoint_of_many() as endpoint, webhook() as hook:
        sns = endpoint.client("sns")
        topic = sns.create_topic(Name="t", Attributes={"SignatureVersion": "2"})["TopicArn"]
        asked = {"FilterPolicy": '{"kind": ["wanted"]}', "DeliveryPolicy": json.dumps(JSON_MESSAGES)}
        arn = confirmed(endpoint, hook, topic, **asked)
        again = {"TopicArn": topic, "Protocol": "http", "Endpoint": hook.url}
        assert sns.subscribe(**again, Attributes={**asked, "RawMessageDelivery": "False"})["SubscriptionArn"] == arn
        with pytest.raises(ClientError, match="Subscription already exists with different attributes"):
            sns.subscribe(**again, Attributes={"RawMessageDelivery": "true"})
        wanted = {"kind": {"DataType": "String", "StringValue": "wanted"}}
        sns.publish(TopicArn=topic, Message="unwanted")
        sns.publish(TopicArn=topic, Message="one", MessageAttributes=wanted)
        told = hook.next().document
        assert (told["Message"], told["SignatureVersion"]) == ("one", "2")
        assert told["MessageAttributes"] == {"kind": {"Type": "String", "Value": "wanted"}}
        verify(told)
        for switch, expected in (("true", ["true", "two"]), ("false", [None, "two"])):
            sns.set_subscription_attributes(
                SubscriptionArn=arn, AttributeName="RawMessageDelivery", AttributeValue=switch
            )
            sns.publish(TopicArn=topic, Message="two", MessageAttributes=wanted)
            heard = hook.next()
            text = heard.text if switch == "true" else heard.document["Message"]
            assert [heard.headers.get(KINDS[1]), text] == expected
            assert heard.headers["content-type"] == "application/json"


@pytest.mark.parametrize("is_raw", ["true", "false"])
def test_dead_letters_of_a_subscription_wait_in_its_queue(is_raw: str) -> None:
    """What a webhook refuses, and what is for a queue that is gone, which no publisher learns of."""
    with endpoint_of_many() as endpoint, webhook(lambda: 404) as hook:
        sns, sqs = endpoint.client("sns"), endpoint.client("sqs")
        topic, gone = sns.create_topic(Name="t")["TopicArn"], sqs.create_queue(QueueName="gone")["QueueUrl"]
        dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        queue = "arn:aws:sqs:us-east-1:123456789012"
        attributes = {
            "RawMessageDelivery": is_raw,
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": f"{queue}:dead"}),
        }
        confirmed(endpoint, hook, topic, **attributes)
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"{queue}:gone", Attributes=attributes)
        sqs.delete_queue(QueueUrl=gone)
        sns.publish(TopicArn=topic, Message="text", MessageAttributes={"k": {"DataType": "Number", "StringValue": "1"}})
        hook.next()
        letters: list[Any] = []
        while len(letters) < 2:
            letters += sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=5, MessageAttributeNames=["All"])["Messages"]
        if is_raw == "true":
            assert [letter["Body"] for letter in letters] == ["text"] * 2
            assert letters[0]["MessageAttributes"] == {"k": {"DataType": "Number", "StringValue": "1"}}
        else:
            assert [json.loads(letter["Body"])["Message"] for letter in letters] == ["text"] * 2


FAKE, OTHER = '{"deadLetterTargetArn": "fake"}', '{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:1:dead"}'


@pytest.mark.parametrize(
    ("topic", "name", "value", "said"),
    [
        ("t", "RedrivePolicy", "{invalid", "RedrivePolicy: failed to parse JSON."),
        ("t", "RedrivePolicy", FAKE, "RedrivePolicy: deadLetterTargetArn is an invalid arn"),
        ("t.fifo", "RedrivePolicy", OTHER, "RedrivePolicy: must use a FIFO queue as DLQ"),
        ("t", "FilterPolicy", "{invalid", "FilterPolicy: failed to parse JSON."),
        ("t", "FilterPolicy", '{"a": [1e400]}', "FilterPolicy: failed to parse JSON."),
        ("t", "FilterPolicy", '{"a": [{}]}', "FilterPolicy: Only one key allowed in match expression"),
        ("t", "FilterPolicyScope", "zz", r"FilterPolicyScope: Invalid value \[zz\]."),
        ("t", "DeliveryPolicy", "x", "DeliveryPolicy: failed to parse JSON."),
        ("t", "DeliveryPolicy", '{"healthyRetryPolicy": {"numRetries": 200}}', "numRetries must be a whole number"),
        ("t", "Unknown", "x", "AttributeName"),
        ("t", "RawMessageDelivery", "no", r"RawMessageDelivery: Invalid value \[no\]. Must be true or false."),
    ],
)
def test_attributes_of_a_subscription_are_looked_at(topic: str, name: str, value: str, said: str) -> None:
    """What makes no sense is refused in SNS's words, and changes nothing; nor is there a subscription without it."""
    with endpoint_of_many() as endpoint:
        sns = endpoint.client("sns")
        fifo = {"FifoTopic": "true"} if topic.endswith("fifo") else {}
        arn = sns.create_topic(Name=topic, Attributes=fifo)["TopicArn"]
        one = sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:1:q.fifo")["SubscriptionArn"]
        before = sns.get_subscription_attributes(SubscriptionArn=one)["Attributes"]
        with pytest.raises(ClientError, match=said):
            sns.set_subscription_attributes(SubscriptionArn=one, AttributeName=name, AttributeValue=value)
        assert sns.get_subscription_attributes(SubscriptionArn=one)["Attributes"] == before
        new = {"TopicArn": arn, "Protocol": "sqs", "Endpoint": "arn:aws:sqs:us-east-1:1:new.fifo"}
        with pytest.raises(ClientError, match=said):
            sns.subscribe(**new, Attributes={name: value, "SubscriptionRoleArn": "x"})
        assert len(sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]) == 1
        with pytest.raises(ClientError, match="does not support this protocol string: pigeon"):
            sns.subscribe(TopicArn=arn, Protocol="pigeon", Endpoint="x")


def test_each_entry_of_a_batch_is_told_of() -> None:
    """One that is wrong keeps no other from being published; a batch that is none is refused as a whole."""
    with endpoint_of_many() as endpoint:
        sns, sqs = endpoint.client("sns"), endpoint.client("sqs")
        topic, queue = sns.create_topic(Name="t")["TopicArn"], sqs.create_queue(QueueName="q")["QueueUrl"]
        raw = {"RawMessageDelivery": "true"}
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:q", Attributes=raw)
        odd = {"k": {"DataType": "Odd", "StringValue": "v"}}
        wrong: list[dict[str, Any]] = [
            {"Message": "long", "Subject": "s" * 101},
            {"Message": "odd", "MessageAttributes": odd},
            {"Message": "no value", "MessageAttributes": {"k": {"DataType": "String"}}},
            {"Message": "odd", "MessageStructure": "xml"},
            {"Message": ""},
        ]
        entries = [{"Id": str(number), **one} for number, one in enumerate([*wrong, {"Message": "right"}])]
        answer = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
        assert [each["Id"] for each in answer["Successful"]] == ["5"]
        assert [(each["Id"], each["Code"]) for each in answer["Failed"]] == [
            (str(at), "InvalidParameter") for at in range(5)
        ]
        received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=5)["Messages"]
        assert [message["Body"] for message in received] == ["right"]
        for one in wrong:
            with pytest.raises(ClientError, match="InvalidParameter"):
                sns.publish(TopicArn=topic, **one)
        half = "x" * 131_073
        for batch, code in (
            ([], "EmptyBatchRequest"),
            ([{"Id": "a b", "Message": "x"}], "InvalidBatchEntryId"),
            ([{"Id": "a", "Message": "x"}] * 2, "BatchEntryIdsNotDistinct"),
            ([{"Id": str(at), "Message": "x"} for at in range(11)], "TooManyEntriesInBatchRequest"),
            ([{"Id": "a", "Message": half}, {"Id": "b", "Message": half}], "BatchRequestTooLong"),
        ):
            with pytest.raises(ClientError, match=code):
                sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=batch)


def test_links_need_their_secret() -> None:
    """A wrong token, an unknown ARN and a link that must be signed are refused as SNS does it; nothing comes to be."""
    with endpoint_of_many() as endpoint, webhook() as hook:
        sns = endpoint.client("sns")
        topic = sns.create_topic(Name="t")["TopicArn"]
        arn = confirmed(endpoint, hook, topic)
        refused = {
            f"ConfirmSubscription&TopicArn={topic}&Token=wrong": (400, "InvalidParameter"),
            f"ConfirmSubscription&TopicArn={topic}": (400, "InvalidParameter"),
            f"ConfirmSubscription&TopicArn.1={topic}": (400, "InvalidParameter"),
            "ConfirmSubscription": (400, "InvalidParameter"),
            f"ConfirmSubscription&TopicArn={topic}x&Token=wrong": (404, "NotFound"),
            "Unsubscribe&SubscriptionArn=arn:aws:sns:us-east-1:999999999999:t:1": (404, "NotFound"),
            f"Unsubscribe&SubscriptionArn={arn}": (403, "AuthorizationError"),
        }
        for query, expected in refused.items():
            status, text = got(endpoint, f"/?Action={query}")
            assert (status, expected[1] in text) == (expected[0], True), (query, status, text)
        assert got(endpoint, "/SimpleNotificationService-0.pem")[0] == 404
        sns.publish(TopicArn=topic, Message="still there")
        assert hook.next().document["Message"] == "still there"
        with pytest.raises(ClientError, match="Endpoint must match the specified protocol"):
            sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="ftp://example.com")


def got(endpoint: Endpoint, path: str) -> tuple[int, str]:
    """The answer to a plain GET, as a link's follower asks."""
    connection = HTTPConnection(urlsplit(endpoint.url).netloc, timeout=SOON_S)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


@pytest.mark.parametrize(
    ("statuses", "times"), [((503, 200), 2), ((500,) * 4, 4), ((404,), 1), ((429, 200), 2), ((307,), 1)]
)
def test_what_a_webhook_does_not_take_comes_again(statuses: tuple[int, ...], times: int) -> None:
    """Three times more while it fails or has too much to do; any other error of its own choosing is an answer.

    What it will not have is buried, once.
    """
    buried: Queue[object] = Queue()
    answers = iter((*statuses, *[200] * 3))
    with webhook(partial(next, answers)) as hook:
        postman = Postman(Troubles())
        postman.post(Post(hook.url, b"first", {}, buried.put, (0.01,) * 3))
        heard = [hook.next().text for _ in range(times)]
        postman.post(Post(hook.url, b"second", {}))
        heard.append(hook.next().text)
        postman.close()
    assert heard == ["first"] * times + ["second"]
    assert buried.qsize() == (statuses[-1] != 200)


def test_dead_webhooks_keep_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, whose messages all wait for another try; a reset forgets these."""
    monkeypatch.setattr(posting, "MOST_AT_ONCE", 2)
    told: Queue[str] = Queue()

    def tell(post: Post) -> int:
        if post.url.startswith("dead"):
            raise Unanswered("gone")
        told.put(post.text.decode())
        return 200

    postman = Postman(Troubles(), tell)
    for number in range(50):
        postman.post(Post(f"dead/{number}", b"never", {}))
    for text in (b"one", b"two"):
        postman.post(Post("alive", text, {}))
    assert [told.get(timeout=SOON_S) for _ in range(2)] == ["one", "two"]
    postman.forget()
    postman.close()


def test_webhooks_that_never_answer_keep_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once that is known of them; what is being told at a reset is not told again after it."""
    monkeypatch.setattr(posting, "MOST_AT_ONCE", 4)
    monkeypatch.setattr(posting, "MOST_SILENT", 2)
    told, known, hung, hangs, go_on = Queue[str](), Semaphore(0), Semaphore(0), Event(), Event()

    def tell(post: Post) -> int:
        if post.url.startswith("dead"):
            if hangs.is_set():
                hung.release()
                go_on.wait()
            elif post.text == b"first":
                known.release()
            raise Unanswered("gone")
        told.put(post.text.decode())
        return 200

    postman = Postman(Troubles(), tell)
    for number in range(50):
        postman.post(Post(f"dead/{number}", b"first", {}))
    assert all(known.acquire(timeout=SOON_S) for _ in range(50))
    hangs.set()
    for number in range(50):
        postman.post(Post(f"dead/{number}", b"second", {}, again_after_s=(0.0,)))
    assert all(hung.acquire(timeout=SOON_S) for _ in range(2))
    postman.post(Post("alive", b"one", {}))
    assert told.get(timeout=SOON_S) == "one"
    postman.forget()
    go_on.set()
    postman.post(Post("alive", b"two", {}))
    assert told.get(timeout=SOON_S) == "two"
    postman.close()
    assert not hung.acquire(blocking=False)


def test_a_webhook_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole exchange has so much time, however often something comes."""
    monkeypatch.setattr(exchange, "ANSWER_S", 0.3)
    with socket.create_server((LOOPBACK, 0)) as server:
        Thread(target=_drip, args=(server,), daemon=True).start()
        with pytest.raises(Unanswered):
            exchange.answered(Post(f"http://{LOOPBACK}:{server.getsockname()[1]}", b"x", {}))


def _drip(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection, suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for number in count():
            connection.sendall(f"X-{number}: x\r\n".encode())
            Event().wait(0.02)


def test_a_name_and_a_password_are_given_when_they_are_asked_for() -> None:
    """As SNS does with those in an address; nobody is shown the password."""
    answers = iter((401, 200))
    with webhook(partial(next, answers)) as hook:
        url = hook.url.replace("http://", "http://user:p%40ss@")
        assert exchange.answered(Post(url, b"x", {})) == 200
        assert [hook.next().headers.get("authorization") for _ in range(2)] == [None, "Basic dXNlcjpwQHNz"]
    assert exchange.without_password(url) == hook.url.replace("http://", "http://user:****@")


def test_later_messages_do_not_wait_for_one_that_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """And a server that ends does not wait for it either."""
    monkeypatch.setattr(posting, "END_S", 2 * SOON_S)
    answers = iter((500, 200))
    with webhook(partial(next, answers)) as hook:
        postman = Postman(Troubles())
        postman.post(Post(hook.url, b"first", {}))
        assert hook.next().text == "first"
        postman.post(Post(hook.url, b"second", {}))
        assert hook.next().text == "second"
        begun_s = time.monotonic()
        postman.close()
        assert time.monotonic() - begun_s < SOON_S
        assert hook.heard.empty()
