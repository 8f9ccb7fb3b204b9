"""Whether anybody will look at the pictures of a folder: drawing them takes longer than most runs."""

from __future__ import annotations

import os
from typing import Final

VARIABLE: Final = "SESLAB_PICTURES"
NONE: Final = "none"
UNSEEN: Final = {VARIABLE: NONE}
"""In the environment of a command whose folder nobody opens. An option would be refused by an older seslab."""


def are_wanted() -> bool:
    """Unless the environment says otherwise."""
    return os.environ.get(VARIABLE) != NONE
