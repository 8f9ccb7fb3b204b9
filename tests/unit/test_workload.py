"""Arrival processes: counts, order and shape of what falls due, and the files that say so."""

from __future__ import annotations

import math
import tracemalloc
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, given
from pydantic import TypeAdapter

from scenarios.errors import BadInput
from scenarios.schema.processes import Workload
from scenarios.traffic.workload import Arrivals, arrivals

ADAPTER: TypeAdapter[Workload] = TypeAdapter(Workload)
FLAT = (1.0,) * 24
KEYS: dict[str, dict[str, Any]] = {
    "batch": {"at_s": 3.0, "messages": 50},
    "constant": {"start_s": 3.0, "duration_s": 10.0, "messages_per_s": 5.0},
    "poisson": {"start_s": 3.0, "duration_s": 10.0, "messages_per_s": 5.0},
    "ramp": {"start_s": 3.0, "duration_s": 10.0, "from_per_s": 0.0, "to_per_s": 10.0},
    "profile": {"start_s": 3.0, "duration_s": 10.0, "messages": 50, "weights": FLAT},
}
processes = pytest.mark.parametrize("process", KEYS)


def workload(process: str, **keys: Any) -> Workload:
    """A workload from its table."""
    return ADAPTER.validate_python({"process": process, **KEYS.get(process, {}), **keys})


def one(process: str, seed: int = 1, **keys: Any) -> Arrivals:
    """The arrivals of one workload alone."""
    return arrivals([workload(process, **keys)], seed)


def same(left: Arrivals, right: Arrivals) -> bool:
    """Whether two runs have the very same mails."""
    return np.array_equal(left.intended_s, right.intended_s) and np.array_equal(left.recipients, right.recipients)


@processes
def test_arrivals_are_sorted_and_inside_their_window(process: str) -> None:
    """Every process gives sorted float64 instants in its window, and as many int32 recipients."""
    intended_s, recipients, *_ = one(process)
    assert (intended_s.dtype.name, recipients.dtype.name) == ("float64", "int32")
    assert len(intended_s) == len(recipients) > 0
    assert (np.diff(intended_s) >= 0).all()
    assert 3.0 <= intended_s[0] <= intended_s[-1] <= 13.0


@processes
def test_same_seed_same_mails(process: str) -> None:
    """A workload depends on the seed alone."""
    keys: dict[str, Any] = {"recipients": {"values": (1, 2, 3), "weights": (1, 1, 1)}}
    assert same(one(process, **keys), one(process, **keys))
    assert not same(one(process, **keys), one(process, seed=2, **keys))


@given(st.floats(0.01, 50), st.floats(0.01, 50))
def test_constant_sends_while_k_over_rate_is_inside(rate_per_s: float, duration_s: float) -> None:
    """Constant: mail k falls due at start + k ÷ rate, for exactly the k with k ÷ rate < duration."""
    intended_s = one("constant", start_s=0.0, duration_s=duration_s, messages_per_s=rate_per_s).intended_s
    count = len(intended_s)
    assert np.array_equal(intended_s, np.arange(count) / rate_per_s)
    assert (count - 1) / rate_per_s < duration_s <= count / rate_per_s


def test_poisson_gaps_are_exponential() -> None:
    """Poisson: the number of mails and the mean and spread of the gaps agree with the rate, within five sigma."""
    intended_s = one("poisson", start_s=0.0, duration_s=4_000.0, messages_per_s=10.0).intended_s
    gaps = np.diff(intended_s)
    assert len(intended_s) == pytest.approx(40_000, abs=5 * 200)
    assert gaps.mean() == pytest.approx(0.1, abs=5 * 0.1 / 200)
    assert gaps.std() == pytest.approx(0.1, abs=5 * 0.1 * math.sqrt(2) / 200)


def test_poisson_goes_on_where_a_shorter_one_ends() -> None:
    """Poisson: a longer duration keeps the mails of a shorter one."""
    short, long = (one("poisson", duration_s=duration_s).intended_s for duration_s in (10.0, 500.0))
    assert np.array_equal(short, long[: len(short)])
    assert long[len(short)] >= 13.0


