"""The gate's reference names everything that its files hold, and which way each figure should go."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from reports.gate.baseline import save, versions
from reports.gate.verdict import DIRECTIONS
from tests.docs.examples import ROOT
from tests.unit.gated import baseline, small, verdict

PAGE = (ROOT / "docs" / "reference" / "gate.md").read_text()
GUIDE = (ROOT / "docs" / "guides" / "gate.md").read_text()
_WORDS = {"lower": "lower", "higher": "higher", "same": "must not change"}


def keys(document: Any) -> Iterator[str]:
    """Every key in a JSON document."""
    if isinstance(document, dict):
        yield from document
        document = list(document.values())
    for inner in document if isinstance(document, list) else ():
        yield from keys(inner)


def test_the_reference_names_everything_that_a_gate_reads_and_writes(tmp_path: Path) -> None:
    """Each key of a baseline and of a gate's document, however deep."""
    known = baseline(small(tmp_path), ["heartbeat"])
    save(tmp_path / "baseline.json", known)
    stored = json.loads((tmp_path / "baseline.json").read_text())
    document = verdict(
        known, small(tmp_path, '[strategies.heartbeat]\nfill = 0.5\n[thresholds]\na = "*.peak_1s > 0"\n')
    )
    del stored["scenarios"]["small"]["strategies"]["heartbeat"]["settings"]  # other pages have their keys
    del document["scenarios"][0]["strategies"][0]["settings"]
    named = set(re.findall(r"`([\w.]+)`", PAGE)) | {"small", "heartbeat"}
    assert set(keys(stored)) | set(keys(document)) | set(versions()) <= named


def test_the_reference_has_every_watched_figure() -> None:
    """With the way in which it should go, in the gate's own order."""
    rows = re.findall(r"^\| `([\w.]+)` \| (lower|higher|must not change) \|$", PAGE, re.MULTILINE)
    assert rows == [(figure, _WORDS[direction]) for figure, direction in DIRECTIONS.items()]


def test_the_lines_for_ci_fit_the_templates() -> None:
    """Two lines each: what they set is what the action and the job know."""
    github, gitlab = map(yaml.safe_load, re.findall(r"^```yaml\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL))
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    [step] = github
    assert step["with"].keys() <= inputs.keys()
    assert {name for name, one in inputs.items() if one.get("required")} <= step["with"].keys()
    [(_, job)] = [item for item in gitlab.items() if item[0] != "include"]
    template = ROOT / gitlab["include"]["file"]
    assert job["extends"] in yaml.safe_load(template.read_text())
    assert all(f"${name}" in template.read_text() for name in job["variables"])
