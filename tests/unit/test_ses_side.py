"""SES's side of a load test: what is counted in each second, and how a page gets it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.load.ses_side.panel import add_to_report, with_panel
from loadtests.load.ses_side.points import SesSide, points
from scenarios.ledger.ledger import ACCEPTED, OUTCOMES

CALL = st.tuples(
    st.one_of(st.floats(0, 50), st.just(float("nan"))), st.integers(0, len(OUTCOMES) - 1), st.integers(1, 9)
)
SIDE: SesSide = {
    "sender": "</script><script>alert(1)</script>",
    "limit_per_s": None,
    "accepted": [2],
    "refused": [0],
    "thresholds": [{"verdict": "pass", "said": "✓ all"}],
    "is_over": True,
}
LOCUST = '<html><body><div id="root"></div><script>window.templateArgs = {}</script></body></html>'


@given(st.lists(CALL, max_size=30))
def test_each_decision_counts_in_its_own_second(calls: list[tuple[float, int, int]]) -> None:
    """Recipients, accepted or refused, of every call that SES has decided; both lists are as long as each other."""
    rows = np.array(calls, [("decided_s", "f8"), ("outcome", "u1"), ("recipients", "i4")])
    accepted, refused = points(rows)
    assert len(accepted) == len(refused)
    for counts, is_accepted in ((accepted, True), (refused, False)):
        for second, count in enumerate(counts):
            here = (one for one in calls if second <= one[0] < second + 1 and (one[1] == ACCEPTED) == is_accepted)
            assert count == sum(recipients for _, _, recipients in here)
        assert sum(counts) == sum(one[2] for one in calls if one[0] >= 0 and (one[1] == ACCEPTED) == is_accepted)


def test_a_report_has_the_panel_and_its_data_end_no_script(tmp_path: Path) -> None:
    """Whatever a sender is called, it is data; and a run without a report has none to add to."""
    path = tmp_path / "locust.html"
    add_to_report(path, SIDE)
    assert not path.exists()
    path.write_text(LOCUST)
    add_to_report(path, SIDE)
    page = path.read_text()
    assert page.count("</script>") == 2
    found = re.search(r"const given = (.*);\n", page)
    assert found is not None
    assert json.loads(found[1])["side"] == SIDE


@pytest.mark.parametrize("page", ["", "<html>no page of Locust's"])
def test_what_is_no_page_of_locusts_stays_as_it_is(page: str) -> None:
    """A later Locust may have another page: then it is shown without SES's side."""
    assert with_panel(page, None) == page
