"""The same Hypothesis examples in every run, none judged by the clock; real runs are noted in a folder apart."""

from __future__ import annotations

import atexit
import os
import tempfile
from pathlib import Path

from hypothesis import settings

settings.register_profile("seslab", derandomize=True, deadline=None, database=None, print_blob=False)
settings.register_profile("long", settings.get_profile("seslab"), max_examples=20_000, derandomize=False)
settings.load_profile("seslab")

_state = tempfile.TemporaryDirectory(prefix="seslab-tests-")
atexit.register(_state.cleanup)
os.environ["XDG_STATE_HOME"] = _state.name
os.environ["PYTHONPATH"] = os.pathsep.join(
    (str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")]))
)  # functions of tests are modules of the tests


def pytest_xdist_auto_num_workers() -> int:
    """Twice as many as processors, because real runs mostly wait."""
    return min(8, (os.cpu_count() or 1) * 2)
