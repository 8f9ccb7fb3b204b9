"""The same Hypothesis examples in every run, none judged by the clock; runs are noted and kept in a folder apart.

What costs time is done once: modules are compiled before processes begin, things made once for all tests of a module.
Python looks for garbage among what tests make, not among what they are made of.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests import compiled, forked

gc.disable()  # modules and thousands of tests come now, and all of them stay

settings.register_profile("seslab", derandomize=True, deadline=None, database=None, print_blob=False)
settings.register_profile("long", settings.get_profile("seslab"), max_examples=20_000, derandomize=False)
settings.load_profile("seslab")

_state = tempfile.TemporaryDirectory(prefix="seslab-tests-")
atexit.register(_state.cleanup)
os.environ["XDG_STATE_HOME"] = os.environ["XDG_CACHE_HOME"] = _state.name
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each of hundreds of processes would compile seslab anew
sys.dont_write_bytecode = False
os.environ["PYTHONPATH"] = os.pathsep.join(
    (str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")]))
)  # functions of tests are modules of the tests


@pytest.fixture(scope="session", autouse=True)
def _forked() -> Iterator[None]:
    """Whatever begins a local AWS in the process of the tests has it at once."""
    with forked.warm():
        yield


def pytest_xdist_auto_num_workers() -> int:
    """Twice as many as processors, because real runs mostly wait."""
    return min(8, (os.cpu_count() or 1) * 2)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Before the processes of the tests begin."""
    compiled.ahead(config)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Tests for which their module makes something stay in one process, as each process would make it anew."""
    for item in items:
        if shares_a_module(item) and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def pytest_collection_finish() -> None:
    """What is there by now is never looked through again, which would take a sixth of the time of all tests."""
    gc.freeze()
    gc.enable()


def shares_a_module(item: Any) -> bool:
    """Whether a test has a fixture that lasts as long as its module."""
    made = item._fixtureinfo.name2fixturedefs.values()
    return any(fixture.scope == "module" for fixtures in made for fixture in fixtures)
