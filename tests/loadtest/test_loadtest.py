"""A scenario's load through Locust: an open model, judged by what SES accepted."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import numpy as np
import pytest
from hdrh.log import HistogramLogReader

from loadtests.load import loadtest
from loadtests.load.histogram import empty
from loadtests.load.options import Crew
from scenarios.aws.limiter import build_limiter
from scenarios.ledger.ledger import THROTTLED, Ledger
from sim.run import run as simulate
from tests.loadtest.locusts import RESPONSE, SERVICE, Served, excess_of, scenario, sent, table

pytestmark = [pytest.mark.real_time, pytest.mark.xdist_group("locust")]

FAST = scenario(100, 3.0, delivery={"reputation": {"pauses": False}})
TOLERANCE = 1e-3  # recipients: two clocks' worth of rounding


class Sent(NamedTuple):
    """A load test and the folder with what Locust left."""

    ledger: Ledger
    out: Path


@pytest.fixture(scope="module")
def fast(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """Twice what the account allows, from one process."""
    out = tmp_path_factory.mktemp("fast")
    return Sent(sent(served, FAST, out=out), out)


def throttled_share(ledger: Ledger) -> float:
    """Of all calls."""
    return float((ledger.calls["outcome"] == THROTTLED).mean())


def simulated_share(ledger: Ledger) -> float:
    """What the simulator's limiter refuses of calls at the same instants, however late a busy machine made them."""
    limiter = build_limiter(FAST.account.limiter, FAST.account.max_send_rate_per_s, FAST.seed)
    return 1 - fmean(limiter.admit(at_s, 1) for at_s in np.sort(ledger.calls["decided_s"]).tolist())


def test_accepted_stays_within_burst_and_rate(fast: Sent) -> None:
    """However fast the load, in no stretch of t seconds are more than B + R·t recipients accepted."""
    assert excess_of(fast.ledger) <= TOLERANCE


def test_as_many_calls_are_throttled_as_in_the_simulator(fast: Sent) -> None:
    """The share of throttled calls is that of the simulator's limiter, asked at the same instants, within a point."""
    assert throttled_share(fast.ledger) == pytest.approx(simulated_share(fast.ledger), abs=0.01)
    simulated = simulate(FAST, "direct", FAST.seed)
    assert throttled_share(simulated) == pytest.approx(simulated_share(simulated), abs=0.01)


def test_every_mail_is_sent_once_at_its_instant(fast: Sent) -> None:
    """The schedule is the scenario's: as many calls as mails, none before its instant, and each as soon as it is due.

    A machine that stalls makes calls late, which are then all the closer to one another.
    """
    calls, mails = fast.ledger.calls, fast.ledger.mails
    assert np.array_equal(np.sort(calls["mail"]), mails["mail"])
    late_s = calls["start_s"] - mails["intended_s"][calls["mail"]]
    assert (late_s >= 0).all()
    assert np.median(np.diff(np.sort(calls["start_s"]))) < 0.015  # at half the rate it would be 0.02 s
    assert not mails["pending"].any()
    assert np.array_equal(mails["lost"], mails["throttles"])  # nobody tries again


def test_each_accepted_mail_has_its_mailbox(fast: Sent) -> None:
    """The ledger tells what became of each, and that the server itself has no mailbox providers."""
    delivered, mails = fast.ledger.delivered, fast.ledger.mails
    assert delivered is not None
    assert np.array_equal(np.sort(delivered.copies["mail"]), mails["mail"][mails["accepted"] > 0])
    assert any("no mailbox providers" in warning for warning in fast.ledger.warnings)


def test_locust_counts_each_mail_once(served: Served, fast: Sent) -> None:
    """Response times are the requests; service times stand beside them and enter no sum; failures are SES's words."""
    rows, throttled = table(fast.out), int((fast.ledger.calls["outcome"] == THROTTLED).sum())
    counts = {name: (int(row["Request Count"]), int(row["Failure Count"])) for name, row in rows.items()}
    mails = len(fast.ledger.mails["mail"])
    assert counts == {
        RESPONSE: (mails, throttled), SERVICE: (mails, 0), "Aggregated": (mails, throttled),
    }  # fmt: skip
    assert table(fast.out, "failures")[RESPONSE]["Error"] == "Maximum sending rate exceeded."
    page = (fast.out / "locust-ses-v2.html").read_text()
    assert SERVICE.replace("'", "\\u0027") in page
    assert f'"host": "{served.url}"' in page


def test_locusts_rates_count_from_time_zero(fast: Sent) -> None:
    """All mails in the time from zero to the last answer: the time in which Locust got ready does not count."""
    calls = fast.ledger.calls
    per_s = len(calls["mail"]) / calls["end_s"].max()
    assert float(table(fast.out)[RESPONSE]["Requests/s"]) == pytest.approx(per_s, rel=0.1)


@pytest.mark.parametrize("kind", ["response", "service"])
def test_the_histograms_hold_every_call_to_three_digits(fast: Sent, kind: str) -> None:
    """Any tool reads the log; its quantiles are those of the ledger's calls within a thousandth."""
    with closing(HistogramLogReader(str(fast.out / f"hdr-ses-v2-{kind}.hlog"), empty())) as reader:
        histogram, calls = reader.get_next_interval_histogram(), fast.ledger.calls
    since_s = fast.ledger.mails["intended_s"][calls["mail"]] if kind == "response" else calls["start_s"]
    longest_us = (calls["end_s"] - since_s).max() * 1e6
    assert histogram.get_total_count() == len(calls["mail"])
    assert histogram.get_max_value() == pytest.approx(longest_us, rel=2e-3, abs=1)


def test_workers_send_what_one_process_sends(served: Served, fast: Sent) -> None:
    """Two workers and a master submit the same mails as one process, accepted within the same envelope."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        crew, worker = Crew(master=True, workers=2, port=port), Crew(port=port)
    with ThreadPoolExecutor(2) as threads:
        working = [threads.submit(loadtest.work, worker) for _ in range(2)]
        ledger = sent(served, FAST, crew=crew)
        assert [work.result() for work in working] == [None, None]
    for column in ("mail", "recipients", "intended_s"):
        assert np.array_equal(ledger.mails[column], fast.ledger.mails[column])
    assert np.array_equal(np.sort(ledger.calls["mail"]), ledger.mails["mail"])
    assert (ledger.calls["start_s"] >= ledger.mails["intended_s"][ledger.calls["mail"]]).all()
    assert excess_of(ledger) <= TOLERANCE
    assert throttled_share(ledger) == pytest.approx(simulated_share(ledger), abs=0.01)
