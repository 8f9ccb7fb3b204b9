"""Laws of the weekly report: a function alone makes the very page and CSV of `seslab bounces`, and loses no event."""

from __future__ import annotations

import email
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.policy import default
from io import BytesIO
from math import inf
from pathlib import Path
from threading import Lock
from typing import Any

import boto3
import pytest

from loadtests.deploy.commands import weekly_of
from loadtests.endpoint.routes import DEFAULT_REGION
from loadtests.function import archive as archiving
from loadtests.function import weekly
from loadtests.function.archive import Archive, drain
from loadtests.function.package import package
from reports.bounces.weekly import MODULE, READ
from reports.running.keeping import BOUNCES_CSV, REPORT
from scenarios.errors import BadInput
from seslab.app import run
from tests.unit.served import SENDER, Endpoint, mail, served
from tests.unit.ses_records import bounce
from tests.unit.test_package import SITE, link

BUCKET, TO = "seslab-run", "care@example.com"
SIMULATED = ("bounce", "complaint", "success", "bounce", "suppressionlist")
NOW = datetime.now(UTC)
CODE = """
import json, sys
sys.path[:0] = {paths!r}
from importlib import import_module
from types import SimpleNamespace
handle = import_module({module!r}).handle
print(json.dumps(handle({{}}, SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000))))
assert not {{"numpy", "pydantic", "rich", "moto", "pyarrow"}} & set(sys.modules)
"""


@pytest.fixture(name="endpoint")
def _endpoint() -> Iterator[Endpoint]:
    with served() as endpoint:
        endpoint.client("s3").create_bucket(Bucket=BUCKET)
        yield endpoint


def queue_of_events(endpoint: Endpoint) -> str:
    """A queue's URL, into which a configuration set's events go through SNS, as in a stack."""
    ses, sns, sqs = map(endpoint.client, ("sesv2", "sns", "sqs"))
    url: str = sqs.create_queue(QueueName="events")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = sns.create_topic(Name="events")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"})
    ses.create_configuration_set(ConfigurationSetName="set")
    destination = {
        "Enabled": True,
        "MatchingEventTypes": ["SEND", "DELIVERY", "BOUNCE", "COMPLAINT"],
        "SnsDestination": {"TopicArn": topic},
    }
    ses.create_configuration_set_event_destination(
        ConfigurationSetName="set", EventDestinationName="queue", EventDestination=destination
    )
    return url


def called(endpoint: Endpoint, url: str, to: str, folder: Path) -> dict[str, Any]:
    """What the function answers in a process of its own, with nothing but its package and Lambda's boto3."""
    bundle, site = folder / "function.zip", folder / "site"
    bundle.write_bytes(package("heartbeat", beside=[weekly_of(to, MODULE, READ).packed()]))
    site.mkdir()
    for name in SITE:
        link(site, name)
    variables = {
        "AWS_ENDPOINT_URL": endpoint.url,
        "AWS_ACCESS_KEY_ID": "seslab",
        "AWS_SECRET_ACCESS_KEY": "seslab",
        "AWS_DEFAULT_REGION": DEFAULT_REGION,
        "NO_PROXY": "*",
        "PATH": os.environ["PATH"],
        weekly.MODULE: MODULE,
        weekly.QUEUE: url,
        weekly.BUCKET: BUCKET,
        weekly.SENDER: SENDER,
        weekly.TO: to,
    }
    code = CODE.format(paths=[str(bundle), str(site)], module=weekly.HANDLER.rpartition(".")[0])
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], env=variables, cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def objects(endpoint: Endpoint, prefix: str) -> dict[str, bytes]:
    """What lies in the bucket under a prefix."""
    s3 = endpoint.client("s3")
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", ())]
    return {key: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}


def waiting(endpoint: Endpoint, url: str) -> int:
    """How many messages a queue holds, hidden ones too."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    held = endpoint.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(map(int, held.values()))


@pytest.mark.real_time
def test_the_function_alone_reports_what_seslab_bounces_does(endpoint: Endpoint, tmp_path: Path) -> None:
    """Of events that the local SES has published: the same bytes, in the bucket and by mail, and an empty queue."""
    url, ses = queue_of_events(endpoint), endpoint.client("sesv2")
    for who in SIMULATED:
        ses.send_email(**mail(to=f"{who}@simulator.amazonses.com", ConfigurationSetName="set"))
    answer = called(endpoint, url, TO, tmp_path)
    assert waiting(endpoint, url) == 0
    events = tmp_path / "events"
    events.mkdir()
    for number, packed in enumerate(objects(endpoint, "events/").values()):
        (events / f"{number}.jsonl.gz").write_bytes(packed)
    since = weekly.since_of(datetime.now(UTC))
    run(["bounces", str(events), "--since", f"{since:%Y-%m-%d}", "--out", str(tmp_path / "out")], "seslab")
    made = objects(endpoint, "reports/")
    assert {key.rpartition("/")[2] for key in made} == {REPORT, BOUNCES_CSV}
    for key, content in made.items():
        assert content == (tmp_path / "out" / key.rpartition("/")[2]).read_bytes()
    assert answer["events"] == 2 * len(SIMULATED) + 1  # a complaint is of mail that was delivered
    assert f"s3://{BUCKET}/{min(made).rpartition('/')[0]}/" == answer["report"]
    assert attached(endpoint) == {key.rpartition("/")[2]: content for key, content in made.items()}


def attached(endpoint: Endpoint) -> dict[str, bytes]:
    """The files of the only mail to those who care; its text tells the answer."""
    [about] = endpoint.ask("GET", f"/_seslab/messages?to={TO}")["messages"]
    sent = email.message_from_bytes(endpoint.raw("GET", f"/_seslab/messages/{about['id']}/raw"), policy=default)
    [text] = [part for part in sent.walk() if part.get_content_type() == "text/plain"]
    assert "mail fails for 3 of 4 recipients" in text.get_content()
    return {str(part.get_filename()): bytes(part.get_payload(decode=True)) for part in sent.iter_attachments()}


class Bucket:
    """S3 as far as an archive uses it."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    def put_object(self, **asked: Any) -> None:
        """Keep."""
        self.held[asked["Key"]] = asked["Body"]

    def get_object(self, **asked: Any) -> Any:
        """Give."""
        return {"Body": BytesIO(self.held[asked["Key"]])}

    def delete_object(self, **asked: Any) -> None:
        """Forget."""
        del self.held[asked["Key"]]

    def get_paginator(self, _: str) -> Bucket:
        """List all on one page."""
        return self

    def paginate(self, **asked: Any) -> list[Any]:
        """In the order of names."""
        after = asked.get("StartAfter", "")
        keys = sorted(key for key in self.held if key.startswith(asked["Prefix"]) and key > after)
        return [{"Contents": [{"Key": key} for key in keys]}]