@given(st.floats(0, 50), st.floats(0, 50), st.floats(0.1, 100))
def test_ramp_inverts_its_cumulative_rate(from_per_s: float, to_per_s: float, duration_s: float) -> None:
    """Ramp: at the instant of mail k the rate has added up to k; the last k is below the total."""
    total = (from_per_s + to_per_s) / 2 * duration_s
    assume(total > 1e-3)
    keys: dict[str, Any] = {"start_s": 0.0, "duration_s": duration_s, "from_per_s": from_per_s, "to_per_s": to_per_s}
    t = one("ramp", **keys).intended_s
    added_up = from_per_s * t + (to_per_s - from_per_s) / duration_s * t**2 / 2
    assert len(t) == math.ceil(total)
    assert added_up == pytest.approx(np.arange(len(t)), abs=1e-6 * (1 + total))


def test_profile_follows_its_weights() -> None:
    """Profile: exactly `messages` mails, in each of the 24 parts its share within five sigma, none where it is 0."""
    weights = (0.0, 0.0, *range(1, 21), 0.0, 0.0)
    keys: dict[str, Any] = {"start_s": 0.0, "duration_s": 24.0, "messages": 100_000}
    counts, _ = np.histogram(one("profile", weights=weights, **keys).intended_s, bins=24, range=(0, 24))
    shares = np.array(weights) / sum(weights)
    assert counts.sum() == 100_000
    assert (np.abs(counts - 100_000 * shares) <= 5 * np.sqrt(100_000 * shares)).all()


@given(st.lists(st.floats(0, 1e12), min_size=24, max_size=24).filter(any), st.integers(0, 1000))
def test_profile_never_leaves_its_day(weights: list[float], seed: int) -> None:
    """Profile: whatever the weights, tiny and huge ones together, every mail lies in the day and they are sorted."""
    intended_s = one("profile", seed, weights=tuple(weights)).intended_s
    assert len(intended_s) == 50
    assert 3.0 <= intended_s.min() <= intended_s.max() <= 13.0
    assert (np.diff(intended_s) >= 0).all()


def test_mix_follows_its_weights() -> None:
    """Recipients are drawn from the values in the proportion of the weights, within five sigma."""
    recipients = one("batch", messages=10_000, recipients={"values": (1, 50), "weights": (9, 1)}).recipients
    assert set(recipients.tolist()) == {1, 50}
    assert (recipients == 50).sum() == pytest.approx(1000, abs=5 * 30)


@pytest.mark.parametrize("recipients", [2, {"values": (2,), "weights": (1,)}])
def test_shadow_copies_are_recipients(recipients: object) -> None:
    """Every mail carries its shadow copies as further recipients, because SES counts them."""
    assert one("batch", recipients=recipients, shadow_copies=3).recipients.tolist() == [5] * 50


def test_changing_the_mix_moves_no_arrival() -> None:
    """Instants and recipients come from separate streams."""
    mixed = one("poisson", recipients={"values": (1, 9), "weights": (1, 1)})
    assert np.array_equal(one("poisson").intended_s, mixed.intended_s)


@processes
def test_a_further_workload_changes_no_other(process: str) -> None:
    """Workloads add up: with a second one, the first one's mails are still there, untouched."""
    second = workload("batch", at_s=1.0, messages=1, recipients=7)
    alone = one(process)
    together = arrivals([workload(process), second], 1)
    assert together.recipients[0] == 7
    assert same(alone, Arrivals(together.intended_s[1:], together.recipients[1:]))


def test_merging_is_stable() -> None:
    """Of mails at one instant the earlier workload's go first."""
    parts = [workload("batch", messages=2, recipients=n) for n in (3, 1, 2)]
    assert arrivals(parts, 1).recipients.tolist() == [3, 3, 1, 1, 2, 2]


def test_purposes_have_streams_of_their_own() -> None:
    """The same table as a neighbour's gives other instants than as a workload."""
    table = [workload("poisson")]
    assert not same(arrivals(table, 1), arrivals(table, 1, "neighbour"))


