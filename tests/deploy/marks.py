"""What all tests on ministack have in common: they need it, take real time, and take turns."""

from __future__ import annotations

import pytest

from loadtests.deploy.ministack import command
from scenarios.errors import BadInput


def on_ministack() -> list[pytest.MarkDecorator]:
    """The marks of a file of tests, which is skipped as a whole where there is no ministack."""
    try:
        command()
    except BadInput as missing:
        pytest.skip(str(missing), allow_module_level=True)
    return [pytest.mark.real_time, pytest.mark.xdist_group("ministack")]
