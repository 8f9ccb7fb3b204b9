"""How soon a command answers, beside Python's own start: all of them in turn, so that each meets the same machine."""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

ROUNDS = 10
COMMANDS = {
    "python": ["-c", ""],
    "import numpy": ["-c", "import numpy"],
    "seslab --help": ["-m", "seslab", "--help"],
    "seslab compare --help": ["-m", "seslab", "compare", "--help"],
    "seslab compare broadcast-900": ["-m", "seslab", "compare", "broadcast-900"],
}


def measure() -> dict[str, float]:
    """Seconds from start to end of each, the median of some rounds; the first round only warms caches."""
    rounds = [{name: _took_s(words) for name, words in COMMANDS.items()} for _ in range(1 + ROUNDS)]
    return {name: median(one[name] for one in rounds[1:]) for name in COMMANDS}


def _took_s(words: list[str]) -> float:
    started_s = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    return time.perf_counter() - started_s
