"""Durations in HDR histograms: three significant digits from a microsecond to an hour, whatever machine they are of."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogWriter

MOST_US = 3_600_000_000
DIGITS = 3


def empty() -> Any:
    """A histogram of microseconds."""
    return HdrHistogram(1, MOST_US, DIGITS)


def record(histogram: Any, duration_s: float) -> None:
    """Count a duration; what is longer than an hour counts as an hour."""
    histogram.record_value(min(MOST_US, max(1, round(duration_s * 1e6))))


def merged(encoded: Iterable[bytes]) -> Any:
    """One histogram of all that others hold."""
    whole = empty()
    for one in encoded:
        whole.decode_and_add(one)
    return whole


def write_log(histogram: Any, path: Path, zero_unix_s: float, ended_s: float) -> None:
    """As one interval of HdrHistogram's own log format, which its tools read; values in seconds there."""
    with path.open("w", encoding="utf-8") as file:
        log = HistogramLogWriter(file)
        log.output_log_format_version()
        log.output_legend()
        log.output_interval_histogram(histogram, zero_unix_s, zero_unix_s + ended_s)
