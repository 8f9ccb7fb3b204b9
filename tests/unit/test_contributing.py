"""What contributors are told is so: paths exist, folders and twins are listed, workflows run what make has."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.checkout import ROOMS, ROOT, tracked

GUIDE = (ROOT / "CONTRIBUTING.md").read_text()
PAGES = ("README.md", "CONTRIBUTING.md", ".github/SECURITY.md", ".github/pull_request_template.md")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def sections(text: str) -> dict[str, str]:
    """A page's sections by their headings."""
    return dict(re.findall(r"^#+ (.*)\n((?:(?!#).*\n)*)", text, re.MULTILINE))


def first_cells(table: str) -> set[str]:
    """The paths in the first column."""
    return {path for line in table.splitlines() if line.startswith("| `") for path in paths(line.split(" | ")[0])}


def paths(text: str) -> list[str]:
    """Everything in backticks that names a file or a folder."""
    return re.findall(r"`((?:[\w.-]+/)+(?:[\w.-]+\.\w+)?)`", text)


def test_every_path_that_a_page_names_is_there() -> None:
    """A file that is moved takes its name along in every page; paths outside the checkout are a reader's own."""
    files = tracked()
    ours = {name.partition("/")[0] for name in files if "/" in name}
    pages = {name: raw.decode() for name, raw in files.items() if name in PAGES or re.match(r"docs/.*\.md$", name)}
    named = {(page, path) for page, text in pages.items() for path in paths(text) if path.partition("/")[0] in ours}
    assert not {(page, path) for page, path in named if not (ROOT / path).exists()}
    assert len(named) > 100


def test_the_house_is_drawn_whole() -> None:
    """Each folder of each room has its line and no other has one; the README names those right inside a room."""
    folders = {f"{Path(name).parent}/" for name in tracked() if name.partition("/")[0] in ROOMS}
    rooms = re.findall(r"^\| `(\w+)/` \| (.*) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    named = {f"{room}/{folder}/" for room, text in rooms for folder in re.findall(r"`(\w+)`", text)}
    assert first_cells(sections(GUIDE)["The house"]) == folders
    assert named | {f"{room}/" for room, _ in rooms} == {folder for folder in folders if folder.count("/") <= 2}


def test_every_simulated_part_has_its_twin() -> None:
    """Whoever changes a part of the simulator finds what does the same for real."""
    simulated = {name for name in tracked() if name.startswith("sim/") and name.endswith(".py")}
    assert first_cells(sections(GUIDE)["Twins"]) == simulated - {"sim/__init__.py"}


def test_the_changelog_has_a_section_for_the_version() -> None:
    """What a tag will name is described and dated, and the next changes have a place above it."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    assert re.fullmatch(rf"\[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d", headings[1])


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_runs_what_make_has(workflow: Path) -> None:
    """Its targets exist, it may read and nothing else, and what others write is never part of a command."""
    read: Any = yaml.safe_load(workflow.read_text())
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    runs = [step["run"] for job in read["jobs"].values() for step in job["steps"] if "run" in step]
    assert read["permissions"] == {"contents": "read"}
    assert {word for run in runs if run.startswith("make ") for word in run.split()[1:]} <= targets
    assert not any("${{" in run for run in runs)


def test_every_python_from_the_oldest_on_is_checked() -> None:
    """The workflow's oldest is the one that pyproject.toml asks for."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    checked: Any = yaml.safe_load((ROOT / ".github" / "workflows" / "check.yml").read_text())
    assert f">={checked['jobs']['check']['strategy']['matrix']['python'][0]}" == wanted
