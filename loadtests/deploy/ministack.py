"""ministack as a child process: AWS's services without Docker, on this machine only, for as long as a run lasts.

It pins a botocore of its own, so it usually lives in an environment of its own, whose Python also runs the functions.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from loadtests.deploy.cloud import Cloud
from loadtests.endpoint.client import UNANSWERED, answer_to
from loadtests.function.package import ROOT
from loadtests.ports.local import LOOPBACK, free_port, local_session
from scenarios.errors import BadInput, RunFailed
from scenarios.system.children import LEASHED, OURS

VARIABLE = "SESLAB_MINISTACK"
SIBLING = ROOT / ".venv-ministack" / "bin" / "ministack"
HAS_BOTO3 = "import importlib.util, sys; sys.exit(importlib.util.find_spec('boto3') is None)"
IN_A_FOLDER = ("sh", "-c", 'cd "$TMPDIR" && exec "$@"', "sh")  # what it writes is removed with its leash's folder
HEALTH = ("GET", "/_ministack/health")
HEALTH_PATIENCE_S = 1.0
PATIENCE_S = 30.0
POLL_S = 0.05


def command() -> list[str]:
    """How to start it. Raises BadInput where there is none, with the command that installs it."""
    if named := os.environ.get(VARIABLE):
        return [str(_able(Path(named), f"{VARIABLE} = {named!r}"))]
    if find_spec("ministack") is not None:
        return [*OURS, "ministack"]
    found = str(SIBLING) if SIBLING.exists() else shutil.which("ministack")
    if found is None:
        raise BadInput(f"ministack: not installed; make ministack installs it, or set {VARIABLE} to its executable")
    return [str(_able(Path(found), found))]


def _able(path: Path, what: str) -> Path:
    """Its Python runs the functions, and these need boto3. Raises BadInput."""
    if not os.access(path, os.X_OK) or path.is_dir():
        raise BadInput(f"{what}: must be ministack's executable; make ministack installs one")
    python = path.resolve().with_name("python")
    if python.exists() and subprocess.run([python, "-c", HAS_BOTO3], check=False).returncode:
        raise BadInput(f"{what}: its Python lacks boto3, which functions need; {python} -m pip install boto3")
    return path.absolute()


@contextmanager
def ministack() -> Iterator[Cloud]:
    """A fresh one, empty, on a free port; it ends with the block, and if this process is killed."""
    port = free_port()
    with TemporaryFile() as log, _started(port, log) as process:
        _wait_until_ready(port, process, log)
        yield Cloud("ministack", local_session(), f"http://{LOOPBACK}:{port}")


@contextmanager
def _started(port: int, log: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [*LEASHED, *IN_A_FOLDER, *command()],
        env=_environment(port),
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        start_new_session=True,  # Ctrl-C is for us: what it holds is still to be read
    )
    try:
        yield process
    finally:
        process.communicate()


def _environment(port: int) -> dict[str, str]:
    """Nothing of ours: neither credentials nor proxies reach a function."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.environ.get("HOME", "/"),
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "LAMBDA_EXECUTOR": "local",
        "LOG_LEVEL": "WARNING",
        "PERSIST_STATE": "0",
    }


def _wait_until_ready(port: int, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while not _is_ready(port):
        if process.poll() is not None or time.monotonic() > until_s:
            raise RunFailed(f"ministack did not start: {_last_line(log)}")
        time.sleep(POLL_S)  # noqa: TID251 (nothing runs yet that has a clock)


def _is_ready(port: int) -> bool:
    try:
        answer_to(f"http://{LOOPBACK}:{port}", HEALTH, HEALTH_PATIENCE_S)
    except UNANSWERED:
        return False
    return True


def _last_line(log: IO[bytes]) -> str:
    log.seek(0)
    lines = log.read().decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it says nothing")
