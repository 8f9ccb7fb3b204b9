"""The gate's reference names everything that its files hold, and which way each figure should go."""

from __future__ import annotations

import re

import yaml

from reports.gate.baseline import versions
from scenarios.directions import DIRECTIONS
from tests.docs.examples import ROOT

PAGE = (ROOT / "docs" / "reference" / "gate.md").read_text()
GUIDE = (ROOT / "docs" / "guides" / "gate.md").read_text()
_WORDS = {"lower": "lower", "higher": "higher", "same": "must not change"}


def test_the_reference_names_what_a_baseline_was_made_with() -> None:
    """Python, seslab and the libraries that draw and compute."""
    assert versions().keys() <= set(re.findall(r"`([\w.]+)`", PAGE))


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
