"""Shares under way, as a worker keeps them: a share whose input ends is ended."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from loadtests.load.shares.share_order import ShareOrder, packed
from tests.unit.checkout import ROOT


@contextmanager
def at_work(order: ShareOrder, environ: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A share's process."""
    command, pipe = [sys.executable, "-m", "loadtests.load.shares.share_process"], subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, env=environ) as process:
        kept_open, process.stdin = process.stdin, None
        assert kept_open is not None
        try:
            kept_open.write(packed(order))
            kept_open.flush()
            yield process
        finally:
            process.kill()
            kept_open.close()
