"""`seslab bounces`: what is read, what is kept of it, and what is left in a queue."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from loadtests.deploy import peek
from reports.bounces.page import page_of
from reports.bounces.spreadsheet import HEADER, to_csv
from reports.documents.bounces import BouncesDocument
from reports.running.keeping import BOUNCES, BOUNCES_CSV, REPORT
from scenarios.errors import BadInput
from seslab.app import run
from tests.unit.served import served
from tests.unit.ses_records import (
    WHO,
    Record,
    bounce,
    delivery,
    eventbridge,
    feedback,
    others,
    sns,
)
from tests.unit.test_bounces import NO_BOX


def written(path: Path, records: Iterable[Record]) -> Path:
    """A file with these, one on each line."""
    path.write_text("".join(f"{json.dumps(one)}\n" for one in records))
    return path


def test_files_become_a_folder_of_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From a folder with every form of events: document, CSV and page, all of the same; again, too."""
    (tmp_path / "in" / "deep").mkdir(parents=True)
    written(tmp_path / "in" / "a.jsonl", [bounce(5, **NO_BOX), sns("Successfully validated SNS topic."), *others()])
    (tmp_path / "in" / "deep" / "joined.gz").write_bytes(
        gzip.compress(
            b"".join(json.dumps(one).encode() for one in (sns(bounce(6, mail="n")), eventbridge(delivery(1))))
        )
    )
    (tmp_path / "in" / "pretty.json").write_text(json.dumps(feedback(bounce(7, mail="o")), indent=1))
    (tmp_path / "in" / "empty").write_text("")
    out = tmp_path / "out"
    for _ in range(2):
        assert run(["bounces", str(tmp_path / "in"), "--out", str(out), "--json"], "seslab") == 0
    said = capsys.readouterr()
    assert {path.name for path in out.iterdir()} == {BOUNCES, BOUNCES_CSV, REPORT}
    text = (out / BOUNCES).read_text()
    assert said.out == text * 2
    kept: BouncesDocument = json.loads(text)
    hard = next(failure for failure in kept["failed"][0]["failures"] if failure["type"] == "hard bounce")
    assert (hard["count"], kept["recipients"]["told"]) == (3, 1)
    assert (out / REPORT).read_text() == page_of(kept)
    assert (out / BOUNCES_CSV).read_bytes().decode() == to_csv(kept)
    assert "10 events read: 3 Bounce, 1 Click, 1 Delivery, 1 Open" in said.err
    assert "not understood, and left out: 1 SNS's Notification" in said.err


