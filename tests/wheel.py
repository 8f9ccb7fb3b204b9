"""Builds sdist and wheel of what git tracks, and tries the wheel away from the checkout.

`python tests/wheel.py` leaves both in dist/. The wheel is installed beside the packages of this environment, as users
have it beside them, and commands run from an empty folder. Arguments are pytest's, which then runs the tests on the
installed wheel, save those of the sources. What is missing or fails ends it with exit code 1.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
EXTRAS = "moto,locust,page,preflight,dev"
UNSHIPPED = ("benchmarks", "docs", "tests")
"""Folders of a checkout that no wheel has."""

OF_THE_SOURCES = ("tests/unit/test_architecture.py", "tests/unit/test_contributing.py")
"""Tests that read what only a checkout has."""

COMMANDS = ("--version", "strategies", "scenarios", "schema", "compare broadcast-900 --json", "loadtest --help")
IMPORTS = """
import importlib, sys
from importlib.metadata import entry_points
from pathlib import Path
from loadtests.load.locust_process import LOCUSTFILE
from scenarios.measures.cost import load_prices
for name in sys.argv[1:]:
    assert Path(importlib.import_module(name).__file__).is_relative_to(sys.prefix), name
assert LOCUSTFILE.is_file(), LOCUSTFILE
load_prices()
[plugin] = entry_points(group="pytest11", name="seslab")
assert hasattr(plugin.load(), "ses"), plugin
"""
"""All that is ours comes from the environment, and so do the files that are read and not imported; pytest finds us."""


def main(pytest: list[str]) -> None:
    """Build, look inside, install, try; with arguments for pytest also test."""
    with TemporaryDirectory(prefix="seslab-wheel-") as name:
        checkout, environment, elsewhere = (Path(name) / part for part in ("checkout", "environment", "elsewhere"))
        _copy_tracked(checkout)
        wheel = _built(checkout)
        files = _shipped(checkout)
        _compare(wheel, set(files))
        python = _installed(wheel, environment)
        _try(python, sorted({file.partition("/")[0].removesuffix(".py") for file in files}), elsewhere)
        if pytest:
            _test(python, checkout, pytest)


def _copy_tracked(checkout: Path) -> None:
    """The tracked files as they are now: whatever else lies around can neither slip in nor hide what is missing."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in listed.decode().split("\0"):
        if (ROOT / name).is_file():
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, checkout / name)


def _built(checkout: Path) -> Path:
    """The wheel, built out of the sdist; dist/ holds these two alone."""
    shutil.rmtree(DIST, ignore_errors=True)
    _output(sys.executable, "-m", "build", "--no-isolation", "--outdir", DIST, checkout)
    [wheel] = DIST.glob("*.whl")
    return wheel


def _shipped(checkout: Path) -> list[str]:
    """Every file of the folders with Python in them that are for users, and modules in the root."""
    tracked = [path.relative_to(checkout) for path in checkout.rglob("*") if path.is_file()]
    rooms = {path.parts[0] for path in tracked if path.suffix == ".py"}.difference(UNSHIPPED)
    return [path.as_posix() for path in tracked if path.parts[0] in rooms]


def _compare(wheel: Path, expected: set[str]) -> None:
    """The wheel has what it should have, whatever pyproject.toml forgets, and nothing else."""
    packed = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    if packed != expected:
        raise SystemExit(f"missing from the wheel: {sorted(expected - packed)}; strange: {sorted(packed - expected)}")
    print(f"{wheel.relative_to(ROOT)} has its {len(packed)} files", flush=True)


def _installed(wheel: Path, environment: Path) -> Path:
    """The Python of an environment with the wheel and all packages of this one, side by side in one folder.

    Nothing is fetched: what the wheel and its extras require must be among them.
    """
    venv.create(environment)
    python = environment / "bin" / "python"
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(environment)}))
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if "seslab" not in path.name and path.suffix != ".pth":
            (site / path.name).symlink_to(path)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    _output(*pip, "install", "--no-index", f"{wheel}[{EXTRAS}]")
    return python


def _try(python: Path, rooms: list[str], elsewhere: Path) -> None:
    """What users do first, from an empty folder, which stays empty."""
    elsewhere.mkdir()
    _output(python, "-c", IMPORTS, *rooms, cwd=elsewhere)
    for command in COMMANDS:
        told = _output(python.with_name("seslab"), *command.split(), cwd=elsewhere)
        if "--json" in command:
            json.loads(told)
    if left := list(elsewhere.iterdir()):
        raise SystemExit(f"commands have left {left}")
    print(f"{len(COMMANDS)} commands run from an empty folder, with {', '.join(rooms)} of the wheel", flush=True)


def _test(python: Path, checkout: Path, arguments: list[str]) -> None:
    """The checkout's tests, with its rooms gone."""
    for file in _shipped(checkout):
        (checkout / file).unlink()
    ignored = (f"--ignore={name}" for name in OF_THE_SOURCES)
    if code := subprocess.run([python, "-m", "pytest", *ignored, *arguments], cwd=checkout, check=False).returncode:
        raise SystemExit(code)


def _output(*command: str | Path, cwd: Path | None = None) -> str:
    """What a command says; a failure ends everything, with all that it said."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main(sys.argv[1:])
