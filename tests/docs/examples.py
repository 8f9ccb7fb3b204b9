"""The documentation's examples, played in a folder of their own as a reader would play them.

A comment right above a fenced block says what is to be done with it, several things separated by semicolons:
`file: NAME` puts the block into a file; `compared` demands that its commands show what it shows, where a line that is
`…` stands for what is left out; `exits N` names the exit code, otherwise 0. All other `console` blocks are just run.
Above a picture, `drawn: FILE` says which file of the run it is a copy of.
"""

from __future__ import annotations

import io
import os
import pty
import re
import shutil
import subprocess
import sys
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from scenarios.schema.files import CATALOGUE

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
MORE = "…"
PATIENCE_S = 300
TERMINAL = {"TERM": "dumb", "COLUMNS": "110", "LINES": "50"}

_BLOCK = re.compile(
    r"^(?:<!-- (?P<marks>[^\n]*) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_FIGURE = re.compile(r"^<!-- drawn: (?P<source>[^\n]*) -->\n!\[[^\]]*\]\((?P<copy>[^)]*)\)", re.MULTILINE)
_WALL_TIME = re.compile(r'("wall_s": )[^,\s]+')


class Block(NamedTuple):
    """A fenced block, what the comment above it says, and where its text stands in the page."""

    language: str
    text: str
    marks: tuple[str, ...]
    start: int


class Step(NamedTuple):
    """A command of a console block, and what the block shows below it."""

    command: str
    shown: str


class Played(NamedTuple):
    """What a step came to."""

    block: Block
    step: Step
    output: str
    exit_code: int


def pages() -> list[Path]:
    """Every page, relative to the root."""
    folder = (path.relative_to(ROOT) for path in (ROOT / "docs").rglob("*.md"))
    return [*map(Path, ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")), *sorted(folder)]


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page."""
    return [
        Block(match["language"], match["text"], tuple((match["marks"] or "").split("; ")), match.start("text"))
        for match in _BLOCK.finditer(page)
    ]


def steps(block: Block) -> list[Step]:
    """The commands of a console block: from a dollar sign on, continued by lines that begin with `> `."""
    commands: list[tuple[list[str], list[str]]] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            commands.append(([line[2:]], []))
        elif line.startswith("> ") and not commands[-1][1]:
            commands[-1][0].append(line[2:])
        else:
            commands[-1][1].append(line)
    return [Step("\n".join(command), "\n".join(shown)) for command, shown in commands]


def play(page: Path, folder: Path, tools: Path = BIN) -> Iterator[Played]:
    """Write the page's files and run its commands, in their order; a page that runs nothing needs no folder.

    What is in the folder of tools is found before all other commands.
    """
    examples = blocks((ROOT / page).read_text())
    if any(block.language == "console" for block in examples):
        _furnish(folder)
        yield from _play(examples, folder, tools)


def figures(page: Path, folder: Path) -> list[tuple[Path, Path]]:
    """The page's pictures, each with the file of the played folder that it shows."""
    found = _FIGURE.finditer((ROOT / page).read_text())
    return [((ROOT / page).parent / match["copy"], folder / match["source"]) for match in found]


def _furnish(folder: Path) -> None:
    """What a clone has and examples use."""
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copytree(CATALOGUE, folder / "scenarios" / "catalogue")


def _play(examples: list[Block], folder: Path, tools: Path) -> Iterator[Played]:
    for block in examples:
        for name in marked(block, "file: "):
            (folder / name).write_text(block.text)
        for step in steps(block) if block.language == "console" else ():
            if is_run(block, step):
                yield Played(block, step, *_run(step.command, folder, tools))


def marked(block: Block, prefix: str) -> list[str]:
    """What the marks that begin so go on with."""
    return [mark.removeprefix(prefix) for mark in block.marks if mark.startswith(prefix)]


def is_run(block: Block, step: Step) -> bool:
    """Commands are run, save for make's, which would install: of those only the recipes of compared blocks."""
    return "compared" in block.marks or not step.command.startswith("make ")


def variables(tools: Path = BIN) -> dict[str, str]:
    """The environment of commands: a terminal of 110 columns that knows no colour, and nothing of ours."""
    path = os.pathsep.join((str(tools), str(BIN), os.environ["PATH"]))
    kept = {name: os.environ[name] for name in ("XDG_CACHE_HOME",) if name in os.environ}
    return {"PATH": path, "HOME": str(Path.home()), "LANG": "C.UTF-8", **kept, **TERMINAL}


def _run(command: str, folder: Path, tools: Path) -> tuple[str, int]:
    """Output, both streams as the terminal shows them, and exit code."""
    screen, typed = pty.openpty()
    tty.setraw(typed)  # a line's end stays what it is
    with open(screen, "rb", buffering=0) as shown:
        process = subprocess.Popen(
            ["/bin/sh", "-c", _without_make(command)],
            cwd=folder,
            env=variables(tools),
            stdin=subprocess.DEVNULL,
            stdout=typed,
            stderr=typed,
        )
        os.close(typed)
        with _patience(process):
            output = b"".join(_until_closed(shown))
        return output.decode(), process.wait()


@contextmanager
def _patience(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Ends a command that would not end by itself."""
    timer = threading.Timer(PATIENCE_S, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _until_closed(screen: io.RawIOBase) -> Iterator[bytes]:
    """Linux reports a terminal that nothing writes to any more as an error, other systems as its end."""
    with suppress(OSError):
        yield from iter(partial(screen.read, 65_536), b"")


def _without_make(command: str) -> str:
    """A target's own recipe, as it runs once everything is installed."""
    if not command.startswith("make "):
        return command
    target = command.removeprefix("make ")
    recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe, f"the Makefile has no target {target}"
    return recipe[1].replace("\t@", "").replace("$(BIN)/", "")


def normalised(output: str) -> str:
    """Output without what differs between two runs, and without blanks at the ends of lines."""
    lines = [line.rstrip() for line in _WALL_TIME.sub(r"\g<1>0.1", output).splitlines()]
    return "\n".join(lines).rstrip("\n")


def abridged(output: str, shown: str) -> str:
    """As much of the output as is shown: so many lines before three dots, and so many after them."""
    lines, expected = normalised(output).splitlines(), shown.splitlines()
    if MORE in expected:
        first = expected.index(MORE)
        last = len(expected) - first - 1
        lines = [*lines[:first], MORE, *lines[len(lines) - last :]]
    return "\n".join(lines)
