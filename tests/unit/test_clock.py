"""Clock times: the seconds that they amount to, the mails of each time, and what cannot be."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import get_args

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from reports.gate.identity import identity_of
from scenarios.errors import BadInput
from scenarios.schema.clock import Clock, Every, before, beginnings
from scenarios.schema.processes import Workload
from scenarios.schema.scenario_file import as_toml
from scenarios.traffic.workload import arrivals, parts
from tests.unit.scenario_files import BATCH, loaded

MONDAY = date(2024, 1, 1)
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_S = 86_400
clock_times = st.times().map(lambda one: one.replace(microsecond=0))
HOURLY = """
[[workload]]
process = "poisson"
duration_s = 3600
messages_per_s = 0.05
recipients = { values = [1, 2], weights = [1, 1] }
"""


def seconds_of(*traffic: Workload) -> list[tuple[float, ...]]:
    """When each of them begins."""
    return [one.begins_s for one in traffic]


def is_on(every: str, day: date) -> bool:
    """What the calendar says."""
    return every == "day" or (day.weekday() < 5 if every == "weekday" else every == WEEK[day.weekday()])


@given(clock_times, st.sampled_from(get_args(Every)), clock_times, st.integers(0, 6), st.integers(1, 30))
def test_a_clock_agrees_with_the_calendar(at: time, every: Every, starts: time, day: int, days: int) -> None:
    """What is repeated begins whenever the calendar has that day and the clock that time, from the start to the end."""
    start = datetime.combine(MONDAY + timedelta(days=day), starts)
    dates = [start.date() + timedelta(days=number) for number in range(days + 1)]
    expected = [(datetime.combine(one, at) - start).total_seconds() for one in dates if is_on(every, one)]
    clock = Clock.model_validate({"starts": starts.isoformat(), "day": WEEK[day]})
    found = before(days * DAY_S, beginnings(at.isoformat(), every, clock))
    assert found == tuple(second for second in expected if 0 <= second < days * DAY_S)


@given(clock_times, clock_times)
def test_what_is_not_repeated_begins_within_a_day(at: time, starts: time) -> None:
    """At the first such time, which is the next day's where the scenario starts after it."""
    [second] = beginnings(at.isoformat(), None, Clock(starts=starts.isoformat()))
    assert 0 <= second < DAY_S
    assert (datetime.combine(MONDAY, starts) + timedelta(seconds=second)).time() == at


def test_silent_words_have_their_defaults(tmp_path: Path) -> None:
    """Second 0 is Monday 00:00, what has no time begins at midnight, and a time without a day comes once."""
    words = ('at = "08:00"', 'every = "tuesday"', 'at = "08:00:30"\nevery = "weekday"')
    text = "horizon_s = 172800\n" + "".join(f"{BATCH}{one}\n" for one in words)
    assert seconds_of(*loaded(tmp_path, text).workload) == [(28_800.0,), (86_400.0,), (28_830.0, 115_230.0)]
    later = loaded(tmp_path, f'{text}[clock]\nstarts = "08:00:10"\nday = "sunday"\n')
    assert seconds_of(*later.workload) == [(86_390.0,), (143_990.0,), (86_420.0,)]


def test_neighbours_have_clocks_too(tmp_path: Path) -> None:
    """Their mails fall due at their clock times."""
    text = f'horizon_s = 1e5\n{BATCH}[[neighbour]]\nprocess = "batch"\nmessages = 1\nat = "01:00"\nevery = "day"\n'
    assert arrivals(loaded(tmp_path, text).neighbour, 1, "neighbour").intended_s.tolist() == [3600.0, 90_000.0]


@pytest.mark.parametrize("words", ["", 'every = "monday"\n', 'name = "hourly"\n'])
def test_a_clock_time_is_its_second(tmp_path: Path, words: str) -> None:
    """Said either way it is the same experiment, mail by mail; with a name, or repeated but once, it is too."""
    day = "horizon_s = 86400\n"
    said = loaded(tmp_path, f'{day}{HOURLY}at = "01:00"\n{words}')
    counted = loaded(tmp_path, f"{day}{HOURLY}start_s = 3600\n")
    assert identity_of(said) == identity_of(counted)
    there, here = arrivals(said.workload, 1), arrivals(counted.workload, 1)
    assert np.array_equal(there.intended_s, here.intended_s)
    assert np.array_equal(there.recipients, here.recipients)


def test_each_repetition_is_drawn_anew(tmp_path: Path) -> None:
    """Its gaps are its own; the first one's mails are those without repetition, and a later horizon changes none."""
    one, two, three = (
        parts(loaded(tmp_path, f'horizon_s = {days * DAY_S}\n{HOURLY}every = "day"\n').workload, 1, "workload")[0]
        for days in (1, 2, 3)
    )
    [once] = parts(loaded(tmp_path, HOURLY).workload, 1, "workload")
    for shorter, longer in ((once, one), (one, two), (two, three)):
        assert np.array_equal(longer.intended_s[: len(shorter.intended_s)], shorter.intended_s)
        assert np.array_equal(longer.recipients[: len(shorter.recipients)], shorter.recipients)
    second_s = two.intended_s[len(one.intended_s) :]
    assert DAY_S <= second_s[0] <= second_s[-1] < DAY_S + 3600
    assert not np.array_equal(second_s[:50] - DAY_S, one.intended_s[:50])


