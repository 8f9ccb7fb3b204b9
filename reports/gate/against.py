"""Base and head in turn on one machine: the seslab of another revision or command, run as a user would run it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

from reports.documents.comparison import SCHEMA, ComparisonDocument
from reports.documents.reading import parsed
from reports.gate.identity import identity_of
from reports.gate.other_comparison import OtherComparison
from reports.running.git import git
from reports.running.pictures import UNSEEN
from scenarios.errors import BadInput, RunFailed
from scenarios.formats.quoted import printable
from scenarios.outside.plug import bundle_of
from scenarios.schema.scenario_file import load
from scenarios.system.children import LEASHED, OURS
from scenarios.system.held import temporary_folder

_SESLAB = (*OURS, "seslab")
Answer = TypeVar("Answer", ComparisonDocument, OtherComparison)
NEITHER = "neither a revision of a git repository here nor a command"
_DONE = (0, 1)  # a comparison that fails a threshold of the scenario's own is one all the same


class Side(NamedTuple):
    """A seslab to run: what it is called in messages, its command, where it runs and with what environment."""

    name: str
    command: Sequence[str]
    folder: Path
    environ: Mapping[str, str]


class Runs(NamedTuple):
    """What is asked of a side at once."""

    source: str
    strategies: Sequence[str]
    world: str
    seed: int
    replications: int = 1


def head() -> Side:
    """This seslab, in a process of its own like the other."""
    return _side("now", _SESLAB, Path.cwd(), _importing(Path(__file__).parents[2]))


def _side(name: str, command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Side:
    """One whose folder has no pictures: the gate reads figures and ledgers."""
    return Side(name, command, folder, {**environ, **UNSEEN})


def _importing(*folders: Path) -> Mapping[str, str]:
    """An environment in which what is in those folders is found first, seslab for one."""
    paths = [*map(str, folders), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


class Checkout(NamedTuple):
    """A revision's files, in a folder of their own, and the root of the repository that they are of."""

    folder: Path
    root: Path

    @property
    def here(self) -> Path:
        """What this process's folder is in that revision."""
        return self.folder / Path.cwd().relative_to(self.root)


@contextmanager
def base(text: str) -> Iterator[Side]:
    """A revision of the git repository here, checked out elsewhere as long as it is needed; else a command.

    Where the revision has a seslab of its own, that one runs; else this one, on the revision's scenarios. Raises
    BadInput for what is neither.
    """
    with checkout(text) as found:
        yield _command(text) if found is None else _side_of(text, found)


@contextmanager
def checkout(text: str) -> Iterator[Checkout | None]:
    """The files of a revision as long as they are needed; None for what is no revision of the repository here."""
    root = git("rev-parse", "--show-toplevel")
    if root is None or git("rev-parse", "--verify", "--quiet", f"{text}^{{commit}}") is None:
        yield None
        return
    with _checked_out(text, Path(root)) as folder:
        yield Checkout(folder, Path(root))


@contextmanager
def _checked_out(revision: str, root: Path) -> Iterator[Path]:
    """Through an index of its own, not as a worktree, which the repository would remember if we were killed."""
    with temporary_folder("seslab-base-") as folder:
        made, index = folder / "tree" / root.name, str(folder / "index")
        words = (("read-tree", f"{revision}^{{commit}}"), ("checkout-index", "--all", f"--prefix={made}/"))
        for command in words:
            if git("-C", str(root), *command, GIT_INDEX_FILE=index) is None:
                raise RunFailed(f"--against {printable(revision)}: git {command[0]} cannot check it out")
        yield made


def _side_of(revision: str, found: Checkout) -> Side:
    folder, root = found
    own = folder if _has_a_seslab(folder) else Path(__file__).parents[2]
    beside = [folder / path.relative_to(root) for path in map(Path, sys.path) if path.is_relative_to(root)]
    return _side(revision, _SESLAB, found.here, _importing(own, *beside))


def _has_a_seslab(folder: Path) -> bool:
    """Whether the checkout has a seslab: the package, or the single module that old revisions have."""
    return (folder / "seslab.py").is_file() or (folder / "seslab" / "__init__.py").is_file()


def _command(text: str) -> Side:
    return _side(text, words_of(text, "--against", NEITHER), Path.cwd(), os.environ)


