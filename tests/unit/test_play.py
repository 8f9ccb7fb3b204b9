"""`seslab play` as a server: its answers are the command's, its questions are anybody's, and it leaves nothing."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from socket import create_connection
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from reports.play.answering import toml_of
from reports.play.knobs import Knob, knobs
from reports.play.question import Question
from reports.play.server import MOST_BYTES
from scenarios.errors import BadInput
from scenarios.schema.files import find, frozen, read_table
from scenarios.schema.scenario_file import load, scenario_schema
from scenarios.system.children import OURS
from seslab.app import run
from seslab.commands.deciding import play as command
from tests.docs.examples import ROOT
from tests.unit.played import JSON, PATIENCE_S, RAW, Played, played, question
from tests.unit.test_web_pages import PAGES

pytestmark = pytest.mark.xdist_group("play")
BATCH = {"process": "batch", "messages": 60}
HUGE = {"process": "batch", "messages": 3_000_000}
ROUTES = [
    ("GET", "/", {}, b""),
    ("POST", "/compare", JSON, b"{}"),
    ("POST", "/files", RAW, b""),
    ("GET", "/none", {}, b""),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Played]:
    """One for all tests, which has failed at nothing in the end."""
    with played() as running:
        yield running
        code, out, err = running.end()
        assert (code, out.splitlines()[-1], err) == (0, "stopped", "")


def of_catalogue(name: str, *contenders: str, **more: Any) -> dict[str, Any]:
    """A question about a scenario that comes with seslab, some keys of it changed."""
    scenario = {**read_table(find(name)), **more}
    return {"name": name, "scenario": scenario, "contenders": [*contenders]}


@pytest.mark.parametrize(
    "now",
    [
        of_catalogue("outage", "heartbeat", "direct"),
        {**of_catalogue("sandbox", "pacemaker", "sqs-dlq"), "replications": 2},
        of_catalogue("gmail-defers", "heartbeat"),
        of_catalogue(
            "broadcast-900",
            "heartbeat",
            "half",
            variants={"half": {"strategy": "heartbeat", "fill": 0.5}},
            thresholds={"none lost": "*.recipients.lost == 0"},
            bill={"runs_per_month": 30},
            fault=[{"kind": "slow", "start_s": 3, "duration_s": 2.5, "factor": 4}],
        ),
    ],
    ids=lambda now: now["name"],
)
def test_an_answer_is_what_the_command_says(
    server: Played,
    now: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The file and the command line that the page gives to take along make the document that it shows."""
    told = server.compare(now)
    monkeypatch.chdir(tmp_path)
    Path(f"{now['name']}.toml").write_text(told["toml"])
    seslab, *words = shlex.split(told["command"])
    assert seslab == "seslab"
    run([*words, "--json"], seslab)
    assert but_for_seconds(json.loads(capsys.readouterr().out)) == but_for_seconds(told["document"])


def but_for_seconds(document: dict[str, Any]) -> dict[str, Any]:
    """Without how long the machine took."""
    return {**document, "strategies": [{**one, "wall_s": 0} for one in document["strategies"]]}