def test_what_is_repeated_may_be_counted(tmp_path: Path) -> None:
    """A week of days whose horizon leaves time for what is late begins no eighth day."""
    [counted] = loaded(tmp_path, f'horizon_s = {8 * DAY_S}\n{HOURLY}every = "day"\ntimes = 7\n').workload
    assert counted.begins_s == tuple(day * DAY_S for day in range(7))


def test_repetitions_may_overlap(tmp_path: Path) -> None:
    """What lasts longer than until it begins anew adds up, in the order in which its mails fall due."""
    text = '[[workload]]\nprocess = "constant"\nduration_s = 129600\nmessages_per_s = 1e-4\nevery = "day"\n'
    mails = arrivals(loaded(tmp_path, f"horizon_s = 172800\n{text}").workload, 1)
    assert len(mails.intended_s) == len(mails.recipients) == 2 * 13
    assert (np.diff(mails.intended_s) >= 0).all()


def test_a_trace_is_replayed(tmp_path: Path) -> None:
    """Second 0 of the file falls on the clock time, on each day; the file counts once for each of them."""
    (tmp_path / "t.csv").write_text("at_s,recipients\n0,1\n20,3\n")
    trace = 'horizon_s = 172800\n[[workload]]\nprocess = "trace"\npath = "t.csv"\nspeedup = 2\nshadow_copies = 1\n'
    mails = arrivals(loaded(tmp_path, f'{trace}at = "00:01"\nevery = "day"').workload, 1)
    assert mails.intended_s.tolist() == [60.0, 70.0, 86_460.0, 86_470.0]
    assert mails.recipients.tolist() == [2, 4, 2, 4]
    assert arrivals(loaded(tmp_path, f"{trace}start_s = 5").workload, 1).intended_s.tolist() == [5.0, 15.0]


def test_clock_times_read_back(tmp_path: Path) -> None:
    """A scenario that is kept still says them, and no seconds."""
    text = f'horizon_s = 1e6\n{BATCH}at = "08:00"\nevery = "weekday"\n{HOURLY}every = "sunday"\n'
    scenario = loaded(tmp_path, text)
    (tmp_path / "run").mkdir()
    kept = as_toml(scenario)
    assert loaded(tmp_path / "run", kept) == scenario
    assert ('at = "08:00"' in kept, "at_s" in kept, "start_s" in kept) == (True, False, False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'{BATCH}at = "25:00"', 'workload[0].at = "25:00": must be a clock time from "00:00" to "23:59:59", such as'),
        (
            f'{BATCH}at = "8:00"',
            'workload[0].at = "8:00": must be a clock time from "00:00" to "23:59:59", such as "08:',
        ),
        (f'{BATCH}at = "08:00:61"', 'workload[0].at = "08:00:61": must be a clock time'),
        (f'{BATCH}at = "08:00\\n"', 'workload[0].at = "08:00\\n": must be a clock time'),
        (f"{BATCH}at = 08:00:00", "workload[0].at = 08:00:00: must be a string"),
        (f'{BATCH}every = "Monday"', "must be one of day, weekday, monday, tuesday"),
        (f'{BATCH}every = "mondays"', "did you mean 'monday'?"),
        (f'{BATCH}at = "00:01"\nat_s = 60', "workload[0].at_s = 60: must be left out: at says when it begins"),
        (f'{HOURLY}every = "day"\nstart_s = 60', "workload[0].start_s = 60: must be left out: every says when"),
        (f'{BATCH}at = "08:00"', 'at = "08:00": must come before the horizon: first it is at second 28800, horizon_s'),
        (f'{BATCH}at = "00:10"', "first it is at second 600, horizon_s is 600"),
        (
            f'{BATCH}[[neighbour]]\nprocess = "batch"\nmessages = 1\nevery = "tuesday"',
            'neighbour[0].every = "tuesday": must come before the horizon: first it is at second 86400',
        ),
        (f'{BATCH}[clock]\nday = "someday"', 'clock.day = "someday": must be one of monday, '),
        (f'{BATCH}every = "day"\n[clock]\nstarts = "24:00"', 'clock.starts = "24:00": must be a clock time'),
        (f"{BATCH}times = 2", "workload[0].times = 2: must be left out: without every it begins once"),
        (f'horizon_s = 1e9\n{BATCH.replace("9", "9999")}every = "day"', "must be at most 100,000,000 mails in total"),
    ],
)
def test_a_time_that_cannot_be_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    """It names the key and its value, and says what would be right."""
    with pytest.raises(BadInput) as caught:
        loaded(tmp_path, text)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_trace_is_not_replayed_beyond_what_a_run_holds(tmp_path: Path) -> None:
    """How many mails it has is known only when it is read."""
    (tmp_path / "t.csv").write_text("at_s,recipients\n" + "0,1\n" * 10_000)
    text = 'horizon_s = 1e9\n[[workload]]\nprocess = "trace"\npath = "t.csv"\nevery = "day"\n'
    with pytest.raises(BadInput, match=r"t\.csv: its 10000 mails, 11575 times, are more than the 100000000 of a run"):
        arrivals(loaded(tmp_path, text).workload, 1)
