"""How a scenario's variants look in figures: shades of their strategy's colour, with markers and lines of their own."""

from __future__ import annotations

from itertools import cycle

from reports.figures.palette import look
from scenarios.schema.model import Scenario
from strategies.presentation.look import Look

_MARKERS = ("d", "<", ">", "p", "h", "8", "*")
_LINES = ((0, (4, 1)), (0, (2, 2, 6, 2)), (0, (1, 3)), (0, (7, 2, 1, 2, 1, 2)))
_SHADES = ((0.0, 0.35), (1.0, 0.4), (0.0, 0.6), (1.0, 0.6))
"""What is mixed into the colour, 0 being black and 1 white, and how much of it."""


def looks_of_variants(scenario: Scenario) -> dict[str, Look]:
    """One for each variant, in the order of the file."""
    signs = zip(cycle(_MARKERS), cycle(_LINES), strict=False)
    seen: dict[str, int] = {}
    looks = {}
    for (name, variant), (marker, line) in zip(scenario.variants.items(), signs, strict=False):
        place = seen[variant.strategy] = seen.get(variant.strategy, -1) + 1
        base = look(variant.strategy)
        looks[name] = Look(_shade(base.color, place), marker, line, f"{base.hatch}{'-' if place % 2 else '/'}")
    return looks


def _shade(color: str, place: int) -> str:
    """Never the colour itself: of black there is nothing darker."""
    channels = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
    shades = [shade for shade in _SHADES if shade[0] or any(channels)]
    toward, share = shades[place % len(shades)]
    return "#" + "".join(f"{round(channel + (255 * toward - channel) * share):02X}" for channel in channels)
