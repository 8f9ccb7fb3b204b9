"""How a command ends; users and CI rely on these numbers."""

from __future__ import annotations

DONE, UNMET, USAGE, FAILED, INCONCLUSIVE, INTERRUPTED = 0, 1, 2, 3, 4, 130
