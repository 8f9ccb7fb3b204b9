"""The words in which thresholds and gates say what they found."""

from __future__ import annotations

from typing import Literal

Verdict = Literal["pass", "improved", "inconclusive", "fail"]

PASS: Verdict = "pass"
IMPROVED: Verdict = "improved"
INCONCLUSIVE: Verdict = "inconclusive"
FAIL: Verdict = "fail"
