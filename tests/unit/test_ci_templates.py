"""The GitHub Action and the GitLab job that others take: their commands run here as they would run there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from tests.unit.gated import SMALL
from tests.unit.in_process import seslab_here
from tests.unit.outside import DRIP

ROOT = Path(__file__).parents[2]
SLOWER = "[strategies.heartbeat]\nfill = 0.5\n"


def parsed(name: str) -> Any:
    """A YAML file of the project."""
    return yaml.safe_load((ROOT / name).read_text())


def action_steps() -> list[dict[str, Any]]:
    """What the action does, step by step."""
    steps: list[dict[str, Any]] = parsed("action.yml")["runs"]["steps"]
    return steps


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A user's project with a baseline, and beside it the environment that the templates install."""
    (tmp_path / "small.toml").write_text(SMALL)
    update = ("--baseline", "baseline.json", "-s", "heartbeat", "--seeds", "3", "--reason", "the first")
    assert seslab_here("gate", "update", "small.toml", *update, cwd=tmp_path).returncode == 0
    for name in ("seslab", ".venv"):
        (tmp_path / name).symlink_to(sys.prefix)
    return tmp_path


def in_bash(command: str, folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """As both services run it: an error ends the script."""
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"} | variables
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def action(project: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The action's last step, with its inputs where GitHub would put them."""
    given = {name: str(one.get("default", "")) for name, one in parsed("action.yml")["inputs"].items()} | inputs
    step = action_steps()[-1]
    variables = {
        name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda m: given[m[1]], v) for name, v in step["env"].items()
    }
    runner = {"RUNNER_TEMP": str(project), "GITHUB_STEP_SUMMARY": str(project / "summary.md")}
    return in_bash(step["run"], project, variables | runner)


@pytest.mark.parametrize(("more", "code"), [("", 0), (SLOWER, 1)], ids=["unchanged", "slower"])
def test_the_action_gates(project: Path, more: str, code: int) -> None:
    """The job ends as the gate does, with a summary and with JUnit's XML."""
    (project / "small.toml").write_text(SMALL + more)
    ended = action(project, scenarios="small.toml", arguments="-s heartbeat --strict")
    assert (ended.returncode, ended.stderr) == (code, "")
    assert (project / "summary.md").read_text().startswith("### ✓ pass" if code == 0 else "### ✗ fail")
    failures = ElementTree.parse(project / "seslab-gate.xml").getroot().get("failures")
    assert (failures == "0") is (code == 0)


def test_both_take_strategies_from_outside(project: Path) -> None:
    """A file of the user's is gated by its path, beside a strategy of seslab's own."""
    (project / "drip.py").write_text(DRIP)
    update = ("--baseline", "baseline.json", "-s", "./drip.py", "--reason", "one more")
    assert seslab_here("gate", "update", "small.toml", *update, cwd=project).returncode == 0
    ended = action(project, scenarios="small.toml", strategies="./drip.py heartbeat", arguments="--strict")
    assert "heartbeat, drip: unchanged" in ended.stdout
    job = parsed(".ci/gitlab.yml")[".seslab-gate"]
    given = {"SESLAB_HOME": str(project), "SESLAB_SCENARIOS": "small.toml", "SESLAB_STRATEGIES": "./drip.py"}
    ended = in_bash(job["script"][0], project, job["variables"] | given)
    assert "drip: unchanged" in ended.stdout


def test_an_input_is_never_a_command(project: Path) -> None:
    """Whatever a pull request writes into it."""
    ended = action(project, scenarios="small.toml $(touch owned); touch owned", baseline="$(touch owned)")
    assert ended.returncode == 2
    assert not (project / "owned").exists()
    assert not any("${{" in step.get("run", "") for step in action_steps())


def test_every_input_of_the_action_reaches_a_step() -> None:
    """None is declared in vain, none is used undeclared."""
    used = set(re.findall(r"inputs\.(\w+)", json.dumps(action_steps())))
    assert used == set(parsed("action.yml")["inputs"])


@pytest.mark.parametrize(("more", "code"), [("", 0), (SLOWER, 1)], ids=["unchanged", "slower"])
def test_the_gitlab_job_gates(project: Path, more: str, code: int) -> None:
    """It leaves its JUnit report where it says."""
    (project / "small.toml").write_text(SMALL + more)
    job = parsed(".ci/gitlab.yml")[".seslab-gate"]
    home = {"SESLAB_HOME": str(project), "SESLAB_SCENARIOS": "small.toml"}
    [script] = job["script"]
    ended = in_bash(script, project, job["variables"] | home)
    assert (ended.returncode, ended.stderr) == (code, "")
    report = ElementTree.parse(project / job["artifacts"]["reports"]["junit"]).getroot()
    assert (report.get("failures") == "0") is (code == 0)


def test_both_install_what_the_lock_pins() -> None:
    """With hashes; and the package without a download, for its build tool is in the lock too."""
    installs = [action_steps()[1]["run"], "\n".join(parsed(".ci/gitlab.yml")[".seslab-gate"]["before_script"])]
    for text in installs:
        assert re.search(r"pip install --quiet --require-hashes -r \"\$\w+/requirements/seslab\.lock\"", text)
        assert re.search(r"pip install --quiet --no-deps --no-build-isolation \"\$\w+\"", text)
    assert re.search(r"^setuptools==", (ROOT / "requirements" / "seslab.lock").read_text(), re.MULTILINE)


def test_the_project_gates_itself() -> None:
    """Workflow and Makefile name the scenarios that the project's baseline has."""
    [_, step] = parsed(".github/workflows/gate.yml")["jobs"]["gate"]["steps"]
    baseline = ROOT / step["with"]["baseline"]
    known = sorted(json.loads(baseline.read_text())["scenarios"])
    assert step["uses"] == "./"
    assert step["with"]["scenarios"].split() == known
    listed = re.search(r"^GATED := ((?:[^\n\\]|\\\n)*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert listed is not None
    assert listed[1].replace("\\\n", " ").split() == known