def test_no_workload_no_mail() -> None:
    """No neighbour is an empty neighbour."""
    assert [len(column) for column in arrivals([], 1)] == [0, 0, 0, 0]


@pytest.mark.parametrize("process", ["batch", "poisson", "profile"])
def test_memory_is_bounded(process: str) -> None:
    """Making arrivals takes less than 100 bytes a mail at its peak, two workloads merged."""
    keys: dict[str, Any] = {"messages": 200_000} if process != "poisson" else {"messages_per_s": 20_000.0}
    mix = {"values": (1, 50), "weights": (1, 1)}
    tracemalloc.start()
    try:
        arrivals([workload(process, recipients=mix, **keys)] * 2, 1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100 * 400_000


def trace(folder: Path, text: str | bytes) -> Path:
    """A trace file with this text."""
    path = folder / "trace.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_trace_is_sorted_and_sped_up(tmp_path: Path) -> None:
    """Trace: rows in any order, other columns ignored; speedup divides the instants, shadow copies add up."""
    path = trace(tmp_path, "\ufeffrecipients,who,at_s\n3,x,4.0\n1,y,2\n\n2,z,4.0\n")
    assert one("trace", path=str(path)).intended_s.tolist() == [2.0, 4.0, 4.0]
    fast = one("trace", path=str(path), speedup=2, shadow_copies=1)
    assert fast.intended_s.tolist() == [1.0, 2.0, 2.0]
    assert fast.recipients.tolist() == [2, 4, 3]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1: the header needs one column 'at_s'"),
        ("1,2\n", ":1: the header needs one column 'at_s'"),
        ("at_s,to\n1,2\n", ":1: the header needs one column 'recipients'"),
        ("at_s,at_s,recipients\n1,2,3\n", ":1: the header needs one column 'at_s'"),
        ("at_s,recipients\n", ": has no mails"),
        ("at_s,recipients\n1,1\nsoon,1\n", ":3: at_s = 'soon': must be a number of seconds"),
        ("at_s,recipients\n1,1\n\nnan,1\n", ":4: at_s = 'nan': must be a number of seconds"),
        ("at_s,recipients\ninf,1\n", ":2: at_s = 'inf': must be a number of seconds"),
        ("at_s,recipients\n-1,1\n", ":2: at_s = '-1': must be a number of seconds"),
        ("at_s,recipients\n,1\n", ":2: at_s = '': must be a number of seconds"),
        ("at_s,recipients\n 1,1\n1_0,1\n", ":3: at_s = '1_0': must be a number of seconds"),
        ("at_s,recipients\n1, 2\n1,٣\n", ":3: recipients = '٣': must be a whole number from 1"),
        ("at_s,recipients\n1,0\n", ":2: recipients = '0': must be a whole number from 1"),
        ("at_s,recipients\n1,1.5\n", ":2: recipients = '1.5': must be a whole number from 1"),
        ("at_s,recipients\n1,99999999999\n", ":2: recipients = '99999999999': must be a whole number from 1"),
        ("at_s,recipients\n1,many\n", ":2: recipients = 'many': must be a whole number from 1"),
        ("at_s,recipients\n1,1\n2\n", ":3: must have as many cells as the header has"),
        ("at_s,recipients\n1,1\n2,3,4\n", ":3: must have as many cells as the header has"),
        (b"at_s,recipients\xff\n", ": cannot be read: it is not UTF-8 text"),
    ],
)
def test_bad_trace_is_named_with_its_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    """A trace that makes no sense ends in one line with the file, the line and what would be right."""
    path = trace(tmp_path, text)
    with pytest.raises(BadInput) as caught:
        one("trace", path=str(path))
    assert f"{path}{said}" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_bad_row_far_down_is_found(tmp_path: Path) -> None:
    """The line is exact in a file that is read in many blocks."""
    rows = [f"{n},1" for n in range(300_000)]
    rows[250_000] = "7,x"
    with pytest.raises(BadInput, match=r"trace\.csv:250002: recipients = 'x'"):
        one("trace", path=str(trace(tmp_path, "\n".join(["at_s,recipients", *rows]))))
