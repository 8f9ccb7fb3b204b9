"""The command in this very process, for tests of what it does: how it starts and ends is tested on real processes."""

from __future__ import annotations

import subprocess
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest

from scenarios.outside import plug
from seslab import command_line, trial


def seslab_here(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command's end, in a folder, with nothing of it on a terminal. What it plugs in, it alone knows."""
    out, err = StringIO(), StringIO()
    known = {bundle.name for bundle in plug.plugged()}
    with chdir(cwd), redirect_stdout(out), redirect_stderr(err), patch("sys.argv", ["seslab", *words]):
        code = _exit_code()
    for name in {bundle.name for bundle in plug.plugged()} - known:
        plug.unplug(name)
        trial.forget(name)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def _exit_code() -> int:
    with pytest.raises(SystemExit) as end:
        command_line.main()
    return int(end.value.code or 0)
