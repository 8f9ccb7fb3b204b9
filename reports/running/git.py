"""Git, asked in one word: what it knows of the repository here."""

from __future__ import annotations

import os
import subprocess


def git(*words: str, **environ: str) -> str | None:
    """What git answers; None if it refuses or is not there."""
    environment = {**os.environ, **environ}
    try:
        answer = subprocess.run(("git", *words), env=environment, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None
