"""What the pacemaker consists of, and which way mail takes through it. Lengths are hundredths of an inch, downwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from reports.figures import canvas, palette
from strategies.pacemaker import MAX_RECEIVE_COUNT, QUEUE, Settings

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 490, 516
PAPER = "#FFFFFF"
LEAST = f"{100 * Settings().least_share:g} %"


class Box(NamedTuple):
    """Its left, upper, right and lower edges, and what stands in its middle."""

    left: float
    top: float
    right: float
    bottom: float
    text: str = ""
    color: str = PAPER


class Arrow(NamedTuple):
    """From one place to another; dashed where no mail goes that way."""

    x: float
    y: float
    to_x: float
    to_y: float
    is_dashed: bool = False


class Note(NamedTuple):
    """Words beside a place, which is in the middle of their height."""

    x: float
    y: float
    text: str
    align: Literal["left", "center", "right"] = "left"
    weight: Literal["normal", "bold"] = "normal"


BOXES = (
    Box(8, 8, 352, 42, "application: any number of pods"),
    Box(8, 88, 352, 172, color=palette.FAULT),
    Box(20, 120, 174, 160, f"{QUEUE}-transactional"),
    Box(186, 120, 340, 160, f"{QUEUE}-newsletter"),
    Box(392, 120, 482, 160, "dead letters"),
    Box(38, 224, 352, 416, color=palette.FAULT),
    Box(50, 258, 189, 292, "hand"),
    Box(201, 258, 340, 292, "hand"),
    Box(50, 310, 306, 348, f"turns: the most urgent lane first,\neach other gets {LEAST} or more"),
    Box(50, 366, 306, 404, "learned limit:\nhow much SES holds, and its rate"),
    Box(8, 474, 352, 508, "SES"),
    Box(392, 224, 482, 258, "lease"),
    Box(392, 334, 482, 368, "relay"),
)
ARROWS = (
    Arrow(97, 42, 97, 120),
    Arrow(263, 42, 263, 120),
    Arrow(352, 140, 392, 140),
    Arrow(66, 160, 66, 258),
    Arrow(84, 258, 84, 160, is_dashed=True),
    Arrow(306, 160, 306, 258),
    Arrow(324, 258, 324, 160, is_dashed=True),
    Arrow(119, 292, 119, 310),
    Arrow(254, 292, 254, 310),
    Arrow(119, 348, 119, 366),
    Arrow(119, 404, 119, 474),
    Arrow(22, 474, 22, 172, is_dashed=True),
    Arrow(324, 474, 324, 292),
    Arrow(324, 385, 306, 385, is_dashed=True),
    Arrow(392, 241, 352, 241, is_dashed=True),
    Arrow(392, 351, 352, 351, is_dashed=True),
)
NOTES = (
    Note(180, 104, "SQS: a queue a lane", "center", "bold"),
    Note(437, 179, f"after {MAX_RECEIVE_COUNT}\nreceives", "center"),
    Note(195, 198, "received, and hidden\nas long as it is in hand", "center"),
    Note(195, 241, "one consumer", "center", "bold"),
    Note(30, 445, "accepted:\ndeleted"),
    Note(127, 445, "paced\ncalls"),
    Note(316, 445, "refused: back into\nits lane’s hand", "right"),
    Note(437, 284, "of pods, the\none that holds\nit works", "center"),
    Note(437, 321, "or", "center", "bold"),
    Note(437, 396, f"calls a function\nanew every\n{Settings().relief_s / 60:g} minutes", "center"),
)


def draw() -> Figure:
    """Boxes, arrows and words, on one sheet."""
    figure = canvas.sheet("pacemaker: how it is built", WIDTH / 100, (HEIGHT + 24) / 100)
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(HEIGHT, 0)
    for box in BOXES:
        _box(axes, box)
    for arrow in ARROWS:
        _arrow(axes, arrow)
    for note in NOTES:
        axes.text(note.x, note.y, note.text, ha=note.align, va="center", weight=note.weight)
    return figure


def _box(axes: Axes, box: Box) -> None:
    from matplotlib.patches import Rectangle

    width, height = box.right - box.left, box.bottom - box.top
    axes.add_patch(Rectangle((box.left, box.top), width, height, facecolor=box.color, edgecolor=palette.INK, lw=0.8))
    axes.text(box.left + width / 2, box.top + height / 2, box.text, ha="center", va="center")


def _arrow(axes: Axes, arrow: Arrow) -> None:
    line = {"arrowstyle": "-|>", "linestyle": (0, (4, 2)) if arrow.is_dashed else "-", "color": palette.INK}
    ends = {"shrinkA": 0, "shrinkB": 0, "linewidth": 1.0, "mutation_scale": 10}
    axes.annotate("", (arrow.to_x, arrow.to_y), (arrow.x, arrow.y), arrowprops=line | ends)
