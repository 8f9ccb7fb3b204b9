"""What campaigns that all went well tell of others."""

from __future__ import annotations

CONFIDENCE = 0.95


def campaigns_share(replications: int) -> float:
    """The least share of all campaigns that goes well if n did, with 95 % confidence (Wilks, 1941)."""
    return float((1 - CONFIDENCE) ** (1 / replications))
