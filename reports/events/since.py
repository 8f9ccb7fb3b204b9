"""From when on events count: `7d`, `12h`, a day, or an instant."""

from __future__ import annotations

import re
from math import isfinite

from scenarios.errors import BadInput
from scenarios.events.events import unix_s
from scenarios.formats.quoted import printable

_SECONDS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_AGO = re.compile(r"(?P<number>\d{1,9}(\.\d{1,9})?)(?P<unit>[mhdw])", re.ASCII)
_RIGHT = "such as 7d, 12h, 2026-11-02 or 2026-11-02T08:00Z"


def since(text: str, now_unix_s: float) -> float:
    """Seconds of Unix time; a day begins at 00:00 UTC. Raises BadInput for nonsense, and for what is yet to come."""
    ago = _AGO.fullmatch(text.strip())
    at_unix_s = now_unix_s - float(ago["number"]) * _SECONDS[ago["unit"]] if ago else unix_s(text.strip())
    if at_unix_s is None or not isfinite(at_unix_s):
        raise BadInput(f"--since {printable(text)}: must be a while or an instant, {_RIGHT}")
    if at_unix_s >= now_unix_s:
        raise BadInput(f"--since {printable(text)}: is not in the past; give a while or an instant, {_RIGHT}")
    return max(at_unix_s, 0.0)
