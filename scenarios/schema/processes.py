"""Six arrival processes: the keys of a workload in a scenario file, and how long after it begins its mails fall due."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    Discriminator,
    Field,
    PlainSerializer,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from scenarios.formats.quoted import printable
from scenarios.schema.tables import Count, Duration, Positive, Rate, Seconds, Table, Weight, wrong
from scenarios.schema.traffic import Traffic
from scenarios.system.reading import is_regular

Times = NDArray[np.float64]
HOURS = 24

_Recipients = Annotated[int, Field(ge=1, le=100_000)]


class Mix(Table):
    """Recipients of a mail, drawn from `values` in the proportion of `weights`."""

    values: tuple[_Recipients, ...] = Field(min_length=1, max_length=100_000, description="recipients of a mail")
    weights: tuple[Weight, ...] = Field(description="one for each value; they need not add up to 1")

    @model_validator(mode="after")
    def _matching(self) -> Self:
        if len(self.weights) != len(self.values):
            raise wrong("weights", f"must have one weight for each of the {len(self.values)} values")
        if not any(self.weights):
            raise wrong("weights", "must not all be zero")
        return self


class _Generated(Traffic):
    recipients: Annotated[
        Annotated[_Recipients, Tag("number")] | Annotated[Mix, Tag("mix")],
        Discriminator(lambda value: "mix" if isinstance(value, dict | Mix) else "number"),
    ] = Field(default=1, description="recipients of every mail, or { values, weights } to draw them from")

    def draw_recipients(self, rng: np.random.Generator, mails: int) -> NDArray[np.int32]:
        """Recipients of each mail, shadow copies included."""
        if isinstance(self.recipients, int):
            return np.full(mails, self.recipients + self.copies, np.int32)
        shares = np.asarray(self.recipients.weights) / math.fsum(self.recipients.weights)
        values = np.asarray(self.recipients.values, np.int32) + np.int32(self.copies)
        return rng.choice(values, mails, p=shares)


class Batch(_Generated):
    """All mails at one instant."""

    BEGINS: ClassVar[str] = "at_s"

    process: Literal["batch"]
    at_s: Seconds = Field(default=0.0, description="the instant")
    messages: Count = Field(description="mails")

    @property
    def expected_mails(self) -> float:
        """Exactly this many."""
        return self.messages

    def offsets_s(self, rng: np.random.Generator) -> Times:
        """None for any mail; nothing is drawn."""
        return np.zeros(self.messages)


class _Steady(_Generated):
    """One rate for as long as it lasts."""

    start_s: Seconds = Field(default=0.0, description="the process begins here")
    duration_s: Duration = Field(description="mails fall due for this long")
    messages_per_s: Rate = Field(description="mails a second, on average")

    @property
    def expected_mails(self) -> float:
        """The mean of a random number of mails; otherwise their number, rounded up."""
        return self.messages_per_s * self.duration_s


class Constant(_Steady):
    """Evenly spaced mails: start_s + k ÷ messages_per_s for every k with k ÷ messages_per_s < duration_s."""

    process: Literal["constant"]

    def offsets_s(self, rng: np.random.Generator) -> Times:
        """Sorted; nothing is drawn."""
        offsets = np.arange(math.ceil(self.expected_mails) + 1) / self.messages_per_s
        return _before(offsets, self.duration_s)


class Poisson(_Steady):
    """A Poisson process: independent exponential gaps."""

    process: Literal["poisson"]

    def offsets_s(self, rng: np.random.Generator) -> Times:
        """Sorted; a longer duration continues the same stream."""
        block = math.ceil(self.expected_mails + 6 * math.sqrt(self.expected_mails)) + 16
        gaps = rng.standard_exponential(block)
        while gaps.sum() < self.expected_mails:
            gaps = np.append(gaps, rng.standard_exponential(block))
        np.cumsum(gaps, out=gaps)
        gaps /= self.messages_per_s
        return _before(gaps, self.duration_s)


class Ramp(_Generated):
    """A rate that changes linearly; mail k falls due when the rate has added up to k."""

    process: Literal["ramp"]
    start_s: Seconds = Field(default=0.0, description="the ramp begins here")
    duration_s: Duration = Field(description="mails fall due for this long")
    from_per_s: float = Field(ge=0, le=1e6, description="mails a second at the start")
    to_per_s: float = Field(ge=0, le=1e6, description="mails a second at the end")

    @model_validator(mode="after")
    def _not_silent(self) -> Self:
        if self.from_per_s == self.to_per_s == 0:
            raise wrong("to_per_s", "must be greater than 0 when from_per_s is 0")
        return self

    @property
    def expected_mails(self) -> float:
        """Exactly this many, rounded up."""
        return (self.from_per_s + self.to_per_s) / 2 * self.duration_s

    def offsets_s(self, rng: np.random.Generator) -> Times:
        """Sorted; nothing is drawn. Solves a·t + s·t²/2 = k as 2k ÷ (a + √(a² + 2sk)): no cancellation."""
        k = np.arange(math.ceil(self.expected_mails), dtype=np.float64)
        slope = (self.to_per_s - self.from_per_s) / self.duration_s
        speed = self.from_per_s + np.sqrt(np.maximum(self.from_per_s**2 + 2 * slope * k, 0.0))
        offsets = np.divide(2 * k, speed, out=np.zeros_like(k), where=k > 0)
        return np.minimum(offsets, self.duration_s, out=offsets)


class Profile(_Generated):
    """Exactly `messages` mails with a daily rhythm: a non-homogeneous Poisson process, given its count."""

    process: Literal["profile"]
    start_s: Seconds = Field(default=0.0, description="the day begins here")
    duration_s: Duration = Field(default=86_400.0, description="length of the day, 24 equal parts")
    messages: Count = Field(description="mails in the whole day")
    weights: tuple[Weight, ...] = Field(
        min_length=HOURS, max_length=HOURS, description="share of the mails in each of the 24 parts"
    )

    @model_validator(mode="after")
    def _not_silent(self) -> Self:
        if not any(self.weights):
            raise wrong("weights", "must not all be zero")
        return self

    @property
    def expected_mails(self) -> float:
        """Exactly this many."""
        return self.messages

    def offsets_s(self, rng: np.random.Generator) -> Times:
        """Sorted: sorted uniforms through the inverse of the cumulated weights."""
        edges = np.concatenate(([0.0], np.cumsum(self.weights)))
        position: Times = rng.random(self.messages) * edges[-1]
        position.sort()
        last = np.flatnonzero(self.weights)[-1]  # rounding must not push a mail past the last part with any
        part: NDArray[np.int64] = np.minimum(np.searchsorted(edges, position, side="right") - 1, last)
        position -= edges[part]
        position /= np.asarray(self.weights)[part]
        position += part
        np.minimum(position, HOURS, out=position)
        position *= self.duration_s / HOURS
        return position


class Trace(Traffic):
    """Mails that were recorded: a CSV file with the columns at_s and recipients."""

    process: Literal["trace"]
    path: Annotated[Path, PlainSerializer(str)] = Field(
        strict=False, description="the CSV file, relative to the scenario file"
    )
    start_s: Seconds = Field(default=0.0, description="second 0 of the file falls here")
    speedup: Positive = Field(default=1.0, le=1e9, description="divides at_s: 2 replays twice as fast")
    volume: Positive = Field(
        default=1.0, le=1e6, description="so many times the mails: each is repeated at its instant, a rest by chance"
    )

    @field_validator("path", mode="before")
    @classmethod
    def _text(cls, path: Any) -> Any:
        if not isinstance(path, str | Path):
            raise ValueError("must be a string, the path of a CSV file")
        return path

    @field_validator("path")
    @classmethod
    def _existing(cls, path: Path, info: ValidationInfo) -> Path:
        found = Path((info.context or {}).get("base", "."), path).absolute()
        if not is_regular(found):
            raise ValueError(
                f"{'is no regular file' if os.path.lexists(found) else 'no such file'}: {printable(found)}"
            )
        try:
            str(found).encode()
        except UnicodeEncodeError as error:  # of a folder; `scenario.toml` must name the file for the next run
            raise ValueError(f"its folder's name must be UTF-8 text: {printable(found)}") from error
        return found

    @property
    def expected_mails(self) -> float:
        """Unknown until the file is read, which counts for itself."""
        return 0


def _before(sorted_s: Times, end_s: float) -> Times:
    return sorted_s[: int(np.searchsorted(sorted_s, end_s))]


Drawn = Batch | Constant | Poisson | Ramp | Profile
Workload = Annotated[Drawn | Trace, Field(discriminator="process")]
