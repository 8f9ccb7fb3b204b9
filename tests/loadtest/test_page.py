"""Locust's page with SES's side: it tells what SES decided while the load lasts, and stays until it is left."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from loadtests.load import loadtest
from loadtests.load.assignment import Place
from loadtests.load.options import Crew
from loadtests.load.targets.choose_target import LoadRequest
from scenarios.ledger.ledger import Ledger
from scenarios.measures.cost import load_prices
from tests.deploy.patience import until
from tests.loadtest.locusts import RATE_PER_S, Served, scenario

pytestmark = [pytest.mark.real_time, pytest.mark.xdist_group("locust")]

LOAD = scenario(100, 2.0, thresholds={"all": ("*.recipients.lost == 0",)})


def loaded(served: Served, port: int, out: Path, said: list[str]) -> Ledger:
    """A load test with a page that stays."""
    asked = LoadRequest(Place(endpoint=served.url), crew=Crew(web_port=port))
    run = loadtest.prepare(LOAD, ["ses-v2"], asked, load_prices(), said.append)
    return run(LOAD, "ses-v2", LOAD.seed, out=out, page_stays=True)


def news(port: int) -> dict[str, Any] | None:
    """What the panel is told; None as long as there is no page."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/seslab/ses", timeout=10) as answer:
            side: dict[str, Any] = json.load(answer)
    except OSError:
        return None
    return side


def test_a_page_tells_sess_side_and_stays_until_it_is_left(served: Served, tmp_path: Path) -> None:
    """Second by second what the ledger says, of this run alone; then each threshold; and it is gone when nobody looks.

    Locust's report begins with the same.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    said: list[str] = []
    last: dict[str, Any] = {}

    def is_over() -> bool:
        last.update(news(port) or {})
        return bool(last.get("is_over"))

    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(loaded, served, port, tmp_path, said)
        until(is_over)
        with urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
            assert b'<section id="seslab-ses"' in page.read()
        until(lambda: bool(said) and news(port) is not None)  # said after a further look: the page is still there
        assert not running.done()
        urlopen(f"http://127.0.0.1:{port}/seslab/left", b"", timeout=10).close()
        ledger = running.result(60)
    accepted, refused = sum(last["accepted"]), sum(last["refused"])
    assert said == [f"the load is over; http://127.0.0.1:{port} is there until you leave it, or press Ctrl-C here"]
    assert (accepted, refused) == (int(ledger.mails["accepted"].sum()), int(ledger.mails["lost"].sum()))
    assert accepted + refused == 200
    assert last["limit_per_s"] == RATE_PER_S
    assert [one["verdict"] for one in last["thresholds"]] == ["fail"]
    assert f'"accepted": {last["accepted"]}' in (tmp_path / "locust-ses-v2.html").read_text()