def test_no_failure_is_an_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also without an event; it says so, and what was not understood is counted by name."""
    invented = {**delivery(1), "eventType": "Invented"}
    for records, said in (([delivery(1)], "no failures: 1 recipient"), ([], "no failures: 0 recipients")):
        file = written(tmp_path / "events", [*records, *([invented] if records else [])])
        assert run(["bounces", str(file)], "seslab") == 0
        assert capsys.readouterr().out.startswith(said)
    assert run(["bounces", str(written(tmp_path / "events", [delivery(1), invented])), "--csv"], "seslab") == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines() == ["\ufeff" + ",".join(HEADER)]
    assert "left out: 1 Invented" in shown.err


def _nothing(_: Path) -> None:
    pass


def _other_things(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "letter.txt").write_text("dear")


def _another_report(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / REPORT).write_text("<html>")


QUEUE = "http://127.0.0.1:1/1/q"


@pytest.mark.parametrize(
    ("words", "said", "prepare"),
    [
        ("no.jsonl", "no.jsonl: cannot be read: No such file or directory", _nothing),
        ("cut.jsonl", "cut.jsonl:2: must be JSON objects: the one that begins here is cut off", _nothing),
        ("table.csv", "table.csv:1: must be JSON objects", _nothing),
        ("package.json", "package.json: holds no event of SES's; expected what SES publishes", _nothing),
        ("good.jsonl --since later", "--since later: must be a while or an instant", _nothing),
        ("good.jsonl --since 2999-01-01", "--since 2999-01-01: is not in the past", _nothing),
        ("good.jsonl --json --csv", "--csv: not with --json", _nothing),
        ("good.jsonl --delete", "--delete: is for queues", _nothing),
        ("good.jsonl --out good.jsonl", "--out good.jsonl: lies in good.jsonl, which is read", _nothing),
        (". --out below", "--out below: lies in ., which is read", _nothing),
        ("good.jsonl --out out", "--out out: has letter.txt, which is no earlier answer", _other_things),
        ("good.jsonl --out out", f"--out out: has {REPORT}, which is no earlier answer", _another_report),
        (QUEUE, f"{QUEUE}: is a queue; say where it is with --region NAME, or with --endpoint URL", _nothing),
        (f"{QUEUE} --endpoint x", "--endpoint = x: must be http://127.0.0.1:5555", _nothing),
        (f"{QUEUE} --delete", "--delete: needs --out DIR", _nothing),
        (f"{QUEUE} --delete --out out --since 7d", "--delete: not with --since", _nothing),
    ],
)
def test_bad_input_is_one_line(
    words: str, said: str, prepare: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is written, and nothing that was there is touched."""
    monkeypatch.chdir(tmp_path)
    written(Path("good.jsonl"), [bounce(1)])
    written(Path("package.json"), [{"name": "x", "detail": {}}])
    Path("cut.jsonl").write_text(f"{json.dumps(bounce(1))}\n{json.dumps(bounce(2))[:-20]}")
    Path("table.csv").write_text("address,type\n")
    prepare(tmp_path)
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    with pytest.raises(BadInput) as caught:
        run(["bounces", *words.split()], "seslab")
    assert str(caught.value).startswith(said)
    assert len(str(caught.value).splitlines()) == 1
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for what SQS's other machines may have."""
    monkeypatch.setattr(peek, "WAIT_S", 0)


def _bodies(sqs: Any, url: str) -> list[str]:
    answers = iter(lambda: sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"), None)
    return sorted(one["Body"] for answer in answers for one in answer)


@pytest.mark.usefixtures("quick")
def test_a_look_into_a_queue_loses_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All is read, more than one request has; afterwards every message can be received at once, and it is said."""
    sent = [json.dumps(one) for one in (*(bounce(1, mail=str(n)) for n in range(23)), sns(delivery(1)))] + ["hello"]
    with served() as endpoint:
        sqs = endpoint.client("sqs")
        dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
        url = sqs.create_queue(QueueName="events", Attributes={"RedrivePolicy": policy})["QueueUrl"]
        for body in sent:
            sqs.send_message(QueueUrl=url, MessageBody=body)
        assert run(["bounces", url, "--endpoint", endpoint.url, "--json"], "seslab") == 0
        said = capsys.readouterr()
        assert json.loads(said.out)["failed"][0]["count"] == 23
        assert "left out: 1 text" in said.err
        assert f"{url}: 0 messages deleted, 25 left; each look is one of the 5 receives" in " ".join(said.err.split())
        assert _bodies(sqs, url) == sorted(sent)


@pytest.mark.usefixtures("quick")
def test_only_what_is_kept_is_deleted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where it is asked for: messages whose events are understood; all others stay."""
    with served() as endpoint:
        sqs = endpoint.client("sqs")
        url = sqs.create_queue(QueueName="events")["QueueUrl"]
        for body in (json.dumps(bounce(1)), "hello", json.dumps({"eventType": "Invented"})):
            sqs.send_message(QueueUrl=url, MessageBody=body)
        words = ["bounces", url, "--endpoint", endpoint.url, "--out", str(tmp_path / "out"), "--delete"]
        assert run(words, "seslab") == 0
        assert json.loads((tmp_path / "out" / BOUNCES).read_text())["failed"][0]["address"] == WHO
        assert "1 message deleted, 2 left" in capsys.readouterr().err
        assert len(_bodies(sqs, url)) == 2


@pytest.mark.usefixtures("quick")
def test_a_queue_that_is_not_there_is_one_line() -> None:
    """As is one whose server does not answer."""
    with served() as endpoint, pytest.raises(BadInput, match="there is no such queue"):
        run(["bounces", f"{endpoint.url}/123456789012/none", "--endpoint", endpoint.url], "seslab")