def words_of(text: str, option: str, why: str) -> list[str]:
    """The words of a command that can be found. Raises BadInput with the option, and why it is none."""
    given = f"{option} {printable(repr(text))}"
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise BadInput(f"{given}: {error}; {why}") from error
    if not words or shutil.which(words[0]) is None:
        raise BadInput(f"{given}: {why}")
    return words


def compared(side: Side, runs: Runs, out: Path, kind: type[Answer]) -> Answer:
    """The comparison document of the runs, whose folder is `out`. Raises RunFailed with the side's own words."""
    answer = _answer(side, runs, out)
    if answer.returncode not in _DONE:
        raise RunFailed(
            f"{side.name}: compare {runs.source} ended with {answer.returncode}: {_last_line(answer.stderr)}"
        )
    try:
        document = parsed(kind, answer.stdout, f"{side.name}: did not answer with a {SCHEMA} as seslab compare --json")
    except BadInput as error:  # the side's, not the user's
        raise RunFailed(str(error)) from error
    made = [entry["strategy"] for entry in document["strategies"]]
    if made != list(runs.strategies):
        asked = ", ".join(runs.strategies)
        raise RunFailed(printable(f"{side.name}: was asked for {asked}, answered {', '.join(made) or 'nothing'}"))
    return document


def _answer(side: Side, runs: Runs, out: Path) -> subprocess.CompletedProcess[str]:
    strategies = [word for name in runs.strategies for word in ("-s", _leading_to(name, side.folder))]
    words = ["compare", _in(side.folder, runs.source), *strategies, "--on", runs.world, "--seed", str(runs.seed)]
    words += ["--replications", str(runs.replications), "--out", str(out), "--json"]
    try:
        return _leashed((*side.command, *words), side)
    except OSError as error:
        raise RunFailed(f"{side.name}: cannot run in {side.folder}: {error.strerror or error}") from error


def _leashed(command: Sequence[str], side: Side) -> subprocess.CompletedProcess[str]:
    """Runs the command; it ends with us, however we end. Ctrl-C reaches it through us, and we wait for its end."""
    with _pipe() as (theirs, let_go):
        process = subprocess.Popen(
            (*LEASHED, *command),
            cwd=side.folder,
            env=side.environ,
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            said = process.communicate()
        except BaseException:
            let_go()
            process.communicate()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, *said)


@contextmanager
def _pipe() -> Iterator[tuple[int, Callable[[], None]]]:
    """The end to read from, and what closes the other one."""
    theirs, ours = os.pipe()
    with open(theirs, "rb"), open(ours, "wb") as kept:
        yield theirs, kept.close


def _in(folder: Path, source: str) -> str:
    """A file that is named by its absolute path here is, seen from a revision, the one of that revision."""
    path, here = Path(source), Path.cwd()
    return str(folder / path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else source


def _leading_to(strategy: str, folder: Path) -> str:
    """What names a strategy to a side: a file is the revision's own, where that has it, as a scenario's is."""
    bundle = bundle_of(strategy)
    if bundle is None or not bundle.is_file:
        return strategy if bundle is None else bundle.reference
    there = _there(folder, bundle.reference)
    return str(there if there.is_file() else Path(bundle.reference).absolute())


def _there(folder: Path, file: str) -> Path:
    return folder / _in(folder, file)


def notes_on(side: Side, strategies: Iterable[str]) -> list[str]:
    """What both sides have in common though one might think otherwise: files that the base has not got."""
    bundles = [bundle for name in strategies if (bundle := bundle_of(name)) is not None and bundle.is_file]
    missing = [bundle for bundle in bundles if not _there(side.folder, bundle.reference).is_file()]
    return [f"{one.name}: {side.name} has no {one.reference}; both sides ran the one that is here" for one in missing]


def _last_line(text: str) -> str:
    return printable((text.strip().splitlines() or ["it said nothing"])[-1])


def refuse_another_scenario(name: str, of_base: Path, of_head: Path) -> None:
    """Both folders' scenarios must be the same experiment. Raises BadInput."""
    if identity_of(load(str(of_base))) != identity_of(load(str(of_head))):
        raise BadInput(f"{name}: the base has another scenario of that name: account, mails, services, faults or seed")
