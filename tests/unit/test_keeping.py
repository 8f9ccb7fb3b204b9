"""What is kept together is all there or not there at all."""

from __future__ import annotations

import errno
import signal
from pathlib import Path

import pytest

from reports.running import keeping
from reports.running.keeping import ADVICE, DIFF, REPORT, keep_texts, keep_together
from scenarios.errors import RunFailed

PICTURE = "figures/front.svg"
BEFORE = {ADVICE: "old", REPORT: "old", PICTURE: "old"}


def write(folder: Path) -> None:
    """A new document, page and picture."""
    (folder / "figures").mkdir()
    for name in BEFORE:
        (folder / name).write_text("new")


def there(folder: Path) -> dict[str, str]:
    """All files and what they hold."""
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """A folder with an earlier answer."""
    (tmp_path / "figures").mkdir()
    for name, text in BEFORE.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_all_is_replaced_and_another_commands_goes(earlier: Path) -> None:
    """What is the user's own stays; nothing unfinished is left."""
    (earlier / DIFF).write_text("another's")
    (earlier / "notes.txt").write_text("mine")
    keep_together(earlier, ADVICE, write)
    assert there(earlier) == {**dict.fromkeys(BEFORE, "new"), "notes.txt": "mine"}


@pytest.mark.parametrize("room", range(len(BEFORE)))
def test_a_full_disk_leaves_the_earlier_answer_whole(room: int, earlier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever of the files finds no more room."""
    copied: list[Path] = []
    copy = keeping._copy

    def full(path: Path, unfinished: Path) -> None:
        if len(copied) == room:
            raise OSError(errno.ENOSPC, "No space left on device")
        copied.append(path)
        copy(path, unfinished)

    monkeypatch.setattr(keeping, "_copy", full)
    with pytest.raises(RunFailed, match="No space left"):
        keep_together(earlier, ADVICE, write)
    assert there(earlier) == BEFORE


def test_ctrl_c_while_it_is_drawn_leaves_the_earlier_answer_whole(earlier: Path) -> None:
    """And nothing of what was drawn."""

    def interrupted(folder: Path) -> None:
        write(folder)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        keep_together(earlier, ADVICE, interrupted)
    assert there(earlier) == BEFORE


def test_ctrl_c_while_it_is_put_in_place_waits(earlier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new answer is whole."""
    copy = keeping._copy

    def pressed(path: Path, unfinished: Path) -> None:
        signal.raise_signal(signal.SIGINT)
        copy(path, unfinished)

    monkeypatch.setattr(keeping, "_copy", pressed)
    with pytest.raises(KeyboardInterrupt):
        keep_together(earlier, ADVICE, write)
    assert there(earlier) == dict.fromkeys(BEFORE, "new")


def test_the_document_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is there, all that it tells of is there."""
    replace, order = Path.replace, []

    def noted(path: Path, target: Path) -> Path:
        order.append(target.name)
        return replace(path, target)

    texts = {ADVICE: "{}", "z.csv": "", "a.csv": ""}
    with monkeypatch.context() as watched:
        watched.setattr(Path, "replace", noted)
        keep_texts(tmp_path, ADVICE, texts)
    assert order[len(texts) :] == ["z.csv", "a.csv", ADVICE]
    assert there(tmp_path) == texts
