"""Files that commands read: a pipe as well as a file, never more than a bound; what is read twice must be a file."""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections.abc import Callable
from contextlib import suppress
from itertools import repeat
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from loadtests.deploy.safety import allowed
from loadtests.load.targets.check_target import body_of
from reports.compare import folder
from reports.gate import baseline
from reports.gate import command as gating
from scenarios.errors import BadInput
from scenarios.ledger import store
from scenarios.schema.scenario_file import load
from scenarios.system import reading
from scenarios.traffic.trace import make_trace

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
BATCH = b'[[workload]]\nprocess = "batch"\nmessages = 9\n'
READERS: dict[str, Callable[[Path], Any]] = {
    "scenario": lambda path: load(str(path)).workload[0].expected_mails,
    "baseline": lambda path: len(baseline.read(path).scenarios),
    "body": lambda path: body_of(f"@{path}"),
    "addresses": lambda path: list(allowed([str(path)])),
}


def piped(path: Path, *pieces: bytes, for_ever: bool = False) -> Path:
    """A pipe with a name, into which the pieces go as soon as it is read, the last one until that ends if asked."""
    os.mkfifo(path)

    def write() -> None:
        with suppress(BrokenPipeError), path.open("wb", buffering=0) as pipe:
            for piece in pieces:
                pipe.write(piece)
            for piece in repeat(pieces[-1]) if for_ever else ():
                pipe.write(piece)

    Thread(target=write, daemon=True).start()
    return path


@pytest.mark.parametrize(
    ("kind", "content", "read"),
    [
        ("scenario", BATCH, 9),
        ("baseline", b'{"schema": "seslab/baseline/v1"}', 0),
        ("body", b"{to}", "{to}"),
        ("addresses", b"a@b.c\n", ["a@b.c"]),
    ],
)
def test_a_pipe_is_read_like_a_file(tmp_path: Path, kind: str, content: bytes, read: object) -> None:
    """As a shell's `<(…)` makes one; the mark with which editors on Windows begin a file is no part of it."""
    assert READERS[kind](piped(tmp_path / "pipe", content)) == read
    assert READERS[kind](piped(tmp_path / "marked", BOM_UTF8 + content)) == read


@pytest.mark.parametrize("kind", READERS)
def test_what_has_no_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """As soon as it holds more than such a file may, in one line."""
    monkeypatch.setattr(baseline, "MOST_BYTES_OF_DOCUMENT", reading.MOST_BYTES)
    pipe = piped(tmp_path / "pipe", bytes(1 << 20), for_ever=True)
    with pytest.raises(BadInput, match=f"{pipe}.*: holds more than 8 MB"):
        READERS[kind](pipe)


@pytest.mark.parametrize("name", ["events.jsonl", "mbox"])
def test_a_trace_is_made_from_a_pipe_of_any_length(tmp_path: Path, name: str) -> None:
    """It is read once: nothing of its beginning is lost."""
    mail = b"From a@b.c Mon Jan  1 00:00:00 2024\nDate: Mon, 1 Jan 2024 10:00:00 +0000\nTo: a@b.c\n\nx\n\n"
    content = (EXAMPLES / name).read_bytes() if name == "events.jsonl" else mail
    whole = content * (1 + 300_000 // len(content))
    (tmp_path / name).write_bytes(whole)
    of_file = make_trace(tmp_path / name, tmp_path / "of-file.csv")
    assert of_file == make_trace(piped(tmp_path / "pipe", whole), tmp_path / "of-pipe.csv")
    assert (tmp_path / "of-file.csv").read_bytes() == (tmp_path / "of-pipe.csv").read_bytes()


def test_a_line_without_an_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else the source may hold."""
    monkeypatch.setattr("scenarios.traffic.trace._LONGEST_LINE", 1 << 20)
    monkeypatch.setattr("scenarios.events.documents.LONGEST", 1 << 20)
    for name, start, why in (
        ("events", b'{"x":"', "cut off or goes wrong"),
        ("mbox", b"From ", "a line of more than 1 MB"),
    ):
        pipe = piped(tmp_path / name, start, b"x" * 1000, for_ever=True)
        with pytest.raises(BadInput, match=why):
            make_trace(pipe, tmp_path / "out.csv")


@pytest.mark.parametrize(
    "read",
    [
        lambda pipe: load(str(pipe.with_name("traced.toml"))),
        lambda pipe: store.read(pipe.parent, "direct"),
        lambda pipe: folder.document(pipe.rename(pipe.with_name("comparison.json")).parent),
        lambda pipe: gating.update(pipe, [], [], None, "why", (), lambda _: []),
    ],
    ids=["trace", "ledger", "document", "baseline to update"],
)
def test_a_pipe_is_refused_where_a_file_must_be(tmp_path: Path, read: Callable[[Path], object]) -> None:
    """What is read more than once, or lies in a folder of ours: refused at once, and nothing waits for a writer."""
    pipe = tmp_path / "ledger-direct.parquet"
    os.mkfifo(pipe)
    (tmp_path / "traced.toml").write_text(f'[[workload]]\nprocess = "trace"\npath = "{pipe}"\n')
    with pytest.raises(BadInput, match="is no regular file"):
        read(pipe)


def test_a_name_that_is_not_text_is_a_name(tmp_path: Path) -> None:
    """A folder's or a file's bytes may be any; where `scenario.toml` would have to tell them, one line says so."""
    strange = tmp_path / os.fsdecode(b"caf\xe9")
    strange.mkdir()
    (strange / os.fsdecode(b"\xe9.toml")).write_bytes(BATCH)
    (strange / "t.csv").write_text("at_s,recipients\n0,1\n")
    (strange / "traced.toml").write_text('[[workload]]\nprocess = "trace"\npath = "t.csv"\n')
    assert load(str(strange / os.fsdecode(b"\xe9.toml"))).name == r"\udce9"
    with pytest.raises(BadInput, match="its folder's name must be UTF-8 text"):
        load(str(strange / "traced.toml"))
