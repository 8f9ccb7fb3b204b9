"""The baseline: what a gate expects, in a JSON file under version control. Schema `seslab/baseline/v1`."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, ValidationError, model_validator

from reports.gate.first_calls import rows_of
from reports.gate.verdict import Rule, alike
from reports.statistics.intervals import mean_of
from scenarios.directions import Direction
from scenarios.entry import SettingsTable
from scenarios.errors import BadInput
from scenarios.figures import figures_like, is_figure
from scenarios.formats.json_text import parsed_json, trouble
from scenarios.formats.quoted import printable, unknown
from scenarios.schema.complaints import complaint, json_value
from scenarios.schema.files import frozen
from scenarios.schema.tables import Table, wrong
from scenarios.system.reading import MOST_BYTES_OF_DOCUMENT, read_text
from scenarios.system.whole_files import write_text

SCHEMA = "seslab/baseline/v1"
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_PACKAGES = ("seslab", "numpy", "scipy")


def _tolerance(value: Any) -> Any:
    parse_tolerance(value)
    return value


def parse_tolerance(value: float | str) -> tuple[float, bool]:
    """The amount, and whether it is a share of the base. Raises ValueError for what is neither."""
    if isinstance(value, str):
        share = _PERCENT.fullmatch(value.strip())
        if share is None:
            raise ValueError("must be a number of the figure's own unit, or a percentage such as '2 %'")
        return float(share[1]) / 100, True
    if not 0 <= value < math.inf:
        raise ValueError("must be a number of at least 0")
    return value, False


Tolerance = Annotated[float | str, AfterValidator(_tolerance)]


class Metric(Table):
    """One figure, its mean and its replications."""

    value: float | None = Field(description="the mean of values, for readers; null if a run has none")
    direction: Direction = Field(description="lower or higher is better, or it must stay the same")
    tolerance: Tolerance = Field(
        default=0.0, description="how far it may go the wrong way: in its own unit, or a share such as '2 %'"
    )
    values: tuple[float | None, ...] = Field(min_length=1, description="one for each seed, in their order")

    @model_validator(mode="after")
    def _value_of_the_values(self) -> Self:
        mean = mean_of(self.values)
        if (self.value is None) != (mean is None) or (mean is not None and not alike(mean, self.value or 0.0)):
            raise wrong(
                "value", f"must be the mean of values, {json.dumps(mean)}; only seslab gate update changes figures"
            )
        return self

    @property
    def rule(self) -> Rule:
        return Rule(self.direction, *parse_tolerance(self.tolerance))


def _figure(name: str) -> str:
    if not is_figure(name):
        raise ValueError(unknown("figure", name, figures_like(name)))
    return name


def _calls(text: str) -> str:
    try:
        rows_of(text)
    except ValueError as error:
        raise ValueError("must be a run's calls, as seslab gate update writes them") from error
    return text


class Sender(Table):
    """One strategy: how it was set, the digest of its runs, and the calls of the first."""

    settings: SettingsTable = Field(description="its settings, every default filled in")
    digest: str = Field(description="SHA-256 over the digests of all its runs")
    events: Annotated[str, AfterValidator(_calls)] = Field(description="the first calls of the first seed, packed")
    metrics: dict[Annotated[str, AfterValidator(_figure)], Metric] = Field(
        min_length=1, description="by dotted name, such as latency_s.p99"
    )


class Expected(Table):
    """One scenario: what was run, with what, and why it is the measure."""

    digest: str = Field(description="SHA-256 of all that a strategy meets: account, mails, services, faults, seed")
    world: Literal["sim"] = Field(default="sim", description="where it ran")
    seeds: tuple[Annotated[int, Field(ge=0)], ...] = Field(min_length=1, description="of the runs")
    reason: str = Field(description="of the last update that changed something of it")
    versions: dict[str, str] = Field(default_factory=dict, description="what it was made with")
    strategies: dict[str, Sender] = Field(min_length=1, description="by name")

    @model_validator(mode="after")
    def _one_value_a_seed(self) -> Self:
        for name, sender in self.strategies.items():
            for figure, metric in sender.metrics.items():
                if len(metric.values) != len(self.seeds):
                    raise wrong("seeds", f"{name}.{figure} must have a value for each, not {len(metric.values)}")
        return self


class Baseline(Table):
    """What a gate expects; only `seslab gate update` writes it."""

    model_config = ConfigDict(json_schema_extra={"required": ["schema"]})

    schema_: Literal["seslab/baseline/v1"] = Field(
        alias="schema", default="seslab/baseline/v1", description="which kind of document this is"
    )
    scenarios: dict[str, Expected] = Field(default_factory=dict, description="by name")


def read(path: Path) -> Baseline:
    """Raises BadInput: one line that names the file, the key and what would be right."""
    try:
        table = parsed_json(read_text(path, MOST_BYTES_OF_DOCUMENT), _no_constant)
    except FileNotFoundError as error:
        raise BadInput(f"{path}: no such baseline; write one with seslab gate update") from error
    except OSError as error:
        raise BadInput(printable(f"{path}: not a baseline: {error.strerror or error}")) from error
    except (ValueError, RecursionError) as error:
        raise BadInput(printable(f"{path}: not a baseline: {trouble(error)}")) from error
    return _validated(path, table)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no figure")


def _validated(path: Path, table: Any) -> Baseline:
    found = table.get("schema") if isinstance(table, dict) else None
    if found != SCHEMA:
        raise BadInput(
            printable(
                f"{path}: schema = {found!r}: expected {SCHEMA!r}; remove it and write it anew with seslab gate update"
            )
        )
    try:
        return Baseline.model_validate(frozen(table))
    except ValidationError as error:
        raise BadInput(printable(f"{path}: {complaint(error, table, json_value)}")) from error


def save(path: Path, baseline: Baseline) -> None:
    """Scenarios in the order of their names, one figure a line: what changed shows in a diff. Raises BadInput."""
    table = baseline.model_dump(by_alias=True, mode="json")
    table["scenarios"] = dict(sorted(table["scenarios"].items()))
    write_text(path, _json(table) + "\n")


def _json(value: Any, indent: str = "") -> str:
    """Objects with objects inside over several lines, everything else on one."""
    if not isinstance(value, dict) or not any(isinstance(item, dict) for item in value.values()):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    inner = indent + "  "
    lines = [f"{inner}{json.dumps(key, ensure_ascii=False)}: {_json(item, inner)}" for key, item in value.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def versions() -> Mapping[str, str]:
    """What the figures were made with: drawn numbers may change with the release of a library."""
    return {"python": python_version(), **{name: version(name) for name in _PACKAGES}}