@pytest.mark.parametrize(
    "broken",
    [
        {"account": {"max_send_rate_per_s": -1}},
        {"account": {"max_send_rate_per_s": "30"}},
        {"acount": {}},
        {"workload": []},
        {"workload": [{"process": "trace", "path": 7}]},
        {"fault": [{"kind": "outrage", "start_s": 0, "duration_s": 1}]},
        {"thresholds": {"t": "heartbeat.latency_s.p99"}},
        {"strategies": {"heartbeat": {"fill": 11}}},
        {"lambda-": 1},
    ],
    ids=json.dumps,
)
def test_a_broken_scenario_gets_the_commands_line(
    server: Played, broken: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the command says of the same file, word for word."""
    now = {**question(BATCH, "heartbeat"), "scenario": {"workload": [BATCH], **broken}}
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(toml_of(Question.model_validate(frozen(now))))
    with pytest.raises(BadInput) as refused:
        load("mine.toml")
    assert server.compare(now)["message"] == str(refused.value)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route[0]} {route[1]}")
def test_other_sites_get_nothing(server: Played, route: tuple[str, str, dict[str, str], bytes]) -> None:
    """Whatever page of another origin asks is refused in one line, and no answer lets any other site read it."""
    method, path, headers, body = route
    for page in PAGES.values():
        with server.begun(method, path, body, {**headers, "Origin": f"http://{server.host}", **page}) as answer:
            assert answer.status == 403, page
            assert not [name for name, _ in answer.getheaders() if name.lower().startswith("access-control-")]
            assert json.loads(answer.read()).keys() == {"message"}
    with server.begun(method, path, body, headers) as answer:
        assert answer.status == (200 if path != "/none" else 404) if body != b"{}" else 400
        assert not [name for name, _ in answer.getheaders() if name.lower().startswith("access-control-")]


def test_what_changes_something_is_asked_by_a_page(server: Played) -> None:
    """No form can send such a body, and no program without an origin is taken for the page."""
    body = json.dumps({"now": question(BATCH, "direct")}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert server.answer("POST", "/compare", body, {"Content-Type": kind})[0] == 415
    assert server.answer("POST", "/compare", body, {**JSON, "Origin": ""})[0] == 403


WORDS = st.sampled_from(
    ["now", "pinned", "files", "scenario", "workload", "process", "batch", "messages", "path", "name"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
BODIES = st.one_of(
    st.binary(max_size=200),
    VALUES.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(WORDS, VALUES, max_size=5).map(
        lambda scenario: json.dumps({"now": {**question(BATCH, "direct"), "scenario": scenario}}).encode()
    ),
    st.tuples(
        st.sampled_from(["account", "latency", "strategies", "variants", "thresholds", "fault", "bill"]), VALUES
    ).map(lambda pair: json.dumps({"now": question(BATCH, "direct", **{pair[0]: pair[1]})}).encode()),
    st.integers(2, 5_000).map(lambda deep: b'{"now":' * deep + b"1" + b"}" * deep),
)


@hypothesis_settings(max_examples=150)
@given(
    body=BODIES, route=st.sampled_from([("/compare", JSON), ("/files?name=a.toml", RAW), ("/files?name=a.csv", RAW)])
)
def test_whatever_is_asked_is_answered_in_one_line(
    server: Played, body: bytes, route: tuple[str, dict[str, str]]
) -> None:
    """No body makes an error of ours: it is answered, or refused with a sentence; see also what `server` checks."""
    status, told = server.answer("POST", route[0], body, route[1])
    assert status in (200, 400)
    if status == 400 or "message" in told:
        assert len(told["message"].splitlines()) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"\0\xff" * 500,
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST /compare HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused(server: Played, raw: bytes) -> None:
    """By its first line, and the server says nothing of it, as `server` checks."""
    name, _, port = server.host.rpartition(":")
    with create_connection((name, int(port)), PATIENCE_S) as connection:
        connection.sendall(raw)
        assert connection.recv(12) == b"HTTP/1.1 400"


@pytest.mark.parametrize("path", ["/compare", "/files?name=a.csv"])
def test_a_body_is_bounded(server: Played, path: str) -> None:
    """What is longer is refused, whether it says so or not."""
    headers = JSON if path == "/compare" else RAW
    assert server.answer("POST", path, b"x" * (MOST_BYTES + 1), headers)[0] == 413


def test_no_other_file_of_the_machine_is_read_or_run(server: Played, tmp_path: Path) -> None:
    """A trace is what the page sends, or one of the scenario that the command was given; no strategy is fetched."""
    (tmp_path / "mine.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    named = str(tmp_path / "mine.py")
    asked: list[dict[str, Any]] = [{"strategies": {named: {}}}, {"variants": {"mine": {"strategy": named}}}]
    for keys in asked:
        assert server.compare(question(BATCH, "direct", **keys))["message"].startswith("mine.toml: ")
    assert server.compare(question({**BATCH, "strategy": named}, "direct"))["message"].startswith("mine.toml: ")
    assert not (tmp_path / "ran").exists()
    (tmp_path / "secret.csv").write_text("at_s,recipients\nsecret,1\n")
    for path in (str(tmp_path / "secret.csv"), "/etc/passwd", "../mine.csv"):
        told = server.compare(question({"process": "trace", "path": path}, "direct"))
        assert (
            told["message"]
            == f"mine.toml: workload[0].path = {json.dumps(path)}: no such file here: drop it on the page"
        )


def test_what_was_sent_is_replayed(server: Played, tmp_path: Path) -> None:
    """A file of events becomes the trace that the command makes of it; a row that is wrong is told by its own name."""
    source = ROOT / "docs" / "examples" / "events.jsonl"
    _, dropped = server.answer("POST", "/files?name=events.jsonl", source.read_bytes(), RAW)
    run(["trace", str(source), str(tmp_path / "trace.csv")], "seslab")
    assert (dropped["name"], dropped["text"]) == ("events.csv", (tmp_path / "trace.csv").read_text())
    now = question({"process": "trace", "path": "events.csv"}, "direct")
    told = server.compare(now, files={"events.csv": dropped["text"]})
    assert told["document"]["strategies"][0]["recipients"]["submitted"] == 4
    wrong = server.compare(now, files={"events.csv": "at_s,recipients\n0,none\n"})
    assert wrong["message"].startswith("events.csv:2: recipients = 'none': must be a whole number")


def test_a_pinned_result_stands_beside(server: Played) -> None:
    """The keys that differ and the figures that changed are named; without a change nothing is."""
    before, after = (question({**BATCH, "messages": many}, "heartbeat") for many in (60, 90))
    assert "workload[0].messages: 60 → 90" in server.compare(after, pinned=before)["html"]["pinned"]
    same = server.compare(before, pinned=before)["html"]["pinned"]
    assert "The scenario is the pinned one." in same
    assert same.count(" → ") == same.count("pinned → now")


@contextmanager
def children_of(server: Played) -> Iterator[list[int]]:
    """Files that can be read once the processes that it has started are gone."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(server.process.pid)], capture_output=True, text=True, check=True
    )
    handles = [os.pidfd_open(int(pid)) for pid in listed.stdout.split()]
    try:
        yield handles
    finally:
        for handle in handles:
            os.close(handle)