class Queue:
    """SQS as far as draining uses it; it may refuse to delete, as a function that is killed does not delete."""

    def __init__(self, *bodies: str, deletes: bool = True) -> None:
        self.held = dict(enumerate(bodies))
        self.deletes, self._hidden, self._lock = deletes, set[int](), Lock()

    def receive_message(self, **asked: Any) -> Any:
        """Messages that are in sight, which are hidden then."""
        with self._lock:
            found = [number for number in self.held if number not in self._hidden][: asked["MaxNumberOfMessages"]]
            self._hidden |= set(found)
            return {"Messages": [{"ReceiptHandle": str(one), "Body": self.held[one]} for one in found]}

    def delete_message_batch(self, **asked: Any) -> None:
        """Let go."""
        if not self.deletes:
            raise TimeoutError
        with self._lock:
            for one in asked["Entries"]:
                del self.held[int(one["ReceiptHandle"])]

    def show_again(self) -> None:
        """What was hidden, after its time."""
        self._hidden.clear()


def test_no_event_is_lost_where_draining_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event is in the queue or in the archive at any time; what is in both makes no difference to a report."""
    monkeypatch.setattr(archiving, "PORTION", 30)
    events = [json.dumps(bounce(second, mail=str(second))) for second in range(50)]
    queue, bucket = Queue("Successfully validated SNS topic", "[]", *events, deletes=False), Bucket()
    archive = Archive(bucket, BUCKET)
    with pytest.raises(TimeoutError):
        drain(queue, "", archive, inf)
    assert bucket.held
    assert len(queue.held) == 52
    queue.deletes = True
    queue.show_again()
    assert drain(queue, "", archive, inf)
    assert queue.held == {}
    kept = [json.dumps(one) for one in archive.since(NOW - timedelta(days=1))]
    assert len(kept) > len(events)
    assert set(kept) == set(events)


def test_a_report_that_would_lack_events_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where time is up before the queue is empty the function fails, which its alarm tells, and Lambda tries again."""
    queue, bucket = Queue(json.dumps(bounce(1))), Bucket()
    monkeypatch.setattr(boto3, "client", {"s3": bucket, "sqs": queue}.__getitem__)
    variables = {weekly.MODULE: MODULE, weekly.BUCKET: BUCKET, weekly.QUEUE: "", weekly.SENDER: SENDER, weekly.TO: ""}
    with pytest.raises(weekly.Unfinished):
        weekly.report(variables, NOW, -inf)
    assert bucket.held == {}
    assert weekly.report(variables, NOW, inf)["events"] == 1
    assert {key.partition("/")[0] for key in bucket.held} == {"events", "reports"}


def test_old_events_are_forgotten_and_new_ones_found() -> None:
    """Objects are in the order of time by their names: five weeks stay, and a report reads the last one."""
    bucket = Bucket()
    archive = Archive(bucket, BUCKET)
    for days in (50, 36, 34, 8, 6, 0):
        archive.keep([json.dumps({"days": days})], NOW - timedelta(days=days))
    assert [one["days"] for one in archive.since(NOW - timedelta(days=7))] == [6, 0]
    archive.forget(NOW - timedelta(days=weekly.KEPT_DAYS))
    assert [json.loads(gzip.decompress(held))["days"] for _, held in sorted(bucket.held.items())] == [34, 8, 6, 0]


def test_reports_leave_no_gap_between_them() -> None:
    """One that begins hours after its time, on the same day, reads on from before the end of the last one."""
    monday = datetime(2026, 11, 30, 6, tzinfo=UTC)
    assert weekly.since_of(monday + timedelta(days=7, hours=17)) <= monday


@pytest.mark.parametrize("asked", ["S3", "", "a@b, c@d", "Care <care@example.com>", "care"])
def test_a_report_goes_to_one_plain_address_or_to_the_bucket(asked: str) -> None:
    """What is neither is refused before anything is made."""
    assert weekly_of("s3", MODULE, READ).to is None
    assert weekly_of(TO, MODULE, READ).to == TO
    with pytest.raises(BadInput, match=r"--weekly-report .*: must be s3, or one plain address"):
        weekly_of(asked, MODULE, READ)
