"""Says beside the documents of a folder which commit they are of, so that many folders become a history."""

from __future__ import annotations

import os
import time
from importlib.metadata import version
from pathlib import Path

from reports.documents.origin import SCHEMA, OriginDocument
from reports.running.git import git
from reports.running.keeping import ORIGIN
from reports.terminal import to_json
from scenarios.system.whole_files import write_text

OF_CI = ("GITHUB_SHA", "CI_COMMIT_SHA")
"""Where GitHub and GitLab say which commit a job is about; what is checked out there may be a merge of it."""


def write_origin(directory: Path) -> None:
    """For what was made here and now."""
    origin: OriginDocument = {
        "schema": SCHEMA,
        "commit": _commit(),
        "made_unix_s": time.time(),
        "seslab": version("seslab"),
    }
    write_text(directory / ORIGIN, to_json(origin))


def _commit() -> str | None:
    told = [word for name in OF_CI for word in os.environ.get(name, "").split()]
    return told[0] if told else git("rev-parse", "--verify", "--quiet", "HEAD")
