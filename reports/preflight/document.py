"""The preflight document, made of what was asked for and found."""

from __future__ import annotations

from collections.abc import Sequence

from reports.documents.preflight import SCHEMA, PreflightDocument, PreflightFinding, Verdict


def finding(check: str, verdict: Verdict, code: str, says: str, do: str) -> PreflightFinding:
    return {"check": check, "verdict": verdict, "finding": code or None, "says": says, "do": do or None}


def document(
    domain: str,
    at: str,
    account: str | None,
    dns: str,
    findings: Sequence[PreflightFinding],
    scenario: str | None = None,
    sample: str | None = None,
) -> PreflightDocument:
    return {
        "schema": SCHEMA,
        "domain": domain,
        "at": at,
        "account": account,
        "dns": dns,
        "scenario": scenario,
        "sample": sample,
        "verdict": "wrong" if any(one["verdict"] == "wrong" for one in findings) else "right",
        "findings": [*findings],
    }
