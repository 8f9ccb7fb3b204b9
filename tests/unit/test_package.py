"""Laws of the package: the same bytes each time, the simulator's own handler, and nothing heavy beside it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import sysconfig
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from loadtests.function import package as packaging
from loadtests.function.package import HANDLER, ROOMS, ROOT, key_of, package

OURS = {"loadtests", "strategies"}
SITE = ["boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"]
"""What Lambda's Python brings, as far as a handler may rely on it."""


def _names(content: bytes) -> list[str]:
    return zipfile.ZipFile(BytesIO(content)).namelist()


def test_the_same_sources_give_the_same_bytes() -> None:
    """Two packages of one checkout are equal to the byte, so that a stack is not updated for nothing."""
    assert package("heartbeat") == package("heartbeat")


def test_the_key_tells_the_content() -> None:
    """Another content has another key, which is what makes CloudFormation see a change."""
    assert key_of(b"a") == f"{hashlib.sha256(b'a').hexdigest()}.zip" != key_of(b"b")


def test_the_strategy_is_packed_and_no_other_room() -> None:
    """The zip holds the strategy, of strategies/ and loadtests/ what it and the handler import, and no other room."""
    names = _names(package("heartbeat"))
    assert {"strategies/heartbeat.py", "strategies/sqs_dlq.py"} & set(names) == {"strategies/heartbeat.py"}
    assert {name.partition("/")[0] for name in names} == OURS
    assert f"{HANDLER.rpartition('.')[0].replace('.', '/')}.py" in names


def test_packages_of_others_are_not_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where seslab is installed, boto3 lies beside the rooms; the package is the same as in a checkout."""
    in_a_checkout = package("heartbeat")
    for room in ROOMS:
        (tmp_path / room).symlink_to(ROOT / room)
    link(tmp_path, "boto3")
    monkeypatch.setattr(packaging, "ROOT", tmp_path)
    assert package("heartbeat") == in_a_checkout


def test_sources_are_packed_as_they_are() -> None:
    """The deployed handler is the simulator's, to the byte."""
    content = package("heartbeat")
    archive = zipfile.ZipFile(BytesIO(content))
    assert all(archive.read(name) == (ROOT / name).read_bytes() for name in archive.namelist())


@pytest.mark.parametrize(
    ("entry", "strategy", "absent"),
    [
        (HANDLER.rpartition(".")[0], "strategies.heartbeat", {"scenarios"}),
        ("loadtests.function.tracking", "strategies.tracking.tracker", {"scenarios.schema"}),
    ],
)
def test_an_entry_point_imports_with_nothing_but_boto3_beside_it(
    entry: str, strategy: str, absent: set[str], tmp_path: Path
) -> None:
    """Neither scenarios, but for what reads events, nor NumPy nor pydantic is there, and none is missed."""
    bundle = tmp_path / "function.zip"
    bundle.write_bytes(package(strategy, entry))
    site = tmp_path / "site"
    site.mkdir()
    for name in SITE:
        link(site, name)
    code = (
        f"import sys; sys.path[:0] = [{str(bundle)!r}, {str(site)!r}]\n"
        f"import importlib; module = importlib.import_module({entry!r})\n"
        f"importlib.import_module({strategy!r})\n"
        "assert callable(module.handle)\n"
        f"assert not {absent | {'numpy', 'pydantic', 'moto'}!r} & set(sys.modules)\n"
        "assert module.__file__.startswith(sys.path[0]), module.__file__\n"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def link(site: Path, name: str) -> None:
    """A package of this environment, or a module."""
    home = Path(sysconfig.get_paths()["purelib"])
    found = home / name if (home / name).exists() else home / f"{name}.py"
    (site / found.name).symlink_to(found)