def test_what_nobody_waits_for_is_broken_off(server: Played) -> None:
    """The runs of a page that is gone are given up, and the next question has its own answer, and soon."""
    contenders = ("heartbeat", "direct", "leaky-bucket")
    body = json.dumps({"now": question(HUGE, *contenders)}).encode()
    for _ in range(3):
        with server.begun("POST", "/compare", body, JSON) as answer:
            assert "share" in json.loads(answer.readline())
        entries = server.compare(question(BATCH, *contenders))["document"]["strategies"]
        assert [(one["strategy"], one["recipients"]["submitted"]) for one in entries] == [
            (one, BATCH["messages"]) for one in contenders
        ]


def test_ctrl_c_ends_it_and_its_simulations() -> None:
    """In the middle of a run: quietly, and no process stays."""
    with played("sandbox", "-s", "direct") as running:
        body = json.dumps({"now": question(HUGE, "heartbeat", "pacemaker")}).encode()
        with running.begun("POST", "/compare", body, JSON) as answer:
            assert "share" in json.loads(answer.readline())
            with children_of(running) as begun:
                code, out, err = running.end()
                assert (code, out.splitlines()[-1], err) == (0, "stopped", "")
                assert begun
                for process in begun:
                    assert select([process], [], [], PATIENCE_S)[0]


def test_what_cannot_begin_is_one_line(server: Played, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A port in use, and a scenario that is broken: exit code 2."""
    (tmp_path / "broken.toml").write_text("workload = 1\n")
    port = server.host.rpartition(":")[2]
    for words, said in (
        (
            ["--port", port],
            f"seslab: --port = {port}: cannot listen on 127.0.0.1: address already in use; name another port\n",
        ),
        (["broken.toml"], "seslab: broken.toml: workload = 1: must be an array\n"),
    ):
        done = subprocess.run([*OURS, "seslab", "play", *words], cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (2, said)


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything else is done."""
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == "uvicorn" else name)
    with pytest.raises(
        Exception, match=r"^uvicorn is not installed; the page needs it: install seslab with its extra page$"
    ):
        run(["play"], "seslab")


def test_every_key_of_a_scenario_has_a_control() -> None:
    """Each table of the schema has as many controls as it has keys that can differ, with the same words and bounds."""
    schema = scenario_schema()
    check(knobs(), schema, schema["$defs"])


def check(controls: list[Knob], schema: dict[str, Any], definitions: dict[str, Any]) -> None:
    """Of a table and those in it."""
    keys = {key: one for key, one in schema["properties"].items() if "const" not in one}
    assert [one["key"] for one in controls] == [*keys]
    for one in controls:
        plain = next((arm for arm in keys[one["key"]].get("anyOf", ()) if arm.get("type") != "null"), keys[one["key"]])
        assert one["says"] == keys[one["key"]].get("description", "")
        assert one.get("default") == keys[one["key"]].get("default")
        if one["kind"] in ("number", "whole"):
            bounds = [plain[word] for word in ("minimum", "exclusiveMinimum", "maximum") if word in plain]
            assert {one.get("low"), one.get("high")} >= {*bounds}
        if one["kind"] == "table":
            check(one["of"], definitions[plain["$ref"].rpartition("/")[2]], definitions)
        elif one["kind"] == "named" and one["of"][0]["kind"] == "table" and "by" not in one:
            [named] = plain["patternProperties"].values()
            [table] = [arm["$ref"] for arm in named.get("anyOf", [named]) if "$ref" in arm]
            check(one["of"][0]["of"], definitions[table.rpartition("/")[2]], definitions)
        elif one["kind"] == "tables":
            mapping = keys[one["key"]]["items"]["discriminator"]["mapping"]
            assert [kind["key"] for kind in one["of"]] == [*mapping]
            for kind in one["of"]:
                check(kind["of"], definitions[mapping[kind["key"]].rpartition("/")[2]], definitions)
