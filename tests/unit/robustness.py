"""Robustness made by hand: contenders whose makespans and losses are given, hypothesis by hypothesis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.documents.robustness import RobustCell, RobustContender
from reports.robust.worst import worst_cases

SUBMITTED = 100.0


def cell(hypothesis: str, makespans_s: Sequence[float], lost: float = 0.0, bound_s: float = 1.0) -> RobustCell:
    """What was lost is the same in each replication, and the latency is the makespan."""
    makespan_s = sum(makespans_s) / len(makespans_s)
    return {
        "hypothesis": hypothesis,
        "recipients": {"submitted": SUBMITTED, "lost": lost, "dead_lettered": 0.0, "pending": 0.0},
        "not_accepted_share": lost / SUBMITTED,
        "incomplete_replications": len(makespans_s) if lost else 0,
        "efficiency": None if lost else bound_s / makespan_s,
        "latency_p99_s": None if lost else makespan_s,
        "latency_p99_infinite": lost > 0,
        "makespan_s": makespan_s,
        "samples": list(makespans_s),
        "thresholds": [],
        "meets_all": None,
    }


def contender(name: str, cells: Mapping[str, tuple[Sequence[float], float]], met: int | None = None) -> RobustContender:
    """By hypothesis its makespans and what it lost."""
    told = [cell(hypothesis, *figures) for hypothesis, figures in cells.items()]
    return {"contender": name, "met_under": met, "worst": worst_cases(told), "cells": told}
