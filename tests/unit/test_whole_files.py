"""Files that commands write: whole or as they were, never another file than the one that was named."""

from __future__ import annotations

import errno
import os
import resource
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from scenarios.errors import BadInput, RunFailed
from scenarios.system.held import NEW_S, held, temporary_folder
from scenarios.system.whole_files import append_text, remove_unfinished, replaced, write_text
from scenarios.traffic.trace_csv import write_trace

WRITERS: list[Callable[[Path, str], None]] = [write_text, append_text]


def fifo(folder: Path) -> Path:
    """A pipe with a name."""
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def reads(path: Path) -> tuple[Thread, list[str]]:
    """A thread that reads the path to its end, and what it has read."""
    told: list[str] = []
    thread = Thread(target=lambda: told.append(path.read_text()))
    thread.start()
    return thread, told


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("linked", [False, True])
def test_a_pipe_is_written_to_and_stays_a_pipe(
    tmp_path: Path, write: Callable[[Path, str], None], linked: bool
) -> None:
    """Also behind a link, which stays a link; its reader gets the text."""
    named = pipe = fifo(tmp_path)
    if linked:
        named = tmp_path / "link"
        named.symlink_to(pipe)
    thread, told = reads(pipe)
    write(named, "text")
    thread.join(10)
    assert told == ["text"]
    assert (stat.S_ISFIFO(pipe.stat().st_mode), named.is_symlink()) == (True, linked)
    assert len(list(tmp_path.iterdir())) == 1 + linked


@pytest.mark.parametrize("write", [*WRITERS, lambda path, _: write_trace(path, np.zeros(9), np.ones(9, np.int32))])
def test_a_reader_that_has_left_is_no_error(write: Callable[[Path, str], None]) -> None:
    """What it does not want goes nowhere, as on standard output."""
    reader, writer = os.pipe()
    os.close(reader)
    write(Path(f"/dev/fd/{writer}"), "text")
    os.close(writer)


def test_what_is_written_in_pieces_needs_a_regular_file(tmp_path: Path) -> None:
    """A pipe cannot be replaced: it is refused before anything is written."""
    with pytest.raises(BadInput, match="pipe: is no regular file"), replaced(fifo(tmp_path)):
        pytest.fail("a place to write to was given")
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("is_there", [False, True])
def test_a_link_is_followed(tmp_path: Path, write: Callable[[Path, str], None], is_there: bool) -> None:
    """The file that it names has the text, and the link is what it was."""
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "target", tmp_path / "link"
    link.symlink_to(target)
    if is_there:
        target.touch()
    write(link, "text")
    assert (link.is_symlink(), target.read_text()) == (True, "text")
    assert [path.name for path in target.parent.iterdir()] == ["target"]


def test_links_in_a_circle_are_one_line(tmp_path: Path) -> None:
    """They lead nowhere."""
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(BadInput, match="a: "):
        write_text(tmp_path / "a", "text")


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """As if the disk was full once a file has so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("write", WRITERS)
def test_on_a_full_disk_all_stays_as_it_was(tmp_path: Path, write: Callable[[Path, str], None]) -> None:
    """What was asked is right and could not be done; no part of it is left, and no other file."""
    path = tmp_path / "file"
    path.write_text("as it was")
    with room_for(50_000), pytest.raises(RunFailed, match=f"{path}: {os.strerror(errno.EFBIG)}"):
        write(path, "x" * 100_000)
    assert path.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [path]


def test_two_that_write_the_same_file_wait_for_each_other(tmp_path: Path) -> None:
    """The file is the one's or the other's, whole."""
    path = tmp_path / "file"
    with replaced(path) as mine:
        other = Thread(target=write_text, args=(path, "theirs"))
        other.start()
        other.join(0.05)
        assert other.is_alive()
        mine.write_text("mine")
    other.join(10)
    assert path.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [path]


def old(path: Path) -> Path:
    """As if it had been made some time ago."""
    os.utime(path, (path.stat().st_mtime - 2 * NEW_S,) * 2)
    return path


def test_what_a_killed_writer_has_left_is_removed(tmp_path: Path) -> None:
    """What another still writes is not, nor what is no file, nor what just begins."""
    for name in ("left", "new"):
        (tmp_path / f"{name}.unfinished").touch()
    old(tmp_path / "left.unfinished")
    old(fifo(tmp_path).rename(tmp_path / "pipe.unfinished"))
    with replaced(tmp_path / "held") as unfinished:
        old(unfinished)
        remove_unfinished(tmp_path)
        found = {path.name for path in tmp_path.iterdir()}
    assert found == {"new.unfinished", "pipe.unfinished", "held.unfinished"}


def test_a_temporary_folder_goes_with_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At its end, or once the next one is made after its owner was killed; those in use stay, and others' do."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name in ("seslab-a-left", "seslab-b-other"):
        (tmp_path / name / "tree").mkdir(parents=True)
        old(tmp_path / name)
    with temporary_folder("seslab-a-") as first:
        old(first)
        with temporary_folder("seslab-a-") as second:
            assert set(tmp_path.iterdir()) == {first, second, tmp_path / "seslab-b-other"}
    assert list(tmp_path.iterdir()) == [tmp_path / "seslab-b-other"]


def test_a_lock_is_of_the_file_that_is_there(tmp_path: Path) -> None:
    """What was moved while another waited for it is not what it then holds."""
    path = tmp_path / "file"
    path.touch()
    with held(path, os.O_CREAT):
        path.rename(tmp_path / "moved")
        with held(path, os.O_CREAT):
            assert path.exists()
