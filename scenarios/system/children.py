"""How processes of ours are begun."""

from __future__ import annotations

import sys

from scenarios.system import leash

OURS = (sys.executable, "-P", "-m")
"""Begins the command of a process that runs a module of ours. `-P`: what lies in the user's folder may be called like a
module that it needs, such as `queue.py`."""

LEASHED = (sys.executable, "-P", leash.__file__)
"""Begins the command of a process that ends with this one, whatever command it is; as a file, since the environment may
be that of another seslab."""
