"""Processes that run modules of ours."""

from __future__ import annotations

import sys

OURS = (sys.executable, "-P", "-m")
"""Begins the command of a process that runs a module of ours. `-P`: what lies in the user's folder may be called like a
module that it needs, such as `queue.py`."""
