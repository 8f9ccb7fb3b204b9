"""The words in which thresholds and gates say what they found."""

from __future__ import annotations

from typing import Final, Literal

Verdict = Literal["pass", "improved", "inconclusive", "fail"]
Met = Literal["pass", "inconclusive", "fail"]
"""What becomes of a demand: it cannot be met better than it asks."""

PASS: Final = "pass"
IMPROVED: Final = "improved"
INCONCLUSIVE: Final = "inconclusive"
FAIL: Final = "fail"
