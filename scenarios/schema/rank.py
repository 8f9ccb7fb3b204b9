"""What a scenario ranks by: the figure that matters among those that meet what it demands."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from scenarios.directions import Direction, direction_of
from scenarios.figures import figures_like, in_two, of_all
from scenarios.formats.quoted import unknown
from scenarios.schema.tables import Table


def _rankable(figure: str) -> str:
    known = [name for name in figures_like(figure) if better(name) in ("lower", "higher")]
    if figure not in known:
        raise ValueError(unknown("figure to rank by", figure, known))
    return figure


def better(figure: str) -> Direction | None:
    """Which way a figure is better, a latency of all recipients as that of the accepted ones."""
    return direction_of(figure.replace("_of_all_s.", "_s."))


class Rank(Table):
    """Which figure ranks."""

    by: Annotated[str, AfterValidator(_rankable)] = Field(
        description="a figure by its dotted name, such as latency_s.p99 or lanes.newsletter.latency_s.p99"
    )

    @property
    def figure(self) -> str:
        """The figure as it ranks: who loses what is late shall not be the quicker for it."""
        return of_all(self.by)

    @property
    def whose(self) -> str:
        """The workload or lane that it is about, as its name says it; empty where it is about all mails."""
        return in_two(self.by).whose
